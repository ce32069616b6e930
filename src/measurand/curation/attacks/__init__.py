"""Attacks on a system, written for this project: families of forms, made for one task.

What is harmful in them is named and never told: no attack says how anything harmful is done.
"""

from __future__ import annotations

from measurand.curation.attacks.catalogue import CATALOGUE
from measurand.curation.attacks.form import EXPECTS, Expects, Family, Form
from measurand.curation.attacks.making import Attack, AttackTask, attack_of, attacks, rule_of

__all__ = [
    "CATALOGUE",
    "EXPECTS",
    "Attack",
    "AttackTask",
    "Expects",
    "Family",
    "Form",
    "attack_of",
    "attacks",
    "rule_of",
]
