"""Whether the newest run asked only a part: the headline lacks outputs as things are now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from measurand.analysis.comparison import ComparisonOptions
from measurand.analysis.measure import OVERALL
from measurand.analysis.requirement import without_verdict
from measurand.analysis.result import Verdict
from measurand.jobs.source import Source

__all__ = ["Partly", "partly"]

_WITHHELD = frozenset({OVERALL, "best systems", "requirement"})
"""What says which system is better, or may ship."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partly:
    """What a partial run leaves open of the headline.

    Args:
        asked: How many examples the newest run asked.
        total: How many there are.
        headline: How many of them the headline is of.
        there: Of how many of those each system that lacks some has an output as it is now.
        least: With fewer no verdict is given overall; None: there always is one.
    """

    asked: int = 0
    total: int = 0
    headline: int = 0
    there: Mapping[str, int] = field(default_factory=dict)
    least: float | None = None

    @property
    def limit(self) -> str:
        """What readers must know first; empty where nothing is lacking."""
        if not self.there:
            return ""
        shown = ", ".join(f"{count:,} of {name}" for name, count in self.there.items())
        return (
            f"The newest run asked {self.asked:,} of {self.total:,} examples: of the headline's "
            f"{self.headline:,} there are outputs as systems, checks and judges are now for only "
            f"{shown}. What else counts there was said by people, or imported, of outputs that may "
            "be of earlier versions. measurand run asks the rest."
        )

    @property
    def banner(self) -> str | None:
        """The same at the top of a page, in short."""
        told = f"PARTIAL RUN: the newest run asked {self.asked:,} of {self.total:,} examples"
        return f"{told}; measurand run asks the rest" if self.there else None

    def decided(self, verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
        """The verdicts, without those overall of systems that lack too much."""
        return tuple(map(self._unless_lacking, verdicts))

    def _unless_lacking(self, verdict: Verdict) -> Verdict:
        if self.least is None or verdict.dimension != OVERALL or verdict.name not in _WITHHELD:
            return verdict
        least = self.least
        few = [name for name in verdict.systems if self.there.get(name, least) < least]
        if not few:
            return verdict
        shown = " and ".join(f"{self.there[name]:,} of {name}" for name in few)
        return without_verdict(
            verdict,
            f"the newest run asked {self.asked:,} of {self.total:,} examples, so that of the "
            f"headline's {self.headline:,} there are outputs as things are now for only {shown}; "
            "measurand run asks the rest",
        )


def partly(source: Source, options: ComparisonOptions) -> Partly:
    """What the newest run of a project leaves open; nothing where it asked everything.

    A run that ended early, as it was clear, or for its budget, was to ask everything.

    Args:
        source: The project's ratings, or a file's, which no run has made.
        options: Of which examples the headline is, and how many may lack.
    """
    manifest = source.looks.manifest if source.looks else {}
    if not manifest or source.plan is None:
        return Partly()
    rated = frozenset(source.ratings.distinct("system"))
    names = [s.name for s in source.plan.systems if s.kind != "ratings" and s.name in rated]
    asked, total = int(manifest.get("examples", 0)), len(source.examples)
    if asked >= total and manifest.get("systems", {}).keys() >= set(names):
        return Partly()
    core = {key for key, one in source.examples.items() if one.component == "core"}
    of = core if core and options.headline == "core" else set(source.examples)
    found = Counter(
        name for name, key in {(o.system, o.example) for o in source.outputs} if key in of
    )
    may = options.max_failures
    return Partly(
        asked=asked,
        total=total,
        headline=len(of),
        there={name: found[name] for name in names if found[name] < len(of)},
        least=None if may is None else len(of) * (1 - may),
    )
