"""The tests that ask systems: twins, and another phrasing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from measurand.analysis.exposure import Exposure, not_run
from measurand.analysis.exposure_gap import twin_gap
from measurand.analysis.exposure_style import style_overfitting
from measurand.analysis.forecast import Forecast
from measurand.analysis.trials import Rounds, Voting
from measurand.core.example import Example
from measurand.core.plan import Plan
from measurand.errors import InsufficientData, UsageError
from measurand.jobs.carrying import Watch
from measurand.jobs.exposing.asking import Heard, Question, live_systems
from measurand.jobs.exposing.options import ContaminationOptions
from measurand.jobs.exposing.rewriting import Rewritten, rewrites_of, rewriting
from measurand.jobs.exposing.twins import Forms, styled, twinned
from measurand.jobs.places import exposure_ledger
from measurand.models.environment import Environment
from measurand.store.dataset import Dataset
from measurand.store.twins import Twin, read_twins, write_twins

__all__ = ["AskedTests", "Found"]

_WRITTEN = "twins.jsonl"

Tell = Callable[[Forecast], None]


@dataclass(frozen=True, slots=True)
class Found:
    """What asking brought.

    Args:
        tests: Twins and style.
        spent: US dollars that asking has cost, all times together.
    """

    tests: tuple[Exposure, ...]
    spent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTests:
    """Asks the systems of a plan the same in several forms.

    Args:
        plan: Its systems are asked, its checks and judges rate.
        file: Where it stands.
        dataset: The evaluation set.
        options: What is wanted.
        environment: Where keys and addresses come from.
    """

    plan: Plan
    file: Path
    dataset: Dataset
    options: ContaminationOptions
    environment: Environment
    _spent: list[float] = field(default_factory=lambda: [0.0], init=False)

    @property
    def examples(self) -> tuple[Example, ...]:
        """Those that are asked."""
        return tuple(islice(self.dataset, self.options.limit))

    def foretell(self) -> tuple[Forecast, ...]:
        """What asking would cost; of twins that are to be written, only the writing."""
        return tuple(question.foretell() for question in self._questions())

    def run(self, *, watch: Watch | None, tell: Tell | None) -> Found:
        """Ask, and say what came out.

        Raises:
            Unfinished: The budget was reached, or every further call would have failed alike.
        """
        twins = self._twins(watch, tell)
        style = self._style(watch, tell)
        return Found((twins, style), self._spent[0])

    def _questions(self) -> Iterator[Question]:
        if self.options.rewrite is not None:
            yield self._rewriting(self.options.rewrite)
        elif self.options.twins is not None:
            yield self._question(self._forms(self._given()))
        if self.options.style:
            yield self._question(styled(self.examples, seed=self.plan.seed))

    def _twins(self, watch: Watch | None, tell: Tell | None) -> Exposure:
        if self.options.twins is None and self.options.rewrite is None:
            why = "No twins: name a file of them with --twins, or a model with --rewrite."
            return not_run("twins", why)
        limits: tuple[str, ...] = ()
        twins = () if self.options.twins is None else self._given()
        if self.options.rewrite is not None:
            written = self._written(self.options.rewrite, watch, tell)
            twins, limits = written.twins, tuple(self._of_written(written, self.options.rewrite))
        forms = self._forms(twins)
        if not forms.arms:
            return not_run("twins", f"No example has a twin. {' '.join(limits)}".strip())
        heard = self._heard(self._question(forms), watch, tell)
        test = twin_gap(
            heard.ratings,
            self.plan.rubric,
            arms=forms.arms,
            examples=self._known,
            options=self.options.deciding,
            voting=self._voting,
        )
        if forms.left:
            limits = (*limits, f"{forms.left:,} examples have no twin and are not asked.")
        return _limited(test, (*limits, *_failed(heard)))

    def _style(self, watch: Watch | None, tell: Tell | None) -> Exposure:
        if not self.options.style:
            return not_run("style", "Asking in another phrasing costs calls: --style does it.")
        forms = styled(self.examples, seed=self.plan.seed)
        if not forms.arms:
            return not_run("style", "No example can be put in another phrasing by template.")
        heard = self._heard(self._question(forms), watch, tell)
        test = style_overfitting(
            heard.ratings,
            self.plan.rubric,
            arms=forms.arms,
            examples=self._known,
            options=self.options.deciding,
            voting=self._voting,
        )
        limits = _failed(heard)
        if forms.left:
            told = f"{forms.left:,} examples have no other phrasing by template and are not asked."
            limits = (told, *limits)
        return _limited(test, limits)

    @property
    def _known(self) -> Mapping[str, Example]:
        return {example.id: example for example in self.dataset}

    @property
    def _voting(self) -> Voting:
        judge = self.plan.judge
        rounds: Rounds | None = None
        if any(system.repeats > 1 for system in self.plan.systems):
            rounds = {one.model: judge.repeats for one in judge.models} if judge else {}
        return Voting(judge.flags if judge else "any", rounds)

    def _given(self) -> tuple[Twin, ...]:
        if self.options.rewrite is not None:
            raise UsageError("twins come from a file or from a model: --twins or --rewrite")
        if self.options.twins is None:
            return ()
        return read_twins(self.options.twins, self.dataset)

    def _forms(self, twins: tuple[Twin, ...]) -> Forms:
        return twinned(self.examples, twins)

    def _question(self, forms: Forms) -> Question:
        systems = live_systems(self.plan, self.options.systems)
        if not systems:
            raise UsageError(
                "no system of the plan can be asked; outputs that are recorded answer the set as "
                "it stands, and no other form of it"
            )
        return Question(
            plan=replace(self.plan, systems=systems),
            file=self.file,
            examples=forms.examples,
            environment=self.environment,
        )

    def _rewriting(self, model: str) -> Question:
        return rewriting(
            self.plan,
            self.file,
            examples=self.examples,
            model=model,
            environment=self.environment,
        )

    def _written(self, model: str, watch: Watch | None, tell: Tell | None) -> Rewritten:
        if self.options.twins is not None:
            raise UsageError("twins come from a file or from a model: --twins or --rewrite")
        heard = self._heard(self._rewriting(model), watch, tell)
        replies = {output.example: output.text for output in heard.outputs}
        written = rewrites_of(replies, self.examples, model)
        if written.twins:
            write_twins(self._kept, written.twins)
        return written

    @property
    def _kept(self) -> Path:
        """Where twins that a model wrote are kept, to be read."""
        return exposure_ledger(self.file).with_name(_WRITTEN)

    def _of_written(self, written: Rewritten, model: str) -> Iterator[str]:
        if written.twins:
            yield (
                f"{model} wrote {len(written.twins):,} twins, which nobody has read: where one "
                "asks something else, the reference is no longer right and the gap is none of "
                f"memory. Read them in {self._kept}, and give those that hold with --twins."
            )
        if written.declined:
            told = ", ".join(f"{why} ({count:,})" for why, count in written.declined.items())
            yield f"{sum(written.declined.values()):,} replies were not taken as twins: {told}."

    def _heard(self, question: Question, watch: Watch | None, tell: Tell | None) -> Heard:
        heard = question.ask(watch=watch, tell=tell)
        self._spent[0] = heard.ran.spent
        if not len(heard.ratings) and any(d.raters for d in question.plan.rubric):
            raise InsufficientData(
                "nothing that was said got a rating; the plan's checks and judges rate it"
            )
        return heard


def _limited(test: Exposure, limits: tuple[str, ...]) -> Exposure:
    findings = replace(test.findings, limits=(*test.findings.limits, *limits))
    return replace(test, findings=findings)


def _failed(heard: Heard) -> tuple[str, ...]:
    count = sum(output.failure is not None for output in heard.outputs)
    if not count:
        return ()
    return (f"{count:,} of {len(heard.outputs):,} askings gave no answer.",)
