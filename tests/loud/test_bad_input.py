"""Bad input through every verb: a clear message or an honest absence, never a plausible number."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.loud.conftest import Run

HEADER = "example,system,dimension,rater,kind,value\n"
ANALYSES = ("agreement", "compare", "report")
VERBS = (*ANALYSES, "import")
FROM_PEOPLE = {"krippendorff_alpha", "fleiss_kappa", "gwet_ac1", "icc1", "icc1k"}
SCALE = ("--scale", "1-5")


def rows(
    value: Callable[[int, int, int], object] = lambda e, s, r: 1 + (e * (s + 1) + r) % 5,
    *,
    count: int = 12,
    systems: Sequence[str] = ("a", "b"),
    raters: Sequence[str] = ("Ann", "Ben", "Cem"),
    kind: str = "people",
    dimension: str = "quality",
) -> str:
    """Rows of a long file: every rater rates every system's output on every example."""
    return "".join(
        f"e{e},{system},{dimension},{rater},{kind},{value(e, s, r)}\n"
        for e in range(count)
        for s, system in enumerate(systems)
        for r, rater in enumerate(raters)
    )


GOOD = HEADER + rows()
NAMES = HEADER.strip().split(",")
LINES = "".join(
    json.dumps(dict(zip(NAMES, row.split(","), strict=True))) + "\n" for row in rows().splitlines()
)


def widened(column: str, cell: str, table: str = GOOD) -> str:
    """The same table with one more column."""
    header, *others = table.splitlines()
    return "".join(f"{line}\n" for line in (f"{header},{column}", *(f"{o},{cell}" for o in others)))


def put(name: str, content: str | bytes) -> str:
    data = content if isinstance(content, bytes) else content.encode()
    Path(name).write_bytes(data)
    return name


@dataclass(frozen=True)
class Partly:
    """A file of which some rows are refused and the rest counts."""

    name: str
    content: str | bytes
    line: int
    reason: str
    refused: int = 1


PARTLY = (
    Partly("truncated.jsonl", LINES[:-30], 72, "the JSON is cut off"),
    Partly("duplicate.csv", GOOD + rows(count=2), 74, "the same rating as line 2", 12),
    Partly("nan.csv", f"{GOOD}e90,a,quality,Ann,people,NaN\n", 74, "'NaN', which is not a rating"),
    Partly("inf.csv", f"{GOOD}e90,a,quality,Ann,people,-inf\n", 74, "'-inf', which is not"),
    Partly("nan.jsonl", f'{LINES}{{"example":"e","rater":"r","value":NaN}}\n', 73, "NaN is not a"),
    Partly("off.csv", f"{GOOD}e90,a,quality,Ann,people,8\n", 74, "found '8'; allowed: 1-5"),
    Partly(
        "kind.csv",
        f"{GOOD}e90,a,quality,Ann,robot,3\n",
        74,
        "allowed: check, judge, people, reference",
    ),
    Partly("ragged.csv", f"{GOOD}e90,a,quality\n", 74, "3 cells and the header 6"),
    Partly("latin.csv", GOOD.encode() + b"e90,a,quality,J\xf6rg,people,3\n", 74, "not UTF-8"),
    Partly("nul.csv", f"{GOOD}e\0,a,quality,Ann,people,3\n", 74, "NUL"),
    Partly("list.jsonl", f'{LINES}{{"example":"e","rater":"r","value":[3]}}\n', 73, "one value"),
    Partly("deep.jsonl", LINES + "[" * 100_000 + "\n", 73, "nested too deeply"),
    Partly("digits.jsonl", f'{LINES}{{"value":{"9" * 5000}}}\n', 73, "5,000 digits is beyond"),
    Partly("number.jsonl", f"{LINES}7\n", 73, "the row is not a JSON object"),
    Partly(
        "repeat.csv",
        f"{widened('repeat', '0')}e90,a,quality,Ann,people,3,{'9' * 40}\n",
        74,
        "allowed: 0, 1, 2",
    ),
    Partly("huge.csv", f"{GOOD}e90,a,quality,Ann,people,1e300\n", 74, "allowed: 1-5"),
)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("case", PARTLY, ids=lambda case: case.name)
def test_what_is_wrong_is_refused_with_its_line_and_the_rest_counts(
    case: Partly, verb: str, run: Run
) -> None:
    ended = run(verb, put(case.name, case.content), *SCALE, *quick(verb), "--json")
    assert (ended.code, ended.err) == (0, "")
    account = ended.document if verb == "import" else ended.document["data"]["files"][0]
    refusals = account["refusals"]
    assert account["file"] == case.name
    assert account["read"] == account["kept"] + case.refused
    assert account["kept"] in {71, 72}
    assert (refusals[0]["line"], len(refusals)) == (case.line, case.refused)
    assert case.reason in refusals[0]["reason"]


