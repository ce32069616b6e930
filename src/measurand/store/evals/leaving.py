"""What leaves for another tool: a set, outputs and ratings, and what the other tool cannot hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Rating
from measurand.core.scale import Scale
from measurand.store.codec import encode

__all__ = ["Leaving", "beside", "rest_of"]


@dataclass(slots=True)
class Leaving:
    """A set on its way out.

    Args:
        name: What it is called.
        examples: The examples.
        outputs: What systems answered.
        ratings: What was said of the answers.
        scales: The scale of each dimension.
        now: The time, as an ISO 8601 time.
    """

    name: str
    examples: Sequence[Example]
    outputs: Sequence[Output] = ()
    ratings: Sequence[Rating] = ()
    scales: Mapping[str, Scale] = field(default_factory=dict)
    now: str = "1970-01-01T00:00:00+00:00"
    told: Counter[str] = field(default_factory=Counter)

    def note(self, text: str) -> None:
        """Say what the other tool cannot hold, or holds in another way."""
        self.told[text] += 1

    @property
    def notes(self) -> Iterator[str]:
        """What is to be said."""
        for text, count in self.told.items():
            yield text if count == 1 else f"{text} ({count:,} times)"

    @property
    def systems(self) -> tuple[str, ...]:
        """Whose answers there are."""
        return tuple(dict.fromkeys(output.system for output in self.outputs))


def rest_of(example: Example, *held: str) -> dict[str, Any]:
    """The fields that the other tool has no place for, as this package's own files have them.

    Args:
        example: The example.
        held: The fields that it has a place for.
    """
    return {name: cell for name, cell in encode(example).items() if name not in held}


def beside(out: Path, what: str, ending: str) -> Path:
    """The name of a file that goes with another one."""
    return out.with_name(f"{out.name.removesuffix(out.suffix)}.{what}{ending}")
