"""Texts of blocks held against a few others: the Jaccard index of their rows, exact."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from measurand.texts.likeness import Likeness
from measurand.texts.words import words


def rows(text: str) -> set[tuple[str, ...]]:
    told = list(words(text))
    return {(word,) for word in told} | set(pairwise(told))


def jaccard(one: str, other: str) -> float:
    left, right = rows(one), rows(other)
    return len(left & right) / len(left | right) if left | right else 0.0


@pytest.fixture(scope="module")
def texts() -> list[str]:
    rng = np.random.default_rng(8)
    vocabulary = ["a", "b", "c", "dd", "eee", "caf\u00e9", "\u65e5", "don't", "well-known"]
    return [" ".join(rng.choice(vocabulary, rng.integers(0, 12))) for _ in range(80)]


@pytest.mark.parametrize("cells", [1, 1 << 20])
def test_likeness_is_exact(texts: list[str], cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("measurand.texts.likeness._CELLS", cells)
    few, many = texts[:20], texts[20:]
    found = Likeness(few).among(many, np.full(20, 0.3))
    got = {
        (int(text), int(other)): float(likeness)
        for text, other, likeness in zip(*found, strict=True)
    }
    exact = {
        (at, other): jaccard(text, few[other])
        for at, text in enumerate(many)
        for other in range(20)
        if jaccard(text, few[other]) >= 0.3
    }
    assert got == pytest.approx(exact, abs=1e-12)
    assert len(exact) > 20


def test_the_few_among_themselves_and_a_floor_of_each(texts: list[str]) -> None:
    few = Likeness(texts[:20])
    own = few.own()
    assert (np.diag(own) == 0).all()
    assert own[3, 7] == own[7, 3] == pytest.approx(jaccard(texts[3], texts[7]), abs=1e-12)
    floors = np.full(20, 2.0)
    floors[4] = 1.0
    found = few.among([*texts[:20], texts[4].upper()], floors)
    assert {4, 20} <= set(found.texts.tolist())
    assert set(found.others.tolist()) == {4}


def test_no_texts_are_like_nothing() -> None:
    assert len(Likeness([]).among(["a b"], np.empty(0)).texts) == 0
    assert len(Likeness(["a b"]).among([], np.full(1, 0.1)).texts) == 0
    assert len(Likeness(["", "?"]).among(["", "?"], np.full(2, 0.1)).texts) == 0
