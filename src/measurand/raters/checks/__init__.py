"""Code that rates: each check states its dimension, scale and cost.

A check never makes up a number. What it could not check (no reference, no answer, an undecided
classifier, a search without an end, its own failure) is a `Measurement` without a value, with the
reason.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from measurand.raters.checks.attack import AttackCheck
from measurand.raters.checks.catalogue import CATALOGUE, Entry, build
from measurand.raters.checks.checklist import Checklist
from measurand.raters.checks.expressions import RegexAbsent, RegexPresent
from measurand.raters.checks.fields import FieldAccuracy
from measurand.raters.checks.json_text import JsonParse, JsonSchema
from measurand.raters.checks.language import Language
from measurand.raters.checks.length import Length, LengthRatio
from measurand.raters.checks.overlap import Bleu, Chrf, Rouge
from measurand.raters.checks.own import FunctionCheck, check
from measurand.raters.checks.reference import Reference
from measurand.raters.checks.safety import Patterns
from measurand.raters.checks.structure import MarkdownStructure, PythonParses
from measurand.raters.checks.tools import ToolCalls

if TYPE_CHECKING:
    from measurand.raters.checks.classifier import TextClassifier
    from measurand.raters.checks.heldout import HeldOut
    from measurand.raters.checks.learned import Learned
    from measurand.raters.checks.training import Training, train

__all__ = [
    "CATALOGUE",
    "AttackCheck",
    "Bleu",
    "Checklist",
    "Chrf",
    "Entry",
    "FieldAccuracy",
    "FunctionCheck",
    "HeldOut",
    "JsonParse",
    "JsonSchema",
    "Language",
    "Learned",
    "Length",
    "LengthRatio",
    "MarkdownStructure",
    "Patterns",
    "PythonParses",
    "Reference",
    "RegexAbsent",
    "RegexPresent",
    "Rouge",
    "TextClassifier",
    "ToolCalls",
    "Training",
    "build",
    "check",
    "train",
]

_LATER = {
    "HeldOut": "heldout",
    "Learned": "learned",
    "TextClassifier": "classifier",
    "Training": "training",
    "train": "training",
}
"""What needs numpy and scipy, which take longer to import than all other checks together."""


def __getattr__(name: str) -> object:
    """Import what takes long when it is first asked for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
