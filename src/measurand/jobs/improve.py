"""The verb ``improve``: try changes to a judge, adopt what is surely better, look once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measurand.analysis.forecast import Forecast
from measurand.analysis.selection import SelectionOptions
from measurand.errors import InfrastructureError
from measurand.jobs.answer import Answer
from measurand.jobs.carrying import Course, Watch, carried, to_end
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.parts import Parts
from measurand.jobs.improving.arms import Arm, ArmMaker
from measurand.jobs.improving.case import Case, ImproveOptions
from measurand.jobs.improving.concluding import Concluder, Conclusion
from measurand.jobs.improving.looking import noted_candidates
from measurand.jobs.improving.optimising import SEEN, Optimiser
from measurand.jobs.improving.pool import Rated
from measurand.jobs.improving.trying import Trier, pending
from measurand.jobs.opening_judges import Access, access_to
from measurand.jobs.run import Ran
from measurand.models.environment import Environment
from measurand.store.ledger import Ledger

__all__ = [
    "Foretold",
    "ImproveOptions",
    "Improved",
    "forecast_improvement",
    "foretold_improvement",
    "improve",
]


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """What it would cost, and what is to be known before.

    Args:
        forecast: What is not in the ledger yet.
        notes: Why that is more than one might think, in sentences.
    """

    forecast: Forecast
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Improved:
    """What came of it.

    Args:
        ran: What was asked, whether it stopped before its end, and what was spent.
        conclusion: What was selected, adopted and looked at; None where it stopped before.
        ahead: What it was foretold to cost.
    """

    ran: Ran
    conclusion: Conclusion | None
    ahead: Forecast

    @property
    def answer(self) -> Answer | None:
        """The findings and their page."""
        return None if self.conclusion is None else self.conclusion.answer

    @property
    def exit_code(self) -> int:
        """0 answered, 3 too little evidence, 4 budget or provider, 130 interrupted."""
        if self.answer is None:
            return self.ran.exit_code or InfrastructureError.exit_code
        return self.answer.exit_code

    def to_json(self) -> Mapping[str, Any]:
        """Findings, what was adopted, and what it took."""
        account = self.ran.to_json()
        if self.conclusion is None:
            return account
        told = ("ratings", "calls", "failures", "usd", "usd_all_runs", "seconds")
        return {
            **self.conclusion.answer.to_json(),
            "improvement": {
                "adopted": [one.to_json() for one in self.conclusion.adopted],
                "account": {name: account[name] for name in told},
            },
        }


def forecast_improvement(
    plan_path: Path | str,
    options: ImproveOptions | None = None,
    *,
    environment: Environment | None = None,
) -> Forecast:
    """What `improve` would ask, and what that would cost; nothing is sent.

    Wordings that an optimiser would propose are not among it: the budget bounds them.

    Raises:
        MeasurandError: As for `improve`.
    """
    return foretold_improvement(plan_path, options, environment=environment).forecast


def foretold_improvement(
    plan_path: Path | str,
    options: ImproveOptions | None = None,
    *,
    environment: Environment | None = None,
) -> Foretold:
    """The same with what is to be known before.

    Raises:
        MeasurandError: As for `improve`.
    """
    case = Case.of(plan_path, options, environment)

    async def look() -> Foretold:
        async with access_to(case.called, case.ledger, environment=case.environment) as access:
            arms = case.arms(access)
            notes = tuple(case.others(arms))
            return Foretold(forecast=case.ahead(arms, access), notes=notes)

    return to_end(look, Course(total=0).stop)


def improve(
    plan_path: Path | str,
    options: ImproveOptions | None = None,
    *,
    watch: Watch | None = None,
    environment: Environment | None = None,
) -> Improved:
    """Try the plan's candidates on the development set, adopt one if it is surely better, look.

    What is in the ledger is not asked again. The test set is looked at once, for all judges
    together, and only where a change was adopted.

    Args:
        plan_path: The plan.
        options: How it is done this time.
        watch: Told how far it is.
        environment: Where keys and addresses come from; by default the process's.

    Raises:
        PlanError: The plan is wrong, or a candidate cannot judge.
        LeakError: A judge would be shown something of the test set.
        UsageError: There is nothing to try, a key is missing, or a budget could not be kept.
        InsufficientData: People rated too little.
        InfrastructureError: The budget is surely too small; nothing was spent.
        LedgerError: The ledger cannot be read or written.
    """
    case = Case.of(plan_path, options, environment)
    course = Course(total=0, watch=watch)
    course.tally.units = "questions"
    reached: list[Conclusion] = []

    async def work() -> tuple[float, Forecast]:
        observe = course.tally.attempt
        async with access_to(
            case.called, case.ledger, environment=case.environment, observe=observe
        ) as access:
            arms = case.arms(access)
            foretold = case.ahead(arms, access)
            _refuse_dear(foretold)

            async def carry(ledger: Ledger, journal: Journal, _: int) -> None:
                turn = _Turn(
                    case=case, access=access, course=course, ledger=ledger, journal=journal
                )
                reached.extend(await turn.taken(arms))

            note = case.note(access)
            budget = access.models.budget
            spent = await carried(carry, course, note, ledger=case.ledger, budget=budget)
        return spent, foretold

    spent, foretold = to_end(work, course.stop)
    ran = Ran(
        snapshot=course.tally.snapshot(),
        stop=course.stop,
        spent=spent,
        max_failures=case.plan.run.max_failures,
        verb="improve",
    )
    return Improved(ran=ran, conclusion=reached[0] if reached else None, ahead=foretold)


@dataclass(frozen=True, kw_only=True)
class _Turn:
    """One time that it is carried out, with the ledger locked."""

    case: Case
    access: Access
    course: Course
    ledger: Ledger
    journal: Journal

    async def taken(self, arms: Mapping[str, list[Arm]]) -> list[Conclusion]:
        """Try, select, look; nothing where it was stopped before all was tried."""
        case, material = self.case, self.case.material
        every = [arm for its in arms.values() for arm in its]
        noted_candidates(every, material, self.ledger)
        notes = list(case.others(arms))
        proposed = await self._optimise(arms) if case.options.optimise else {}
        notes += [_came_back(judge, *counts) for judge, counts in proposed.items()]
        seen = SEEN if any(kept for _, kept in proposed.values()) else frozenset()
        items = [item for item in material.development if item.fold not in seen]
        for its in arms.values():
            await self._ask(its, items)
        if self._stopped():
            return []
        concluder = Concluder(
            material=material,
            file=case.file,
            ledger=self.ledger,
            options=SelectionOptions(
                loss=case.options.loss,
                level=case.plan.compare.level,
                seed=case.plan.seed,
                max_failures=case.plan.run.max_failures,
            ),
            tried=noted_candidates(every, material, self.ledger),
            seen=seen,
            notes=tuple(notes),
        )
        selected = concluder.selected(arms)
        if case.options.look:
            for pair in concluder.to_be_shown(arms, selected):
                await self._ask(pair, material.test)
        if self._stopped():
            return []
        return [concluder.concluded(arms, selected, look=case.options.look)]

    def _stopped(self) -> bool:
        return self.course.stop.asked

    async def _ask(self, arms: Sequence[Arm], items: Sequence[Rated]) -> None:
        """Have judges say what they have not said yet; first those tried first."""
        tally = self.course.tally
        trier = Trier(
            journal=self.journal,
            plan=self.case.plan,
            redact=self.access.redact,
            width=self.access.models.run.connections,
            tally=tally,
            stop=self.course.stop,
        )
        for arm in arms:
            listed = pending([arm], items, self.ledger, again=self.case.options.again)
            tally.total += len(listed)
            await trier.run(listed)

    async def _optimise(self, arms: Mapping[str, list[Arm]]) -> dict[str, tuple[int, int]]:
        """Add what an optimiser proposes to what is tried; all of it is noted.

        Returns:
            By judge, how many wordings came back, and how many of them are selected from.
        """
        case, models = self.case, self.access.models
        found: dict[str, tuple[int, int]] = {}
        for model in case.models:
            optimiser = Optimiser(
                material=case.material,
                maker=ArmMaker(material=case.material, file=case.file, access=self.access),
                ledger=self.ledger,
                journal=self.journal,
                ask=self._ask,
                model=models.open(case.options.reflect or model.model),
                parts=Parts(systems=(), rubric=case.plan.rubric, redact=self.access.redact),
                proposals=case.options.optimise,
                stop=self.course.stop,
            )
            kept, made = await optimiser.proposed(arms[model.model][0])
            noted_candidates([*arms[model.model], *made], case.material, self.ledger)
            arms[model.model].extend(kept)
            found[model.model] = len(made), len(kept)
            if self._stopped():
                break
        return found


def _came_back(judge: str, made: int, kept: int) -> str:
    """What an optimiser proposed for one judge."""
    if not made:
        return (
            f"The optimiser came back without another wording for {judge}: it had none, or none "
            "that could be tried."
        )
    told = f"The optimiser proposed {made} wording{'s' * (made > 1)} for {judge}"
    if kept == made:
        return f"{told}, and all are among what was tried."
    return (
        f"{told}; {kept} of them {'is' if kept == 1 else 'are'} among what was tried, as the "
        "others were no better on the first outputs that it was shown."
    )


def _refuse_dear(ahead: Forecast) -> None:
    """A budget that even the least would cross, before anything is spent."""
    low = ahead.known_cost.low or 0.0
    if ahead.budget is not None and ahead.spent + low > ahead.budget:
        raise InfrastructureError(
            f"nothing was asked: trying all of it takes at least ${low:.2f}, ${ahead.spent:.2f} "
            f"are spent, and the budget is ${ahead.budget:g}. Raise it, or try less with "
            "--candidate"
        )
