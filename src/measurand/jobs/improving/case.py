"""What is to be tried, with whom, and on which outputs: read once, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from measurand.analysis.forecast import Forecast
from measurand.analysis.selection import Loss
from measurand.core.candidate import CURRENT, Candidate
from measurand.core.fingerprint import fingerprint
from measurand.core.plan import Plan
from measurand.core.running import JudgeModel
from measurand.errors import UsageError
from measurand.jobs.carrying import Note
from measurand.jobs.engine.agenda import Again
from measurand.jobs.improving.ahead import Ahead
from measurand.jobs.improving.arms import Arm, ArmMaker, judge_of
from measurand.jobs.improving.gathering import gathered
from measurand.jobs.improving.optimising import require_optimiser
from measurand.jobs.improving.pool import Material
from measurand.jobs.manifest import IMPROVING, current
from measurand.jobs.opening_judges import Access
from measurand.jobs.places import ledger_path
from measurand.jobs.run import paced
from measurand.models.environment import Environment
from measurand.store.codec import encode
from measurand.store.ledger import open_ledger
from measurand.store.plans import load_plan

__all__ = ["Case", "ImproveOptions"]

T = TypeVar("T")

ENDED = "improved"
"""What the ledger calls the end; runs have a name of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImproveOptions:
    """How judges are improved this time.

    Args:
        judges: Which of the plan's judges; all by default.
        candidates: Which of the plan's candidates; all by default.
        optimise: How many wordings an optimiser may propose for each judge; 0 for none.
        reflect: The model that proposes them; by default the judge's own.
        loss: What is minimised.
        look: Whether the test set is looked at where a change is adopted.
        again: What is asked once more although it is in the ledger.
        budget: US dollars that all runs of the ledger may cost; by default as the plan says.
        connections: Calls under way at once, to each provider; by default as the plan says.
    """

    judges: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    optimise: int = 0
    reflect: str | None = None
    loss: Loss = "absolute"
    look: bool = True
    again: Again = field(default_factory=Again)
    budget: float | None = None
    connections: int | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """A plan, what there is to improve its judges with, and what is to be tried.

    Args:
        plan: The plan as it is this time.
        file: Where it stands.
        options: How judges are improved this time.
        environment: Where keys and addresses come from.
        material: The rated outputs.
        models: The judges that are to be improved.
        candidates: What is tried in their place.
    """

    plan: Plan
    file: Path
    options: ImproveOptions
    environment: Environment
    material: Material
    models: tuple[JudgeModel, ...]
    candidates: tuple[Candidate, ...]

    @classmethod
    def of(
        cls, path: Path | str, options: ImproveOptions | None, environment: Environment | None
    ) -> Case:
        """Read a plan and what belongs to it; nothing is sent.

        Raises:
            MeasurandError: See `measurand.jobs.improve.improve`.
        """
        chosen, file, told = options or ImproveOptions(), Path(path), environment or Environment()
        plan = paced(load_plan(file), connections=chosen.connections, budget=chosen.budget)
        models = tuple(_named(judge_of(plan).models, chosen.judges, name=_model, what="judge"))
        every = plan.calibration.candidates
        candidates = tuple(_named(every, chosen.candidates, name=_called, what="candidate"))
        _refuse_idle(plan, chosen, candidates)
        return cls(
            plan=plan,
            file=file,
            options=chosen,
            environment=told,
            material=gathered(plan, file, told),
            models=models,
            candidates=candidates,
        )

    @property
    def ledger(self) -> Path:
        """The project's ledger."""
        return ledger_path(self.file)

    @property
    def called(self) -> Plan:
        """The plan as far as anybody is called: every model that judges or proposes."""
        names = {one.model: one for one in self.models}
        others = [one.model for one in self.candidates if one.model is not None]
        others += [self.options.reflect] if self.options.optimise and self.options.reflect else []
        names |= {name: JudgeModel(name) for name in others if name not in names}
        judge = replace(judge_of(self.plan), models=tuple(names.values()), flags="any")
        return replace(self.plan, systems=(), judge=judge)

    def arms(self, access: Access) -> dict[str, list[Arm]]:
        """By judge, itself and every candidate in its place."""
        maker = ArmMaker(material=self.material, file=self.file, access=access)
        first = self.models[0]
        return {
            model.model: [
                maker.arm(model),
                *(
                    maker.arm(model, candidate)
                    for candidate in self.candidates
                    if candidate.model is None or model is first
                ),
            ]
            for model in self.models
        }

    def others(self, arms: Mapping[str, Sequence[Arm]]) -> Iterator[str]:
        """Judges that are others than in the newest run, so that nothing they said is used."""
        with open_ledger(self.ledger) as ledger:
            known = current(ledger, self.plan).manifest.get("raters", {})
        for judge, tried in arms.items():
            now = next(arm.whole.version for arm in tried if arm.name == CURRENT)
            if known.get(judge, now) != now:
                yield (
                    f"{judge} is another judge than in the last run: its provider is reached at "
                    "another address, or its wording, parameters or exemplars have changed. What "
                    "it said then is asked again, as nobody knows that the same model answers."
                )

    def ahead(self, arms: Mapping[str, Sequence[Arm]], access: Access) -> Forecast:
        """What is not in the ledger yet would cost."""
        with open_ledger(self.ledger) as ledger:
            told = Ahead(material=self.material, ledger=ledger, prices=access.models.prices)
            return told.forecast(arms)

    def note(self, access: Access) -> Note:
        """What the ledger keeps of it."""
        plan = encode(self.plan)
        told = {"name": self.plan.name, "candidates": [one.name for one in self.candidates]}
        return Note(
            plan=fingerprint(plan),
            manifest=told,
            redact=access.redact,
            began=IMPROVING,
            ended=ENDED,
        )


def _named(
    every: Sequence[T], names: Sequence[str], *, name: Callable[[T], str], what: str
) -> list[T]:
    """Those of these names; all where none is said."""
    known = {name(one): one for one in every}
    if odd := [word for word in names if word not in known]:
        raise UsageError(
            f"the plan has no {what} {', '.join(odd)}; it has: {', '.join(known) or 'none'}"
        )
    return [known[word] for word in names] if names else list(every)


def _refuse_idle(plan: Plan, options: ImproveOptions, candidates: Sequence[Candidate]) -> None:
    """Nothing to try, or an optimiser that nothing would stop."""
    if options.optimise:
        require_optimiser()
        if plan.run.budget is None:
            raise UsageError(
                "an optimiser asks as often as it likes; give the plan a budget, as in "
                "budget: {usd: 5}, or --budget 5"
            )
    elif not candidates:
        raise UsageError(
            "there is nothing to try: list changes under calibration: {candidates: [...]} in the "
            "plan, or let an optimiser propose them with --optimise 10"
        )


def _model(one: JudgeModel) -> str:
    return one.model


def _called(one: Candidate) -> str:
    return one.name
