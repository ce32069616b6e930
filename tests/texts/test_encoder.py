"""Rows of unit length, each of its own text alone."""

import numpy as np
import pytest

from measurand.errors import UsageError
from measurand.texts.encoder import CUT, hashed_encoder

TEXTS = [
    "I want a refund for order 4711",
    "refunds of my orders, please",
    "Where is the railway station?",
    "",
    "!!! \U0001f600",
    "\u6211\u7684\u8ba2\u5355\u5728\u54ea\u91cc",
    "lone \ud800 surrogate and NUL \0 inside",
]
encode = hashed_encoder()


def test_rows_have_unit_length_and_hang_on_their_own_text_alone() -> None:
    together = encode(TEXTS)
    assert together.shape == (len(TEXTS), 512)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1)
    for text, row in zip(TEXTS, together, strict=True):
        assert encode([text])[0] == pytest.approx(row, abs=1e-12)
    assert encode([]).shape == (0, 512)


def test_alike_in_words_is_close_and_without_words_is_one_place() -> None:
    cosines = encode(TEXTS) @ encode(TEXTS).T
    assert cosines[0, 1] > 0.3
    assert cosines[0, 2] < 0.1
    assert cosines[3, 4] == pytest.approx(1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("REFUND, order: 12!", "refund order 98"),
        ("don't", "don\u2019t"),
        ("caf\u00e9", "cafe\u0301"),
        ("to [redacted email 3f2a91c4] today", "to [redacted email 00000000] today"),
    ],
)
def test_case_digits_forms_and_tags_do_not_count(one: str, other: str) -> None:
    first, second = encode([one, other])
    assert first == pytest.approx(second, abs=1e-12)


def test_order_and_spelling_do_count() -> None:
    first, second, third = encode(["card lost abroad", "abroad lost card", "card lost aboard"])
    assert first @ second < 0.999
    assert first @ third < 0.999


def test_of_a_long_text_its_start_and_its_end_count() -> None:
    middle = "x" * CUT
    start, end = "refund " * (CUT // 14), "station " * (CUT // 16)
    long = encode([f"{start}{middle} {end}"])[0]
    assert long @ encode([f"{start}{'y' * CUT} {end}"])[0] > 0.9
    assert min(long @ encode(["refund"])[0], long @ encode(["station"])[0]) > 0.1


def test_one_batch_and_many_give_the_same() -> None:
    many = [f"question {'abcdefghij'[n % 10] * 30} of the day" for n in range(9_000)]
    assert encode(many)[[0, 4_999, 8_999]] == pytest.approx(
        encode([many[0], many[4_999], many[8_999]]), abs=1e-12
    )


def test_inner_products_keep_those_of_the_counts() -> None:
    """Hashing to few dimensions is unbiased: over many pairs the cosines agree with wide ones."""
    rng = np.random.default_rng(3)
    words = [f"{'bcdfgklm'[n % 8]}{'aeiou'[n // 8 % 5]}{'rstnp'[n // 40 % 5]}o" for n in range(200)]
    texts = [" ".join(rng.choice(words, 8)) for _ in range(80)]
    upper = np.triu_indices(len(texts), 1)
    few, many = ((v @ v.T)[upper] for v in (encode(texts), hashed_encoder(8_192)(texts)))
    assert abs(float((few - many).mean())) < 0.01
    assert float(np.abs(few - many).max()) < 0.4


def test_too_few_dimensions_are_refused() -> None:
    with pytest.raises(UsageError, match="at least 16"):
        hashed_encoder(8)
