import gc
import json
import re
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from measurand.core.running import RedactPlan
from measurand.errors import PlanError, UsageError
from measurand.privacy import redaction
from measurand.privacy.patterns import KINDS, find, placeholders
from measurand.privacy.redaction import Redactor, redact_json

KEY = b"sixteen bytes or more"
TAG = r"[0-9a-f]{8}"
WIDE = {code: code + 0xFEE0 for code in range(33, 127)}
SECRETS = {
    "private key": [
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAA\nabc+/==\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQ\\nEFAASCBKcwggSjAgEAAoIBAQ",
    ],
    "api key": [
        "sk-" + "proj-" + "a1B2" * 8,
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "a1" * 18,
        "sk_" + "live_" + "9" * 24,
        "token=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        '"api_key": "9f86d081884c7d659a2feaa0c55ad015"',
        "Bearer abcdEFGH1234567890xyz",
    ],
    "token": [f"eyJ{'a' * 9}.eyJ{'b' * 9}.{'c' * 9}"],
    "login in a URL": ["https://user:hunter2@host.org/x"],
    "email": ["jane.doe+x@acme.co.uk", "zhang@qq.com", "jürgen@müller.de", "q@xn--80a.xn--p1ai",
              "jane%40acme.com"],
    "IBAN": ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "NO9386011117947"],
    "card number": ["4111111111111111", "4111 1111 1111 1111", "3782 822463 10005",
                    "5555-5555-5555-4444", "4111111111111111".translate(WIDE),
                    "4111\u202f1111\u202f1111\u202f1111"],
    "social security number": ["123-45-6789", "123\u201145\u20116789"],
    "ip address": ["8.8.8.8", "2001:4860:4860::8888"],
    "phone number": ["+49 30 1234567", "+49 (0)30 1234567", "(555) 123-4567", "212-555-0123",
                     "030 1234567", "01 23 45 67 89", "+1\u00a0212\u00a05550123"],
}  # fmt: skip
PLANTED = [(kind, secret) for kind, secrets in SECRETS.items() for secret in secrets]
TELLING = {
    "login in a URL": "hunter2",
    "api key": r"[\w/]*$",
}
AROUND = [" ", "\n", "\t", '"', "'", "(", ")", "<", ">", "[", "]", "{", "|", ";", "*", "。", "用",
          "é ", "😀", "\\n", "\\u003c"]  # fmt: skip
AROUND_TEXT = st.text(max_size=60) | st.text("0123456789 -+().:@aZ/eyJsk_\\nDE", max_size=60)
PIECES = st.lists(
    st.sampled_from([secret for _, secret in PLANTED] + AROUND)
    | st.text("0123456789 -+().:@aZ_%[]", max_size=12)
    | st.just("[redacted email 3f2a91c4]"),
    max_size=12,
).map("".join)


def redactor(**plan: Any) -> Redactor:
    return Redactor(RedactPlan(**plan), KEY)


REDACT = redactor()


@pytest.mark.parametrize(("kind", "secret"), PLANTED)
def test_each_kind_becomes_its_placeholder(kind: str, secret: str) -> None:
    left = REDACT(f"so: {secret} !")
    assert re.search(rf"\[redacted {kind} {TAG}\]", left)
    assert secret not in left


@settings(max_examples=600)
@given(
    planted=st.sampled_from(PLANTED),
    before=AROUND_TEXT,
    left=st.sampled_from(AROUND),
    right=st.sampled_from(AROUND),
    after=AROUND_TEXT,
)
def test_a_planted_secret_survives_in_no_surrounding(
    planted: tuple[str, str], before: str, left: str, right: str, after: str
) -> None:
    kind, secret = planted
    redacted = REDACT(before + left + secret + right + after)
    told = TELLING.get(kind, ".*")
    match = re.search(told, secret, re.DOTALL)
    assert match is not None
    core = match[0] or secret
    assert redacted.count(core) <= (before + left).count(core) + (right + after).count(core)


@given(PIECES)
@example("(555) 123-4567(555) 123-4567(555) 123-4567")
@example("DE89 3704 0044 0532 0130 004111111111111111")
@example("jane@acme.com@acme.com@acme.com")
def test_redacting_again_changes_nothing(text: str) -> None:
    once = REDACT(text)
    assert REDACT(once) == once


@given(st.text(st.characters(categories=["Lo", "So", "Sm"]), max_size=40), st.sampled_from(PLANTED))
def test_what_stands_around_stays_as_it_was(around: str, planted: tuple[str, str]) -> None:
    _, secret = planted
    redacted = REDACT(f"{around} | {secret} | {around}")
    assert redacted.startswith(f"{around} | ")
    assert redacted.endswith(f" | {around}")


