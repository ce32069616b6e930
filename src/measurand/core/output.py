"""What a system answered, or why it did not."""

from __future__ import annotations

from dataclasses import dataclass

from measurand.core.example import ToolCall

__all__ = ["Failure", "Output", "Usage"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that was tried and did not work: never a value, never dropped.

    Args:
        kind: Its class, as in ``"timeout"``, ``"refused"`` or ``"exception"``; the package's own
            are those of `measurand.core.failure.FAILURES`.
        message: One line for people.
        details: The rest, as in a traceback.
    """

    kind: str
    message: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a call took.

    Args:
        input_tokens: All tokens that went in, cached ones among them.
        output_tokens: All tokens that came out, those of hidden reasoning among them.
        cached_tokens: Of the input, those read from the provider's cache.
        written_tokens: Of the input, those written to the provider's cache.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    written_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            self.written_tokens + other.written_tokens,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One answer of one system to one example.

    Args:
        example: The example's id.
        system: The system's name.
        text: The answer; None exactly when there is a failure.
        trial: Counts repeated answers to the same example, from 0.
        tool_calls: Tools the system called on the way, in order.
        usage: Tokens, where known.
        seconds: Wall time of the answer, where known.
        cost: US dollars, where known; unknown is None, never 0.
        failure: Why there is no answer.

    Raises:
        ValueError: There is neither an answer nor a failure, or both.
    """

    example: str
    system: str
    text: str | None
    trial: int = 0
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = None
    seconds: float | None = None
    cost: float | None = None
    failure: Failure | None = None

    def __post_init__(self) -> None:
        if (self.text is None) == (self.failure is None):
            raise ValueError("an output is an answer or a failure, and not both")
