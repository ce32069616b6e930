"""What an audit will cost, told before anything is asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from measurand.analysis.forecast import Forecast, Work, forecast
from measurand.core.judging import BlindTask
from measurand.core.plan import Plan
from measurand.jobs.engine.probing import Question, Thread
from measurand.jobs.pending import REMEMBERED, observed_of
from measurand.models.prices import PriceTable
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.spec import MAX_TOKENS
from measurand.stats.materiality import FEWEST
from measurand.store.ledger import Ledger

__all__ = ["few_told", "fitting", "foretold", "refusal", "too_dear"]

_REPLY = 400
"""Characters that a reply has in the turns after it."""
_ANOTHER = 300
"""Characters that one more dimension adds to a question about several."""
_ROOM = 1e-9
_TRIES = 4
"""Numbers of outputs that are tried, where an audit does not fit."""


def foretold(
    plan: Plan, threads: Sequence[Thread], ledger: Ledger, *, prices: PriceTable
) -> Forecast:
    """Calls, tokens and money of these questions.

    Args:
        plan: The plan as it is audited.
        threads: What is still to be asked.
        ledger: What earlier calls took, and what was spent.
        prices: What tokens cost.
    """
    sizes: dict[str, list[int]] = {}
    for thread in threads:
        sizes.setdefault(thread[0].judge.name, []).extend(_sizes(thread))
    works = []
    for model in plan.judge.models if plan.judge else ():
        given = plan.judge.parameters if plan.judge else {}
        limits = {"max_tokens": MAX_TOKENS, **given, **model.parameters}
        took = [
            *ledger.work.took("probe", model.model, newest=REMEMBERED),
            *ledger.work.took("rating", model.model, newest=REMEMBERED),
        ]
        works.append(
            Work(
                name=model.model,
                part="judge",
                model=model.model,
                characters=sizes.get(model.model, []),
                observed=observed_of(took),
                max_tokens=limits["max_tokens"],
                price=prices.price(model.model),
            )
        )
    return forecast(works, spent=ledger.work.spent(), budget=plan.run.budget)


def too_dear(told: Forecast) -> bool:
    """Whether an audit surely does not fit the budget, so that it is refused.

    Where only the upper end of the range would cross it, the audit starts: the budget itself ends
    it in time, and what was asked is kept.
    """
    expected = told.known_cost.value or 0.0
    return told.budget is not None and told.spent + expected > told.budget + _ROOM


def fitting(told: Forecast, items: int, again: Callable[[int], Forecast]) -> int | None:
    """How many outputs the budget would do for; None where not even one.

    Args:
        told: What was foretold, which does not fit.
        items: Of how many outputs.
        again: Foretells an audit of so many.
    """
    for _ in range(_TRIES):
        expected = told.known_cost.value or 0.0
        room = (told.budget or 0.0) - told.spent
        items = min(math.floor(items * room / expected), items - 1) if expected > 0 else 0
        if items < 1:
            return None
        told = again(items)
        if not too_dear(told):
            return items
    return None


def refusal(told: Forecast, fits: int | None) -> str:
    """Why an audit does not begin, and what to do: what the forecast says and the verb as well.

    Args:
        told: What was foretold.
        fits: How many outputs would fit.
    """
    expected, budget = told.known_cost.value or 0.0, told.budget or 0.0
    if fits is None:
        fewer = "no number of --items fits what is left; some --biases only might"
    else:
        fewer = f"or ask about fewer outputs: --items {fits}{few_told(fits)}"
    return (
        f"the audit would cost about ${expected:,.2f} and ${told.spent:,.2f} are spent already, "
        f"which is more than the budget of ${budget:,.2f}: it is refused, and nothing was asked. "
        f"Raise the budget: --budget {_up(told.spent + expected)}; {fewer}"
    )


def few_told(items: int) -> str:
    """What so few outputs leave open; empty where they are enough."""
    if items >= FEWEST:
        return ""
    return (
        f" (fewer than {FEWEST} outputs cannot show that a bias is negligible: what probes of "
        "single outputs do not find material stays undecided)"
    )


def _up(amount: float) -> str:
    """A little more than an amount, in whole dollars or, of little, in cents."""
    return f"{math.ceil(amount):d}" if amount > 1 else f"{math.ceil(amount * 100) / 100:.2f}"


def _sizes(thread: Thread) -> Iterator[int]:
    """The characters of each question; in a conversation what was said before is sent again."""
    before = 0
    for question in thread:
        own = _size(question)
        if own is None:
            continue
        yield own + before
        if len(thread) > 1:
            before += _material(question) + _REPLY


def _size(question: Question) -> int | None:
    """Of a question alone; None where a rule settles it."""
    judge, tasks = question.judge, question.task.tasks
    if judge.ruled(tasks[0]) is not None:
        return None
    return _characters(judge, tasks[0]) + _ANOTHER * (len(tasks) - 1)


def _characters(judge: JudgeRater, task: BlindTask) -> int:
    return sum(len(message.content) for message in judge.request(task).messages)


def _material(question: Question) -> int:
    """Of a question without the rubric before it."""
    request = question.judge.request(replace(question.task.task))
    return len(request.messages[-1].content)
