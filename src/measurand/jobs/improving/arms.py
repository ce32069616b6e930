"""Judges that are tried: the plan's as it is, and each candidate, with what each is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from measurand.analysis.exemplar_choice import balanced
from measurand.analysis.leaks import harmless, refuse_leaks
from measurand.core.candidate import BALANCED, CURRENT, Candidate
from measurand.core.exemplars import ExemplarId, Settled, by_dimension
from measurand.core.fingerprint import fingerprint
from measurand.core.judging import Exemplar
from measurand.core.plan import Plan
from measurand.core.running import JudgeModel, JudgePlan
from measurand.errors import PlanError, UsageError
from measurand.jobs.improving.pool import Material, Rated
from measurand.jobs.opening_judges import Access
from measurand.raters.judge.independence import check_independence
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.spec import options_of, settings_of, told
from measurand.store.exemplars import read_exemplars

__all__ = ["Arm", "ArmMaker", "judge_of"]


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One judge that is tried.

    Args:
        name: Of the candidate; ``current`` for the plan's judge as it is.
        plan: The plan with this judge alone.
        model: Its model.
        candidate: What differs; None for the judge as it is.
        folds: By fold, the judge for its outputs: shown nothing of their fold.
        whole: The judge as it would be used: shown all that it may be shown.
        shown: The exemplars of `whole`.
    """

    name: str
    plan: Plan
    model: JudgeModel
    candidate: Candidate | None
    folds: Mapping[int, JudgeRater]
    whole: JudgeRater
    shown: tuple[Settled, ...] = ()

    @property
    def repeats(self) -> int:
        """Judgments of each output."""
        return judge_of(self.plan).repeats

    @property
    def fingerprint(self) -> str:
        """Of the judge: another model, wording, parameter, exemplar or number of repeats."""
        return fingerprint(["judge", self.model.model, self.whole.version, self.repeats])

    @property
    def called(self) -> str:
        """Its model, and what it is called."""
        return f"{self.model.model}, {self.name}"

    @property
    def changes(self) -> tuple[str, ...]:
        """What differs, a few words each."""
        return () if self.candidate is None else tuple(self.candidate.changes())

    def judge_for(self, item: Rated) -> JudgeRater:
        """Who judges an output: out of fold on the development set."""
        return self.whole if item.fold is None else self.folds[item.fold]


