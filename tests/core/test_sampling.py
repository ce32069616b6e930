"""Choices that hang on words: the same again, nested, and fair."""

from __future__ import annotations

from measurand.core.sampling import draw, drawn

NAMES = [f"e{at}" for at in range(200)]


def test_the_same_words_draw_the_same() -> None:
    assert draw(7, "a") == draw(7, "a") != draw(7, "b")
    assert 0 <= draw("x") < 1


def test_draws_are_uniform() -> None:
    found = [draw("uniform", at) for at in range(20_000)]
    assert abs(sum(found) / len(found) - 0.5) < 4 * (1 / 12 / len(found)) ** 0.5
    tenths = [sum(low <= 10 * value < low + 1 for value in found) for low in range(10)]
    assert all(abs(count - 2000) < 4 * (2000 * 0.9) ** 0.5 for count in tenths)


def test_a_larger_sample_contains_the_smaller() -> None:
    assert drawn(NAMES, 20, 7) < drawn(NAMES, 50, 7) < drawn(NAMES, None, 7) == set(NAMES)
    assert len(drawn(NAMES, 50, 7)) == 50
    assert drawn(NAMES, 500, 7) == set(NAMES)
    assert drawn([*NAMES, *NAMES], 50, 7) == drawn(NAMES, 50, 7)


def test_every_name_is_drawn_as_often() -> None:
    times = [sum(name in drawn(NAMES[:20], 5, seed) for seed in range(2000)) for name in NAMES[:20]]
    assert all(abs(count - 500) < 4 * (500 * 0.75) ** 0.5 for count in times)
