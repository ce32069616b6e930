"""All families of attacks, in the order in which they are listed."""

from __future__ import annotations

from measurand.curation.attacks.form import Family
from measurand.curation.attacks.injection import INJECTION
from measurand.curation.attacks.jailbreak import JAILBREAK
from measurand.curation.attacks.over_refusal import OVER_REFUSAL
from measurand.curation.attacks.privacy import PRIVACY
from measurand.curation.attacks.task_forms import TASK
from measurand.curation.attacks.toxicity import TOXICITY

__all__ = ["CATALOGUE"]

CATALOGUE: tuple[Family, ...] = (INJECTION, JAILBREAK, PRIVACY, OVER_REFUSAL, TOXICITY, TASK)
