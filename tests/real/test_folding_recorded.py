"""Near duplicates among recorded questions of people: what folds says the same.

Unlike are two questions each of which has a word of content that the other lacks; words that say
nothing of a matter (articles, thanks, greetings) are listed here and do not count.
"""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest

from measurand.texts.likeness import Likeness
from measurand.texts.minhash import near_duplicates
from measurand.texts.sketches import sketches

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "uss_support_dialogues"
SHORT = 8
EMPTY = frozenset(
    re.findall(
        r"\S+",
        """
        a an the i im id ill me my we us our you your it its its this that thats these those
        there theres here is are was were be been being am do does did have has had will would
        can could should may might shall to of in on at for from with by and or but as so if then
        than too also just please thanks thank yes no nope yeah yep sure ok okay great good
        goodbye bye hello hi hey perfect cool nice fine well oh hm very much really all need
        needed want like get any some what which who when where how about up out now today lets
        help needs them they their he she one actually again still yet more most not
        """,
    )
)

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub("['\u2019]", "", text.lower()))


@pytest.fixture(scope="module")
def questions() -> list[str]:
    texts = []
    for name in ("MWOZ", "SGD"):
        with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as stream:
            for line in stream:
                turns = json.loads(line)["turns"]
                said = (turn["text"] for turn in turns if turn["role"] == "USER")
                texts += [text for text in said if text != "OVERALL"]
    return texts


def unlike(one: str, other: str) -> bool:
    left, right = set(words(one)) - EMPTY, set(words(other)) - EMPTY
    return bool(left - right) and bool(right - left)


def test_what_folds_is_as_alike_as_the_threshold_and_hardly_ever_unlike(
    questions: list[str],
) -> None:
    found = near_duplicates(questions)
    assert (len(questions), found.unsettled) == (24_386, 0)
    assert (found.exact, found.near) == (2_823, 1_012)
    moved = np.flatnonzero(found.folded != np.arange(len(questions)))
    pairs = [(questions[at], questions[found.folded[at]]) for at in moved]
    made = sketches(questions)
    alike = made.alike(moved, found.folded[moved])
    same = [" ".join(a.lower().split()) == " ".join(b.lower().split()) for a, b in pairs]
    assert ((alike >= 0.8) | same).all()
    wrong = [(one, other) for one, other in pairs if unlike(one, other)]
    short = [pair for pair in wrong if min(len(words(text)) for text in pair) <= SHORT]
    # Of short questions one word that differs is too much; among longer ones a few fold.
    assert short == []
    assert len(wrong) <= 0.01 * len(pairs)


def test_nearly_all_pairs_at_the_threshold_are_found(questions: list[str]) -> None:
    told = dict.fromkeys(" ".join(words(text)) for text in questions)
    texts = sorted(told, key=len)[500:4500]
    found = near_duplicates(texts)
    later, earlier, _ = Likeness(texts).among(texts, np.full(len(texts), 0.8))
    apart = later > earlier
    later, earlier = later[apart], earlier[apart]
    folded = found.folded != np.arange(len(texts))
    # What is like the first of a group folds into it, or into an earlier one.
    missed = np.unique(later[~folded[earlier] & ~folded[later]])
    assert folded.sum() > 100
    assert len(missed) <= 0.02 * folded.sum()
