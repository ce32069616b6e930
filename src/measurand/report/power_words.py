"""How results about sizes and studies are headed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["POWER_LABELS"]

POWER_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "design_examples": "Examples",
        "design_trials": "Answers of each system to each",
        "design_repeats": "Judgments of each answer",
        "design_labelled": "Examples whose answers people rate",
        "design_raters": "People who rate each of those",
        "design_cost": "US dollars",
        "design_cost_systems": "of which systems",
        "design_cost_judge": "of which the judge",
        "design_cost_people": "of which people",
        "design_cost_without_judge": "US dollars, with people alone",
        "design_hours": "Hours of people",
        "design_days": "Working days",
        "design_machine_hours": "Hours of models",
        "detectable": "Smallest detectable difference",
        "n": "Examples",
        "n_by_formula": "Examples, by the usual formula",
        "n_if_observed": "Units from which on these would be significant",
        "equivalence_power": "Power, to show equivalence",
        "equivalence_n": "Examples, to show equivalence",
        "effective_n": "Worth, in labels without a judge",
        "label_worth": "Worth of one label",
        "labels": "Outputs that people label",
        "unlabelled": "Outputs that only the judge scores",
        "cost": "US dollars",
        "cost_of_people_alone": "US dollars, people alone",
        "failures": "Failures that still prove it",
    }
)
"""By published name."""
