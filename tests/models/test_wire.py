"""What a provider's refusals mean, and how long it wants one to wait."""

import json

import pytest

from measurand.core.failure import FAILURES
from measurand.core.output import Failure
from measurand.models.waiting import between_requests, seconds, told_to_wait
from measurand.models.wire import PASSING, CallFailed, failed, problem, shorten

NOW = 1_445_412_400.0


def error(message: str = "no", **more: object) -> str:
    return json.dumps({"error": {"message": message, **more}})


@pytest.mark.parametrize(
    ("status", "body", "kind", "again"),
    [
        (400, error(), "bad_request", False),
        (400, error(code="context_length_exceeded"), "bad_request", False),
        (400, error(code="content_filter"), "refused", False),
        (
            400,
            error(code=None, innererror={"code": "ResponsibleAIPolicyViolation"}),
            "refused",
            False,
        ),
        (400, error("Output blocked by content filtering policy"), "refused", False),
        (403, error("Your input requires moderation and was flagged"), "refused", False),
        (400, error(code="model_not_found"), "not_found", False),
        (401, error("Incorrect API key"), "authentication", False),
        (402, error("Insufficient Balance"), "bad_request", False),
        (403, error("no access"), "authentication", False),
        (404, '{"error": "model \'x\' not found, try pulling it first"}', "not_found", False),
        (404, "", "not_found", False),
        (408, error(), "timeout", True),
        (409, error(), "server_error", True),
        (413, error(), "bad_request", False),
        (422, '{"detail": [{"loc": ["body", "seed"]}]}', "bad_request", False),
        (425, "", "server_error", True),
        (429, error("slow down"), "rate_limited", True),
        (429, error(code="insufficient_quota"), "rate_limited", False),
        (429, error(type="insufficient_quota", code=None), "rate_limited", False),
        (429, error("a sentence on our usage policy"), "rate_limited", True),
        (500, "<html>oops</html>", "server_error", True),
        (501, "", "server_error", False),
        (502, "", "server_error", True),
        (503, "", "server_error", True),
        (504, "", "server_error", True),
        (529, '{"type": "error", "error": {"type": "overloaded_error"}}', "server_error", True),
        (301, "", "bad_request", False),
    ],
)
def test_the_class_of_a_refusal(status: int, body: str, kind: str, again: bool) -> None:  # noqa: FBT001 - a column of the table
    found = failed(status, body)
    assert (found.failure.kind, found.again) == (kind, again)
    assert found.failure.message.startswith(f"{status}: ")
    assert failed(status, body.encode()).failure == found.failure


def test_every_class_that_may_pass_is_a_class() -> None:
    assert set(FAILURES) > PASSING
    assert CallFailed(Failure("timeout", "")).again
    assert not CallFailed(Failure("not_found", "")).again
    assert CallFailed(Failure("timeout", "")).charged
    assert not CallFailed(Failure("server_error", "")).charged


@pytest.mark.parametrize(
    ("body", "message", "status"),
    [
        ('{"error": {"message": "m", "code": 502}}', "m", 502),
        ('[{"error": {"message": "m", "code": 429, "status": "RESOURCE_EXHAUSTED"}}]', "m", 429),
        ('{"message": "m", "code": "x"}', "m", None),
        ('{"error": "m"}', "m", None),
        ("m", "m", None),
        ("[]", "", None),
        ("7", "", None),
        ("[" * 100_000, None, None),
    ],
)
def test_an_error_in_any_form(body: str, message: str | None, status: int | None) -> None:
    found = problem(body)
    assert message is None or found.message == message
    assert found.status == status


def test_long_words_are_cut_to_one_line() -> None:
    assert shorten("a\nb  c") == "a b c"
    assert len(shorten("x" * 10_000_000)) == 300


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", 2.0),
        ("0.25", 0.25),
        ("6m0s", 360.0),
        ("1h2m3.5s", 3723.5),
        ("120ms", 0.12),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 80.0),
        ("2015-10-21T07:28:00Z", 80.0),
        ("Wed, 21 Oct 2015 07:20:00 GMT", 0.0),
        (str(int(NOW) + 5), 5.0),
        (str((int(NOW) + 5) * 1000), 5.0),
        ("soon", None),
        ("-3", None),
        ("", None),
        ("9" * 400, None),
        (None, None),
    ],
)
def test_a_duration_or_a_point_in_time(text: str | None, expected: float | None) -> None:
    assert seconds(text, now=NOW) == (expected if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ({"retry-after-ms": "150", "retry-after": "9"}, "", 0.15),
        ({"retry-after": "9", "x-ratelimit-reset-requests": "1s"}, "", 9.0),
        (
            {
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-reset-tokens": "6m0s",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-remaining-tokens": "90",
            },
            "",
            1.0,
        ),
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"}, "", 1.0),
        ({"x-ratelimit-reset": str((int(NOW) + 5) * 1000)}, "", 5.0),
        ({}, error("Please try again in 20ms."), 0.02),
        ({}, error("Please retry after 10 seconds."), 10.0),
        ({}, error("m", details=[{"retryDelay": "34.07s"}]), 34.07),
        ({}, {"error": {"details": [{"retryDelay": "3s"}]}}, 3.0),
        ({}, error("try again in a while"), None),
        ({"retry-after": "never"}, "", None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], body: object, expected: float | None) -> None:
    assert told_to_wait(headers, body, now=NOW) == expected


def test_a_refusal_that_will_not_pass_says_no_time() -> None:
    assert failed(429, error(), {"retry-after": "3"}).retry_after == 3.0
    assert failed(429, error(code="insufficient_quota"), {"retry-after": "3"}).retry_after is None


def test_a_limit_that_is_used_up_has_room_a_part_of_the_reset_later() -> None:
    full = {
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "60s",
        "x-ratelimit-limit-requests": "120",
    }
    assert between_requests(full, now=NOW) == 0.5
    assert between_requests({**full, "x-ratelimit-remaining-requests": "1"}, now=NOW) is None
    assert between_requests({**full, "x-ratelimit-limit-requests": "many"}, now=NOW) is None
    assert between_requests({}, now=NOW) is None
