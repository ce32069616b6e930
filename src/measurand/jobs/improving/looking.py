"""The one look at the locked outputs: counted before anything of it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from measurand.analysis.calibration_gate import MOST_LOOKS
from measurand.analysis.calibration_options import Counts
from measurand.analysis.calibration_pool import Pool, item_name, pool_of
from measurand.core.candidate import CURRENT
from measurand.core.rubric import Dimension
from measurand.errors import InsufficientData
from measurand.jobs.calibrating.counting import Show, labels_of, looks_at, tally
from measurand.jobs.calibrating.identity import Identity
from measurand.jobs.improving.arms import Arm
from measurand.jobs.improving.pool import Material
from measurand.store.ledger import Ledger
from measurand.store.ledger_calibration import CalibrationEvent

__all__ = ["counted", "looks_left", "noted_adoption", "noted_candidates"]


def noted_candidates(arms: Sequence[Arm], material: Material, ledger: Ledger) -> int:
    """Note every judge that is tried, each once a dimension; how many were tried at all.

    Raises:
        LedgerError: The ledger cannot be written.
    """
    now = {arm.model.model: arm.whole.version for arm in arms if arm.name == CURRENT}
    rubrics = [material.plan.rubric.dimension(name).fingerprint for name in material.dimensions]
    for arm in arms:
        told = {"name": arm.name, "model": arm.model.model, "changes": list(arm.changes)}
        own = arm.whole.version
        same = arm.name != CURRENT and own == now.get(arm.model.model)
        for rubric in rubrics:
            ledger.calibration.candidate(rubric, arm.fingerprint if same else own, told)
    return max(map(ledger.calibration.candidates, rubrics), default=0)


def looks_left(material: Material, ledger: Ledger) -> int:
    """How many more looks at the locked outputs say anything."""
    locked = frozenset(item_name(one.of.example, one.of.system or "") for one in material.test)
    looks = [
        looks_at(ledger.calibration, told.fingerprint, labels_of(pool.among(locked)))
        for told, pool in _pools(material)
    ]
    return MOST_LOOKS - max(looks, default=0)


def _pools(material: Material) -> Iterator[tuple[Dimension, Pool]]:
    """What people said on each dimension, without any judge."""
    for name in material.dimensions:
        told = material.plan.rubric.dimension(name)
        try:
            yield (
                told,
                pool_of(
                    material.ratings, told.scale, dimension=name, judge="", groups=material.groups
                ),
            )
        except InsufficientData:  # nobody can be held against people on it, so nobody was
            continue


def counted(
    shown: Mapping[str, Sequence[tuple[Arm, Pool]]], material: Material, ledger: Ledger
) -> Mapping[tuple[str, str], Counts]:
    """Count the look, and write it down, before anything of it is shown.

    Args:
        shown: By dimension, every judge that is shown, and what it said of the locked outputs.
        material: The rated outputs.
        ledger: Where looks are kept.

    Returns:
        By dimension and judge (`Arm.called`), how often the outputs were looked at.

    Raises:
        LedgerError: The ledger cannot be written.
    """
    found: dict[tuple[str, str], Counts] = {}
    news: list[CalibrationEvent] = []
    for dimension, pairs in shown.items():
        rubric = material.plan.rubric.dimension(dimension).fingerprint
        shows = [Show(_identity(arm), dimension, rubric, pool) for arm, pool in pairs]
        told = tally(ledger.calibration, shows, target=material.plan.calibration.target)
        found |= {(dimension, name): counts for name, counts in told.counts.items()}
        news += told.news
    ledger.calibration.add(news)
    return found


def noted_adoption(
    arm: Arm, judge: str, reason: str, *, material: Material, ledger: Ledger
) -> None:
    """Note what was decided of a judge: which change was adopted, if any, and why.

    Raises:
        LedgerError: The ledger cannot be written.
    """
    told = {
        "judge": judge,
        "adopted": arm.name,
        "changes": list(arm.changes),
        "reason": reason,
        "development": len(material.development),
    }
    ledger.calibration.add([CalibrationEvent(kind="adoption", judge=arm.whole.version, body=told)])


def _identity(arm: Arm) -> Identity:
    parts = {"model": arm.model.model, "version": arm.whole.version, "candidate": arm.name}
    return Identity(arm.called, arm.whole.version, parts)
