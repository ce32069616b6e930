"""``measurand data logs``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.data.log_options import add_log_reading, log_reading_of
from measurand.cli.options import PLAN, parser
from measurand.cli.printing import print_json, print_lines
from measurand.cli.progress import progress

if TYPE_CHECKING:
    from measurand.core.record import Record
    from measurand.jobs.log_survey import LogSurvey

__all__ = ["run"]

EXAMPLES = """\
  measurand data logs traces.jsonl.gz
  measurand data logs logs/ --spans roots --json
  measurand data logs rows.csv --map "question:body.text" --map "output:reply" --map "people:stars"
"""
_FILES = 20
_SHOWN = 8
"""Names that are printed of each kind; --json has all that were counted."""
_WIDTH = 400
_NOTHING = 2


def run(words: Sequence[str]) -> int:
    """Tell what is in logs of production: what can be read as records, what cannot, and why.

    Nothing is written. Personal data and secrets are replaced before anything is shown.
    """
    made = parser("data logs", run.__doc__ or "", examples=EXAMPLES)
    made.add_argument("files", nargs="+", type=Path, help="files of logs, or folders of them")
    add_log_reading(made)
    made.add_argument(
        "--plan", type=Path, metavar="FILE", help="redact by this plan (measurand.yaml if there)"
    )
    made.add_argument("--json", action="store_true", help="one JSON document on stdout")
    args = made.parse_args(words)

    from measurand.jobs.log_survey import passing_redactor, survey  # noqa: PLC0415 - after --help
    from measurand.jobs.logs import open_logs  # noqa: PLC0415

    plan = args.plan or (PLAN if PLAN.exists() else None)
    redact, how = passing_redactor(plan), log_reading_of(args)
    with progress("reading and redacting") as told:
        found = survey(open_logs(args.files, redactor=redact, how=how, progress=told))
    if args.json:
        print_json(found.to_json())
    else:
        print_lines(_told(found))
    return 0 if found.records else _NOTHING


def _told(found: LogSurvey) -> Iterator[str]:
    account = found.account
    yield from _few((f"{name}  sha256 {it[:16]}" for name, it in found.digests.items()), "files")
    yield (
        f"{account.read:,} rows read: {account.kept:,} kept, {account.passed:,} passed over, "
        f"{account.refused:,} refused; {found.records:,} records"
    )
    if account.dialects:
        yield f"read as: {_listed(account.dialects)}"
    for head, counts in (("refused", account.refused_by), ("passed over", account.passed_by)):
        for reason, rows in counts.most_common():
            places = account.places[reason]
            more = ", ..." if rows > len(places) else ""
            yield f"  {head} {rows:,}: {reason} ({', '.join(map(str, places))}{more})"
    yield from _few((f"  not read from {at} on: {why}" for at, why in account.unread), "ends")
    for note, times in account.notes.most_common():
        yield f"  {note}: {times:,}"
    if found.records:
        yield from _contents(found)
    elif account.passed:
        yield "no call of a model is in them; --spans roots reads whole requests"
    else:
        yield 'say which columns hold what, as in --map "question:COLUMN" --map "output:COLUMN"'


def _few(lines: Iterator[str], what: str) -> Iterator[str]:
    yield from islice(lines, _FILES)
    if more := sum(1 for _ in lines):
        yield f"  and {more:,} more {what}; --json has all"


def _contents(found: LogSurvey) -> Iterator[str]:
    answers = f"{found.answered:,} with an answer"
    yield f"records: {answers}, {found.failed:,} that failed, {found.rated:,} with feedback"
    undated = f"; {found.undated:,} without a time" if found.undated else ""
    yield f"from {found.first} to {found.last}{undated}" if found.first else "no record has a time"
    if found.conversations is not None:
        yield f"conversations: {found.conversations:,}"
    for name, counts in (("systems", found.systems), ("segments", found.segments)):
        if counts:
            yield f"{name}: {_listed(counts)}"
    if found.feedback:
        said = Counter({f"{name} ({kind})": n for (name, kind), n in found.feedback.items()})
        yield f"feedback: {_listed(said)}"
    if found.sample is not None:
        yield ""
        yield from _sample(found.sample)


def _sample(record: Record) -> Iterator[str]:
    yield f"one record, redacted: {record.id} at {record.place}"
    for message in record.messages[-3:]:
        yield f"  {message.role}: {_cut(message.content)}"
    if record.output is not None:
        yield f"  answer: {_cut(record.output)}"
    for one in record.feedback[:_SHOWN]:
        yield f"  {one.name}: {one.value} ({one.kind})"


def _listed(counts: Counter[str]) -> str:
    shown = [f"{_cut(name, 60)} {count:,}" for name, count in counts.most_common(_SHOWN)]
    left = len(counts) - len(shown)
    return ", ".join([*shown, *([f"and {left:,} more"] if left > 0 else [])])


def _cut(text: str, width: int = _WIDTH) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= width else f"{plain[: width - 1]}…"
