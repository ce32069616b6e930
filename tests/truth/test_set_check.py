"""Faults that are planted in a clean set are found; a clean set has none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.truth.checked_set import FAULTS, World

from measurand.analysis.set_check import CHECKS, SetCheck, set_check
from measurand.analysis.set_check_terms import Said, SetState
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO

COUNT = 20
KINDS = {
    "same": ("same-in-two-parts", "same-twice"),
    "near": ("near-in-two-parts", "near-twice"),
    "tools": ("same-in-two-parts", "same-twice"),
}
CHECKED = {
    **dict.fromkeys(("same", "near", "tools"), "duplicates"),
    "question-in-prompt": "shown",
    "references-disagree": "contradictions",
    "references-contradict": "references",
    "checklist-unmet": "checklists",
    "answer-in-question": "golden",
    **dict.fromkeys(("blank-question", "blank-text", "unfinished-reference"), "blanks"),
    "ends-with-answer": "blanks",
    **dict.fromkeys(("cut-off", "absent-thing", "placeholder", "context-empty"), "unanswerable"),
    "other-language": "languages",
    **dict.fromkeys(("secret", "personal-data"), "private"),
    "licence-restricted": "licences",
    "dated-ahead": "dates",
    **dict.fromkeys(("weight-of-no-dimension", "note-of-no-dimension"), "dimensions"),
}
LEAST = {"cut-off": 0.05, "absent-thing": 0.6, "placeholder": 0.8, "context-empty": 0.8}
"""Attacks are not looked at for the last three; a cut is seen where a sentence cannot end."""
LABELS = Rubric(Dimension("accuracy", scale=YES_NO))


def _found(found: SetCheck, fault: str) -> frozenset[str]:
    kinds = KINDS.get(fault, (fault,))
    return frozenset(
        name for one in found.concerns if one.kind.name in kinds for name in one.examples
    )


def _recall(fault: str, seeds: range) -> float:
    hit = planted = 0
    checks = [check for check in CHECKS if check.name == CHECKED[fault]]
    for seed in seeds:
        state, names = World.clean(seed).planted(fault, COUNT, seed)
        hit += len(frozenset(names) & _found(set_check(state, checks), fault))
        planted += len(names)
    return hit / planted


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_faults_are_found(fault: str) -> None:
    assert _recall(fault, range(1)) >= LEAST.get(fault, 1.0)


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
def test_planted_faults_are_found_in_many_sets(fault: str) -> None:
    assert _recall(fault, range(1, 21)) >= LEAST.get(fault, 0.99)


@pytest.mark.long
def test_clean_sets_have_nothing_wrong_and_no_doubts() -> None:
    for seed in range(20):
        found = set_check(World.clean(seed).state)
        assert found.concerns == ()
        assert found.verdict.outcome == "pass"


def test_a_clean_set_has_nothing_wrong_in_whatever_order_it_stands() -> None:
    state = World.clean(0).state
    order = np.random.default_rng(0).permutation(len(state.examples)).tolist()
    for examples in (state.examples, tuple(state.examples[at] for at in order)):
        found = set_check(replace(state, examples=examples))
        assert found.concerns == ()
        assert found.verdict.outcome == "pass"


def _rated(seed: int, *, flipped: float) -> tuple[SetState, frozenset[tuple[str, str]]]:
    """Seven raters of different skill, and right ratings of which some are not."""
    rng = np.random.default_rng(seed)
    state = World.clean(seed).state
    skill = (0.75, 0.8, 0.8, 0.85, 0.85, 0.9, 0.9)
    rows, wrong = [], set()
    for example in state.examples:
        truth = bool(rng.random() < 0.6)
        told = truth
        if rng.random() < flipped:
            told = not truth
            wrong.add((example.id, "bot"))
        rows.append(_rating(example.id, "expert", "reference", told=told))
        for at, accuracy in enumerate(skill):
            said = truth if rng.random() < accuracy else not truth
            kind = "people" if at < 4 else "judge"
            rows.append(_rating(example.id, f"r{at}", kind, told=said))
    return replace(state, said=Said(Ratings.of(rows), LABELS)), frozenset(wrong)


def _rating(example: str, rater: str, kind: str, *, told: bool) -> Rating:
    return Rating(
        example=example,
        system="bot",
        dimension="accuracy",
        rater=rater,
        kind=kind,  # type: ignore[arg-type]
        value=float(told),
    )


def test_wrong_labels_are_found_by_those_who_rated() -> None:
    checks = [check for check in CHECKS if check.name == "labels"]
    hit = told = planted = 0
    for seed in range(3):
        state, wrong = _rated(seed, flipped=0.05)
        names = {name for name, _ in wrong}
        found = _found(set_check(state, checks), "label-against-raters")
        hit, told, planted = hit + len(found & names), told + len(found), planted + len(names)
    assert planted > 40
    assert hit / planted >= 0.85
    assert hit / told >= 0.75
