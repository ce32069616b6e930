"""Words in bytes, fast, are the words that are found slowly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.texts.plain import keys, plain, spans
from measurand.texts.words import words

LETTERS = "ab Z9'\u2019 \n.,-+=<\t"
OTHERS = (
    "\u00e9\u00c9\u00df\u1e9e\u03c3\u03c2\u0130\u0131\ufb01\u2460\u00b2\u2026\u2014\u201c\u201d\u2018"
    "\u00a0\u0338\u0301\u65e5\u672c\uff0c\uff01\u3002\u0e01\uffbd\u00bd\u3000\u0085\u2028\u0663"
    "\U0001f642\U00020000"
)


def told(text: str, *, symbols: bool = False) -> list[str]:
    return plain(text.encode(), symbols=symbols).decode().split()


@given(st.text(st.sampled_from(LETTERS + OTHERS)))
def test_the_words_are_the_same_as_those_found_one_by_one(text: str) -> None:
    assert told(text) == list(words(text))


@pytest.mark.parametrize("share", [0.002, 0.03, 0.3])
def test_they_are_however_scattered_the_characters_beyond_ascii(share: float) -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        strange = rng.random(600) < share
        text = "".join(
            OTHERS[rng.integers(len(OTHERS))] if odd else LETTERS[rng.integers(len(LETTERS))]
            for odd in strange
        )
        assert told(text) == list(words(text))


def test_line_ends_stay_and_broken_bytes_are_gaps() -> None:
    assert plain(b"One\nTwo\r\nthree") == b"one\ntwo \nthree"
    assert plain("Gr\u00fc\u00dfe\nTwo \u00e9\n".encode()).count(b"\n") == 2
    assert plain(b"caf\xe9 au lait").split() == [b"caf", b"au", b"lait"]


def test_symbols_are_words_where_they_tell_things_apart() -> None:
    assert told("C++ or C#, 2*4", symbols=True) == ["c", "+", "+", "or", "c", "#", "2", "*", "4"]
    assert told("well-known: don't!", symbols=True) == ["well", "known", "dont"]
    assert told("na\u00efve -5\u20ac", symbols=True) == ["na\u00efve", "5", "\u20ac"]
    assert told("is -5 left", symbols=True) == ["is", "-", "5", "left"]


def test_spans_are_those_of_the_words() -> None:
    text = plain(b" a  bcd\nefghijklmnop")
    starts, ends = spans(text)
    found = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    assert found == [b"a", b"bcd", b"efghijklmnop"]
    assert len(spans(b"").starts) == len(spans(b"  \n").starts) == 0


def test_keys_are_of_the_piece_alone() -> None:
    text = b"abc abcd abc abcdefghi abcdefghj xbcdefghi abcdefghijklmnopqrst abcdefghi1klmnopqrst"
    starts, ends = spans(text)
    found = keys(text, starts, ends).tolist()
    assert found[0] == found[2]
    assert len(set(found)) == len(found) - 1
    # Nor of what else is asked for.
    alone = [keys(text, starts[at : at + 1], ends[at : at + 1])[0] for at in range(len(starts))]
    assert [int(key) for key in alone] == found
