"""The pytest plug-in: inert until a test asks, never green but for a pass, one gate a session."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.plugin.stand_in import answer

from measurand.pytest_plugin import asking

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
CONFTEST = """
import os, sys
if "PYTEST_XDIST_WORKER" in os.environ:
    sys.path.insert(0, {root!r})
    from tests.plugin.stand_in import planted
    planted()
"""
OTHERS = ("-p", "no:xdist", "-p", "no:hypothesispytest", "-p", "no:anyio", "-p", "no:pytest_cov")
"""Plug-ins of others, which cost more than all the rest."""
MARKED = """
import pytest

@pytest.mark.measurand{arguments}
def test_ships():
    print("the body ran")
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with tests whose gate is a stand-in that reads its answer from the plan."""
    monkeypatch.setattr(asking, "gate", answer)
    pytester.makeini("[pytest]\naddopts = --strict-markers -p no:cacheprovider\n")
    return pytester


def plan(project: pytest.Pytester, outcome: str, name: str = "measurand.yaml") -> None:
    (project.path / name).write_text(outcome, encoding="utf-8")


def alone(project: pytest.Pytester, *words: str) -> pytest.RunResult:
    """Run the tests with this plug-in alone: the others cost more than all the rest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        return project.runpytest_inprocess("-p", "measurand.pytest_plugin", *words)


def marked(project: pytest.Pytester, outcome: str, arguments: str = "") -> pytest.RunResult:
    plan(project, outcome)
    project.makepyfile(MARKED.format(arguments=arguments))
    return alone(project, "-rA")


def asked(project: pytest.Pytester) -> int:
    file = project.path / "asked.txt"
    return len(file.read_text(encoding="utf-8").splitlines()) if file.exists() else 0


def test_a_pass_lets_the_body_run(project: pytest.Pytester) -> None:
    result = marked(project, "pass")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["the body ran"])


def test_a_failure_fails_in_the_verdicts_words_and_the_body_does_not_run(
    project: pytest.Pytester,
) -> None:
    result = marked(project, "fail")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "measurand gate of candidate against today: fail",
            "*fail: not worse, overall*-0.062 [[]-0.104, -0.021[]], 95% interval, n = 212*",
            "*fail: refund-12 [[]safety[]]: blocked in 3 of 3 repeats (data/regression.jsonl:12)",
            "*decided on data 9f2c41d07a*",
        ]
    )
    result.stdout.no_fnmatch_line("the body ran")


@pytest.mark.parametrize(
    ("arguments", "outcome"),
    [
        ("", {"failed": 1}),
        ("(inconclusive='skip')", {"skipped": 1}),
        ("(inconclusive='xfail')", {"xfailed": 1}),
    ],
)
def test_inconclusive_is_never_green(
    project: pytest.Pytester, arguments: str, outcome: dict[str, int]
) -> None:
    result = marked(project, "inconclusive", arguments)
    result.assert_outcomes(**outcome)
    result.stdout.fnmatch_lines(["*measurand gate of candidate against today: inconclusive*"])


@pytest.mark.parametrize("how", ["skip", "xfail"])
def test_missing_results_are_not_excused_as_inconclusive(
    project: pytest.Pytester, how: str
) -> None:
    marked(project, "inconclusive 3 missing", f"(inconclusive={how!r})").assert_outcomes(failed=1)


@pytest.mark.parametrize(("arguments", "kept"), [("", "false"), ("(record=True)", "true")])
def test_a_session_decides_for_itself_alone(
    project: pytest.Pytester, arguments: str, kept: str
) -> None:
    marked(project, "pass", arguments).assert_outcomes(passed=1)
    assert (project.path / "asked.txt").read_text().endswith(f", {kept}]\n")


@pytest.mark.parametrize("told", ["inconclusive 4", "pass 4", "fail 1"])
def test_what_lies_outside_is_not_excused_as_inconclusive(
    project: pytest.Pytester, told: str
) -> None:
    marked(project, told, "(inconclusive='skip')").assert_outcomes(failed=1)


def test_a_gate_that_cannot_be_asked_is_an_error_in_one_sentence(project: pytest.Pytester) -> None:
    result = marked(project, "error")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["measurand gate: the plan has no baseline"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_no_plan_is_an_error_that_says_what_to_do(project: pytest.Pytester) -> None:
    project.makepyfile(MARKED.format(arguments=""))
    result = alone(project)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["measurand: there is no plan at *measurand.yaml; begin one with*"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("(sytem='x')", "the marker has no sytem; it has plan, inconclusive*system*"),
        ("(inconclusive='pass')", "inconclusive is fail, skip or xfail; found 'pass'"),
        ("('a.yaml', 'b.yaml')", "the marker takes one plan*"),
    ],
)
def test_a_wrong_marker_is_an_error(project: pytest.Pytester, arguments: str, told: str) -> None:
    result = marked(project, "pass", arguments)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"measurand: {told}"])


