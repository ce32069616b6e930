"""What is wanted of the tests for contamination."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from measurand.analysis.exposure import ExposureOptions
from measurand.errors import UsageError
from measurand.jobs.exposing.corpora import Corpus

__all__ = ["ContaminationOptions", "cutoffs_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContaminationOptions:
    """Which tests are run, and on what.

    Args:
        corpora: Texts that systems may have seen; the prompts of the plan's systems are read
            without being named.
        twins: A file of examples said in other words.
        rewrite: A model that writes them, as in ``openai/gpt-4o-mini``.
        style: Whether systems are asked in another phrasing.
        cutoffs: When the knowledge of systems ends, by name; under the empty name, of all others.
        control: A system with a later cut-off.
        held_out: Dimensions that nobody tunes to.
        logprobs: A file of log-probabilities.
        systems: Which systems are asked; by default all that can be.
        limit: Only the first so many examples are asked.
        budget: US dollars that may be spent; by default the plan's.
        connections: Calls under way at once, to each provider; by default the plan's.
        deciding: Level, margin, seed and reference; by default the plan's current system.
    """

    corpora: tuple[Corpus, ...] = ()
    twins: Path | None = None
    rewrite: str | None = None
    style: bool = False
    cutoffs: dict[str, date] = field(default_factory=dict)
    control: str | None = None
    held_out: tuple[str, ...] = ()
    logprobs: Path | None = None
    systems: tuple[str, ...] = ()
    limit: int | None = None
    budget: float | None = None
    connections: int | None = None
    deciding: ExposureOptions = field(default_factory=ExposureOptions)

    @property
    def asks(self) -> bool:
        """Whether systems are asked anything, which costs money."""
        return self.style or self.twins is not None or self.rewrite is not None


def cutoffs_of(words: Sequence[str]) -> dict[str, date]:
    """Cut-offs as the command line names them: ``DATE``, or ``SYSTEM=DATE``.

    Raises:
        UsageError: A date is none, or a system has two.
    """
    found: dict[str, date] = {}
    for word in words:
        name, _, day = word.rpartition("=")
        try:
            cutoff = date.fromisoformat(day)
        except ValueError:
            raise UsageError(
                f"--cutoff {word}: write DATE or SYSTEM=DATE, as in 2025-06-30"
            ) from None
        if name in found:
            raise UsageError(f"--cutoff {word}: there is one for it already")
        found[name] = cutoff
    return found
