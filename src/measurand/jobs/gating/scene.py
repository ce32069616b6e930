"""All that a gate is decided on, from wherever it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from measurand.analysis.gate import gate as analyse
from measurand.analysis.gate_result import GateResult
from measurand.analysis.gate_terms import GateTerms
from measurand.core.example import Example
from measurand.core.fingerprint import fingerprint
from measurand.core.gate import GatePlan, Waiver
from measurand.core.output import Output
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.jobs.gating.options import GateOptions
from measurand.jobs.source import Source
from measurand.store.plans_gate import read_waivers

__all__ = ["Scene", "waivers_of", "waivers_print"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that a gate is decided on.

    Args:
        name: What the evaluation is called.
        source: Where the ratings are from.
        ratings: The table, with both systems' rows.
        rubric: The dimensions.
        terms: By what it is decided.
        examples: The evaluation set, where it is known.
        outputs: What was answered, where it is known.
        hashes: Of all that.
        notes: What readers should know, in sentences.
        own: Whether it is decided by the plan's own terms.
    """

    name: str
    source: Source
    ratings: Ratings
    rubric: Rubric
    terms: GateTerms
    examples: Mapping[str, Example]
    outputs: tuple[Output, ...]
    hashes: Mapping[str, str]
    notes: tuple[str, ...]
    own: bool = True

    def decided(self) -> GateResult:
        """What follows."""
        return analyse(
            self.ratings,
            self.rubric,
            self.terms,
            examples=self.examples,
            outputs=self.outputs,
            hashes=self.hashes,
        )


def waivers_of(
    options: GateOptions, plan: GatePlan, folder: Path, *, source: Source
) -> tuple[Waiver, ...]:
    """The waivers that are named; none where no file is.

    Raises:
        DataError: The file is not there, or something in it is wrong, as an example or a dimension
            that there is not.
    """
    if options.waivers is not None:
        path = Path(options.waivers)
    elif plan.waivers is not None:
        path = folder / plan.waivers
    else:
        return ()
    rated = map(str, source.ratings.distinct("example"))
    examples = frozenset((*source.examples, *rated))
    return read_waivers(path, examples=examples, dimensions=[d.name for d in source.rubric])


def waivers_print(waivers: tuple[Waiver, ...]) -> str:
    """The fingerprint of waivers; in words where there are none."""
    if not waivers:
        return "none"
    return fingerprint(sorted([w.example, w.dimension, w.blocking, w.told()] for w in waivers))
