"""Why there is no value: the classes of failure, the same for systems, judges and people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["FAILURES", "REPLY_FAILURES", "STALE", "TRANSPORT_FAILURES"]

TRANSPORT_FAILURES: Mapping[str, str] = MappingProxyType(
    {
        "timeout": "no answer within the time allowed",
        "rate_limited": "the provider allowed no more calls (429)",
        "server_error": "the provider failed (5xx, or overloaded)",
        "connection": "the connection failed or broke off",
        "malformed_response": "the response was not in the provider's own form",
        "authentication": "the key was missing or refused (401, 403)",
        "not_found": "there is no such model or address (404)",
        "bad_request": "the provider refused the request as it was (other 4xx)",
    }
)
"""Failures of a call; the first five may pass, so they are tried again."""

REPLY_FAILURES: Mapping[str, str] = MappingProxyType(
    {
        "refused": "the model, or its provider's filter, refused to answer",
        "truncated": "the reply ended at its token limit",
        "invalid": "the reply was not in the form asked for",
        "out_of_range": "the reply named a level that the scale has not",
        "evidence_failed": "the reply quoted words that are not in the output",
        "hijack_suspected": "the reply did not repeat its check word, as if the output had "
        "given the judge orders",
        "abstained": "the rater said that it cannot assess this",
    }
)
"""Failures of a reply that did arrive."""

STALE = "stale"
"""The class of a rating whose output has been replaced since."""

FAILURES: Mapping[str, str] = MappingProxyType(
    {
        **TRANSPORT_FAILURES,
        **REPLY_FAILURES,
        "exception": "the user's own code raised an exception",
        "no_output": "there was no output to rate",
        STALE: "the output has been replaced since it was rated",
    }
)
"""Every class of failure, and what it means."""
