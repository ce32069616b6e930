"""Is anything wrong with an evaluation set? Every check, and all that it found, worst first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from measurand.analysis.result import Verdict
from measurand.analysis.set_check_kinds import KINDS
from measurand.analysis.set_check_labels import labels
from measurand.analysis.set_check_leaks import (
    duplicates,
    golden_quoted,
    leaks_of_calibration,
    shown_to_systems,
)
from measurand.analysis.set_check_origin import (
    dates,
    dimensions,
    kept,
    licences,
    probabilities,
    reviews,
)
from measurand.analysis.set_check_privacy import private
from measurand.analysis.set_check_questions import blanks, languages, truth_kept, unanswerable
from measurand.analysis.set_check_references import checklists, contradictions, within_one
from measurand.analysis.set_check_sizes import coverage, sizes
from measurand.analysis.set_check_terms import WEIGHTS, Concern, Find, Item, SetState
from measurand.errors import InsufficientData

__all__ = ["CHECKS", "Check", "Checked", "SetCheck", "set_check"]

Outcome = Literal["nothing found", "found", "not run", "undecided"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Args:
        name: Its published name.
        title: What it looks at.
        run: Gives what it finds; raises `InsufficientData` where it cannot decide.
        lacks: Why it cannot be run, where it needs what nobody gave; empty where it can.
    """

    name: str
    title: str
    run: Callable[[SetState], Iterator[Find]]
    lacks: Callable[[SetState], str] = lambda _: ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a check."""

    check: Check
    outcome: Outcome
    why: str = ""
    """Why it was not run, or could not decide."""


@dataclass(frozen=True, slots=True)
class SetCheck:
    """All that was found.

    Args:
        concerns: The worst first.
        checks: Every check, with what became of it.
        verdict: Whether anything is wrong.
    """

    concerns: tuple[Concern, ...]
    checks: tuple[Checked, ...]
    verdict: Verdict

    def of(self, weight: str) -> tuple[Concern, ...]:
        """The concerns of this weight."""
        return tuple(concern for concern in self.concerns if concern.weight == weight)


def _no_window(state: SetState) -> str:
    known = state.gaps is not None or bool(state.spare)
    return "" if known else "no --window of logs is named, and the set keeps no reserve"


CHECKS: tuple[Check, ...] = (
    Check("sizes", "Every part is as large as its minimum", sizes),
    Check("coverage", "What production asks is in core", coverage, _no_window),
    Check("duplicates", "No question stands twice, in one part or in two", duplicates),
    Check(
        "shown",
        "No prompt, few-shot example or exemplar shows the set",
        shown_to_systems,
        lambda state: "" if state.shown is not None else "there is no plan that names prompts",
    ),
    Check(
        "calibration",
        "The sides of a calibration are apart",
        leaks_of_calibration,
        lambda state: "" if state.sides else "no judge was calibrated on this set",
    ),
    Check("golden", "Golden answers and references stand nowhere else", golden_quoted),
    Check("contradictions", "The same question has the same right answers", contradictions),
    Check("references", "References of one example agree", within_one),
    Check("checklists", "References have what checklists require", checklists),
    Check("blanks", "Something is asked, and nothing is blank", blanks),
    Check("unanswerable", "What is asked is all there", unanswerable),
    Check("languages", "References are in the language of the question", languages),
    Check("truth", "Golden answers and failures are kept", truth_kept),
    Check(
        "labels",
        "Raters and judges do not speak against labels",
        labels,
        lambda state: "" if state.said is not None else "nothing is rated, and no --ratings named",
    ),
    Check("private", "No personal data and no secrets are left", private),
    Check("licences", "Licences allow the use", licences),
    Check("dates", "Dates can be", dates),
    Check("probabilities", "Core can be weighted to production", probabilities),
    Check(
        "dimensions",
        "Weights and notes name dimensions of the rubric",
        dimensions,
        lambda state: "" if state.rubric is not None else "there is no plan with a rubric",
    ),
    Check(
        "reviews",
        "Somebody has accepted every example",
        reviews,
        lambda state: "" if state.lineage is not None else "no lineage is kept of this set",
    ),
    Check("kept", "The set is the one that is locked, and has a canary", kept),
)
"""In the order in which they are told."""


def set_check(state: SetState, checks: Sequence[Check] = CHECKS) -> SetCheck:
    """Run every check that can be run.

    Args:
        state: The set, and what is known around it.
        checks: Which.
    """
    done: list[Checked] = []
    found: defaultdict[str, list[Find]] = defaultdict(list)
    by: dict[str, Check] = {}
    for check in checks:
        if reason := state.undecided.get(check.name):
            done.append(Checked(check, "undecided", reason))
            continue
        if reason := check.lacks(state):
            told = state.untold.get(check.name, reason)
            done.append(Checked(check, "not run", told))
            continue
        try:
            finds = list(check.run(state))
        except InsufficientData as problem:
            done.append(Checked(check, "undecided", str(problem)))
            continue
        for find in finds:
            found[find.kind].append(find)
            by.setdefault(find.kind, check)
        done.append(Checked(check, "found" if finds else "nothing found"))
    concerns = tuple(
        Concern(kind=kind, check=by[name].name, items=tuple(_items(found[name], state)))
        for name, kind in KINDS.items()
        if name in found
    )
    ordered = tuple(sorted(concerns, key=lambda one: WEIGHTS.index(one.weight)))
    return SetCheck(ordered, tuple(done), _verdict(ordered, done))


def _items(finds: Sequence[Find], state: SetState) -> Iterator[Item]:
    components = {example.id: example.component for example in state.examples}
    for find in finds:
        yield Item(
            examples=find.examples,
            components=tuple(components[name] for name in find.examples),
            places=tuple(state.places.get(name, "") for name in find.examples),
            found=find.found,
        )


def _verdict(concerns: Sequence[Concern], done: Sequence[Checked]) -> Verdict:
    """Fail where anything is wrong; inconclusive where something lacks, or could not be decided."""
    wrong = [concern for concern in concerns if concern.weight == "wrong"]
    lacking = [concern for concern in concerns if concern.kind.lacking]
    undecided = [one for one in done if one.outcome == "undecided"]
    doubts = sum(one.weight == "doubtful" and not one.kind.lacking for one in concerns)
    if wrong:
        outcome, told = "fail", "; ".join(_told(concern) for concern in wrong)
    elif lacking or undecided:
        outcome = "inconclusive"
        lines = [*map(_told, lacking), *(f"{one.check.title}: {one.why}" for one in undecided)]
        told = f"Nothing is wrong, but the set is not complete: {'; '.join(lines)}"
    else:
        outcome, told = "pass", "Nothing is wrong"
    more = f". {doubts} doubt{'s' if doubts > 1 else ''} to be looked at" if doubts else ""
    return Verdict(name="check", outcome=outcome, reason=f"{told}{more}.")


def _told(concern: Concern) -> str:
    many = len(concern.examples) or len(concern.items)
    return f"{concern.kind.title} ({many:,})"
