"""The command line as a user meets it: verbs, help, errors, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from measurand import __version__
from measurand.cli import VERBS, main
from measurand.report.results_json import results_schema

HEADER = "example,system,dimension,rater,kind,value\n"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def ratings(rows: str = "", *, count: int = 12) -> Path:
    """A small long file; ``rows`` are added as they are."""
    lines = [
        f"e{i},{system},accuracy,{rater},people,{1 + (i * shift + len(rater)) % 5}"
        for i in range(count)
        for system, shift in (("a", 1), ("b", 2))
        for rater in ("Ann", "Ben", "Cyril")
    ]
    path = Path("ratings.csv")
    path.write_text(HEADER + "\n".join(lines) + "\n" + rows)
    return path


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert main([*words, "--json"]) in {0, 3}
    document = json.loads(capsys.readouterr().out)
    assert isinstance(document, dict)
    return document


def test_help_names_every_verb_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    text = capsys.readouterr().out
    assert all(f"  {verb}" in text for verb in VERBS)
    assert "3 inconclusive" in text


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"measurand {__version__}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([verb, "--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: measurand {verb}")
    assert text.count("\n") > 6


def test_a_typo_is_answered_with_the_verb_that_was_meant(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["compar"]) == 2
    assert "did you mean compare?" in capsys.readouterr().err


def test_a_missing_file_is_the_user_s_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agreement", "nowhere.csv"]) == 2
    assert "nowhere.csv" in capsys.readouterr().err


def test_an_option_that_does_not_exist_ends_with_2() -> None:
    with pytest.raises(SystemExit) as stop:
        main(["compare", "--nonsense"])
    assert stop.value.code == 2


@pytest.mark.parametrize("verb", ["agreement", "compare", "report"])
def test_json_is_one_document_that_fits_its_schema(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    document = answer(capsys, verb, str(ratings()), "--scale", "1-5")
    jsonschema_rs.validator_for(results_schema()).validate(document)
    assert document["verb"] == verb
    assert document["results"]


def test_results_carry_the_published_names(capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys, "report", str(ratings()), "--scale", "1-5")
    results = document["results"]
    assert isinstance(results, list)
    names = {result["name"] for result in results}
    assert names >= {
        "percent_agreement",
        "cohen_kappa",
        "fleiss_kappa",
        "krippendorff_alpha",
        "gwet_ac1",
        "icc1",
        "icc1k",
        "ceiling_majority",
        "ceiling_correlation",
        "leave_one_out",
        "mean",
        "difference",
    }


def test_a_project_from_init_to_report(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["init"],
        ["check"],
        ["import", "ratings.csv"],
        ["agreement"],
        ["compare"],
        ["report", "-q"],
    ):
        assert main(words) == 0, capsys.readouterr().err
    assert Path("report.html").read_text().startswith("<!doctype html>")


def test_without_a_project_compare_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare"]) == 2
    assert "measurand init" in capsys.readouterr().err


def test_import_writes_refused_ratings_aside(capsys: pytest.CaptureFixture[str]) -> None:
    path = ratings("e0,a,accuracy,Dan,people,8\ne1,a,accuracy,Dan,people,garbage\n")
    assert main(["import", str(path), "--scale", "1-5"]) == 0
    out = capsys.readouterr().out
    assert "74 ratings read, 72 kept, 2 refused" in out
    kept = [
        json.loads(line)
        for line in Path(".measurand/ratings.refused.jsonl").read_text().splitlines()
    ]
    assert [(one["line"], one["found"]) for one in kept] == [(74, "8"), (75, "garbage")]


def test_importing_twice_adds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    path = ratings()
    main(["import", str(path), "--scale", "1-5"])
    assert main(["import", str(path), "--scale", "1-5"]) == 0
    assert "72 were in the ledger already" in capsys.readouterr().out


def test_require_turns_agreement_into_a_decision() -> None:
    assert main(["agreement", str(ratings()), "--scale", "1-5"]) == 0
    assert main(["agreement", str(ratings()), "--scale", "1-5", "--require", "0.99"]) == 1


def test_one_rater_is_inconclusive() -> None:
    lines = "".join(f"e{i},a,accuracy,Ann,people,{1 + i % 5}\n" for i in range(9))
    Path("one.csv").write_text(HEADER + lines)
    assert main(["agreement", "one.csv", "--scale", "1-5"]) == 3


def test_an_unknown_system_is_named_with_those_that_exist(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["compare", str(ratings()), "--scale", "1-5", "--baseline", "today"]) == 2
    assert "the systems are: a, b" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--scale", "many"], "is not a scale"),
        (["--weight", "accuracy"], "DIMENSION=VALUE"),
        (["--weight", "accuracy=lots"], "is not a number"),
        (["--weight", "speed=3", "--scale", "1-5"], "nobody rated speed"),
        (["--blocking", "accuracy", "--scale", "1-5"], "blocks on a graded scale"),
        (["--use", "accuracy=oracle"], "check, judge, people"),
        (["--scale", "1-5", "--scale", "accuracy=1-5"], "not both"),
    ],
)
def test_wrong_words_are_explained(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(ratings()), *words]) == 2
    assert told in capsys.readouterr().err


def test_a_bug_is_not_blamed_on_the_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(words: object) -> int:
        raise ZeroDivisionError(str(words))

    monkeypatch.setattr("measurand.cli.schema_verb.run", broken)
    assert main(["schema", "plan"]) == 4
    assert "a fault of measurand" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["plan", "dataset", "outputs", "results"])
def test_schemas_are_valid_json_schemas(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", kind]) == 0
    assert jsonschema_rs.meta.is_valid(json.loads(capsys.readouterr().out))


def test_an_error_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(ratings()), "--baseline", "\x1b[2Jodd"]) == 2
    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert "⟨U+001B⟩[2Jodd" in told
