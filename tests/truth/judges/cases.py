"""All known-truth tests of judges: a module each, or several for the parts of one."""

from __future__ import annotations

from tests.truth.judges import (
    case_01_position,
    case_02_floor,
    case_03_length,
    case_04_self_preference,
    case_05_recusal,
    case_06_audit_text,
    case_06_style,
    case_06_unbiased,
    case_07_anchor,
    case_07_anchor_text,
    case_08_halo,
    case_08_halo_text,
    case_09_level_order_text,
    case_10_leniency,
    case_11_blocking,
    case_12_gate,
    case_13_mapping,
    case_14_ceiling,
    case_15_selective,
    case_16_failures,
    case_17_parser,
    case_18_injection,
    case_19_repeats,
    case_20_dependent,
    case_20_drift,
)
from tests.truth.judges.harness import Case

__all__ = ["CASES"]

_MODULES: tuple[tuple[Case, ...], ...] = (
    case_01_position.CASES,
    case_02_floor.CASES,
    case_03_length.CASES,
    case_04_self_preference.CASES,
    case_05_recusal.CASES,
    case_06_audit_text.CASES,
    case_06_style.CASES,
    case_06_unbiased.CASES,
    case_07_anchor.CASES,
    case_07_anchor_text.CASES,
    case_08_halo.CASES,
    case_08_halo_text.CASES,
    case_09_level_order_text.CASES,
    case_10_leniency.CASES,
    case_11_blocking.CASES,
    case_12_gate.CASES,
    case_13_mapping.CASES,
    case_14_ceiling.CASES,
    case_15_selective.CASES,
    case_16_failures.CASES,
    case_17_parser.CASES,
    case_18_injection.CASES,
    case_19_repeats.CASES,
    case_20_drift.CASES,
    case_20_dependent.CASES,
)
"""One line a module: `case_12_gate.CASES,` and its import above."""

CASES: tuple[Case, ...] = tuple(
    sorted((case for module in _MODULES for case in module), key=lambda case: case.number)
)
