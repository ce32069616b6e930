"""Whether the tools that a right answer calls were called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from measurand.core.example import Example, ToolCall
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.raters.checks.base import Unanswered, UnitCheck, require_choice
from measurand.raters.checks.values import same

__all__ = ["ToolCalls"]

Arguments = Literal["exact", "subset", "ignore"]


@dataclass(frozen=True)
class ToolCalls(UnitCheck):
    """The share of tool calls that match: matched / max(expected, made), in [0, 1].

    A call that was not expected counts as much against the answer as one that is missing.

    Args:
        dimension: The dimension it rates.
        arguments: ``exact``: the same arguments with the same values and types; ``subset``: the
            expected ones, and others may be added; ``ignore``: only the names count.
        ordered: Whether matches must keep the expected order.
        none_expected: What an example without expected calls says: nothing, and then it is not
            rated (False); or that no tool may be called (True).

    Raises:
        UsageError: ``arguments`` is none of these.
    """

    short: ClassVar[str] = "tool_calls"
    arguments: Arguments = "exact"
    ordered: bool = True
    none_expected: bool = False

    def __post_init__(self) -> None:
        require_choice("arguments", self.arguments, get_args(Arguments))

    def rate(self, example: Example, output: Output) -> Measurement:
        """Match the calls made with those expected."""
        expected, made = example.tools, output.tool_calls
        if not expected and not self.none_expected:
            raise Unanswered("no tool calls are expected by this example")
        names = tuple(f"made: {call.name}" for call in made)
        if not expected:
            return Measurement(float(not made), f"{len(made)} calls, none expected", names)
        if len(expected) * len(made) > _PAIRS:
            raise Unanswered(f"{len(made)} tool calls are too many to compare")
        fits = [[self._fits(wanted, call) for call in made] for wanted in expected]
        matched = _in_order(fits) if self.ordered else _in_any_order(fits)
        share = matched / max(len(expected), len(made))
        return Measurement(share, f"{matched} match; {len(expected)} expected", names)

    def _fits(self, wanted: ToolCall, call: ToolCall) -> bool:
        if wanted.name != call.name:
            return False
        if self.arguments == "ignore":
            return True
        keys = set(call.arguments) >= set(wanted.arguments)
        if self.arguments == "exact":
            keys = set(call.arguments) == set(wanted.arguments)
        return keys and all(same(value, call.arguments[k]) for k, value in wanted.arguments.items())


_PAIRS = 1_000_000


def _in_order(fits: list[list[bool]]) -> int:
    """The longest common subsequence."""
    row = [0] * (len(fits[0]) + 1)
    for line in fits:
        above, row = row, [0]
        for column, fit in enumerate(line):
            row.append(above[column] + 1 if fit else max(above[column + 1], row[column]))
    return row[-1]


def _in_any_order(fits: list[list[bool]]) -> int:
    """The largest matching of a bipartite graph, by augmenting paths (Kuhn)."""
    taken: dict[int, int] = {}

    def place(wanted: int, seen: set[int]) -> bool:
        for call, fit in enumerate(fits[wanted]):
            if fit and call not in seen:
                seen.add(call)
                if call not in taken or place(taken[call], seen):
                    taken[call] = wanted
                    return True
        return False

    return sum(place(wanted, set()) for wanted in range(len(fits)))
