"""The act ``rotate``: stale examples leave the set, and the next in reserve take their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from measurand.analysis.score import score
from measurand.analysis.vote import settled
from measurand.core.example import Component, Example
from measurand.core.lineage import Lineage
from measurand.core.set_version import sizes_told
from measurand.curation.rotation import Reserve, Rotation, rotate
from measurand.errors import UsageError
from measurand.jobs.project import from_project
from measurand.jobs.set_answer import SetAnswer, set_answer
from measurand.jobs.set_lock import left_lock
from measurand.jobs.set_place import SetPlace
from measurand.jobs.versions import moment
from measurand.models.environment import Environment
from measurand.report.document import Column, Section, Table
from measurand.report.set_pages import SetFacts, counted, facts_document, ids_told
from measurand.store.built_set import BuiltSet, Spare, load_set, note_edits, save_set
from measurand.store.dataset import Dataset

__all__ = ["RotateOptions", "rotate_set"]

BY_RESULTS: tuple[Component, ...] = ("edge", "adversarial")
"""Components of which examples may be retired for how systems answer them: core samples
production, regression guards what was mended, golden trains people."""
_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateOptions:
    """What is retired.

    Args:
        before: What was created before this ISO 8601 date or time.
        saturated: What every system scores at least so high on, from 0 to 1, by the ledger; of
            edge and adversarial alone.
        names: The ids of further examples, as of those that are contaminated.
        components: Of which components; all by default.
        dry_run: Whether nothing is written.

    Raises:
        UsageError: Nothing is to be retired, or an option makes no sense.
    """

    before: str | None = None
    saturated: float | None = None
    names: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    dry_run: bool = False

    def __post_init__(self) -> None:
        if self.before is None and self.saturated is None and not self.names:
            raise UsageError(
                "say what is retired: --older-than DAYS, --before DATE, --saturated SHARE, or "
                "--retire ID"
            )
        if self.before is not None and _time(self.before) is None:
            raise UsageError(f"{self.before!r} is no ISO 8601 date or time, as 2026-03-01")
        if self.saturated is not None and not 0 < self.saturated <= 1:
            raise UsageError(f"--saturated is above 0 and at most 1; found {self.saturated:g}")


def days_before(days: int, now: datetime | None = None) -> str:
    """The date so many days ago.

    Raises:
        UsageError: There was none.
    """
    try:
        return ((now or datetime.now(UTC)) - timedelta(days=days)).date().isoformat()
    except OverflowError:
        raise UsageError(f"no calendar reaches {days} days back or ahead") from None


def rotate_set(
    place: SetPlace,
    options: RotateOptions,
    *,
    now: datetime | None = None,
    environment: Environment | None = None,
) -> SetAnswer:
    """Retire stale examples, which stay in the versions, and replace them from the reserve.

    Args:
        place: Where the set is.
        options: What is retired.
        now: The time.
        environment: Where the key of placeholders may come from.

    Raises:
        UsageError: An example is named that the set has not.
        DataError: The set cannot be read.
        SetChanged: Somebody has changed the set meanwhile.
    """
    at = moment(now)
    if not options.dry_run:
        note_edits(place.data, at)
    built = load_set(place.data)
    if unknown := [name for name in options.names if name not in built.dataset]:
        raise UsageError(f"the set has no example {ids_told(unknown)}")
    passed = _passed_by_all(place, options, environment)
    done = rotate(
        built.dataset.examples,
        (Reserve(one.example, one.lineage.rule) for one in built.spare),
        _why(options, passed),
        rules={name: one.rule for name, one in built.lineage.items()},
    )
    print_ = built.dataset.fingerprint
    if done.retired and not options.dry_run:
        print_ = save_set(
            place.data,
            _after(built, done, at),
            manifest=_manifest(options, done),
            now=at,
            act="rotated",
        )
    held = "" if options.dry_run else left_lock(place, print_)
    return _answer(built, done, options, place=place, version=print_, held=held)


def _after(built: BuiltSet, done: Rotation, now: str) -> BuiltSet:
    """The set and the reserve as they are then."""
    gone = done.used | {one.id for one in done.passed}
    heirs = {one.heir.id: one for one in done.retired if one.heir is not None}
    lineage = dict(built.lineage)
    for spare in built.spare:
        if (place := heirs.get(spare.example.id)) is not None:
            lineage[spare.example.id] = replace(
                spare.lineage,
                because=f"in the place of {place.example.id}: {place.why}",
                added=now,
            )
    lineage |= dict(_shares(done, lineage))
    left = tuple(_waiting(done, one) for one in built.spare if one.example.id not in gone)
    return BuiltSet(Dataset(done.examples), lineage, left, built.stamp)


def _waiting(done: Rotation, spare: Spare) -> Spare:
    """A candidate that stays in reserve, with what it would stand for now."""
    example = done.weighed(spare.example)
    lineage = replace(spare.lineage, probability=example.probability)
    return replace(spare, example=example, lineage=lineage)


def _shares(done: Rotation, lineage: Mapping[str, Lineage]) -> Iterator[tuple[str, Lineage]]:
    """Lineages whose example stands for another number of records than before."""
    for example in done.examples:
        known = lineage.get(example.id)
        if known is not None and known.probability != example.probability:
            yield example.id, replace(known, probability=example.probability)


def _why(options: RotateOptions, passed: frozenset[str]) -> Callable[[Example], str | None]:
    """Why an example is retired."""
    limit = None if options.before is None else _time(options.before)
    named = frozenset(options.names)

    def why(example: Example) -> str | None:
        if options.components and example.component not in options.components:
            return None
        if example.id in named:
            return "named"
        created = _time(example.created or "")
        if limit is not None and created is not None and created < limit:
            return f"created {str(example.created)[:10]}, before {str(options.before)[:10]}"
        if example.id in passed and example.component in BY_RESULTS:
            return f"every system scores {options.saturated:g} or more"
        return None

    return why


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _passed_by_all(
    place: SetPlace, options: RotateOptions, environment: Environment | None
) -> frozenset[str]:
    """The examples on which every system scores so high, none of them blocked.

    Raises:
        UsageError: The ledger holds no ratings.
    """
    if options.saturated is None:
        return frozenset()
    source = from_project(place.file, environment=environment)
    scores = score(settled(source.ratings), source.rubric, examples=source.examples)
    if not len(scores.examples):
        return frozenset()
    least = np.nan_to_num(scores.overall, nan=-1.0).min(axis=1)
    high = zip(scores.examples, least.tolist(), strict=True)
    return frozenset(name for name, value in high if value >= options.saturated)


def _manifest(options: RotateOptions, done: Rotation) -> Mapping[str, Any]:
    return {
        "before": options.before,
        "saturated": options.saturated,
        "named": list(options.names),
        "retired": {one.example.id: one.heir.id if one.heir else None for one in done.retired},
        "strata": {one.name: [one.before, one.after, one.factor] for one in done.strata},
    }


def _answer(
    built: BuiltSet,
    done: Rotation,
    options: RotateOptions,
    *,
    place: SetPlace,
    version: str,
    held: str,
) -> SetAnswer:
    after = Dataset(done.examples)
    replaced = sum(one.heir is not None for one in done.retired)
    would = "would be " if options.dry_run else ""
    said = (
        f"{counted(len(done.retired), 'example')} {would}retired, {replaced:,} of them replaced "
        "from the reserve."
        if done.retired
        else _nothing(built, options)
    )
    limits = tuple(filter(None, (*_limits(built, done, options, place=place), held)))
    left = len(built.spare) - len(done.used) - len(done.passed)
    pairs = (
        ("before", sizes_told(built.dataset.sizes())),
        ("after", sizes_told(after.sizes())),
        ("in reserve", f"{left:,} candidates"),
        ("version", after.fingerprint if options.dry_run else version),
        ("set", str(place.data)),
    )
    facts = SetFacts(
        title="Rotation of the evaluation set" + (" (nothing written)" if options.dry_run else ""),
        said=said,
        pairs=pairs,
        sections=tuple(_sections(done)),
        limits=limits,
    )
    part = {
        "version": None if options.dry_run else version,
        "retired": [
            {
                "example": one.example.id,
                "component": one.example.component,
                "stratum": one.example.stratum,
                "why": one.why,
                "replaced_by": None if one.heir is None else one.heir.id,
            }
            for one in done.retired
        ],
        "strata": [
            {
                "stratum": one.name,
                "before": one.before,
                "after": one.after,
                "factor": one.factor,
            }
            for one in done.strata
        ],
        "dropped_from_reserve": len(done.passed),
        "in_reserve": left,
    }
    return set_answer("data rotate", facts_document(facts), part, limits=limits)


def _nothing(built: BuiltSet, options: RotateOptions) -> str:
    undated = sum(not example.created for example in built.dataset)
    if options.before is not None and undated:
        return (
            f"Nothing is known to be stale: of {undated:,} of {len(built.dataset):,} examples "
            "nobody says when they were created. The set stays as it is."
        )
    return "Nothing is stale: the set stays as it is."


def _sections(done: Rotation) -> Iterator[Section]:
    if done.retired:
        columns = (Column("retired"), Column("component"), Column("why"), Column("replaced by"))
        rows = tuple(
            (one.example.id, one.example.component, one.why, one.heir.id if one.heir else "")
            for one in done.retired[:_ROWS]
        )
        more = len(done.retired) - _ROWS
        note = f"{more:,} more are not shown." if more > 0 else ""
        caption = counted(len(done.retired), "example")
        yield Section("Retired", (Table(caption, columns, rows, note),))
    if done.strata:
        names = (
            Column("stratum"),
            Column("before", right=True),
            Column("after", right=True),
            Column("probabilities times", right=True),
        )
        strata = tuple(
            (one.name, one.before, one.after, f"{one.factor:.3f}") for one in done.strata
        )
        note = (
            "A stratum stands for as many interactions as before. Where fewer examples stand, or "
            "what came was not asked as often as what left, its probabilities changed."
        )
        yield Section("Strata that were rotated", (Table("Strata of core", names, strata, note),))


def _limits(
    built: BuiltSet, done: Rotation, options: RotateOptions, *, place: SetPlace
) -> Iterator[str]:
    core = [one for one in done.retired if one.example.component == "core"]
    if core:
        yield (
            "Each stratum of core keeps its weight: what was retired from it is stood for by what "
            "is not. That is right for the production that the set was built from, as far as "
            "what stays answers for what went; for production of today, build from its logs "
            "(measurand data build) and hold the set against them "
            + place.commands("(measurand data mismatch).")
        )
    if options.saturated is not None:
        yield (
            "Examples are retired for results from edge and adversarial alone: core samples "
            "production, and would be worse than it without what everybody passes."
        )
    if options.names and done.used:
        yield (
            "What took the places of named examples was not looked at for what they were named "
            "for: if that is contamination, search again "
            + place.commands("(measurand data contamination).")
        )
    undated = sum(not example.created for example in built.dataset)
    if options.before is not None and undated:
        yield f"Of {counted(undated, 'example')} nobody says when they were created: they stay."
    without = [one.example.id for one in done.retired if one.heir is None]
    if without:
        yield (
            f"Nothing in reserve could take the place of {ids_told(without)}; more comes from "
            "logs, by measurand data build."
        )
    for one in done.lost:
        yield (
            f"Of the stratum {one.name or 'without a name'} nothing is left in core: that part "
            "of production is not stood for at all."
        )


def names_of(path: Path) -> tuple[str, ...]:
    """Ids of examples in a file, one a line.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path} cannot be read as ids, one a line: {problem}") from None
    return tuple(line.strip() for line in lines if line.strip())