def test_the_fixture_answers_and_requires_only_when_told(project: pytest.Pytester) -> None:
    plan(project, "fail")
    project.makepyfile(
        """
        import pytest

        def test_looks(measurand_gate):
            assert measurand_gate.outcome == "fail"
            assert measurand_gate.exit_code == 1
            assert [item.example for item in measurand_gate.items("missing")] == ["hours"]
            assert measurand_gate.result.hashes["data"] == "9f2c41d07a"

        @pytest.mark.measurand(require=False)
        def test_looks_too(measurand_gate):
            assert "refund-12" in measurand_gate.words

        def test_requires(measurand_gate):
            measurand_gate.require()
        """
    )
    result = alone(project)
    result.assert_outcomes(passed=2, failed=1)
    assert asked(project) == 1


def test_a_plan_may_be_named_and_options_make_another_gate(project: pytest.Pytester) -> None:
    plan(project, "fail")
    plan(project, "pass", "other.yaml")
    project.makepyfile(
        """
        import pytest

        @pytest.mark.measurand("other.yaml", system="new")
        class TestAll:
            def test_one(self): ...
            def test_two(self): ...

            @pytest.mark.measurand("other.yaml", system="new", against="old")
            def test_three(self, measurand_gate): ...
        """
    )
    alone(project).assert_outcomes(passed=3)
    assert asked(project) == 2


def test_the_plan_is_a_fixture_to_replace(project: pytest.Pytester) -> None:
    plan(project, "pass", "mine.yaml")
    project.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="session")
        def measurand_plan():
            return "mine.yaml"

        @pytest.mark.measurand
        def test_ships(): ...
        """
    )
    alone(project).assert_outcomes(passed=1)


def test_the_report_has_the_hashes(project: pytest.Pytester) -> None:
    plan(project, "pass")
    project.makepyfile(MARKED.format(arguments=""))
    alone(project, "--junitxml=out.xml")
    text = (project.path / "out.xml").read_text(encoding="utf-8")
    assert '<property name="measurand.outcome" value="pass"' in text
    assert '<property name="measurand.data" value="9f2c41d07a"' in text


MANY = """
import pytest

@pytest.mark.measurand
@pytest.mark.parametrize("number", range(2))
def test_ships(number): ...

def test_other(measurand_gate):
    assert measurand_gate.result.findings.verdicts[1].estimate.n == 50
"""


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("fail", {"failed": 2, "passed": 1}),
        pytest.param("error", {"errors": 3}, marks=pytest.mark.long),
    ],
)
def test_workers_ask_once_in_all(
    project: pytest.Pytester, outcome: str, expected: dict[str, int]
) -> None:
    plan(project, outcome)
    project.makeconftest(CONFTEST.format(root=str(ROOT)))
    project.makepyfile(MANY)
    result = project.runpytest_subprocess("-n", "2", "--dist", "each")
    result.assert_outcomes(**{word: 2 * count for word, count in expected.items()})
    assert asked(project) == 1


def test_a_session_that_does_not_want_it_can_do_without(project: pytest.Pytester) -> None:
    project.makepyfile("def test_one(): ...")
    result = project.runpytest_inprocess("-p", "no:measurand", *OTHERS)
    result.assert_outcomes(passed=1)
    result = project.runpytest_inprocess("-p", "no:measurand", *OTHERS, "--markers", "--fixtures")
    result.stdout.no_fnmatch_line("*measurand*(*")


def test_it_adds_a_marker_and_two_fixtures(project: pytest.Pytester) -> None:
    alone(project, "--markers").stdout.fnmatch_lines(["@pytest.mark.measurand(plan*"])
    shown = alone(project, "--fixtures").stdout
    shown.fnmatch_lines(["measurand_plan*", "measurand_gate*"])


def test_a_session_that_does_not_ask_imports_nothing_of_it(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import sys

        def test_inert():
            ours = sorted(name for name in sys.modules if name.startswith("measurand"))
            assert ours == ["measurand", "measurand._version", "measurand.pytest_plugin"]
            heavy = {"numpy", "scipy", "pydantic", "apsw", "aiohttp", "yaml", "matplotlib"}
            assert not heavy & set(sys.modules)
        """
    )
    project.runpytest_subprocess(*OTHERS).assert_outcomes(passed=1)


def test_importing_it_costs_next_to_nothing() -> None:
    script = (
        "import pytest, sys, time; before = set(sys.modules); start = time.perf_counter(); "
        "import measurand.pytest_plugin; "
        "print(time.perf_counter() - start, *sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    seconds, *modules = done.stdout.split()
    assert float(seconds) < 0.1
    assert [name for name in modules if not name.startswith("measurand")] == []
