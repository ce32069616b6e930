"""Words on the command line, and names in the data, that must not be taken as something else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.loud.conftest import Run

ANALYSES = ("agreement", "compare", "report")
VERBS = (*ANALYSES, "import")
SCALE = ("--scale", "1-5")
GOOD = "example,system,dimension,rater,kind,value\n" + "".join(
    f"e{e},{system},quality,{rater},people,{1 + (e * (s + 1) + r) % 5}\n"
    for e in range(12)
    for s, system in enumerate("ab")
    for r, rater in enumerate(("Ann", "Ben", "Cem"))
)


def put(name: str, content: str) -> str:
    Path(name).write_text(content, encoding="utf-8")
    return name


def quick(verb: str) -> tuple[str, ...]:
    """Fewer resamples, where the verb takes any."""
    return () if verb == "import" else ("--resamples", "200")


WEIRD = ("=1+1", "<script>alert(1)</script>", "\U0001f600", "\u202eabc", "[red]x[/red]", "{{7*7}}")


@pytest.mark.parametrize("verb", VERBS)
def test_weird_names_are_data_everywhere(verb: str, run: Run) -> None:
    names = (*WEIRD, "x" * 10_000)
    table = [
        {"example": e, "system": s, "dimension": "<b>d</b>", "rater": r, "value": 1 + (i + j) % 5}
        for i, e in enumerate(names)
        for s in ("=cmd|' /C calc'!A0", "<img src=x onerror=alert(1)>")
        for j, r in enumerate(("@SUM(A1)", "\u202e[/]"))
    ]
    name = put("weird.jsonl", "".join(json.dumps(row) + "\n" for row in table))
    pages = () if verb == "import" else ("--html", "p.html", "--markdown", "p.md")
    told = run(verb, name, *SCALE, *quick(verb), *pages)
    assert (told.code, told.err) == (0, "")
    if pages:
        page = Path("p.html").read_text(encoding="utf-8")
        assert not any(f"<{tag}" in page for tag in ("script>alert", "img src=x", "b>d<"))


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--map", "example:nope", "--map", "rater:score"), "no column 'nope'; allowed: id, score"),
        (("--map", "example:id", "--map", "rater:nope"), "no column matches 'nope'"),
        (("--mapping", "nope.yaml"), "nope.yaml: the mapping cannot be read"),
    ],
)
def test_a_mapping_that_does_not_fit(
    words: tuple[str, ...], told: str, *, verb: str, run: Run
) -> None:
    ended = run(verb, put("study.csv", "id,score\n1,3\n2,4\n"), *SCALE, *words)
    assert ended.code == 2
    assert told in ended.err


@pytest.mark.parametrize("verb", VERBS)
def test_texts_in_the_place_of_names_are_refused(verb: str, run: Run) -> None:
    text = "the answer itself " * 200
    ended = run(verb, put("texts.csv", f"{GOOD}e90,{text},quality,Ann,people,3\n"), *SCALE)
    assert ended.code == 2
    assert "texts stand where names of the column system belong; found 'the answer" in ended.err
    assert "of 3,599 characters" in ended.err
    assert len(ended.err) < 600


@pytest.mark.parametrize("verb", VERBS)
def test_a_rater_of_two_kinds_is_refused(verb: str, run: Run) -> None:
    ended = run(verb, put("two.csv", f"{GOOD}e90,a,quality,Ann,judge,3\n"), *SCALE)
    assert ended.code == 2
    assert "two.csv: the rater Ann is of two kinds; found people and judge" in ended.err


NONSENSE = (
    ("agreement", ("--reference", "Nobody"), "the raters are: Ann, Ben, Cem"),
    ("agreement", ("--require", "nan"), "a number from 0 to 1"),
    ("agreement", ("--level", "95"), "a number above 0 and below 1"),
    ("compare", ("--level", "0"), "a number above 0 and below 1"),
    ("compare", ("--seed", "-1"), "a whole number, at least 0"),
    ("agreement", ("--resamples", "0"), "a whole number, at least 100"),
    ("compare", ("--margin", "-1"), "a number from 0 to 1"),
    ("compare", ("--max-blocking", "nan"), "a number from 0 to 1"),
    ("compare", ("--weight", "quality=-1"), "a weight is a number of 0 or more"),
    ("compare", ("--weight", "quality=nan"), "a weight is a number of 0 or more"),
    ("compare", ("--blocking", "quality=9"), "above 1, at most 5"),
    ("compare", ("--systems", "a,a"), "named twice"),
    ("compare", ("--systems", "a", "--baseline", "b"), "not among the systems"),
    ("compare", ("--floor", "a", "--expert", "a"), "cannot be both floor and expert"),
    ("compare", ("--use", "quality=judge"), "no judge rated quality"),
    ("import", ("-o", "good.csv"), "good.csv is the file that is read"),
)


@pytest.mark.parametrize(("verb", "words", "told"), NONSENSE)
def test_an_option_that_cannot_be_meant_is_refused_not_ignored(
    verb: str, words: tuple[str, ...], *, told: str, run: Run
) -> None:
    ended = run(verb, put("good.csv", GOOD), *SCALE, *words)
    assert ended.code == 2
    assert told in ended.err
    assert Path("good.csv").read_text(encoding="utf-8") == GOOD


@pytest.mark.parametrize("verb", ANALYSES)
def test_a_page_that_cannot_be_written_names_its_path(verb: str, run: Run) -> None:
    Path("folder").mkdir()
    ended = run(verb, put("good.csv", GOOD), *SCALE, *quick(verb), "--html", "folder")
    assert ended.code == 4
    assert ended.err.startswith(f"measurand {verb}: folder: cannot be written")
