"""Mitigations made of what a judge has said: the length term, the mean of a panel."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.core.probe import BASE, ProbeRow
from measurand.jobs.auditing.after import with_afterwards

PADDED = {"pad-restate": 200, "pad-list": 180, "pad-boilerplate": 150}


def row(example: str, probe: str, value: float, *, words: int = 100, rater: str = "j") -> ProbeRow:
    return ProbeRow(
        example=example,
        system="s",
        dimension="d",
        rater=rater,
        probe=probe,
        value=value,
        words=words,
    )


def padded(points: float, *, count: int = 40, noise: float = 0.2) -> list[ProbeRow]:
    rng = np.random.default_rng(3)
    rows = []
    for number in range(count):
        own, name = 3 + rng.normal(0, 0.5), f"e{number}"
        rows.append(row(name, BASE, own))
        for probe, words in PADDED.items():
            value = own + points * np.log2(words / 100) + rng.normal(0, noise)
            rows.append(row(name, probe, float(value), words=words))
    return rows


def shift(rows: list[ProbeRow], probe: str, mitigation: str) -> float:
    kept = [one for one in rows if one.mitigation == mitigation]
    base = {one.example: float(one.value or 0) for one in kept if one.probe == BASE}
    moved = [float(o.value or 0) - base[o.example] for o in kept if o.probe == probe]
    return float(np.mean(moved))


@pytest.mark.parametrize("points", [0.0, 0.5, -0.5])
def test_the_length_term_takes_away_what_words_add(points: float) -> None:
    rows = list(with_afterwards(padded(points), ["length_term"]))
    for probe, words in PADDED.items():
        assert shift(rows, probe, "") == pytest.approx(points * np.log2(words / 100), abs=0.12)
        assert shift(rows, probe, "length_term") == pytest.approx(0.0, abs=0.12)


def test_a_bias_that_is_no_matter_of_words_is_not_explained_away() -> None:
    rows = padded(0.0)
    odd = [
        row(o.example, o.probe, float(o.value or 0) + 1.0, words=o.words or 0)
        if o.probe == "pad-boilerplate"
        else o
        for o in rows
    ]
    found = list(with_afterwards(odd, ["length_term"]))
    assert shift(found, "pad-boilerplate", "length_term") > 0.8


def test_a_panel_is_the_mean_of_its_judges_where_all_of_them_spoke() -> None:
    rows = [
        row("e1", "authority", 5.0, rater="a"),
        row("e1", "authority", 3.0, rater="b"),
        row("e2", "authority", 5.0, rater="a"),
    ]
    made = [one for one in with_afterwards(rows, ["panel"]) if one.mitigation]
    assert [(one.example, one.rater, one.value) for one in made] == [
        ("e1", "a", 4.0),
        ("e1", "b", 4.0),
    ]
    assert with_afterwards(rows[:1], ["panel"]) == tuple(rows[:1])


def test_what_is_always_on_and_what_was_asked_for_itself_add_nothing() -> None:
    rows = tuple(padded(0.3, count=3))
    assert with_afterwards(rows, ["both_orders", "plain_text", "severity_map"]) == rows
