"""Case 6, in prompts: an audit finds every bias that is planted, and raises nothing without any."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.truth.judges.harness import Case, Row, at_least, at_most, fact
from tests.truth.judges.text_audit import text_audit

from measurand.core.probes import PROBES
from measurand.raters.probes import AuditDesign
from measurand.simulate.judge_model_sim import SimJudge

__all__ = ["CASES"]

_FAIR = SimJudge(noise=0.3)
_BIASED = SimJudge(
    severity=-0.5,
    noise=0.3,
    length=0.6,
    style={
        "markdown": 0.6,
        "formal": 0.5,
        "casual": -0.5,
        "hedge": -0.5,
        "assert": 0.5,
        "authority": 0.6,
        "bandwagon": 0.6,
        "cheer": 0.6,
        "refinement": 0.6,
        "self": 0.6,
    },
    favours={"kin": 0.6},
    first_slot=2.0,
    reversal=0.6,
    labels={"letters": -0.6},
    anchor=0.6,
    halo=0.7,
    hijack=0.5,
    canary_kept=1.0,
)
_PLANTED = (
    *("verbosity", "position", "self-preference", "style", "anchor", "leniency", "halo"),
    *("label-set", "level-order", "sentiment", "bandwagon", "authority", "refinement", "injection"),
)
_DESIGN = AuditDesign(
    items=60,
    probes=tuple(p.name for p in PROBES.values() if p.acts != "attack" and p.usual),
    pairs=60,
    repeated_pairs=10,
    attacks=10,
    sessions=6,
)
_LARGER = replace(_DESIGN, items=110, sessions=11)
"""Halo is a correlation and takes more outputs, an anchor is told by conversations."""
_EXAMPLES = 60
_SLOW = 10
"""An audit of every bias takes seconds; of so many seeds it gets one."""


def _fair(seeds: int) -> tuple[Row, ...]:
    alarms = effects = 0
    for seed in range(seeds):
        material = _material(seed, _FAIR, _DESIGN)
        alarms += bool(material)
        effects += len(material)
    allowed = 1 + 0.1 * seeds
    return (
        at_most(
            "anything called material of a judge without biases",
            0.05,
            alarms,
            seeds,
            observed=True,
            sure=True,
        ),
        fact("effects called material in all", f"<= {allowed:g}", effects, held=effects <= allowed),
    )


def _biased(seeds: int) -> tuple[Row, ...]:
    audits = max(seeds // _SLOW, 1)
    found: Counter[str] = Counter()
    for seed in range(audits):
        found.update(set(_material(1000 + seed, _BIASED, _LARGER)))
    missed = sum(audits - found[name] for name in _PLANTED)
    allowed = 0.05 * len(_PLANTED) * audits
    return (
        *(
            at_least(f"planted {name} found", 0.9, found[name], audits, sure=True)
            for name in _PLANTED
        ),
        fact(
            f"planted biases missed, of {len(_PLANTED)} in {audits} audits",
            f"<= {allowed:.1f}",
            missed,
            held=missed <= allowed,
        ),
    )


def _material(seed: int, judge: SimJudge, design: AuditDesign) -> list[str]:
    findings = text_audit(seed, judge, design, examples=_EXAMPLES)
    return [one.name for one in findings.verdicts if one.outcome == "material"]


CASES = (
    Case(6, "an unbiased judge, in prompts", _fair, quick=0, most=100),
    Case(6, "every bias planted, in prompts", _biased, quick=0, most=100),
)