@pytest.mark.parametrize("verb", ["agreement", "compare", "import"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bom.csv", f"\ufeff{GOOD}"),
        ("crlf.csv", GOOD.replace("\n", "\r\n")),
        ("both.csv", "\ufeff" + GOOD.replace("\n", "\r\n")),
        ("mac.csv", GOOD.replace("\n", "\r")),
        ("bom.jsonl", "\ufeff" + LINES.replace("\n", "\r\n")),
        ("semicolons.csv", GOOD.replace(",", ";")),
        ("plain.csv.gz", GOOD),
        ("packed.csv", gzip.compress(GOOD.encode(), mtime=0)),
    ],
)
def test_how_a_file_is_written_changes_no_number(
    name: str, content: str | bytes, verb: str, run: Run
) -> None:
    plain = run(verb, put("plain.csv", GOOD), *SCALE, *quick(verb), "--json")
    other = run(verb, put(name, content), *SCALE, *quick(verb), "--json")
    assert (other.code, other.err) == (0, "")
    key = "kept" if verb == "import" else "results"
    assert other.document[key] == plain.document[key]


UNREADABLE = (
    ("empty.csv", "", "the file is empty"),
    ("empty.jsonl", "", "the file is empty"),
    ("header.csv", HEADER, "a header and no rows"),
    ("binary.csv", bytes(range(256)) * 40, "NUL"),
    ("picture.jsonl", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not UTF-8"),
    ("none.csv.gz", b"", "the file is empty"),
    ("cut.csv.gz", gzip.compress(GOOD.encode(), mtime=0)[:-20], "compressed file is damaged"),
    ("junk.csv.gz", b"\x1f\x8b" + bytes(50), "compressed file is damaged"),
    ("wide.csv", "id,score\n1,3\n", "no column holds the rater"),
    ("twice.csv", "example,rater,rater,value\n1,a,b,3\n", "two columns are called rater"),
    ("utf16.csv", GOOD.encode("utf-16"), "UTF-16"),
    ("book.xlsx", b"PK\x03\x04", "this kind of file is not read"),
    ("open.json", "{", "one JSON object over several lines"),
    ("quote.csv", f'{GOOD}e90,a,quality,"Ann,people,3\n', "the rest cannot be read"),
    (
        "nested.jsonl",
        '{"example": "e1", "rater": "r", "value": {"score": 3}}\n' * 3,
        "one value belongs here",
    ),
    ("missing.csv", None, "cannot be read"),
    ("folder.csv", "folder", "is a directory"),
)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("name", "content", "told"), UNREADABLE, ids=[name for name, _, _ in UNREADABLE]
)
def test_a_file_that_cannot_be_used_is_the_users_mistake(
    name: str, content: str | bytes | None, *, told: str, verb: str, run: Run
) -> None:
    if content == "folder":
        Path(name).mkdir()
    elif content is not None:
        put(name, content)
    ended = run(verb, name, *SCALE, "--json")
    assert (ended.code, ended.out) == (2, "")
    assert f"measurand {verb}: {name}" in ended.err
    assert told in ended.err


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
@pytest.mark.parametrize("verb", VERBS)
def test_a_file_that_may_not_be_read(verb: str, run: Run) -> None:
    Path(put("mine.csv", GOOD)).chmod(0)
    ended = run(verb, "mine.csv", *SCALE)
    assert ended.code == 2
    assert "mine.csv: the file cannot be read (permission denied)" in ended.err


