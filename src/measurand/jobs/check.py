"""The verb ``check``: rate recorded outputs with code."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from measurand._version import __version__
from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.protocols import Check
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Rubric
from measurand.errors import DataError, Fault
from measurand.jobs.answered import refuse_unanswered
from measurand.jobs.engine.own_checks import OwnChecks
from measurand.jobs.engine.rows import check_row
from measurand.jobs.places import ledger_path
from measurand.jobs.workbench import checks_of, outputs_of, recorded_of
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger
from measurand.store.plans import load_plan

__all__ = ["Checked", "check_project", "rate_outputs", "refuse_strangers"]

_SHOWN = 3

Progress = Callable[[int, int], None]
"""Called with the ratings done and the ratings there will be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the checks did.

    Args:
        ratings: One row an output and check; a value of None says why in its reason.
        failures: How often each check could not say, by check and reason.
        seconds: Wall time.
    """

    ratings: Ratings
    failures: Mapping[tuple[str, str], int]
    seconds: float

    def to_json(self) -> Mapping[str, Any]:
        """The account for other programs."""
        without = [
            {"rater": rater, "reason": reason, "count": count}
            for (rater, reason), count in self.failures.items()
        ]
        return {
            "measurand": __version__,
            "verb": "check",
            "ratings": len(self.ratings),
            "without_value": without,
            "seconds": self.seconds,
        }


def check_project(plan_path: Path, *, progress: Progress | None = None) -> Checked:
    """Run the plan's checks over the recorded outputs of its systems, into the ledger.

    Raises:
        PlanError: The plan is wrong, or names a check that does not exist.
        DataError: The evaluation set or an outputs file is wrong.
    """
    plan = load_plan(plan_path)
    base = plan_path.parent
    examples = {example.id: example for example in Dataset.load(base / plan.data.path).examples}
    recorded = recorded_of(plan, plan_path)
    outputs = outputs_of(recorded, plan_path)
    refuse_unanswered(plan, plan_path, recorded, names=examples)
    checks = checks_of(plan, plan_path)
    checked = rate_outputs(
        outputs,
        examples,
        checks,
        rubric=plan.rubric,
        progress=progress,
        timeout=plan.run.timeout,
    )
    with open_ledger(ledger_path(plan_path)) as ledger:
        ledger.add_outputs(outputs)
        ledger.add_ratings(checked.ratings + _retired(ledger.ratings(kind="check"), checks))
    return checked


def _retired(before: Ratings, checks: Sequence[Check]) -> Ratings:
    """Ratings by checks that the plan no longer names: superseded by no value, never deleted."""
    current = {(check.name, check.dimension) for check in checks}
    rows = [
        replace(row, value=None, reason="the plan no longer names this check")
        for row in before
        if (row.rater, row.dimension) not in current
    ]
    return Ratings.of(rows)


def rate_outputs(
    outputs: Sequence[Output],
    examples: Mapping[str, Example],
    checks: Sequence[Check],
    *,
    rubric: Rubric,
    progress: Progress | None = None,
    timeout: float | None = 120.0,
) -> Checked:
    """Run every check on every output.

    Args:
        outputs: The answers.
        examples: The examples they answer, by id.
        checks: The checks.
        rubric: The scales on which the ratings are told.
        progress: Told how far it is.
        timeout: Seconds that one call of a check of one's own may take; None means any time.

    Raises:
        DataError: An output answers an example that does not exist.
    """
    refuse_strangers(outputs, examples)
    started = time.perf_counter()
    rater = partial(check_row, rubric=rubric, own=OwnChecks(timeout))
    rows = asyncio.run(_rate(outputs, examples, checks, rater=rater, progress=progress))
    failures = Counter((row.rater, row.reason or "") for row in rows if row.value is None)
    return Checked(
        ratings=Ratings.of(rows), failures=failures, seconds=time.perf_counter() - started
    )


async def _rate(
    outputs: Iterable[Output],
    examples: Mapping[str, Example],
    checks: Sequence[Check],
    *,
    rater: Callable[[Example, Output, Check], Awaitable[Rating]],
    progress: Progress | None,
) -> list[Rating]:
    rows: list[Rating] = []
    listed = list(outputs)
    total = len(listed) * len(checks)
    for output in listed:
        example = examples[output.example]
        rows += [await rater(example, output, check) for check in checks]
        if progress is not None:
            progress(len(rows), total)
    return rows


def refuse_strangers(outputs: Iterable[Output], examples: Mapping[str, Example]) -> None:
    """Refuse outputs that answer no example.

    Raises:
        DataError: There are some; each is named.
    """
    strangers = [output for output in outputs if output.example not in examples]
    if strangers:
        raise DataError(
            Fault(
                f"an output of {output.system} answers no example in the evaluation set",
                found=repr(output.example),
                allowed=_some(examples),
                remedy="give outputs the ids of the examples they answer",
            )
            for output in strangers
        )


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" ... ({len(listed)} in all)" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more
