"""What the log cannot hold is refused, part by part, and the rest of the row is taken."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from measurand.core.packet import Packet, PacketItem, Reading, Returned
from measurand.core.people import (
    LONGEST_COMMENT,
    MOST_PARTS,
    MOST_SECONDS,
    Answer,
    Mark,
    Span,
)
from measurand.core.rubric import Dimension
from measurand.core.scale import NOMINAL, Scale
from measurand.core.sheet import Sheet
from measurand.raters.people.packet import Entry, packet_of
from measurand.raters.people.reconcile import Reconciled, reconcile
from measurand.raters.people.within import within
from measurand.store.answers import answer_of, plain_answer

TONE = Dimension("tone")
LABEL = Dimension("label", scale=NOMINAL)
SIDE = Dimension("side", scale=Scale.of("win/tie/loss"))
ONE = packet_of(
    "one",
    [Entry(sheet=Sheet(messages=(), texts=("h\U0001f600llo",)), dimensions=(TONE, LABEL))],
    rater=None,
)
PAIRS = packet_of(
    "pairs",
    [
        Entry(sheet=Sheet(messages=(), texts=("left", "right!")), dimensions=(SIDE,), order="ab"),
        Entry(sheet=Sheet(messages=(), texts=("left", "right!")), dimensions=(SIDE,), order="ba"),
    ],
    rater="Ann",
)


def row(item: PacketItem, line: int = 2, **said: object) -> Returned:
    answer = Answer(**said)  # type: ignore[arg-type]  # parts by name
    return Returned(code=item.code, rater="Ann", answer=answer, line=line)


def run(*rows: Returned, packet: Packet = ONE, **more: object) -> Reconciled:
    found = reconcile([packet], Reading(file="f", returned=rows), **more)  # type: ignore[arg-type]
    for taken in found.answers:
        assert answer_of(plain_answer(taken.answer)) == taken.answer
    return found


@pytest.mark.parametrize("seconds", [None, 0.0, 1.5, MOST_SECONDS])
def test_time_that_can_be_is_taken(seconds: float | None) -> None:
    kept, refused = within(row(ONE.items[0], seconds=seconds), ONE.items[0], None)
    assert (kept.answer.seconds, refused) == (seconds, ())


@pytest.mark.parametrize("seconds", [-1e-9, MOST_SECONDS + 1, math.inf, -math.inf, math.nan])
def test_time_that_cannot_be_is_refused_alone(seconds: float) -> None:
    found = run(row(ONE.items[0], 7, seconds=seconds, marks={"tone": Mark(value="4")}))
    (refusal,) = found.intake.refused
    assert (refusal.line, refusal.key, refusal.found) == (7, "seconds", f"{seconds:.15g}")
    assert "allowed: 0 to 604800, empty where unknown" in refusal.reason
    (taken,) = found.answers
    assert (taken.answer.seconds, taken.answer.marks["tone"].value) == (None, 4.0)


def test_time_alone_that_cannot_be_is_accounted_for() -> None:
    found = run(row(ONE.items[0], seconds=-1.0))
    assert (found.answers, len(found.intake.refused)) == ((), 1)


def test_comments_that_are_too_long_together_are_refused_from_the_first_that_is() -> None:
    long = ["x" * 1_200_000, "y" * 1_200_000, "z"]
    rows = [row(ONE.items[0], at, comment=text) for at, text in enumerate(long, 2)]
    found = run(*rows)
    assert found.answers[0].answer.comment == f"{long[0]}\nz"
    (refusal,) = found.intake.refused
    assert (refusal.line, refusal.key) == (3, "comment")
    assert refusal.reason.endswith("2,400,001 characters; allowed: up to 2,000,000")


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        (Span(start=3, end=3), "found a passage from 3 to 3; allowed: within 0 to 5"),
        (Span(start=-1, end=3), "found a passage from -1 to 3; allowed: within 0 to 5"),
        (Span(start=0, end=6), "found a passage from 0 to 6; allowed: within 0 to 5"),
        (Span(start=0, end=1, side=1), "found the side 1; allowed: 0 to 0"),
        (
            Span(start=0, end=1, note="x" * (LONGEST_COMMENT + 1)),
            "found a note of 2,000,001 characters; allowed: up to 2,000,000 characters",
        ),
    ],
)
def test_a_passage_that_cannot_be_is_refused_alone(span: Span, reason: str) -> None:
    good = Span(start=1, end=2, note="smile")
    found = run(row(ONE.items[0], spans=(good, span), comment="so"))
    (refusal,) = found.intake.refused
    assert (refusal.key, refusal.reason) == ("spans[1]", reason)
    assert found.answers[0].answer.spans == (good,)


def test_passages_beyond_the_most_are_refused() -> None:
    spans = [Span(start=0, end=1, note=str(at)) for at in range(MOST_PARTS + 2)]
    found = run(row(ONE.items[0], spans=tuple(spans)))
    assert len(found.answers[0].answer.spans) == MOST_PARTS
    assert [one.key for one in found.intake.refused] == ["spans[1000]", "spans[1001]"]
    again = run(
        row(ONE.items[0], 2, spans=(spans[-1],)), row(ONE.items[0], spans=tuple(spans[:-2]))
    )
    assert len(again.answers[0].answer.spans) == MOST_PARTS
    assert [one.key for one in again.intake.refused] == ["spans"]


def test_passages_of_a_pair_are_told_of_the_first_system() -> None:
    left = Span(start=0, end=4)
    rows = [row(item, spans=(left, replace(left, end=6, side=1))) for item in PAIRS.items]
    first, second = run(*rows, packet=PAIRS).answers
    assert first.answer.spans == (left, Span(start=0, end=6, side=1))
    assert second.answer.spans == (Span(start=0, end=4, side=1), Span(start=0, end=6))


def test_labels_and_other_values_beyond_the_most_are_refused() -> None:
    long = Mark(value="x" * (LONGEST_COMMENT + 1))
    found = run(row(ONE.items[0], marks={"label": long, "tone": Mark(value="4")}))
    (refusal,) = found.intake.refused
    assert refusal.reason.startswith("found 2,000,001 characters; allowed: up to 2,000,000")
    many = Mark(value="x", also=tuple(map(str, range(MOST_PARTS + 1))))
    found = run(row(ONE.items[0], marks={"label": many}))
    assert found.answers[0].answer.marks["label"] == Mark(value="x")
    assert found.intake.refused[0].reason == (
        "also reasonable: found 1,001 values; allowed: up to 1,000"
    )


@pytest.mark.parametrize("name", ["", " Ann", "Ann\n", "x\0y", "x" * 101])
def test_nobody_is_called_so_whoever_says_it(name: str) -> None:
    said = row(ONE.items[0], marks={"tone": Mark(value="4")})
    found = run(replace(said, rater="17"), raters={"17": name})
    assert [one.reason[:14] for one in found.intake.refused] == [
        "found the name" if name else "neither the fi"
    ]
    found = run(replace(said, rater=None), rater=name or " ")
    assert found.intake.refused[0].reason.startswith("found the name")
    known = run(replace(said, rater="x\0"), raters={"x\0": "Ann"})
    assert known.answers[0].rater == "Ann"