NOTHING_LEFT = (
    ("off.csv", HEADER + rows(lambda *_: 9), SCALE, "found '9'; allowed: 1-5"),
    ("text.csv", HEADER + rows(lambda *_: "good"), SCALE, "found 'good'; allowed: 1-5"),
    ("robots.csv", HEADER + rows(kind="robot"), SCALE, "allowed: check, judge, people, reference"),
    ("commas.csv", HEADER + rows(lambda *_: '"3,5"'), SCALE, "found '3,5'; allowed: 1-5"),
    ("huge.csv", HEADER + rows(lambda e, *_: f"{e + 1}e300"), (), "e300'; allowed"),
    (
        "essays.csv",
        HEADER + rows(lambda *at: f"text {at}".replace(",", ""), count=60, kind="judge"),
        (),
        "not a label",
    ),
    ("void.csv", HEADER + rows(lambda *_: ""), SCALE, ""),
)


@pytest.mark.parametrize("verb", ANALYSES)
@pytest.mark.parametrize(
    ("name", "content", "words", "told"), NOTHING_LEFT, ids=[case[0] for case in NOTHING_LEFT]
)
def test_where_every_rating_is_refused_there_is_no_answer(
    name: str, content: str, *, words: Sequence[str], told: str, verb: str, run: Run
) -> None:
    ended = run(verb, put(name, content), *words, "--json")
    assert (ended.code, ended.out) == (2, "")
    assert f"{name}: there is nothing to compute from" in ended.err
    assert told in ended.err


@pytest.mark.parametrize(
    ("name", "content", "words", "told"), NOTHING_LEFT, ids=[case[0] for case in NOTHING_LEFT]
)
def test_an_import_of_which_nothing_is_kept_fails_and_keeps_what_it_refused(
    name: str, content: str, *, words: Sequence[str], told: str, run: Run
) -> None:
    ended = run("import", put(name, content), *words, "--json")
    taken = ended.document
    assert (ended.code, taken["kept"]) == (2, 0)
    assert all(told in refusal["reason"] for refusal in taken["refusals"])
    if taken["refused"]:
        aside = Path(taken["refused_file"]).read_text(encoding="utf-8").splitlines()
        assert len(aside) == taken["refused"] == taken["read"]


@dataclass(frozen=True)
class Thin:
    """A good file that cannot answer: which verbs may, which numbers there must not be, and why."""

    name: str
    content: str
    codes: tuple[int, int, int]
    """Of agreement, compare and report."""
    never: frozenset[str]
    why: str
    words: tuple[str, ...] = SCALE


COMPARED = frozenset({"difference", "minimum_detectable_difference", "discordance"})
AGREED = frozenset(FROM_PEOPLE | {"cohen_kappa", "ceiling_correlation", "leave_one_out"})
THIN = (
    Thin("rater.csv", HEADER + rows(raters=("Ann",)), (3, 0, 0), AGREED, "only one person rated"),
    Thin("example.csv", HEADER + rows(count=1), (0, 3, 0), AGREED | COMPARED, "at least 3 units"),
    Thin("equal.csv", HEADER + rows(lambda *_: 4), (0, 0, 0), AGREED, "all ratings are equal"),
    Thin("judge.csv", HEADER + rows(kind="judge"), (3, 0, 0), AGREED, "no person has confirmed"),
    Thin("system.csv", HEADER + rows(systems=("a",)), (0, 0, 0), COMPARED, "the ceiling of a maj"),
    Thin(
        "apart.csv",
        HEADER
        + rows(systems=("a",))
        + rows(systems=("b",)).replace("e", "f").replace("pfoplf", "people"),
        (0, 0, 0),
        COMPARED,
        "share 0 examples",
    ),
    Thin(
        "reasons.csv",
        widened("reason", "could not say", HEADER + rows(lambda *_: "")),
        (3, 3, 3),
        AGREED | COMPARED | {"mean", "percent_agreement"},
        "share 0 examples",
    ),
    Thin(
        "nobody-twice.csv",
        HEADER + "".join(rows(count=20).splitlines(keepends=True)[::4]),
        (3, 0, 0),
        AGREED | {"percent_agreement"},
        "no unit has two ratings",
    ),
    Thin(
        "mixed.csv",
        HEADER + rows(lambda e, s, r: "good" if e % 3 == 0 else 1 + (e + s + r) % 5),
        (0, 3, 0),
        COMPARED | {"mean", "icc1", "icc1k", "ceiling_correlation"},
        "no rated dimension has a numeric scale",
        (),
    ),
    Thin(
        "essays.csv",
        HEADER + rows(lambda *at: f"text {at}".replace(",", ""), count=400),
        (0, 3, 0),
        COMPARED | {"mean", "cohen_kappa", "fleiss_kappa", "gwet_ac1"},
        "different values",
        (),
    ),
    Thin(
        "pairs.csv",
        widened("against", "b", HEADER + rows(systems=("a",))),
        (0, 3, 0),
        COMPARED | {"mean"},
        "the ceiling of a maj",
    ),
)


