"""The verb ``anchors``: has the judge changed since its anchors were frozen, or the system?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from measurand.analysis.anchors import DRIFT, AnchorOptions
from measurand.core.anchors import LEAST_ANCHORS, AnchorPlan, AnchorSet
from measurand.core.plan import Plan
from measurand.errors import InsufficientData, UsageError
from measurand.jobs.anchor_choice import chosen_anchors
from measurand.jobs.anchor_kept import kept, locked_outputs
from measurand.jobs.anchor_status import drift
from measurand.jobs.answer import Answer
from measurand.jobs.places import ledger_path
from measurand.jobs.project import from_project
from measurand.models.environment import Environment
from measurand.report.anchors_page import anchors_document
from measurand.report.sections import PageContext
from measurand.store.ledger import open_ledger
from measurand.store.plans import load_plan

__all__ = ["AnchorAnswer", "anchors", "freeze_anchors"]

_FAILED, _TOO_LITTLE = 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorAnswer(Answer):
    """What anchors tell."""

    @property
    def exit_code(self) -> int:
        """0 no drift, 1 the judge or the system has changed, 3 fewer than two runs."""
        outcomes = {v.outcome for v in self.findings.verdicts if v.name == DRIFT}
        if outcomes & {"judge", "system"}:
            return _FAILED
        return 0 if any(self.findings.named("anchor_evidence")) else _TOO_LITTLE


def anchors(plan: Path | str, *, options: AnchorOptions | None = None) -> AnchorAnswer:
    """Whether the judges of a project, or its systems, have changed since anchors were frozen.

    Args:
        plan: Where the plan is.
        options: Alpha, level, seed; by default as the plan says.

    Raises:
        PlanError: There is no plan, or it is wrong.
        UsageError: No anchors are frozen.
        LedgerError: The ledger cannot be read.
    """
    file = Path(plan)
    wanted = load_plan(file)
    chosen = options or AnchorOptions(
        alpha=(wanted.anchors or AnchorPlan()).alpha, seed=wanted.seed
    )
    with open_ledger(ledger_path(file)) as ledger:
        found, findings = kept(ledger), drift(ledger, wanted, chosen)
    if found is None or findings is None:
        raise UsageError(_none(wanted))
    frozen, _ = found
    return AnchorAnswer(
        verb="anchors",
        findings=findings,
        document=anchors_document(
            findings,
            PageContext(subtitle=_subtitle(frozen), rubric=wanted.rubric),
            alpha=chosen.alpha,
        ),
    )


def freeze_anchors(
    plan: Path | str, *, items: int | None = None, environment: Environment | None = None
) -> AnchorSet:
    """Freeze outputs that people have rated; those that were frozen before are watched no more.

    Args:
        plan: Where the plan is.
        items: How many; by default as many as the plan says, or as there are.
        environment: Where the key of placeholders may come from; by default the process's.

    Raises:
        PlanError: There is no plan, or it is wrong.
        UsageError: The ledger holds no ratings.
        InsufficientData: People have rated too few outputs on dimensions that judges rate.
        LedgerError: The ledger cannot be read or written.
    """
    file = Path(plan)
    wanted = load_plan(file)
    size = items or (wanted.anchors or AnchorPlan()).items
    wanted = replace(wanted, anchors=AnchorPlan(items=size))
    source = from_project(file, environment=environment)
    with open_ledger(ledger_path(file)) as ledger:
        chosen = chosen_anchors(source, wanted, locked=locked_outputs(ledger))
        if len(chosen) < LEAST_ANCHORS:
            raise InsufficientData(
                f"anchors are at least {LEAST_ANCHORS} outputs that two people, or a reference, "
                f"rated on a dimension that judges rate, and that are not locked for calibration; "
                f"found {len(chosen)}"
            )
        kept(ledger, AnchorSet(items=chosen))
    return AnchorSet(items=chosen)


def _none(plan: Plan) -> str:
    if plan.anchors is None:
        return (
            "the plan has no anchors; add, for example, anchors: {items: 50}, or freeze some with: "
            "measurand anchors --freeze"
        )
    return (
        f"no anchors are frozen yet: the next measurand run freezes {plan.anchors.items} once "
        "people have rated so many outputs; measurand anchors --freeze does with what there is"
    )


def _subtitle(frozen: AnchorSet) -> str:
    return f"{len(frozen.items)} outputs, frozen {frozen.at[:10]}"
