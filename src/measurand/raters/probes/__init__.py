"""Probes of judges: what is changed on purpose, to see whether the judge is moved by it."""

from __future__ import annotations

from measurand.core.probes import PROBES, Probe
from measurand.raters.probes.acting import Probed, apply
from measurand.raters.probes.attacks import ATTACKS, attack
from measurand.raters.probes.design import Answered, AuditDesign
from measurand.raters.probes.plan import Planned, plan_probes
from measurand.raters.probes.task import ProbeTask, in_session, turn_of

__all__ = [
    "ATTACKS",
    "PROBES",
    "Answered",
    "AuditDesign",
    "Planned",
    "Probe",
    "ProbeTask",
    "Probed",
    "apply",
    "attack",
    "in_session",
    "plan_probes",
    "turn_of",
]