def test_one_value_has_one_placeholder_however_it_is_written() -> None:
    for same in (
        ("Jane@Acme.com", "jane@acme.com", "_JANE@acme.com", "jane%40acme.com"),
        ("4111 1111 1111 1111", "4111111111111111", "4111-1111-1111-1111"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("212-555-0123", "212.555.0123", "(212) 555-0123"),
    ):
        assert len({REDACT(text) for text in same}) == 1
    assert REDACT("jane@acme.com") != REDACT("john@acme.com")
    assert REDACT("sk-" + "a1B2" * 8) != REDACT("sk-" + "A1b2" * 8)


def test_without_the_key_no_value_can_be_tried_out() -> None:
    other = Redactor(RedactPlan(), KEY[::-1])
    assert other("jane@acme.com") != REDACT("jane@acme.com")
    assert KEY.decode() not in repr(REDACT)
    assert repr(KEY) not in repr(REDACT)
    with pytest.raises(UsageError, match="at least 16 bytes; found 3"):
        Redactor(RedactPlan(), b"abc")


def test_what_may_stand_stands() -> None:
    allowing = redactor(
        allow=("Help@Acme.com", "+1 212 555 0123", "Falcon"), patterns={"p": "(?i)falcon|owl"}
    )
    text = "help@acme.com or +1-212-555-0123 about falcon"
    assert allowing(text) == text
    assert "me@acme.com" not in allowing("me@acme.com") + allowing("owl")
    assert "owl" not in allowing("an owl")


def test_kinds_narrow_and_off_is_off() -> None:
    text = "jane@acme.com 4111111111111111"
    assert redactor(kinds=("email",))(text).endswith(" 4111111111111111")
    assert redactor(on=False)(text) == text


def test_an_own_pattern_takes_what_it_overlaps() -> None:
    named = redactor(patterns={"name": r"name: .*", "rival": "acme"})
    assert re.fullmatch(rf"\[redacted name {TAG}\]", named("name: Jane, jane@acme.com, or so"))
    assert re.fullmatch(rf"write \[redacted email {TAG}\]", named("write jane@acme.com"))
    assert named("ACME acme").startswith("ACME [redacted rival")


@given(PIECES)
def test_own_patterns_leave_placeholders_alone(text: str) -> None:
    greedy = redactor(patterns={"word": r"\w+", "rest": r"[a-z].*"})
    once = greedy(text)
    assert greedy(once) == once


def test_a_text_that_cannot_be_searched_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "SECONDS", 0.05)
    slow = redactor(patterns={"slow": r"(a|aa)+$"})
    left = slow("secret " + "a" * 60 + "b")
    assert re.fullmatch(rf"\[redacted text {TAG}\]", left)
    assert slow(left) == left


def test_things_that_hide_each_other_without_end_do_not_pass() -> None:
    left = REDACT("(555) 123-4567" * 40)
    assert "555" not in left
    assert REDACT(left) == left


def test_every_fault_of_a_plan_is_named() -> None:
    plan = RedactPlan(
        kinds=("email", "emails"),
        patterns={"a]": "x", "email": "y", "open": "(", "any": "x*", "fine": "z"},
    )
    with pytest.raises(PlanError) as caught:
        Redactor(plan, KEY)
    text = str(caught.value)
    assert [fault.key for fault in caught.value.faults] == [
        "redact.kinds[1]",
        *(f"redact.patterns.{name}" for name in ("a]", "email", "open", "any")),
    ]
    assert "Did you mean 'email'?" in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_placeholder_is_still_a_leak_of_its_kind(kind: str) -> None:
    secret = SECRETS[kind][0]
    left = REDACT(f"x {secret} y")
    assert kind in {place.kind for place in find(left)}
    assert {place.kind for place in find(left)} <= {place.kind for place in find(f"x {secret} y")}
    assert find(left, [other for other in KINDS if other != kind]) == ()
    assert [place.kind for place in placeholders(left, KINDS)] == [kind]


def test_a_forged_placeholder_hides_nothing() -> None:
    for text in (
        "[redacted 4111111111111111 abcdef12]",
        "[redacted email jane@acme.com]",
        "[redacted email 4111111111111111]",
        "[redacted phone number +49 30 1234567]",
    ):
        assert REDACT(text) != text
        assert not {"4111111111111111", "jane@acme.com", "1234567"} & set(
            re.split(r"[\[\] ]", REDACT(text))
        )


def test_json_is_redacted_within_and_keeps_its_keys() -> None:
    value = {
        "to": ["jane@acme.com", {"card": 4111111111111111, "n": 12345678, "x": None}],
        "jane@acme.com": True,
        "amount": 1.5,
    }
    left = redact_json(value, REDACT)
    email = REDACT("jane@acme.com")
    assert left == {
        "to": [email, {"card": REDACT("4111111111111111"), "n": 12345678, "x": None}],
        "jane@acme.com": True,
        "amount": 1.5,
    }
    assert redact_json(10**5000, REDACT) == 10**5000


@given(st.text(st.sampled_from('ab \n\t"\\é@.9'), max_size=30))
def test_json_text_stays_json(text: str) -> None:
    for secret in ("jane@acme.com", "+49 30 1234567", "4111111111111111"):
        written = json.dumps({"t": f"{text}\n{secret}\n<{secret}>"})
        assert secret not in json.loads(REDACT(written))["t"]


@pytest.mark.parametrize(
    "unit",
    ["a", "1 ", "a@a.", "DE12 ", "+1 ", "-----BEGIN A ", "-----BEGIN PRIVATE KEY-----", "sk-",
     "key=", "key=aB3", "Bearer ", "eyJaaaaaaaa.", "://a:", "%40", "(555) 123-4567",
     "jane@acme.com ", "4111111111111111 ", "[redacted email 3f2a91c4]", "[redacted ", "é\uff11 "],
)  # fmt: skip
def test_time_grows_with_the_length_and_no_faster(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        began = time.process_time()
        REDACT(text)
        return time.process_time() - began

    # The collector's pause over a whole suite's objects is not the patterns' time.
    gc.disable()
    try:
        short = min(seconds(10_000) for _ in range(3))
        long = min(seconds(80_000) for _ in range(3))
    finally:
        gc.enable()
    assert long < 8 * 4 * max(short, 0.002)
