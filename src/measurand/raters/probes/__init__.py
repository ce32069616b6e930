"""Probes of judges: what is changed on purpose, to see whether the judge is moved by it."""

from __future__ import annotations

from measurand.core.probes import PROBES, Probe
from measurand.raters.probes.task import ProbeTask, in_session, turn_of

__all__ = ["PROBES", "Probe", "ProbeTask", "in_session", "turn_of"]
