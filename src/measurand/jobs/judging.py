"""Judging from Python: `Judge.rate`, for a script or a notebook."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.core.rubric import RaterSpec, Rubric
from measurand.core.running import Endpoint, JudgeModel, JudgePlan, Price, RedactPlan, RunPlan
from measurand.core.system import System
from measurand.errors import Unfinished
from measurand.jobs.carrying import Watch
from measurand.jobs.engine.agenda import Again
from measurand.jobs.run_progress import run_progress
from measurand.jobs.sitting import Judged, Sitting
from measurand.models.environment import Environment

__all__ = ["Examples", "Judge", "JudgingOptions"]

Examples = Iterable[Example] | Mapping[str, Example]
"""What outputs answer: a dataset, any examples, or examples by id."""

_JUDGE = "judge"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgingOptions:
    """What a plan would say besides model, rubric and repeats.

    Args:
        parameters: What every model is asked with, as ``max_tokens`` and ``effort``.
        families: The model families of judged systems and of judges, by name; a judge of a judged
            system's family is refused.
        own_family: What such a judge is: an ``error``, or accepted for an ``audit``.
        run: Connections, time and tries of calls.
        redact: What is replaced by placeholders before anything is stored or sent.
        prices: US dollars by model, where the table knows none.
        providers: Endpoints by the provider's name, which go before the usual ones.
        again: What is done once more although it is in the ledger.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)
    own_family: Literal["error", "audit"] = "error"
    run: RunPlan = field(default_factory=RunPlan)
    redact: RedactPlan = field(default_factory=RedactPlan)
    prices: Mapping[str, Price] = field(default_factory=dict)
    providers: Mapping[str, Endpoint] = field(default_factory=dict)
    again: Again = field(default_factory=Again)


class Judge:
    """Rates outputs with a language model, exactly as ``measurand run`` does.

    Keys and addresses come from the environment, as ``OPENAI_API_KEY``. Where no dimension of the
    rubric names ``judge`` among its raters, all of them are judged, one level of the scale each
    (pointwise); where some do, those are judged, in the form they ask for.

    Args:
        model: The model, as in ``anthropic/claude-opus-4``, or a panel of several.
        rubric: The dimensions.
        repeats: Judgments of each output by each model.
        budget: US dollars that may be spent; with a ledger, by everything it holds together.
        ledger: A file that keeps calls and ratings, so that nothing is paid for twice; without
            one nothing is kept.
        options: Everything else.

    Raises:
        ValueError: There is no model, one is named twice, or repeats or budget cannot be.
    """

    def __init__(
        self,
        model: str | Iterable[str],
        rubric: Rubric,
        *,
        repeats: int = 3,
        budget: float | None = None,
        ledger: Path | str | None = None,
        options: JudgingOptions | None = None,
    ) -> None:
        chosen = options or JudgingOptions()
        names = (model,) if isinstance(model, str) else tuple(model)
        self._options = chosen
        self._ledger = None if ledger is None else Path(ledger)
        self._plan = Plan(
            name=_JUDGE,
            rubric=_judged_by(rubric),
            judge=JudgePlan(
                models=tuple(JudgeModel(name, chosen.families.get(name)) for name in names),
                repeats=repeats,
                own_family=chosen.own_family,
                parameters=chosen.parameters,
            ),
            systems=tuple(
                System(name, "file:", family=family)
                for name, family in chosen.families.items()
                if name not in names
            ),
            run=chosen.run if budget is None else replace(chosen.run, budget=budget),
            redact=chosen.redact,
            prices=chosen.prices,
            providers=chosen.providers,
        )

    def __repr__(self) -> str:
        models = ", ".join(one.model for one in self._plan.judge.models) if self._plan.judge else ""
        return f"Judge({models}; {', '.join(one.name for one in self._plan.rubric)})"

    def rate(
        self,
        outputs: Iterable[Output],
        examples: Examples,
        *,
        environment: Environment | None = None,
    ) -> Ratings:
        """Rate outputs; a plain call, in a notebook too. A terminal is told how far it is.

        What could not be rated is a row without a value, with the class of why in ``failure``.

        Args:
            outputs: The answers.
            examples: What they answer; others are passed over.
            environment: Where keys and addresses come from; by default the process's.

        Returns:
            One row an output, dimension, model and repeat, in the order of the examples.

        Raises:
            Unfinished: The budget was reached, or every further call would have failed alike; its
                ``done`` is a `Judged` with the ratings up to then.
            DataError: An output answers no example, or one twice in the same trial.
            PlanError: A judge is of a judged system's family, or cannot judge a dimension.
            UsageError: A key is missing, or a budget could not be kept.
            InsufficientData: There is no output.
            LedgerError: The ledger cannot be read or written.
        """
        with _progress(self._plan.run.budget) as watch:
            done = self.judged(outputs, examples, watch=watch, environment=environment)
        stop = done.ran.stop
        if stop.reason == "asked":
            raise KeyboardInterrupt
        if stop.reason is not None:
            raise Unfinished(stop.message, done)
        return done.ratings

    def judged(
        self,
        outputs: Iterable[Output],
        examples: Examples,
        *,
        limit: int | None = None,
        watch: Watch | None = None,
        environment: Environment | None = None,
    ) -> Judged:
        """The same with its account: calls, failures, cost, and whether it came to its end.

        Args:
            outputs: See `rate`.
            examples: See `rate`.
            limit: Only outputs to the first so many examples that have any.
            watch: Told a few times a second how far it is.
            environment: See `rate`.

        Raises:
            MeasurandError: See `rate`; a stop before the end is told, and not raised.
        """
        sitting = Sitting(
            plan=self._plan,
            ledger=self._ledger,
            again=self._options.again,
            watch=watch,
            environment=environment or Environment(),
        )
        listed = examples.values() if isinstance(examples, Mapping) else examples
        return sitting.hold(outputs, listed, limit=limit)


def _judged_by(rubric: Rubric) -> Rubric:
    """The rubric as it is judged: all of it, where it does not say what."""
    if any(rater.name == _JUDGE for dimension in rubric for rater in dimension.raters):
        return rubric
    spec = RaterSpec(_JUDGE)
    return Rubric(*(replace(one, raters=(*one.raters, spec)) for one in rubric))


@contextmanager
def _progress(budget: float | None) -> Iterator[Watch | None]:
    if not sys.stderr.isatty():
        yield None
        return
    with run_progress(budget=budget) as watch:
        yield watch
