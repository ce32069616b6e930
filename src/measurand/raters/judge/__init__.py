"""Language models as raters: what they are shown, and how strictly they are heard."""

from __future__ import annotations

from measurand.raters.judge.blocking import Flag, Referral, flags, for_people
from measurand.raters.judge.independence import Independence, check_independence
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.legacy import FORMATS, hear_legacy
from measurand.raters.judge.pairwise import Preference, preference, preferences
from measurand.raters.judge.prompt import Asked, Prompt, read_back, render
from measurand.raters.judge.rules import no_output
from measurand.raters.judge.spec import JudgeOptions, JudgeSettings, options_of, settings_of

__all__ = [
    "FORMATS",
    "Asked",
    "Flag",
    "Independence",
    "JudgeOptions",
    "JudgeRater",
    "JudgeSettings",
    "Preference",
    "Prompt",
    "Referral",
    "check_independence",
    "flags",
    "for_people",
    "hear_legacy",
    "no_output",
    "options_of",
    "preference",
    "preferences",
    "read_back",
    "render",
    "settings_of",
]
