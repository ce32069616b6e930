"""Every example in the README and the documentation runs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from measurand.cli import VERBS, main
from measurand.simulate.server import SimulatedProvider

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SCORES = """\
example: id
scale: 1-5
values:
  - columns: "Human {n}"
    rater: "Human {n}"
    kind: people
"""


def blocks(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return [body for kind, body in FENCE.findall(text) if kind == language]


def commands(page: Path) -> Iterator[list[str]]:
    """The measurand commands of a page, without what belongs to a fresh machine."""
    for body in blocks(page, "sh"):
        for line in body.replace("\\\n", " ").splitlines():
            for part in line.partition("  #")[0].split("&&"):
                words = shlex.split(part)
                if words[:1] == ["measurand"]:
                    yield words[1:]
                elif words[:1] == ["cd"]:
                    yield words


@pytest.fixture(autouse=True)
def _a_folder_with_ratings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(11)
    rows, wide = [], []
    for example in range(40):
        grades = []
        for system, shift in (("today", 0), ("candidate", 1)):
            level = rng.integers(1, 5) + shift
            grades = [int(np.clip(level + rng.integers(-1, 2), 1, 5)) for _ in range(3)]
            rows += [
                f"q{example},{system},accuracy,{name},people,{grade}"
                for name, grade in zip(("Ann", "Ben", "Cem"), grades, strict=True)
            ]
        wide.append(f"q{example},{'ab'[example % 2]},{','.join(map(str, grades))}")
    Path("ratings.csv").write_text(
        "example,system,dimension,rater,kind,value\n" + "\n".join(rows) + "\n"
    )
    Path("study.csv").write_text("id,model,Human 1,Human 2,Human 3\n" + "\n".join(wide) + "\n")
    Path("scores.csv").write_text("id,Human 1,Human 2,Human 3\n" + "q1,1,2,3\nq2,4,5,5\nq3,2,2,1\n")
    Path("scores.yaml").write_text(SCORES)
    Path("models.csv").write_text(blocks(ROOT / "docs" / "benchmarks.md", "csv")[0])


@pytest.fixture(autouse=True, scope="module")
def _a_simulated_provider() -> Iterator[None]:
    with SimulatedProvider() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIM_BASE_URL", server.base_url)
        yield


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_run(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    for body in blocks(page, "python"):
        exec(compile(body, page.name, "exec"), names)  # noqa: S102 - our own documentation
    assert "nan" not in capsys.readouterr().out.split()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_run(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in commands(page):
        if words[0] == "cd":
            monkeypatch.chdir(words[1])
            continue
        assert main(words) == 0, f"{' '.join(words)}: {capsys.readouterr().err}"


def test_the_examples_are_seen() -> None:
    assert sum(1 for page in PAGES for _ in commands(page)) >= 10
    assert sum(len(blocks(page, "python")) for page in PAGES) >= 5


def test_every_verb_is_in_the_documentation() -> None:
    told = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [verb for verb in VERBS if f"measurand {verb}" not in told] == []


def test_the_excerpt_of_the_readme_is_what_the_demo_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["demo"]) == 0
    printed = [line.strip() for line in capsys.readouterr().out.splitlines()]
    (excerpt,) = blocks(PAGES[0], "console")
    command, *lines = excerpt.splitlines()
    assert command == "$ measurand demo"
    shown = [line.strip() for line in lines if line.strip() not in {"", "..."}]
    assert shown
    missing = [line for line in shown if line not in printed]
    assert missing == []


def test_the_readme_gives_exactly_two_commands_for_a_fresh_machine() -> None:
    fresh = [body for body in blocks(PAGES[0], "sh") if "python3 -m venv" in body]
    assert len(fresh) == 2
    assert all(body.count("\n") == 1 for body in fresh)
    assert fresh[0].rstrip().endswith("measurand demo")
    assert fresh[1].rstrip().endswith("just test")


def test_the_command_is_on_the_path_before_it_is_used_by_name() -> None:
    first = next(
        body for body in blocks(PAGES[0], "sh") if re.search("^measurand", body, re.MULTILINE)
    )
    assert first.startswith(". .venv/bin/activate")


def test_the_readme_names_every_page() -> None:
    readme = PAGES[0].read_text(encoding="utf-8")
    named = [page.name for page in PAGES[1:] if f"(docs/{page.name})" not in readme]
    assert named == ["ledger.md"]  # for those who read the ledger with SQL


def test_published_schemas_are_those_the_tool_prints(capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("plan", "dataset", "outputs", "results"):
        assert main(["schema", kind]) == 0
        published = (ROOT / "docs" / "schema" / f"{kind}.schema.json").read_text(encoding="utf-8")
        assert published == capsys.readouterr().out
