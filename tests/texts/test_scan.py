"""Rows of words found in texts: all of them, where they stand, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import UsageError
from measurand.texts.needles import LEAST, Needles
from measurand.texts.plain import plain
from measurand.texts.scan import Scan, Span, scan
from measurand.texts.words import unspaced, words

LONG = (
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in "
    "May. How many clips did Natalia sell altogether in April and May?"
)


def naive(needles: list[str], n: int, text: str) -> set[Span]:
    """Every longest common span, word by word."""
    told = [(word, line) for line, part in enumerate(text.split("\n")) for word in words(part)]
    found = set()
    for number, needle in enumerate(needles):
        sought = list(words(needle))
        halves = [1 if unspaced(word[0]) else 2 for word in sought]
        for at in range(len(told)):
            for start in range(len(sought)):
                before = at and start and told[at - 1][0] == sought[start - 1]
                size = 0
                while (
                    not before
                    and at + size < len(told)
                    and start + size < len(sought)
                    and told[at + size][0] == sought[start + size]
                ):
                    size += 1
                held = sum(halves[start : start + size])
                whole = size == len(sought) and held >= 2 * LEAST
                if held >= 2 * n or (size and whole):
                    found.add(Span(number, start, size, told[at][1]))
    return found


def world(rng: np.random.Generator) -> tuple[list[str], str]:
    """Needles, and a text that quotes parts of them."""

    def row(size: int) -> str:
        return " ".join(rng.choice(vocabulary, size))

    letters = list("abcd\u00e9")
    sizes = rng.choice([1, 2, 5, 9, 14, 30], rng.choice([3, 12, 40]))
    vocabulary = ["\u65e5", "\u672c", "\u8a9e", *("".join(rng.choice(letters, k)) for k in sizes)]
    needles = [row(int(rng.choice([0, 2, 4, 5, 7, 9, 13, 20, 45]))) for _ in range(6)]
    parts = []
    for _ in range(rng.integers(1, 12)):
        if rng.random() < 0.6:
            quoted = needles[rng.integers(6)].split()
            start = int(rng.integers(0, len(quoted) + 1))
            parts.append(" ".join(quoted[start : int(rng.integers(start, len(quoted) + 1))]))
        else:
            parts.append(row(int(rng.integers(0, 30))))
        parts.append(str(rng.choice([" ", "\n", ", ", " \n\n", ". "])))
    return needles, "".join(parts)


def cut(text: bytes, rng: np.random.Generator) -> list[bytes]:
    """The text in pieces that end after a blank."""
    pieces, start = [], 0
    while start < len(text):
        end = min(len(text), start + int(rng.choice([20, 100, 1000])))
        while end < len(text) and text[end - 1] > ord(" "):
            end += 1
        pieces.append(text[start:end])
        start = end
    return pieces


@pytest.mark.parametrize("reach", [1, 64, 4096])
def test_all_spans_are_found_once_whatever_the_pieces(
    reach: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("measurand.texts.scan._LEAST_REACH", reach)
    rng = np.random.default_rng(reach)
    seen = 0
    for _ in range(60):
        needles, text = world(rng)
        n = int(rng.choice([4, 5, 8, 13]))
        found = list(scan(Needles(needles, n), cut(text.encode(), rng)))
        assert set(found) == naive(needles, n, text)
        assert len(found) == len(set(found))
        seen += len(found)
    assert seen > 10


def test_case_punctuation_and_line_ends_do_not_hide_a_row() -> None:
    needles = Needles([LONG])
    text = LONG.upper().replace(" ", "  \n ").replace("April,", "\u201cApril\u201d \u2014")
    assert list(scan(needles, text.encode())) == [Span(0, 0, 31, 0)]
    assert list(scan(needles, b"Once.\n\nShe said:\nnatalia sold " + text.encode())) == [
        Span(0, 0, 31, 3)
    ]


def test_a_row_is_n_words_and_one_less_is_none() -> None:
    needles = Needles([LONG], 13)
    row = list(words(LONG))
    for start in range(len(row) - 12):
        thirteen = " ".join(["x", *row[start : start + 13], "y"]).encode()
        assert list(scan(needles, thirteen)) == [Span(0, start, 13, 0)]
        assert not list(scan(needles, " ".join(["x", *row[start : start + 12], "y"]).encode()))


def test_of_a_short_text_the_whole_is_looked_for_and_of_a_shorter_one_nothing() -> None:
    needles = Needles(["I want a refund", "Thanks a lot", "Where is my order now?"])
    found = list(scan(needles, b"so I want a refund please. thanks a lot\nwhere is my order now"))
    assert found == [Span(0, 0, 4, 0), Span(2, 0, 5, 1)]
    assert not list(scan(needles, b"i want a refunds where is my order"))


def test_in_scripts_without_spaces_two_characters_are_a_word() -> None:
    sentence = (
        "\u8bf7\u627e\u51fa\u7ed9\u5b9a\u5b57\u6bb5\u6269\u5c55\u76f8\u5bf9\u4e8e\u7684\u6b21\u6570"
    )
    needles = Needles([sentence * 2], 13)
    assert needles.size(0) == 15
    assert list(scan(needles, f"x{(sentence * 2)[:26]}y".encode())) == [Span(0, 0, 26, 0)]
    assert not list(scan(needles, f"x{(sentence * 2)[:25]}y".encode()))


def test_memory_does_not_grow_with_the_text() -> None:
    going = Scan(Needles([LONG]))
    piece = plain(b"nothing of it stands here at all, whatever is read.\n" * 2000)
    for _ in range(30):
        assert not going.feed(piece)
    assert len(going._tail) < 8192
    assert len(going._told._pieces) <= 2
    assert going.feed(plain(LONG.encode()), last=True) == [Span(0, 0, 31, 60000)]


def test_texts_without_words_and_no_texts_are_found_nowhere() -> None:
    assert not list(scan(Needles([]), LONG.encode()))
    assert not list(scan(Needles(["", "?!", "\n"]), LONG.encode()))
    assert not list(scan(Needles([LONG]), b""))
    for n in (3, 65):
        with pytest.raises(UsageError, match="4 to 64"):
            Needles([LONG], n)
