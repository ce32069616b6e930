import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.privacy.patterns import KINDS, find, iban, luhn

# Test numbers that card schemes, banks and registries publish for this purpose.
CARDS = ("4111111111111111", "5555555555554444", "378282246310005", "6011111111111117",
         "30569309025904", "3530111333300000", "2223003122003222")  # fmt: skip
IBANS = ("GB82WEST12345698765432", "DE89370400440532013000", "FR1420041010050500013M02606",
         "NO9386011117947", "MT84MALT011000012345MTLCAST001S", "CH9300762011623852957",
         "NL91ABNA0417164300", "SA0380000000608010167519", "BE68539007547034")  # fmt: skip


@pytest.mark.parametrize("number", CARDS)
def test_luhn_accepts_published_numbers_and_refuses_every_single_error(number: str) -> None:
    assert luhn(number)
    for place, digit in enumerate(number):
        for other in set(string.digits) - {digit}:
            assert not luhn(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize("number", IBANS)
def test_iban_accepts_published_numbers_and_refuses_changes(number: str) -> None:
    assert iban(number)
    assert not iban(number[:-1])
    assert not iban(number[:2] + number[3] + number[2] + number[4:]) or number[2] == number[3]
    assert not iban("XX" + number[2:])


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        *((f"pay with {card}, thanks", "card number", card) for card in CARDS),
        *((f"to {number}.", "IBAN", number) for number in IBANS),
        ("order 12 4111-1111-1111-1111", "card number", "4111-1111-1111-1111"),
        ("3782 822463 10005", "card number", "3782 822463 10005"),
        ("DE89 3704 0044 0532 0130 00 THE NEXT", "IBAN", "DE89 3704 0044 0532 0130 00"),
        ("AT61 1904 3002 3457 3201 ABCD EF", "IBAN", "AT61 1904 3002 3457 3201"),
        ("mail jane.doe+x@acme.co.uk.", "email", "jane.doe+x@acme.co.uk"),
        ("用户邮箱是zhang@qq.com。", "email", "zhang@qq.com"),
        ("ssn 123-45-6789", "social security number", "123-45-6789"),
        ("from 8.8.8.8:53", "ip address", None),
        ("from 8.8.8.8 to you", "ip address", "8.8.8.8"),
        ("2001:4860:4860::8888", "ip address", "2001:4860:4860::8888"),
        ("call +49 30 1234567 now", "phone number", "+49 30 1234567"),
        ("(555) 123-4567", "phone number", "(555) 123-4567"),
        ("Tel. 01 23 45 67 89", "phone number", "01 23 45 67 89"),
        ("AKIA" + "IOSFODNN7EXAMPLE", "api key", "AKIA" + "IOSFODNN7EXAMPLE"),
        ("ghp_" + "a1" * 18, "api key", "ghp_" + "a1" * 18),
        ("-----BEGIN RSA PRIVATE KEY-----", "private key", "-----BEGIN RSA PRIVATE KEY-----"),
        ("https://user:hunter2@host/x", "login in a URL", "user:hunter2@"),
        (f"eyJ{'a' * 9}.eyJ{'b' * 9}.{'c' * 9}", "token", f"eyJ{'a' * 9}.eyJ{'b' * 9}.{'c' * 9}"),
    ],
)
def test_find(text: str, kind: str, part: str | None) -> None:
    places = [place for place in find(text) if place.kind == kind]
    assert [text[place.start : place.end] for place in places] == ([part] if part else [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "On 2024-01-02 at 10:30:15 we sold 1,234,567.89 units.",
        "4111 1111 1111 1112",
        "0000000000000000",
        "DE88370400440532013000",
        "000-12-3456 and 666-12-3456 and 912-12-3456",
        "127.0.0.1, 192.168.1.1, 10.0.0.1, ::1, 999.1.1.1",
        "me@example.com and you@sub.example.org and x@y.test",
        "call 911 or 112",
        "sk-short and eyJ.eyJ.x",
        "f(x) = a::b",
    ],
)
def test_what_only_looks_alike_is_left_alone(text: str) -> None:
    assert find(text) == ()


def test_kinds_and_allowed_texts_narrow_the_search() -> None:
    text = "help@acme.com or 555-123-4567"
    assert {place.kind for place in find(text)} == {"email", "phone number"}
    assert [place.kind for place in find(text, ["email"])] == ["email"]
    assert [p.kind for p in find(text, allow=frozenset({"Help@ACME.com"}))] == ["phone number"]


@given(st.text(st.sampled_from("0123456789 -+().:@aZ/eyJsk_\x00é"), max_size=200))
def test_places_are_ordered_disjoint_and_inside(text: str) -> None:
    places = find(text)
    ends = [0, *(place.end for place in places)]
    assert all(end <= place.start < place.end for end, place in zip(ends, places, strict=False))
    assert all(place.end <= len(text) and place.kind in KINDS for place in places)


@pytest.mark.parametrize(
    "unit",
    ["a", "1", "1 ", "4111 ", "a.", "a@", "DE12 ", "+1 ", ":", "ab:", "1.", "://a:", "eyJaaaaaaaa.",
     "-----BEGIN A ", "123-45-", "a@a.", "(123) ", "\x00"],
)  # fmt: skip
def test_a_long_text_takes_seconds_at_most(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    began = time.process_time()
    find(text)
    assert time.process_time() - began < 5