@pytest.mark.parametrize("verb", ANALYSES)
@pytest.mark.parametrize("case", THIN, ids=lambda case: case.name)
def test_too_little_evidence_is_an_absence_with_its_reason(case: Thin, verb: str, run: Run) -> None:
    ended = run(verb, put(case.name, case.content), *case.words, *quick(verb), "--json")
    assert ended.err == ""
    assert ended.code == case.codes[ANALYSES.index(verb)]
    assert not ended.numbers & case.never
    if verb == "report":
        reasons = {r["reason"] for r in ended.document["results"] if r["value"] is None}
        reasons |= set(ended.document["limits"])
        assert any(case.why in reason for reason in reasons)


def test_one_cluster_leaves_only_what_is_marked_as_naive(run: Run) -> None:
    ended = run("compare", put("one.csv", widened("cluster", "c")), *SCALE, "--json")
    assert ended.code == 3
    for name in ("mean", "difference"):
        found = [r for r in ended.document["results"] if r["name"] == name]
        naive = [r for r in found if r["method"].endswith("; naive")]
        assert len(found) == 2 * len(naive) > 0
        assert all("two clusters" in r["reason"] for r in found if r not in naive)
        assert all(r["value"] is None for r in found if r not in naive)


def test_a_system_on_half_the_examples_is_compared_on_that_half(run: Run) -> None:
    content = HEADER + rows(systems=("a",)) + rows(systems=("b",), count=6)
    ended = run("compare", put("half.csv", content), *SCALE, "--json")
    assert ended.one("mean", system="a", dimension="quality")["n"] == 12
    assert ended.one("mean", system="b", dimension="quality")["n"] == 6
    assert ended.one("difference", dimension="quality")["n"] == 6
    assert any("(b 6)" in limit for limit in ended.document["limits"])


@pytest.mark.parametrize("verb", ANALYSES)
def test_two_dimensions_keep_their_own_scales(verb: str, run: Run) -> None:
    safety = rows(lambda e, s, r: "yes" if (e * (s + 1) + r) % 3 else "no", dimension="safety")
    content = HEADER + rows(dimension="tone") + safety
    words = ("--scale", "tone=1-5", "--scale", "safety=yes/no", "--blocking", "safety")
    ended = run(verb, put("two.csv", content), *words, *quick(verb), "--json")
    assert (ended.code, ended.err) == (0, "")
    if verb == "agreement":
        alphas = {r["dimension"]: r for r in ended.document["results"] if "alpha" in r["name"]}
        assert "(ordinal)" not in alphas["safety"]["method"]
        assert "(nominal)" not in alphas["tone"]["method"]
    else:
        assert 1 <= ended.one("mean", dimension="tone")["value"] <= 5
        assert 0 <= ended.one("mean", dimension="safety")["value"] <= 1


def quick(verb: str) -> tuple[str, ...]:
    """Fewer resamples, where the verb takes any."""
    return () if verb == "import" else ("--resamples", "200")