@dataclass(frozen=True, kw_only=True)
class ArmMaker:
    """Makes judges of candidates.

    Args:
        material: The rated outputs.
        file: Where the plan stands.
        access: What calls go through.
    """

    material: Material
    file: Path
    access: Access

    def arm(self, model: JudgeModel, candidate: Candidate | None = None) -> Arm:
        """The judge that a candidate is; without one, the plan's judge of this model as it is.

        Raises:
            LeakError: It would be shown something of the test set.
            PlanError: It cannot judge a dimension so, or is of a compared system's family.
            UsageError: An exemplar is no rated output of the development set.
        """
        plan = self._plan(model, candidate)
        chosen = judge_of(plan).models[0]
        kept = self._kept(plan) if candidate is None or candidate.exemplars is None else ()
        self._refuse(plan, kept)

        def made(fold: int | None) -> tuple[JudgeRater, tuple[Settled, ...]]:
            shown = kept or self._drawn(candidate, plan, fold)
            apart = tuple(one for one in shown if fold is None or self._fold(one.of) != fold)
            return self._judge(plan, chosen, by_dimension(apart)), apart

        whole, shown = made(None)
        self._refuse(plan, shown)
        folds = {fold: made(fold)[0] if shown else whole for fold in self.material.folds}
        return Arm(
            name=CURRENT if candidate is None else candidate.name,
            plan=plan,
            model=chosen,
            candidate=candidate,
            folds=folds,
            whole=whole,
            shown=shown,
        )

    def _plan(self, model: JudgeModel, candidate: Candidate | None) -> Plan:
        plan = self.material.plan
        judge = replace(judge_of(plan), models=(model,), flags="any", batch=False)
        if candidate is None:
            return replace(plan, judge=judge)
        asked = candidate.judge(judge, model)
        if candidate.exemplars is not None:
            asked = replace(asked, exemplars=None)
        try:
            return replace(plan, judge=asked, rubric=candidate.rubric(plan.rubric))
        except KeyError as problem:
            told_of = f"the candidate {candidate.name}: {problem.args[0]}"
            raise UsageError(told_of) from None

    def _judge(
        self, plan: Plan, model: JudgeModel, shown: Mapping[str, tuple[Exemplar, ...]]
    ) -> JudgeRater:
        judge = judge_of(plan)
        compared = [system for system in plan.systems if system.kind != "ratings"]
        try:
            check_independence((model,), compared, own_family=judge.own_family)
            options = options_of(judge, model, plan.rubric, run_key=self.access.key)
        except PlanError as problem:
            faults = (replace(fault, file=str(self.file)) for fault in problem.faults)
            raise PlanError(faults) from None
        options = replace(options, exemplars=shown)
        return JudgeRater(self.access.models.open(model.model), told(plan.rubric), options)

    def _kept(self, plan: Plan) -> tuple[Settled, ...]:
        """What the plan's judge is shown already."""
        name = judge_of(plan).exemplars
        return () if name is None else read_exemplars(self.file.parent / name, plan.rubric)

    def _drawn(
        self, candidate: Candidate | None, plan: Plan, fold: int | None
    ) -> tuple[Settled, ...]:
        """A candidate's exemplars for a fold, those of the fold left out."""
        if candidate is None or candidate.exemplars is None:
            return ()
        by_level = [n for n, one in settings_of(plan.rubric).items() if one.form == "pointwise"]
        if candidate.exemplars == BALANCED:
            return tuple(self._balanced(by_level, candidate.each, fold))
        items = [self._found(one, candidate.name) for one in candidate.exemplars]
        pairs = [(name, item) for name in by_level for item in items]
        return tuple(self._settled(pairs))

    def _balanced(
        self, dimensions: Sequence[str], each: int, fold: int | None
    ) -> Iterator[Settled]:
        material = self.material
        for name in dimensions:
            pairs = [(name, item) for item in material.development if item.fold != fold]
            safe = [
                one.of
                for one in self._settled(pairs)
                if harmless(one, material.locked, known=material.known)
            ]
            said = material.said.get(name, {})
            chosen = balanced(said, each=each, seed=material.plan.seed, allowed=safe)
            yield from self._settled([(name, material.item(one)) for one in chosen])

    def _settled(self, pairs: Sequence[tuple[str, Rated]]) -> Iterator[Settled]:
        """Outputs as a judge is shown them; those on which people settled nothing are left out."""
        for name, item in pairs:
            said = self.material.said.get(name, {}).get(item.of)
            if said is not None:
                shown = Exemplar(
                    messages=item.example.messages,
                    output=item.text,
                    level=said.level,
                    reason=said.reason,
                )
                yield Settled(dimension=name, of=item.of, exemplar=shown)

    def _found(self, wanted: ExemplarId, candidate: str) -> Rated:
        found = [item for item in self.material.every if _is(item.of, wanted)]
        refuse_leaks([item.lock for item in found if item.fold is None], shown=map(_bare, found))
        if len(found) == 1:
            return found[0]
        why = "people rated no output of it that is in the development set"
        if found:
            whose = ", ".join(str(item.of.system) for item in found)
            why = (
                f"people rated outputs of several systems ({whose}); say whose: {{example, system}}"
            )
        raise UsageError(f"the exemplar {wanted} of the candidate {candidate}: {why}")

    def _fold(self, of: ExemplarId) -> int | None:
        return self.material.fold_of(of)

    def _refuse(self, plan: Plan, shown: Sequence[Settled]) -> None:
        """Refuse whatever of the test set is in exemplars, definitions, anchors or criteria."""
        texts = {
            f"what the judge is told of {one.name}": [
                *(one.definition, *one.levels.values()),
                *settings_of(plan.rubric)[one.name].criteria,
            ]
            for one in told(plan.rubric)
            if one.name in settings_of(plan.rubric)
        }
        refuse_leaks(self.material.locked, shown=shown, texts=texts, known=self.material.known)


def judge_of(plan: Plan) -> JudgePlan:
    """The judge of a plan that has one."""
    if plan.judge is None:
        raise UsageError("the plan names no judge; say which model judges, as in judge: {model: M}")
    return plan.judge


def _is(item: ExemplarId, wanted: ExemplarId) -> bool:
    return item.example == wanted.example and wanted.system in {None, item.system}


def _bare(item: Rated) -> Settled:
    shown = Exemplar(messages=item.example.messages, output=item.text, level=0.0)
    return Settled(dimension="", of=item.of, exemplar=shown)
