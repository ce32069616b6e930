"""What is in logs, before anything is built from them: the act ``data logs``."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from measurand._version import __version__
from measurand.core.record import Record
from measurand.core.running import RedactPlan
from measurand.jobs.keys import redactor
from measurand.jobs.logs import Logs, Seen
from measurand.privacy.redaction import Redactor
from measurand.store.logs.account import LogAccount
from measurand.store.plans import load_plan

__all__ = ["LogSurvey", "passing_redactor", "survey"]

_NAMES = 1_000
"""Different systems, segments and names of feedback that are counted one by one."""
OTHERS = "(others)"


@dataclass(slots=True)
class LogSurvey:
    """What is in logs.

    Args:
        account: Rows read, kept, passed over and refused.
        digests: The SHA-256 of each file.
        records: Records.
        answered: Those with an answer.
        failed: Those with a reason why there is none.
        first: The earliest time.
        last: The latest.
        undated: Records without a time.
        conversations: Different conversations; None where no record names one.
        systems: Records by who answered.
        segments: Records by tag.
        feedback: Values by their name and by whether a person, a judge or a check said them.
        rated: Records with any.
        sample: The first record with an answer, else the first.
    """

    account: LogAccount
    digests: Mapping[str, str]
    records: int = 0
    answered: int = 0
    failed: int = 0
    first: str | None = None
    last: str | None = None
    undated: int = 0
    conversations: int | None = None
    systems: Counter[str] = field(default_factory=Counter)
    segments: Counter[str] = field(default_factory=Counter)
    feedback: Counter[tuple[str, str]] = field(default_factory=Counter)
    rated: int = 0
    sample: Record | None = None

    def to_json(self) -> Mapping[str, Any]:
        """The survey for other programs."""
        return {
            "measurand": __version__,
            "verb": "data logs",
            "files": dict(self.digests),
            "account": self.account.to_json(),
            "records": self.records,
            "answered": self.answered,
            "failed": self.failed,
            "first": self.first,
            "last": self.last,
            "undated": self.undated,
            "conversations": self.conversations,
            "systems": dict(self.systems.most_common()),
            "segments": dict(self.segments.most_common()),
            "feedback": [
                {"name": name, "kind": kind, "values": count}
                for (name, kind), count in self.feedback.most_common()
            ],
            "rated": self.rated,
            "sample": None if self.sample is None else _shown(self.sample),
        }


def survey(logs: Logs) -> LogSurvey:
    """Read logs once and tell what is in them; memory does not grow with them but for ids."""
    found = LogSurvey(logs.account, logs.digests)
    talks = Seen()
    for record in logs.records():
        _count(found, record)
        if record.conversation is not None:
            talks.add(record.conversation)
    found.account = logs.account
    found.conversations = talks.count or None
    return found


def _count(found: LogSurvey, record: Record) -> None:
    found.records += 1
    found.answered += record.output is not None
    found.failed += record.failure is not None
    if record.at is None:
        found.undated += 1
    else:  # all in UTC and written alike but for fractions of a second
        found.first = record.at if found.first is None else min(found.first, record.at)
        found.last = record.at if found.last is None else max(found.last, record.at)
    if record.system is not None:
        _add(found.systems, record.system)
    for segment in record.segments:
        _add(found.segments, segment)
    for one in record.feedback:
        key = (one.name, one.kind)
        known = key in found.feedback or len(found.feedback) < _NAMES
        found.feedback[key if known else (OTHERS, one.kind)] += 1
    found.rated += bool(record.feedback)
    if found.sample is None or (found.sample.output is None and record.output is not None):
        found.sample = record


def _add(counts: Counter[str], name: str) -> None:
    counts[name if name in counts or len(counts) < _NAMES else OTHERS] += 1


def _shown(record: Record) -> dict[str, Any]:
    """A record as JSON; it is redacted already."""
    whole = asdict(record)
    return {**whole, "place": str(record.place), "metadata": dict(record.metadata)}


def passing_redactor(plan: Path | None) -> Redactor:
    """What redacts by a plan, or by all that is known, under a key that is kept nowhere.

    Args:
        plan: The plan; None without one.

    Raises:
        PlanError: The plan cannot be used.
    """
    key = secrets.token_bytes(32)
    if plan is None:
        return Redactor(RedactPlan(), key)
    made = redactor(load_plan(plan), key)
    # A plan that turns redaction off speaks of runs; what a stranger's log shows is redacted still.
    return made if isinstance(made, Redactor) else Redactor(RedactPlan(), key)
