"""What an audit will cost, told before anything is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from measurand.analysis.forecast import Forecast, Work, forecast
from measurand.core.judging import BlindTask
from measurand.core.plan import Plan
from measurand.errors import UsageError
from measurand.jobs.engine.probing import Question, Thread
from measurand.jobs.pending import REMEMBERED, observed_of
from measurand.models.prices import PriceTable
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.spec import MAX_TOKENS
from measurand.store.ledger import Ledger

__all__ = ["foretold", "refuse_too_dear"]

_REPLY = 400
"""Characters that a reply has in the turns after it."""
_ANOTHER = 300
"""Characters that one more dimension adds to a question about several."""
_ROOM = 1e-9


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


def refuse_too_dear(told: Forecast) -> None:
    """Refuse an audit that surely does not fit the budget.

    Where only the upper end of the range would cross it, the audit starts: the budget itself ends
    it in time, and what was asked is kept.

    Raises:
        UsageError: Even what is expected is more than is left.
    """
    expected = told.known_cost.value or 0.0
    if told.budget is None or told.spent + expected <= told.budget + _ROOM:
        return
    raise UsageError(
        f"the audit would cost about ${expected:,.2f} and ${told.spent:,.2f} are spent already, "
        f"which is more than the budget of ${told.budget:,.2f}; nothing was asked. Raise it "
        "(--budget, or the plan's), or ask less: --items 40, or some --biases only"
    )


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
