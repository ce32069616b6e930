"""What can be done against a judge's biases, by the names that a plan and an audit know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

__all__ = ["MITIGATIONS", "Mitigation", "MitigationName", "joined"]

MitigationName = Literal[
    "plain_text",
    "length_term",
    "severity_map",
    "panel",
    "both_orders",
    "permuted_levels",
    "fresh_context",
    "one_dimension",
]

When = Literal["asked", "afterwards", "always"]
"""Whether it changes what the judge is asked, what is made of its answers, or is always on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigation:
    """One thing that can be done against biases.

    Args:
        name: What plans call it.
        when: Where it acts. What is always on cannot be switched off; a plan may name it all the
            same.
        against: The biases it is meant for, by the names of the audit's verdicts.
        does: What it does, in words.
    """

    name: MitigationName
    when: When
    against: tuple[str, ...]
    does: str


def _all() -> Iterable[Mitigation]:
    yield Mitigation(
        name="plain_text",
        when="asked",
        against=("style",),
        does="shows outputs as plain text, without their Markdown, on every dimension that does "
        "not speak of format",
    )
    yield Mitigation(
        name="length_term",
        when="afterwards",
        against=("verbosity",),
        does="takes away what the judge gives an output for words, as padding it measured it; in "
        "the audit only, which tells whether that would do",
    )
    yield Mitigation(
        name="severity_map",
        when="always",
        against=("leniency",),
        does="corrects the judge's mean by people's ratings of a part of the outputs, where there "
        "are enough of them",
    )
    yield Mitigation(
        name="panel",
        when="afterwards",
        against=("self-preference", "leniency"),
        does="takes the mean of all judges, the same for every system",
    )
    yield Mitigation(
        name="both_orders",
        when="always",
        against=("position",),
        does="asks about a pair in both orders and averages before it decides",
    )
    yield Mitigation(
        name="permuted_levels",
        when="always",
        against=("level-order",),
        does="lists levels from best to worst in half of the repeats",
    )
    yield Mitigation(
        name="fresh_context",
        when="always",
        against=("anchor",),
        does="asks about every output in a conversation of its own",
    )
    yield Mitigation(
        name="one_dimension",
        when="always",
        against=("halo",),
        does="asks about every dimension in a call of its own",
    )


MITIGATIONS: Mapping[MitigationName, Mitigation] = MappingProxyType(
    {one.name: one for one in _all()}
)
"""By name, in the order in which they are told."""

if set(MITIGATIONS) != set(get_args(MitigationName)):
    raise AssertionError("a mitigation has a name that is not listed, or the other way round")


def joined(names: Iterable[str]) -> str:
    """Names as rows bear them: sorted, with commas between; empty for none."""
    return ",".join(sorted(set(names)))
