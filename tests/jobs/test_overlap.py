"""A set is looked for in files: what is found, where, by which tier, and what could not be read."""

from __future__ import annotations

import csv
import gzip
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from measurand.analysis.exposure import ExposureOptions
from measurand.analysis.overlap import OverlapOptions
from measurand.analysis.overlap_result import Overlap
from measurand.core.example import Example, Message
from measurand.errors import UsageError
from measurand.jobs.canary import search_canary
from measurand.jobs.contamination import answer_of
from measurand.jobs.exposing.corpora import Corpus, CorpusAccount
from measurand.jobs.exposing.overlapping import overlap_test
from measurand.jobs.exposing.passages import blocks, passages
from measurand.jobs.overlap import overlap

CLIPS = (
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in "
    "May. How many clips did Natalia sell altogether in April and May?"
)
REFUND = "I bought a kettle last week and it leaks, so how do I send it back and get my money?"
VISIT = "Which museums of the old town are open on Mondays, and is there one that is free?"
CANARY = "0123456789abcdef" * 2
SHORT = "Where is my parcel?"
ANSWER = "Send it back within thirty days with the receipt and the money is returned to your card."


def example(name: str, question: str, **more: object) -> Example:
    return Example(id=name, messages=(Message("user", question),), **more)  # type: ignore[arg-type]


SET = (
    example("clips", CLIPS),
    example("refund", REFUND, references=(ANSWER, "yes")),
    example("visit", VISIT),
    example("parcel", SHORT),
    example("hello", "Hi!", context=("The museum is closed on Mondays and free on Sundays.",)),
)


def found(folder: Path, **options: object) -> Overlap:
    chosen = OverlapOptions(**options)  # type: ignore[arg-type]
    return overlap(SET, [Corpus(folder)], options=chosen)


