"""What came of trying: what was selected, what the one look showed, and how it reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from measurand.analysis.before_after import Look, Shown, before_after
from measurand.analysis.calibration_gate import bound_level
from measurand.analysis.calibration_measures import How
from measurand.analysis.calibration_options import Counts
from measurand.analysis.calibration_pool import Pool
from measurand.analysis.measure import OVERALL
from measurand.analysis.result import Findings, Result, Verdict
from measurand.analysis.selection import Selection, SelectionOptions
from measurand.core.candidate import CURRENT
from measurand.jobs.answer import Answer
from measurand.jobs.improving.arms import Arm
from measurand.jobs.improving.deciding import Decider
from measurand.jobs.improving.looking import counted, looks_left, noted_adoption
from measurand.jobs.improving.pool import Material
from measurand.jobs.improving.writing import Adopted
from measurand.report.improve_page import Attempted, improve_document
from measurand.store.ledger import Ledger

__all__ = ["Concluder", "Conclusion"]

_NO_LOOKS = (
    "the locked outputs were looked at three times already and say little by now; nothing is "
    "shown on them. Have new outputs rated by people, and run it again"
)


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """What came of it.

    Args:
        answer: Findings and page.
        adopted: The changes that were adopted, as plans have them.
    """

    answer: Answer
    adopted: tuple[Adopted, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Concluder:
    """Concludes from what the ledger holds.

    Args:
        material: The rated outputs.
        file: Where the plan stands.
        ledger: What judges said.
        options: How it is selected.
        tried: How many judges were tried on these dimensions, ever.
        seen: The folds of the development set that an optimiser was shown, on which nothing is
            selected then.
        notes: What else is to be known of what was tried, in sentences.
    """

    material: Material
    file: Path
    ledger: Ledger
    options: SelectionOptions
    tried: int
    seen: frozenset[int] = field(default_factory=frozenset)
    notes: tuple[str, ...] = ()

    @property
    def _decider(self) -> Decider:
        return Decider(
            material=self.material, ledger=self.ledger, options=self.options, seen=self.seen
        )

    def selected(self, arms: Mapping[str, Sequence[Arm]]) -> Mapping[str, Selection]:
        """By judge, what is adopted on the development set; it is noted."""
        found = {judge: self._decider.selected(tried) for judge, tried in arms.items()}
        for judge, selection in found.items():
            arm = _arm(arms[judge], selection.adopted)
            reason = selection.verdict.reason
            noted_adoption(arm, judge, reason, material=self.material, ledger=self.ledger)
        return found

    def to_be_shown(
        self, arms: Mapping[str, Sequence[Arm]], selected: Mapping[str, Selection]
    ) -> Iterator[tuple[Arm, Arm]]:
        """The judges that the look is at: before and after, where a change was adopted."""
        if looks_left(self.material, self.ledger) < 1 or not self.material.test:
            return
        for judge, selection in selected.items():
            if selection.adopted != CURRENT:
                yield _arm(arms[judge], CURRENT), _arm(arms[judge], selection.adopted)

    def concluded(
        self,
        arms: Mapping[str, Sequence[Arm]],
        selected: Mapping[str, Selection],
        *,
        look: bool,
    ) -> Conclusion:
        """Look once where something was adopted, and say what came of it."""
        pairs = list(self.to_be_shown(arms, selected)) if look else []
        results = [result for one in selected.values() for result in one.results]
        verdicts = [one.verdict for one in selected.values()]
        shown, decided = self._looked(pairs)
        known = (*self.material.notes, *self.notes)
        limits = (*known, *self._limits(selected, looked=bool(pairs), look=look))
        findings = Findings(
            results=(*shown, *results), verdicts=(*decided, *verdicts), limits=tuple(limits)
        )
        adopted = tuple(
            Adopted.of(_arm(arms[judge], one.adopted), self.file, judge=judge)
            for judge, one in selected.items()
            if one.adopted != CURRENT
        )
        document = improve_document(
            findings,
            attempted=[
                Attempted(judge=judge, name=arm.name, what="; ".join(arm.changes))
                for judge, tried in arms.items()
                for arm in tried
            ],
            sizes=(len(self.material.development), len(self.material.test)),
        )
        answer = Answer(verb="improve", findings=findings, document=document)
        return Conclusion(answer=answer, adopted=adopted)

    def _looked(self, pairs: Sequence[tuple[Arm, Arm]]) -> tuple[list[Result], list[Verdict]]:
        """Count the look, then show what it shows."""
        said = {arm.called: self._decider.tested(arm) for pair in pairs for arm in pair}
        by_name = {arm.called: arm for pair in pairs for arm in pair}
        shown: dict[str, list[tuple[Arm, Pool]]] = defaultdict(list)
        for name, pools in said.items():
            for pool in pools:
                shown[pool.dimension].append((by_name[name], pool))
        counts = counted(shown, self.material, self.ledger)
        results: list[Result] = []
        verdicts: list[Verdict] = []
        for before, after in pairs:
            for one, pool in self._both(before, after, said):
                look = self._look(counts.get((pool.dimension, after.called)), pool.dimension)
                found, decided = before_after(one, look)
                results += found
                verdicts += decided
        return results, verdicts

    def _both(
        self, before: Arm, after: Arm, said: Mapping[str, Sequence[Pool]]
    ) -> Iterator[tuple[Shown, Pool]]:
        """Each dimension, then all together."""
        judge = before.model.model
        pairs = list(zip(said[before.called], said[after.called], strict=True))
        whole = [self._decider.overall(said[arm.called]) for arm in (before, after)]
        if whole[0] is not None and whole[1] is not None:
            pairs.append((whole[0], whole[1]))
        for old, new in pairs:
            yield Shown(judge=judge, adopted=after.name, before=old, after=new), new

    def _look(self, counts: Counts | None, dimension: str) -> Look:
        told = counts or Counts()
        plan, options = self.material.plan, self.options
        return Look(
            target=plan.calibration.target,
            looks=told.looks,
            shown=told.shown,
            tried=max(told.candidates, self.tried),
            how=How(level=options.level, bound_level=bound_level(told.shown), seed=options.seed),
            decides=dimension != OVERALL,
            max_failures=plan.run.max_failures,
        )

    def _limits(
        self, selected: Mapping[str, Selection], *, looked: bool, look: bool
    ) -> Iterator[str]:
        """What these numbers cannot say."""
        adopted = [one.adopted for one in selected.values() if one.adopted != CURRENT]
        few = min(one.n for one in selected.values())
        yield (
            f"Selection rests on {few} outputs of the development set; a difference that is real "
            "and small is not seen on so few."
        )
        if self.seen:
            shown = sum(item.fold in self.seen for item in self.material.development)
            yield (
                f"An optimiser was shown {shown:,} of the {len(self.material.development):,} "
                "outputs of the development set; selection rests on the others alone."
            )
        if not adopted:
            yield "The locked outputs were not looked at, as nothing was adopted."
        elif not look:
            yield "The locked outputs were not looked at, as was asked; measurand calibrate does."
        elif not looked and not self.material.test:
            yield "No output is locked, so what was adopted was seen on the development set alone."
        elif not looked:
            yield f"What was adopted was seen on the development set alone: {_NO_LOOKS}."
        if adopted and len(selected) > 1:
            yield (
                "Each judge was improved on its own; a panel whose judges adopt different wordings "
                "is no plan yet."
            )


def _arm(tried: Sequence[Arm], name: str) -> Arm:
    return next(arm for arm in tried if arm.name == name)
