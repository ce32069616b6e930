"""Redaction, held against one naive substitution that checks nothing and gives one placeholder."""

from __future__ import annotations

import re
from functools import partial

from bench.clock import Contest, work
from bench.row import Row, Setting
from measurand.core.running import RedactPlan
from measurand.privacy.redaction import Redactor

__all__ = ["ROWS"]

_NAIVE = re.compile(
    r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b(?:sk-[\w-]{20,}|gh[pousr]_\w{36}|A[KS]IA[A-Z0-9]{16}|AIza[\w-]{35}|xox[abprs]-[\w-]{10,})"
    r"|\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b"
    r"|\b(?:\d[ -]?){13,19}\b|\b\d{3}-\d{2}-\d{4}\b"
    r"|\b(?:\d{1,3}\.){3}\d{1,3}\b|\+?\d[\d ().-]{7,}\d"
)
_CLEAN = (
    "Your bill is higher this month because the promotional price of your plan ended and the "
    "second line was added. We are sorry for the surprise. You can see every item under Account, "
    "then Billing; the new price is shown next to each of them. If you would rather keep the old "
    "plan, tell us by the end of the month and we will change it back without a fee. "
)
_NUMBERS = "On 2024-03-18 at 10:30 we moved 2 lines to plan M (39.90 a month, 24 months). "
_DIRTY = (
    "Write to jane.doe@acme.org or call +49 30 1234567; the card 4111 1111 1111 1111 and the "
    "account DE89 3704 0044 0532 0130 00 are on file. "
)
_LENGTH = 1_000


def _contest(setting: Setting, *, text: str) -> Contest:
    redact = Redactor(RedactPlan(), b"a key of sixteen bytes or more")
    texts = [f"{text[at % 90 :]}{text}"[:_LENGTH] for at in range(setting.size(100, 3))]

    def ours() -> None:
        for one in texts:
            redact(one)

    def baseline() -> None:
        for one in texts:
            _NAIVE.sub("[redacted]", one)

    return Contest(work(ours, least=setting.least), work(baseline, least=setting.least))


def _row(name: str, what: str, *, text: str, aim: float) -> Row:
    return Row(
        name=f"redact-{name}",
        ours=f"`Redactor`, 100 texts of 1,000 characters, {what}",
        baseline="`re.sub` of one naive expression",
        prepare=partial(_contest, text=text),
        aim=aim,
    )


ROWS = (
    _row("clean", "with nothing to redact", text=_CLEAN * 4, aim=0.5),
    _row("numbers", "with dates and prices", text=(_CLEAN + _NUMBERS) * 3, aim=0.5),
    _row("dirty", "with seven things or more to redact", text=(_CLEAN + _DIRTY) * 3, aim=2),
)
