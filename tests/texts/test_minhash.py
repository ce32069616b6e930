"""Near duplicates: what is alike folds, what is not does not, and the same way each time."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import UsageError
from measurand.texts.minhash import HASHES, NearDuplicates, _Hashed, near_duplicates
from measurand.texts.sketches import SKETCH, sketches

ONE = "please tell me how i can change the address of my account before friday"
OTHER = "now please tell me how i can change the address of my account before friday"


def firsts(*texts: str) -> list[int]:
    return [int(first) for first in near_duplicates(texts).folded]


def vocabulary(rng: np.random.Generator, words: int) -> list[str]:
    return ["".join(chr(97 + c) for c in rng.integers(0, 26, 7)) for _ in range(words)]


def test_likeness_is_the_share_of_common_rows_of_one_and_two_words() -> None:
    made = sketches(["a b c", "a b d", "A, b; c!", "x y", "", ONE, OTHER])
    pairs = np.asarray([(0, 1), (0, 2), (0, 3), (0, 4), (4, 4), (5, 6)])
    # {a, b, c, ab, bc} and {a, b, d, ab, bd} share three of seven; 14 words have 27 rows and one
    # more word before them adds two, for "now" is new.
    found = made.alike(pairs[:, 0], pairs[:, 1])
    assert found == pytest.approx([3 / 7, 1, 0, 0, 0, 27 / 29], abs=1e-12)


def test_of_long_texts_it_is_an_estimate_with_the_error_that_is_told() -> None:
    rng = np.random.default_rng(11)
    wanted, got = 0.6, []
    for _ in range(60):
        words = vocabulary(rng, 800)
        # With c words in common at the start of n, c + (c - 1) of 2n - 1 rows are shared.
        one, other = words[:500], words[:375] + words[500:625]
        made = sketches([" ".join(one), " ".join(other)])
        got.append(float(made.alike(np.asarray([0]), np.asarray([1]))[0]))
    exact = 749 / (2 * 999 - 749)
    error = np.sqrt(exact * (1 - exact) / SKETCH)
    assert exact == pytest.approx(wanted, abs=0.01)
    assert np.mean(got) == pytest.approx(exact, abs=3 * error / np.sqrt(60))
    assert 0.7 * error < np.std(got, ddof=1) < 1.3 * error


@pytest.mark.parametrize("shared", [10, 20, 30])
def test_signatures_estimate_likeness_without_bias(shared: int) -> None:
    rng = np.random.default_rng(shared)
    pool = rng.integers(0, 2**32, 80 - shared, dtype=np.uint32)
    hashed = [_Hashed.of(0.8, seed) for seed in range(300)]
    rows = np.concatenate([np.sort(pool[:40]), np.sort(pool[40 - shared :])])
    made = type(sketches([]))(rows, np.asarray([0, 40, 80]))
    shares = [float(np.mean(np.equal(*each.signatures(made)))) for each in hashed]
    wanted = shared / (80 - shared)
    error = np.sqrt(wanted * (1 - wanted) / HASHES)
    assert np.mean(shares) == pytest.approx(wanted, abs=4 * error / np.sqrt(300))
    assert 0.7 * error < np.std(shares) < 1.4 * error


def test_pairs_as_alike_as_the_threshold_are_found() -> None:
    rng = np.random.default_rng(2)
    texts = []
    for _ in range(1500):
        words = vocabulary(rng, 26)
        # 14 of 15 words in the same place and the last another: 27 of 31 rows.
        texts += [" ".join(words[:15]), " ".join([*words[:14], words[20]])]
    found = near_duplicates(texts)
    assert found.near >= 0.99 * 1500
    assert (found.folded[found.folded != np.arange(3000)] % 2 == 0).all()
    assert near_duplicates(texts, threshold=0.9).near == 0


def test_case_and_spaces_do_not_count_and_the_first_leads() -> None:
    found = near_duplicates(["Yes  please", "yes please", "YES PLEASE ", "no thanks", ""])
    assert found.folded.tolist() == [0, 0, 0, 3, 4]
    assert found.group.tolist() == [0, 0, 0, 1, 2]
    assert found.first.tolist() == [0, 3, 4]
    assert (found.exact, found.near, found.unsettled) == (2, 0, 0)


def test_what_is_the_same_does_not_hang_on_a_hash_that_differs_by_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Python salts its own: a process in which two texts happen to share it would fold them.
    monkeypatch.setattr("measurand.texts.minhash.hash", lambda _: 0, raising=False)
    assert firsts("yes please", "no thanks", "half a pair \ud83d", "YES please") == [0, 1, 2, 0]


def test_a_chain_of_small_changes_does_not_join_its_ends() -> None:
    words = ONE.split()
    chain = [" ".join(words[at : at + 12]) for at in range(3)]
    assert firsts(*chain) == [0, 0, 2]
    assert firsts(*chain[::-1]) == [0, 0, 2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("is C++ allowed", "is C# allowed"),
        ("what is 3+4", "what is 3*4"),
        ("is -5 less", "is 5 less"),
        ("\U0001f642", "\U0001f620"),
        ("???", "..."),
        ("a train from leeds to york", "a train from york to leeds"),
        ("cancel my order please", "change my order please"),
    ],
)
def test_what_is_unlike_does_not_fold(one: str, other: str) -> None:
    assert firsts(one, other) == [0, 1]


def test_groups_depend_on_nothing_but_texts_threshold_and_seed() -> None:
    rng = np.random.default_rng(3)
    words = vocabulary(rng, 30)
    texts = [" ".join(rng.choice(words, rng.integers(1, 9))) for _ in range(3000)]
    found = near_duplicates(iter(texts), seed=4)
    again = near_duplicates(texts, seed=4)
    assert np.array_equal(found.group, again.group)
    made = sketches(texts)
    moved = np.flatnonzero(found.folded != np.arange(len(texts)))
    folded = [text.casefold() for text in texts]
    same = [folded[at] == folded[found.folded[at]] for at in moved]
    alike = made.alike(moved, found.folded[moved])
    assert len(moved) > 100
    assert ((alike >= 0.8) | same).all()


def test_many_that_share_bands_and_are_unlike_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"that is all that i need thank you very much {name}" for name in ("ann", "bo", "cy")]
    texts += [f"{ONE} {number}" for number in range(50)]
    whole = near_duplicates(texts)
    monkeypatch.setattr("measurand.texts.minhash._AT_ONCE", 0)
    rounds = near_duplicates(texts)
    assert np.array_equal(whole.group, rounds.group)
    assert rounds.unsettled == 0
    monkeypatch.setattr("measurand.texts.minhash._BUDGET", -1)
    assert near_duplicates(texts).unsettled == len(texts)


def test_no_texts_are_no_groups_and_nonsense_is_refused() -> None:
    none = near_duplicates([])
    assert isinstance(none, NearDuplicates)
    assert none.group.tolist() == none.first.tolist() == none.folded.tolist() == []
    for threshold in (0.1, 1.01, float("nan")):
        with pytest.raises(UsageError, match=r"0\.3 to 1"):
            near_duplicates(["a"], threshold=threshold)
