"""How numbers and names are written, the same in every rendering."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from measurand.analysis.result import Verdict
from measurand.core.scale import Value
from measurand.figures.text import MINUS
from measurand.stats.estimate import Estimate

__all__ = [
    "TONES",
    "Tone",
    "basis",
    "label",
    "pair",
    "rating",
    "rests_on",
    "tone",
    "verdict_about",
]

Tone = Literal["good", "bad", "unsure"]

TONES: Mapping[str, Tone] = MappingProxyType(
    {
        "pass": "good",
        "a better": "good",
        "b better": "good",
        "equivalent within margin": "good",
        "fail": "bad",
        "inconclusive": "unsure",
    }
)

_LABELS = {
    "percent_agreement": "Raw agreement",
    "cohen_kappa": "Cohen's kappa",
    "fleiss_kappa": "Fleiss' kappa",
    "krippendorff_alpha": "Krippendorff's alpha",
    "gwet_ac1": "Gwet's AC1",
    "icc1": "ICC(1), one rater",
    "icc1k": "ICC(1,k), their mean",
    "ceiling_majority": "Ceiling, majority vote",
    "ceiling_correlation": "Ceiling, correlation",
    "leave_one_out": "One rater against the rest",
    "minimum_detectable_difference": "Smallest detectable difference",
    "place": "Place between floor and expert",
}


def tone(outcome: str) -> Tone:
    """What an outcome means; an unknown one is never good news."""
    return TONES.get(outcome, "unsure")


def label(name: str) -> str:
    """A published name as a heading."""
    return _LABELS.get(name) or name[:1].upper() + name[1:].replace("_", " ")


def rating(value: Value | None) -> str:
    """A rating as it was given."""
    if value is None:
        return "none"
    return value if isinstance(value, str) else f"{value:g}"


def basis(estimates: Iterable[Estimate]) -> str:
    """What numbers rest on: level, number of units, method."""
    present = [estimate for estimate in estimates if estimate.present]
    if not present:
        return ""
    levels = " and ".join(f"{level:.4g}%" for level in sorted({100 * e.level for e in present}))
    least, most = min(e.n for e in present), max(e.n for e in present)
    units = f"n = {least:,}" if least == most else f"n from {least:,} to {most:,}"
    methods = "; ".join(dict.fromkeys(estimate.method for estimate in present))
    return f"{levels} intervals; {units}; {methods}."


def rests_on(estimate: Estimate) -> str:
    """What one number rests on."""
    return f"{100 * estimate.level:.4g}% interval, n = {estimate.n:,}, {estimate.method}"


def pair(systems: tuple[str, ...]) -> str:
    """One system, or two as a difference."""
    return f" {MINUS} ".join(systems)


def verdict_about(verdict: Verdict) -> str:
    """What a verdict is about, beyond its name: its systems and its dimension."""
    parts = (pair(verdict.systems), verdict.dimension)
    return ", ".join(part for part in parts if part and part != verdict.name)
