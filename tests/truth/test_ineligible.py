"""What is dropped from core as ineligible leaves weighted means those of the eligible part."""

from __future__ import annotations

import numpy as np

from measurand.core.example import Example, Message
from measurand.core.lineage import Lineage
from measurand.core.review import Decision
from measurand.jobs.reviewing.book import Book
from measurand.store.built_set import BuiltSet, Spare
from measurand.store.dataset import Dataset

SEEDS = 300
STRATA = {"plain": (400, 0.0, 0.9), "mixed": (300, 0.5, 0.4), "noisy": (300, 0.8, 0.1)}
"""Questions, the share of them that does not belong, and how good answers to the others are."""
DRAWN, RESERVE = 12, 6


def example(stratum: str, at: int, chance: float) -> Example:
    name = f"{stratum}-{at}"
    return Example(
        id=name,
        messages=(Message("user", name),),
        probability=chance,
        stratum=stratum,
    )


def drawn(rng: np.random.Generator) -> tuple[Book, dict[str, bool], dict[str, float]]:
    """A stratified sample of questions with its reserve; which belong, and how good each is."""
    belongs: dict[str, bool] = {}
    good: dict[str, float] = {}
    sample: list[Example] = []
    spares: list[Spare] = []
    for stratum, (size, share, mean) in STRATA.items():
        chance = DRAWN / size
        fits = rng.permutation(np.arange(size) >= round(share * size))
        for at in range(DRAWN + RESERVE):
            one = example(stratum, at, chance)
            belongs[one.id] = bool(fits[at])
            good[one.id] = mean + rng.normal(0, 0.05)
            if at < DRAWN:
                sample.append(one)
            else:
                spares.append(Spare(one, lineage(one), stratum))
    made = BuiltSet(Dataset(tuple(sample)), {e.id: lineage(e) for e in sample}, tuple(spares))
    return Book(made), belongs, good


def lineage(one: Example) -> Lineage:
    return Lineage(
        example=one.id,
        fingerprint=one.fingerprint,
        component="core",
        rule=f"core: stratum {one.stratum}",
        probability=one.probability,
        added="2026-01-01",
    )


def reviewed(book: Book, belongs: dict[str, bool]) -> None:
    """Drop what does not belong, and what comes in for it where that does not either."""
    number = 0
    while unfit := [name for name in book.examples if not belongs[name]]:
        number += 1
        wish = Decision(
            number=number,
            act="drop",
            example=unfit[0],
            seen="",
            by="Ann",
            at="2026-01-02",
            because="test traffic",
            content={"ineligible": True},
        )
        book.enter(book.prepared(wish))


def test_weighted_means_after_a_review_are_those_of_what_belongs() -> None:
    eligible = {name: size * (1 - share) for name, (size, share, _) in STRATA.items()}
    truth = sum(eligible[name] * STRATA[name][2] for name in STRATA) / sum(eligible.values())
    ours, kept, totals = [], [], []
    for seed in range(SEEDS):
        book, belongs, good = drawn(np.random.default_rng(seed))
        reviewed(book, belongs)
        there = list(book.examples.values())
        weights = np.array([1 / (one.probability or 1) for one in there])
        values = np.array([good[one.id] for one in there])
        ours.append(float(weights @ values / weights.sum()))
        totals.append(float(weights.sum()))
        # The weights of the draw, as if each stratum were what it is without what was dropped.
        sizes = {name: sum(one.stratum == name for one in there) for name in STRATA}
        same = np.array([STRATA[one.stratum or ""][0] / sizes[one.stratum or ""] for one in there])
        kept.append(float(same @ values / same.sum()))
    spread = float(np.std(ours, ddof=1)) / SEEDS**0.5
    assert abs(float(np.mean(ours)) - truth) < 4 * spread
    assert abs(float(np.mean(kept)) - truth) > 0.1
    known = sum(eligible.values())
    off = float(np.std(totals, ddof=1)) / SEEDS**0.5
    # Where the reserve suffices, looking until enough is found counts a little too much.
    assert abs(float(np.mean(totals)) - known) < 4 * off + 0.02 * known
