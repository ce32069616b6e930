"""From what checks and judges say to rows of the table of ratings."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from measurand.core.example import Example
from measurand.core.failure import STALE
from measurand.core.judging import Judgment
from measurand.core.model import Call
from measurand.core.output import Output
from measurand.core.protocols import Check
from measurand.core.rating import Measurement, Rating
from measurand.core.rubric import Rubric
from measurand.core.scale import Scale, Value
from measurand.core.sound import sound
from measurand.jobs.engine.agenda import Asked, Checking, Judging
from measurand.jobs.engine.own_checks import OwnChecks
from measurand.jobs.engine.parts import Parts, rating_version
from measurand.store.ledger_work import Work

__all__ = ["check_row", "checked", "judged", "orphaned", "unjudged"]

NO_OUTPUT = "no_output"


async def checked(asked: Asked, item: Checking, parts: Parts) -> Work:
    """Let a check rate an output; as the system gave it, where that is at hand."""
    output = asked.raw or asked.output
    if output is None:
        raise ValueError("there is nothing to check yet")
    row = await check_row(
        asked.example,
        output,
        item.check,
        rubric=parts.rubric,
        redact=parts.redact,
        own=parts.own,
    )
    return Work(
        key=item.key,
        purpose="rating",
        who=item.check.name,
        version=rating_version(asked.system, item.check),
        failure=row.failure,
        ratings=(row,),
    )


async def check_row(
    example: Example,
    output: Output,
    check: Check,
    *,
    rubric: Rubric,
    redact: Callable[[str], str] = str,
    own: OwnChecks | None = None,
) -> Rating:
    """What a check says of an output, as a row on the scale of its dimension.

    Args:
        example: What was asked.
        output: What was answered.
        check: Who rates it.
        rubric: The dimensions.
        redact: Replaces what must not be stored.
        own: How users' own checks are called.
    """
    began = time.perf_counter()
    measured = await (own or OwnChecks()).measured(check, example, output)
    seconds = time.perf_counter() - began
    scale = rubric.dimension(check.dimension).scale
    return _of(example, output.system)(
        dimension=check.dimension,
        rater=check.name,
        kind="check",
        value=None if measured.value is None else _told(measured.value, check.scale, scale),
        reason=redact(sound(_reason(measured))) or None,
        repeat=output.trial,
        seconds=seconds,
        cost=check.cost,
        failure=_class(output, measured),
    )


def judged(
    asked: Asked, item: Judging, judgment: Judgment, *, parts: Parts, against: Asked | None = None
) -> Work:
    """What a judge said of an output, or of a pair."""
    measured, calls = judgment.measurement, tuple(map(parts.stored_call, judgment.calls))
    costs = [call.cost for call in calls]
    known = [cost for cost in costs if cost is not None]
    row = _row_of(asked, item, parts, against=against)(
        value=measured.value,
        reason=parts.clean(_reason(measured)) or None,
        seconds=sum(call.seconds for call in calls),
        cost=sum(known) if len(known) == len(costs) else None,
        failure=judgment.failure,
    )
    return Work(
        key=item.key,
        purpose="rating",
        who=item.judge.name,
        version=rating_version(asked.system, item.judge, against.system if against else None),
        failure=judgment.failure,
        ratings=(row,),
        calls=calls,
    )


def unjudged(asked: Asked, item: Judging, parts: Parts) -> Work:
    """The rating of an output that is not there: no value, and why."""
    failure = asked.output.failure if asked.output else None
    why = parts.clean(f": {failure.kind}: {failure.message}") if failure else ""
    row = _row_of(asked, item, parts)(
        value=None, reason=f"there is no answer{why}", failure=NO_OUTPUT
    )
    return Work(
        key=item.key,
        purpose="rating",
        who=item.judge.name,
        version=rating_version(asked.system, item.judge),
        failure=NO_OUTPUT,
        ratings=(row,),
    )


def orphaned(key: str, call: Call, *, judge: str, version: str, parts: Parts) -> Work:
    """What was paid for a judgment of something that is not there any more: it rates nothing.

    Args:
        key: The name of the work.
        call: What was asked, and what came of it.
        judge: Whom.
        version: The judge's.
        parts: Who takes part.
    """
    return Work(
        key=key,
        purpose="rating",
        who=judge,
        version=version,
        failure=STALE,
        calls=(parts.stored_call(call),),
    )


def _of(example: Example, system: str) -> partial[Rating]:
    """A row that says already whose output to what example it is about."""
    return partial(
        Rating,
        example=example.id,
        system=system,
        cluster=example.cluster,
        component=example.component,
        segment=example.segments[0] if example.segments else None,
    )


def _row_of(
    asked: Asked, item: Judging, parts: Parts, *, against: Asked | None = None
) -> partial[Rating]:
    return partial(
        _of(asked.example, asked.system.name),
        dimension=item.task.dimension,
        rater=item.judge.name,
        kind="judge",
        repeat=parts.row(item.judge, item.task, asked.trial),
        against=against.system.name if against else None,
        order=item.task.order,
    )


def _reason(measured: Measurement) -> str:
    return "; ".join(part for part in (measured.reason, *measured.evidence) if part)


def _class(output: Output, measured: Measurement) -> str | None:
    """The class of a check's failure; a check that does not apply has not failed."""
    if measured.value is None and output.failure is not None:
        return NO_OUTPUT
    return measured.failure


def _told(value: Value, own: Scale, wanted: Scale) -> Value:
    """A check's value, told on the scale of its dimension."""
    if own == wanted:
        return value
    share = own.unit(value)
    told = None if share is None else wanted.from_unit(share)
    return value if told is None else told
