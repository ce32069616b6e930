"""For ``datasets``: JSON Lines whose rows have the same columns of the same types.

Examples have ``messages`` (the conversation up to the answer) and ``references``; outputs have
``prompt`` and ``completion``, both conversations. What differs from row to row is JSON in a text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from measurand.core.example import Example
from measurand.store.codec import encode
from measurand.store.evals.leaving import Leaving, rest_of
from measurand.store.evals.reading import OWN

__all__ = ["answer_rows", "example_rows"]


def example_rows(leaving: Leaving) -> Iterator[dict[str, Any]]:
    """One row an example."""
    for example in leaving.examples:
        held = ("id", "messages", "references", "component", "segments")
        rest = rest_of(example, *held)
        yield {
            "id": example.id,
            "messages": _turns(example),
            "references": list(example.references),
            "component": example.component,
            "segments": list(example.segments),
            OWN: json.dumps(rest, ensure_ascii=False, sort_keys=True),
        }


def answer_rows(leaving: Leaving) -> Iterator[dict[str, Any]]:
    """One row an answer, with what was said of it; failures are no answers and are told."""
    examples = {example.id: example for example in leaving.examples}
    ratings: dict[tuple[str, str, int], list[Any]] = {}
    for rating in leaving.ratings:
        key = (rating.example, rating.system, rating.repeat)
        ratings.setdefault(key, []).append(encode(rating))
    for output in leaving.outputs:
        example = examples.get(output.example)
        if example is None or output.text is None:
            why = "an output that failed" if example else "an output to an unknown example"
            leaving.note(f"left out: {why}")
            continue
        said = ratings.get((output.example, output.system, output.trial), [])
        yield {
            "id": output.example,
            "system": output.system,
            "trial": output.trial,
            "prompt": _turns(example),
            "completion": [{"role": "assistant", "content": output.text}],
            "ratings": json.dumps(said, ensure_ascii=False),
        }


def _turns(example: Example) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in example.messages]
