"""Outputs as rows of the ledger, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from measurand.core.example import ToolCall
from measurand.core.output import Failure, Output, Usage

__all__ = ["OUTPUT_FIELDS", "OUTPUT_KEY", "output_of", "output_row"]

OUTPUT_KEY = ("example", "system", "trial")
"""What makes two outputs the same output."""
OUTPUT_FIELDS = (
    *OUTPUT_KEY,
    *("text", "tool_calls", "input_tokens", "output_tokens", "seconds", "cost"),
    *("failure_kind", "failure_message", "failure_details"),
)
"""The columns of the table ``output`` that come from an output."""


def output_row(output: Output, ids: Mapping[str, int]) -> tuple[Any, ...]:
    """An output as a row of `OUTPUT_FIELDS`, with the numbers of its example and system."""
    calls = [{"name": call.name, "arguments": dict(call.arguments)} for call in output.tool_calls]
    usage, failure = output.usage, output.failure
    return (
        ids[output.example],
        ids[output.system],
        output.trial,
        output.text,
        json.dumps(calls, ensure_ascii=False, sort_keys=True),
        *((None, None) if usage is None else (usage.input_tokens, usage.output_tokens)),
        output.seconds,
        output.cost,
        *((None,) * 3 if failure is None else (failure.kind, failure.message, failure.details)),
    )


def output_of(row: Sequence[Any], names: Mapping[int, str]) -> Output:
    """The output of a row of `OUTPUT_FIELDS`."""
    example, system, trial, text, calls, given, taken, seconds, cost, kind, message, details = row
    return Output(
        example=names[example],
        system=names[system],
        trial=trial,
        text=text,
        tool_calls=tuple(ToolCall(call["name"], call["arguments"]) for call in json.loads(calls)),
        usage=None if given is None else Usage(given, taken),
        seconds=seconds,
        cost=cost,
        failure=None if kind is None else Failure(kind, message, details),
    )
