"""What quality means here: weighted dimensions, each observable on its own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from measurand.core.fingerprint import fingerprint
from measurand.core.scale import ONE_TO_FIVE, Scale, Value

__all__ = ["WEIGHT_ADVICE", "Dimension", "RaterSpec", "Rubric"]

WEIGHT_ADVICE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "accuracy": (25, 40),
        "relevance": (15, 25),
        "completeness": (10, 20),
        "format": (5, 15),
        "tone": (5, 15),
        "conciseness": (5, 10),
        "safety": (10, 20),
    }
)
"""Common weights in percent of the seven ready dimensions: advice, never an error."""

_WHOLE = 100.0
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class RaterSpec:
    """Who rates a dimension, as the plan names them.

    Args:
        name: ``judge``, ``people``, or a check, as in ``check.json_schema``.
        argument: What the check is to use, as a file's name or a mapping of its parameters.
    """

    name: str
    argument: Any = None

    def __str__(self) -> str:
        return self.name if self.argument is None else f"{self.name}: {self.argument}"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One observable aspect of quality.

    Args:
        name: How ratings refer to it.
        definition: What a rater is asked to judge, in one sentence.
        weight: Its share of the overall score, in percent of the rubric.
        scale: What a rating may be.
        levels: Anchors: what some of the scale's values mean, in words.
        blocking: Whether a bad rating blocks the output, whatever the other dimensions say.
        block_below: On a graded scale, ratings below this value block; yes/no blocks on no.
        block_labels: On a scale of labels, these block.
        raters: Who rates it.

    Raises:
        ValueError: A weight is negative or not finite, or a blocking dimension whose scale is not
            yes/no does not say what blocks.
    """

    name: str
    definition: str = ""
    weight: float = 0.0
    scale: Scale = ONE_TO_FIVE
    levels: Mapping[str, str] = field(default_factory=dict)
    blocking: bool = False
    block_below: float | None = None
    block_labels: tuple[str, ...] = ()
    raters: tuple[RaterSpec, ...] = ()

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("a dimension needs a name")
        if not 0 <= self.weight < math.inf:
            raise ValueError(f"dimension {self.name!r}: a weight is a number of 0 or more")
        if self.blocking and not self.scale.binary:
            self._check_what_blocks()

    def _check_what_blocks(self) -> None:
        """On grades a bound, on labels some of them."""
        if self.scale.numeric and self.block_below is None:
            raise ValueError(
                f"dimension {self.name!r} blocks on a graded scale ({self.scale}): "
                "say which ratings block with block_below, or use the scale yes/no"
            )
        if not self.scale.numeric and not self.block_labels:
            raise ValueError(
                f"dimension {self.name!r} blocks on a scale of labels ({self.scale}): "
                "say which of them block with block_labels"
            )
        if unknown := sorted(set(self.block_labels) - set(self.scale.labels or self.block_labels)):
            raise ValueError(
                f"dimension {self.name!r} blocks on {', '.join(unknown)}; allowed: {self.scale}"
            )

    def blocks(self, value: Value) -> bool:
        """Whether this rating blocks the output."""
        if not self.blocking:
            return False
        if isinstance(value, str):
            return value in self.block_labels
        return value < (1.0 if self.block_below is None else self.block_below)

    @property
    def fingerprint(self) -> str:
        """Changes whenever a rater would be asked something else; the weight is not part of it."""
        return fingerprint([self.name, self.definition, self.scale, dict(self.levels)])


@dataclass(frozen=True, slots=True, init=False)
class Rubric:
    """The dimensions of quality, in order.

    Args:
        dimensions: The dimensions.
        by_segment: Weights that differ for the examples of a segment, in percent, by dimension;
            what is not named keeps its weight.

    Raises:
        ValueError: Two dimensions share a name, or a weight by segment is negative or not finite.
    """

    dimensions: tuple[Dimension, ...]
    by_segment: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __init__(
        self,
        *dimensions: Dimension,
        by_segment: Mapping[str, Mapping[str, float]] | None = None,
    ) -> None:
        names = [dimension.name for dimension in dimensions]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two dimensions are called {', '.join(twice)}")
        for segment, weights in (by_segment or {}).items():
            if any(not 0 <= weight < math.inf for weight in weights.values()):
                raise ValueError(f"segment {segment!r}: a weight is a number of 0 or more")
        object.__setattr__(self, "dimensions", dimensions)
        object.__setattr__(self, "by_segment", dict(by_segment or {}))

    def __iter__(self) -> Iterator[Dimension]:
        return iter(self.dimensions)

    def __len__(self) -> int:
        return len(self.dimensions)

    def __contains__(self, name: object) -> bool:
        return any(dimension.name == name for dimension in self.dimensions)

    def __getitem__(self, names: str | tuple[str, ...]) -> Rubric:
        """The part of the rubric with these dimensions, in the order asked for."""
        wanted = (names,) if isinstance(names, str) else names
        return Rubric(*(self.dimension(name) for name in wanted), by_segment=self.by_segment)

    def dimension(self, name: str) -> Dimension:
        """The dimension of this name.

        Raises:
            KeyError: There is none; the message lists those that exist.
        """
        for dimension in self.dimensions:
            if dimension.name == name:
                return dimension
        known = ", ".join(dimension.name for dimension in self.dimensions)
        raise KeyError(f"no dimension {name!r}; there are: {known}")

    def weights(self, rated: frozenset[str] | None = None) -> dict[str, float]:
        """Weights that sum to 1 over the dimensions that were rated (by default all).

        Dimensions without weights share alike when none has one.
        """
        chosen = [d for d in self.dimensions if rated is None or d.name in rated]
        total = sum(dimension.weight for dimension in chosen)
        if total > 0:
            return {dimension.name: dimension.weight / total for dimension in chosen}
        return {dimension.name: 1 / len(chosen) for dimension in chosen}

    def advice(self) -> tuple[str, ...]:
        """What is unusual about the weights; empty when nothing is."""
        total = sum(dimension.weight for dimension in self.dimensions)
        notes = []
        if abs(total - _WHOLE) > _TOLERANCE:
            notes.append(f"the weights sum to {total:g}, not to 100; they are renormalised")
        for dimension in self.dimensions:
            low, high = WEIGHT_ADVICE.get(dimension.name, (0.0, _WHOLE))
            if not low <= dimension.weight <= high:
                notes.append(
                    f"{dimension.name} weighs {dimension.weight:g} %; "
                    f"common advice is {low:g}-{high:g} %"
                )
        return tuple(notes)

    @property
    def fingerprint(self) -> str:
        """Changes when any dimension, or its weight, does."""
        told: list[Any] = [[d.fingerprint, d.weight, d.blocking] for d in self.dimensions]
        return fingerprint([*told, self.by_segment] if self.by_segment else told)
