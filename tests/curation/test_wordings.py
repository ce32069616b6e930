"""What folds asks the same at its end, whatever stands around it."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pytest

from measurand.curation.fold import folded
from measurand.curation.wordings import apart, reworded
from measurand.texts.minhash import near_duplicates

RNG = np.random.default_rng(7)
WORDS = [f"w{at}" for at in range(3_000)]


def some(count: int) -> str:
    return " ".join(RNG.choice(WORDS, count, replace=False))


PASSAGE = some(230)
RULES = some(60)


def parted(texts: Sequence[str], codes: Sequence[int] | None = None) -> list[int]:
    """The codes of texts of one turn, from the start or as they were folded."""
    none = np.zeros(len(texts), dtype=np.int64)
    known = folded(near_duplicates(texts).group, none, none) if codes is None else np.array(codes)
    wording = np.array([hash(text) & 0xFFFF_FFFF for text in texts], dtype=np.uint64)
    found: list[int] = apart(known, wording, lambda row: texts[row]).tolist()
    return found


def groups(codes: Sequence[int]) -> int:
    return len(set(codes))


@pytest.mark.parametrize("count", [3, 100])
@pytest.mark.parametrize(
    "form",
    [
        "Answer from the context. Context: {passage} Question: {asked}?",
        "Question: {asked}? Answer from the context. Context: {passage}",
        "Context: {passage} Question: {asked}? Mind these rules: {rules}",
    ],
)
def test_a_passage_that_many_requests_share_folds_none_of_them(form: str, count: int) -> None:
    texts = [form.format(passage=PASSAGE, rules=RULES, asked=some(8)) for _ in range(count)]
    assert groups(near_duplicates(texts).group.tolist()) < count  # they would fold
    assert groups(parted(texts)) == count
    # The same request word for word is the same still, and so is one in other letters.
    again = parted([*texts, texts[0], texts[1].upper()])
    assert again[-2:] == again[:2]


def test_a_form_is_told_by_what_is_filled_in_though_it_is_one_word() -> None:
    form = "{} Question: who is {}? Mind these rules: {}"
    texts = [form.format(PASSAGE, name, RULES) for name in WORDS[:40]]
    assert groups(parted(texts)) == 40
    assert groups(parted([*texts, *texts])) == 40


def test_what_is_said_in_nearly_the_same_words_folds_still() -> None:
    asked = some(40)
    ways = [asked, f"please {asked}", f"hello {asked}", f"hello please {asked}", asked.upper()]
    ways += [f"{asked} now", f"{asked} now please", f"hello {asked} now"]
    assert groups(parted(ways)) == 1


def test_short_turns_after_the_same_history_are_two_questions() -> None:
    turns = ["No, cancel it", "Yes, book it", "no cancel it!", "Yes, book it"]
    assert parted(turns, [0, 0, 0, 0]) == [0, 1, 0, 1]
    assert groups(parted(turns, [0, 1, 0, 1])) == 2


def test_many_wordings_of_one_form_are_parted_in_good_time() -> None:
    texts = [f"{PASSAGE} who is {WORDS[at % 3_000]} in {at // 3_000}" for at in range(6_000)]
    started = time.process_time()
    assert groups(parted(texts, [0] * len(texts))) == len(texts)
    assert time.process_time() - started < 5


def test_what_is_folded_though_worded_otherwise_is_told_where_it_is_much() -> None:
    group = np.array([0] * 10 + [1] * 10 + [2] * 80)
    wording = np.array([*range(10), *[50] * 10, *[60] * 78, 61, 62], dtype=np.uint64)
    every = np.ones(100, dtype=bool)
    assert reworded(group, wording, among=every) == [(0, 9)]
    assert reworded(group, wording, among=group > 0) == []


def test_nothing_is_parted_of_nothing() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert not apart(none, none.astype(np.uint64), str).size
