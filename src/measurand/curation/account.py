"""What a build read, folded, drew and could not find: the account that its page tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from measurand.core.example import MINIMUM, Component, Example
from measurand.core.lineage import Lineage
from measurand.curation.opinions import Low
from measurand.curation.sample import Stratum
from measurand.stats.estimate import Estimate

__all__ = ["BuildAccount", "Came", "Part", "Rates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came in, from rows of files to different questions.

    Args:
        files: The names of the files.
        rows: Rows read.
        refused: Rows that could not be used, by reason, with their number.
        passed: Rows that are no interaction, likewise.
        unread: Files, or ends of files, that could not be read, and why.
        notes: What was assumed or looked odd, with how often.
        replaced: In how many records something was redacted.
        records: Records that the rows gave.
        outside: Of these, how many are outside of the window.
        copied: How many were read before.
        unsure: How many say what another one says, and may have been read before; they count.
        unasked: How many ask nothing.
        unanswered: How many have no answer.
        eligible: How many may stand for production.
        questions: How many different questions those ask.
        most: The questions that were asked most, with how often.
        reworded: Questions of which much of traffic is folded though it is worded otherwise, with
            how many interactions that is.
        since: The first time, as a date; empty where none is known.
        until: The last.
    """

    files: tuple[str, ...]
    rows: int
    refused: Mapping[str, int]
    passed: Mapping[str, int]
    unread: tuple[str, ...]
    notes: Mapping[str, int]
    replaced: int
    records: int
    outside: int
    copied: int
    unsure: int
    unasked: int
    unanswered: int
    eligible: int
    questions: int
    most: tuple[tuple[str, int], ...]
    reworded: tuple[tuple[str, int], ...]
    since: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One component of the set.

    Args:
        component: Which.
        wanted: How many were asked for.
        available: How many different questions could have been chosen; None where any number can
            be made.
        made: The examples with where they come from.
        spare: How many are kept in reserve.
        by: How many came by which stratum, reason or family.
    """

    component: Component
    wanted: int
    available: int | None
    made: tuple[tuple[Example, Lineage], ...]
    spare: int
    by: Mapping[str, int]

    @property
    def size(self) -> int:
        """How many examples it has."""
        return len(self.made)

    @property
    def minimum(self) -> int:
        """Below how many a component says little."""
        return MINIMUM[self.component]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often the system is known to have failed: in traffic, in core and in edge.

    Args:
        traffic: The share of answered records, which core samples, counted.
        core: The same as core estimates it.
        asked: The share of all records that ask something, of which edge was chosen, counted.
        edge: The share of edge, counted.
        enrichment: Edge over all that was asked.
        bounds: What was taken as a failure.
    """

    traffic: Estimate
    core: Estimate
    asked: Estimate
    edge: Estimate
    enrichment: Estimate
    bounds: tuple[Low, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildAccount:
    """A build.

    Args:
        name: The project's name; empty without a plan.
        folder: Where the set is.
        version: The fingerprint of its version.
        seed: From which all choices follow.
        came: What came in.
        parted: By what production was parted, as ``segment``, as far as that differs in it.
        strata: The parts of production that core was drawn from.
        joined: What was too small to be drawn from alone, by what it is.
        effective: How many examples that count alike core is worth.
        parts: The components.
        rates: How often the system is known to have failed.
        reasons: Of each reason for an edge case, the share of questions that it holds for.
        limits: What the set cannot say.
        answers: The target by which a plan names production's own answers.
        tasked: Whether a plan said what the task is.
        where: The options that name the set and the plan in a command, where they have to be.
    """

    name: str
    folder: str
    version: str
    seed: int
    came: Came
    parted: tuple[str, ...]
    strata: tuple[Stratum, ...]
    joined: tuple[tuple[str, tuple[str, ...]], ...]
    effective: Estimate
    parts: tuple[Part, ...]
    rates: Rates
    reasons: Mapping[str, int] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    answers: str = ""
    tasked: bool = True
    where: str = ""

    def part(self, component: Component) -> Part:
        """The part of this name."""
        return next(part for part in self.parts if part.component == component)

    @property
    def size(self) -> int:
        """How many examples the set has."""
        return sum(part.size for part in self.parts)
