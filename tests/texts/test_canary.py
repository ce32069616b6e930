"""A canary is found however it was carried off, and nowhere else."""

from urllib.parse import quote

import pytest

from measurand.texts.canary import (
    CanarySearch,
    beginning,
    canary_line,
    canary_of,
    chance_of,
    completion,
    digits_of,
    matched,
)

DIGITS = "1780fd44764e9e6e1f539360ed7e4737"
CANARY = canary_of(DIGITS)
PAD = b"Lorem ipsum dolor sit amet 1780fd44.\n" * 50


def places(text: bytes, size: int) -> list[int]:
    search = CanarySearch(DIGITS)
    cut = (text[at : at + size] for at in range(0, len(text), size))
    return [hit.line for piece in cut for hit in search.feed(piece)]


CARRIED = {
    "plain": CANARY,
    "capital": CANARY.upper(),
    "bare": DIGITS,
    "over lines": f"{CANARY[:10]}\n{CANARY[10:20]}-\n   {CANARY[20:]}",
    "percent": quote(CANARY).replace("-", "%2D"),
    "all percent": "".join(f"%{ord(char):02X}" for char in CANARY),
    "escaped": f"{CANARY[:9]}\\n{CANARY[9:14]}\\u002d{CANARY[14:]}",
    "dashes": CANARY.replace("-", "\u2013"),
    "quoted printable": f"{CANARY[:12]}=\n{CANARY[12:]}",
    "commented": CANARY.replace("-", "-\n# "),
}


@pytest.mark.parametrize("how", CARRIED)
@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_it_is_found_however_it_is_written(how: str, size: int) -> None:
    text = PAD + b"id: " + CARRIED[how].encode() + b" end\n" + PAD
    (line,) = places(text, size)
    assert 51 <= line <= 55


def test_every_one_is_found_with_its_line_and_others_are_not() -> None:
    text = PAD + DIGITS.encode() + b"\n" + PAD + CANARY.encode() + b"\n"
    assert places(text, 1 << 16) == [51, 102]
    other = canary_of(DIGITS[::-1])
    assert places(PAD + other.encode() + PAD, 100) == []
    assert places((DIGITS[:31] + "0").encode(), 100) == []


def test_its_line_is_known_again_and_its_beginning_holds_the_half() -> None:
    assert digits_of(canary_line(CANARY)) == DIGITS
    assert digits_of("no canary here") is None
    assert completion(DIGITS) not in beginning(DIGITS).replace("-", "")
    assert beginning(DIGITS).replace("-", "").endswith(DIGITS[:16])
    with pytest.raises(ValueError, match="32 hexadecimal"):
        canary_of("12")


def test_who_goes_on_is_known_and_the_chance_is_exact() -> None:
    assert matched(DIGITS, f"... {CANARY[19:23].upper()}-{CANARY[24:28]}")
    assert not matched(DIGITS, beginning(DIGITS))
    # Ten characters have three places for eight digits; white space has none.
    assert chance_of(("0123456789", "  ")) == pytest.approx(3 * 16.0**-8, rel=1e-12)
    assert chance_of(()) == 0.0
