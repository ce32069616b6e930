"""One way to put a text before a check."""

from collections.abc import Callable
from typing import Any

import pytest

from measurand.core.example import Example, Message
from measurand.core.output import Output
from measurand.core.protocols import Check
from measurand.core.rating import Measurement

Rate = Callable[..., Measurement]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches end after a tenth of a second."""
    monkeypatch.setattr("measurand.raters.checks.search.SECONDS", 0.1)


@pytest.fixture
def rate() -> Rate:
    """Rates a text: ``rate(check, text, references=(...), tool_calls=(...), ...)``."""

    def rated(check: Check, text: str, **known: Any) -> Measurement:
        calls = known.pop("tool_calls", ())
        known.setdefault("messages", (Message("user", "What is the capital of France, please?"),))
        example = Example(id="1", **known)
        output = Output(example="1", system="s", text=text, tool_calls=calls)
        measured = check.measure(example, output)
        assert isinstance(measured, Measurement)
        return measured

    return rated
