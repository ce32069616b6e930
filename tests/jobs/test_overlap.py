"""A set is looked for in files: what is found, where, by which tier, and what could not be read."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from measurand.analysis.exposure import ExposureOptions
from measurand.analysis.overlap import OverlapOptions
from measurand.analysis.overlap_result import Overlap
from measurand.core.example import Example, Message
from measurand.errors import UsageError
from measurand.jobs.exposing.corpora import Corpus
from measurand.jobs.exposing.overlapping import overlap_test
from measurand.jobs.exposing.passages import blocks, passages
from measurand.jobs.overlap import overlap

CLIPS = (
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in "
    "May. How many clips did Natalia sell altogether in April and May?"
)
REFUND = "I bought a kettle last week and it leaks, so how do I send it back and get my money?"
VISIT = "Which museums of the old town are open on Mondays, and is there one that is free?"
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
    assert set(told) == {
        ("blob", None),
        ("image.bin", None),
        ("train.jsonl.gz", 4),
        ("wide.txt", None),
    }
    assert told["train.jsonl.gz", 4] == "the line is not JSON; it is read as text"
    searched = dict(result.searched)
    assert searched[f"{corpus}/notes.md"] == (corpus / "notes.md").stat().st_size
    assert f"{corpus}/.hidden" not in searched


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
    read = list(blocks(tmp_path / "a.txt", [], lambda _: None))
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


def test_nonsense_is_refused() -> None:
    for options in ({"n": 5}, {"span": 3}, {"near": 0.0}, {"cosine": 2.0}, {"tiers": ("all",)}):
        with pytest.raises(UsageError):
            OverlapOptions(**options)