def by_tier(result: Overlap) -> dict[str, tuple[str, ...]]:
    return {tier.name: tier.examples for tier in result.tiers}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    row = {"id": 7, "turns": [{"text": "Hello."}, {"text": CLIPS.replace("\n", " ")}]}
    with gzip.open(folder / "train.jsonl.gz", "wt", encoding="utf-8") as stream:
        stream.write(json.dumps({"text": "nothing of it"}) + "\n\n")
        stream.write(json.dumps(row, ensure_ascii=True) + "\n{broken\n")
    with (folder / "table.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["q", "a"], ["two\nlines", "x"], ["how?", ANSWER.upper()]])
    wrapped = (
        "They asked:\nwhich museums of the old town are\nopen on mondays\u2014and nothing else."
    )
    (folder / "notes.md").write_text(f"# Notes\n\n{wrapped}\n", encoding="utf-8")
    (folder / "shots.json").write_text(json.dumps(["a", {"q": [SHORT]}]), encoding="utf-8")
    (folder / "image.bin").write_bytes(b"\0\1\2")
    (folder / "blob").write_bytes(b"PK\0\0")
    (folder / "wide.txt").write_bytes("\ufeffx".encode("utf-16"))
    (folder / ".hidden").write_text(REFUND, encoding="utf-8")
    return folder


def test_each_tier_finds_what_it_is_for_and_tells_where(corpus: Path) -> None:
    result = found(corpus, tiers=("verbatim", "rows", "span"))
    assert by_tier(result) == {
        "verbatim": ("clips", "refund", "parcel"),
        "rows": ("clips", "refund"),
        "span": ("clips", "refund", "visit"),
        "near-duplicate": (),
        "embedding": (),
    }
    places = {(hit.example, hit.part): hit for hit in result.hits}
    clips = places["clips", "question"]
    assert str(clips.place) == f"{corpus}/train.jsonl.gz:3"
    assert (clips.words, clips.covered, clips.tier) == (31, 1.0, "verbatim")
    assert clips.span.startswith("natalia sold clips to 48 of her friends")
    assert str(places["refund", "reference[0]"].place) == f"{corpus}/table.csv:4"
    visit = places["visit", "question"]
    assert str(visit.place) == f"{corpus}/notes.md:4"
    assert (visit.words, visit.span) == (
        11,
        "which museums of the old town are open on mondays and",
    )
    assert visit.covered == pytest.approx(11 / 17)
    assert str(places["parcel", "question"].place) == f"{corpus}/shots.json:2"


def test_shares_are_of_the_examples_that_could_be_found_and_contexts_are_told_apart(
    corpus: Path,
) -> None:
    result = found(corpus, tiers=("verbatim", "rows", "span"))
    shares = {(one.design, one.segment): one.estimate for one in result.findings.results}
    # The greeting is too short to be looked for; a question of four words can only stand whole.
    assert (shares["verbatim", None].value, shares["verbatim", None].n) == (0.75, 4)
    assert shares["rows", None].value == pytest.approx(2 / 3)
    assert shares["rows", None].n == 3
    assert (shares["span", "context"].value, shares["span", "context"].n) == (0, 1)
    assert not shares["embedding", None].present
    assert any("1 of 5 examples have no question" in limit for limit in result.findings.limits)


def test_what_cannot_be_read_is_listed_and_the_rest_is_read(corpus: Path) -> None:
    result = found(corpus)
    told = {(Path(fault.file or "").name, fault.line): fault.problem for fault in result.unread}
    assert set(told) == {("blob", None), ("image.bin", None), ("wide.txt", None)}
    remark = result.remarks[0]
    assert (remark.line, remark.problem) == (4, "the line is not JSON; it is read as text")
    assert any("image.bin (packed files" in limit for limit in result.findings.limits)
    searched = dict(result.searched)
    assert searched[f"{corpus}/notes.md"] == (corpus / "notes.md").stat().st_size
    assert f"{corpus}/.hidden" not in searched
    assert f"{corpus}/blob" not in searched


def test_likeness_finds_other_words_and_more_than_the_set_itself_has(tmp_path: Path) -> None:
    reworded = REFUND.replace("last week", "a week ago").replace("and it leaks", "that leaks")
    (tmp_path / "a.txt").write_text(f"{reworded}\n\nsomething else entirely\n", encoding="utf-8")
    result = found(tmp_path)
    assert by_tier(result)["near-duplicate"] == by_tier(result)["embedding"] == ("refund",)
    near = next(hit for hit in result.hits if hit.tier == "near-duplicate")
    assert near.likeness is not None
    assert 0.25 < near.likeness < 1
    assert any("pairs of a text and a passage" in limit for limit in result.findings.limits)
    twins = (*SET, example("again", REFUND.replace("kettle", "toaster")))
    both = overlap(twins, [Corpus(tmp_path)], options=OverlapOptions(tiers=("near-duplicate",)))
    # Two questions of the set are more like each other than the passage is to either.
    assert by_tier(both)["near-duplicate"] == ()


def test_a_tier_that_costs_is_left_out_of_large_corpora_unless_asked_for(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("measurand.jobs.overlap.SLOW_BYTES", 10)
    tiers = {tier.name: tier for tier in found(corpus).tiers}
    assert "ask for it by name" in (tiers["embedding"].share.reason or "")
    assert tiers["rows"].share.present
    asked = {tier.name: tier for tier in found(corpus, tiers=("near-duplicate",)).tiers}
    assert asked["near-duplicate"].share.present
    assert not asked["embedding"].share.present


def test_files_larger_than_a_block_lose_nothing_at_the_borders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("measurand.jobs.exposing.passages._BLOCK", 64)
    rng = np.random.default_rng(1)
    lines = ["".join(rng.choice(list("abc de"), rng.integers(0, 30))) for _ in range(200)]
    lines[120:120] = ["", CLIPS, ""]
    (tmp_path / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "b.txt").write_text("\u8bf7\u627e\u51fa" * 60 + VISIT, encoding="utf-8")
    read = list(blocks(tmp_path / "a.txt", CorpusAccount()))
    assert b"".join(block.text for block in read).decode() == "\n".join(lines)
    assert len(read) > 20
    at = {passage.text: passage.line for block in read for passage in passages(block)}
    assert all(text in lines[line - 1] for text, line in at.items() if "\n" not in text)
    result = found(tmp_path)
    assert {str(hit.place).rpartition("/")[2] for hit in result.hits if hit.tier == "verbatim"} == {
        "a.txt:122",
        "b.txt:1",
    }


@pytest.mark.parametrize(
    ("text", "outcome"),
    [(CLIPS, "fail"), ("so where is my parcel then", "hint"), ("nothing", "nothing found")],
)
def test_long_rows_fail_and_short_phrases_are_a_hint(
    text: str, outcome: str, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    exposure = overlap_test(SET, [Corpus(tmp_path, "few-shot")], ExposureOptions())
    assert exposure.outcome == outcome
    assert all(text not in told for _, told in exposure.items)
    assert bool(exposure.items) == (outcome != "nothing found")


def damaged(folder: Path) -> None:
    """A file whose second half is gone, without its name at the front."""
    packed = gzip.compress("\n".join(f"line {n} of it {n * n}" for n in range(9000)).encode())
    (folder / "half.gz").write_bytes(packed[: len(packed) // 2])


@pytest.mark.parametrize("kind", ["garbage", "zip", "renamed", "empty", "blank", "link"])
def test_what_could_not_be_read_is_never_nothing_found(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "only"
    folder.mkdir()
    taken = json.dumps({"text": CLIPS, "canary": CANARY})
    if kind == "garbage":
        (folder / "a.gz").write_bytes(b"\x1f\x8bgarbage")
    elif kind in {"zip", "renamed"}:
        name = "c.zip" if kind == "zip" else "c.jsonl"
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("core.jsonl", taken)
    elif kind == "blank":
        (folder / "a.txt").touch()
    elif kind == "link":
        (folder / "a").symlink_to(tmp_path)
        (folder / "b.txt").symlink_to(tmp_path / "gone")
    names = sorted(str(one) for one in folder.iterdir() if kind != "blank")
    for exposure in (
        overlap_test(SET, [Corpus(folder)], ExposureOptions()),
        search_canary(CANARY, [Corpus(folder)]),
    ):
        assert exposure.outcome == "not run"
        assert not exposure.findings.results
        assert [name for name, _ in exposure.items] == names
        assert all(name in exposure.told for name in names)
    assert answer_of([exposure]).exit_code == 3


def test_one_damaged_file_hides_nothing_and_leaves_the_rest_open(tmp_path: Path) -> None:
    damaged(tmp_path)
    (tmp_path / "b.jsonl").write_text('{"text": "nothing of it"}\n', encoding="utf-8")
    for exposure in (
        overlap_test(SET, [Corpus(tmp_path)], ExposureOptions()),
        search_canary(CANARY, [Corpus(tmp_path)]),
    ):
        assert exposure.outcome == "inconclusive"
        assert any("half.gz (the compressed file is damaged" in x for x in exposure.findings.limits)
        assert "half.gz" in exposure.told
    (tmp_path / "z.jsonl").write_text(json.dumps([CLIPS, CANARY]), encoding="utf-8")
    for exposure in (
        overlap_test(SET, [Corpus(tmp_path)], ExposureOptions()),
        search_canary(CANARY, [Corpus(tmp_path)]),
    ):
        assert exposure.outcome == "fail"
        assert any(name.endswith("half.gz") for name, _ in exposure.items)


def test_a_folder_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object, onerror: Callable[[OSError], None]) -> Iterator[object]:
        onerror(PermissionError(13, "Permission denied", str(tmp_path / "closed")))
        yield str(tmp_path), [], []

    monkeypatch.setattr("os.walk", refusing)
    exposure = overlap_test(SET, [Corpus(tmp_path)], ExposureOptions())
    assert (exposure.outcome, len(exposure.items)) == ("not run", 1)
    assert "closed (it cannot be read (permission denied))" in exposure.told


def test_lines_and_documents_are_held_within_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("measurand.jobs.exposing.passages.LINE_LIMIT", 300)
    monkeypatch.setattr("measurand.jobs.exposing.corpora._PIECE", 64)
    monkeypatch.setattr("measurand.jobs.exposing.passages._decoded.__defaults__", (20,))
    long = json.dumps({"text": "far too long " * 40})
    many = json.dumps({"x": [[]] * 20, "text": CLIPS})
    (tmp_path / "a.jsonl").write_text(f"{long}\n{many}\n{json.dumps([VISIT])}", encoding="utf-8")
    account = CorpusAccount()
    read = list(blocks(tmp_path / "a.jsonl", account))
    assert [(fault.line, fault.problem) for fault in account.unread] == [
        (1, "the line is longer than 300 bytes")
    ]
    assert [fault.line for fault in account.remarks] == [2]
    rows = [row for block in read for row in block.rows or ()]
    assert rows == [(1, ()), (2, (many,)), (3, (VISIT,))]
    assert account.searched == {}


def test_nonsense_is_refused() -> None:
    for options in ({"n": 5}, {"span": 3}, {"near": 0.0}, {"cosine": 2.0}, {"tiers": ("all",)}):
        with pytest.raises(UsageError):
            OverlapOptions(**options)
