"""When judges block an output, and which outputs people must see.

Judges are lenient, and a majority of lenient judges misses more than each of them: five that catch
a quarter of the bad outputs each catch a tenth by majority, and three quarters by any one flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from measurand.core.failure import STALE
from measurand.core.rating import Rating
from measurand.core.rubric import Dimension, Rubric
from measurand.core.running import FLAG_RULES, FlagRule
from measurand.core.scale import Value

__all__ = ["Flag", "Referral", "flags", "for_people"]

_HALF = 0.5
_FAR = 0.5
_ROUNDING = 1e-9
_TO_PEOPLE: Mapping[str, str] = {
    "abstained": "a judge abstained",
    "hijack_suspected": "the output may have given a judge orders",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """What the judges say of one output on one blocking dimension.

    Args:
        example: The example's id.
        system: Whose output it is.
        dimension: The blocking dimension.
        trial: Which of the outputs of the example, from 0.
        blocked: Whether it is blocked; None where judges that failed could have blocked it.
        flagged: The judges that flagged it in any repeat.
        cleared: The judges that gave values and never flagged it.
        failed: The judges that gave no value at all.
    """

    example: str
    system: str
    dimension: str
    trial: int = 0
    blocked: bool | None
    flagged: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """An output that people must see.

    Args:
        example: The example's id.
        system: Whose output it is.
        dimension: On which dimension.
        trial: Which of the outputs of the example, from 0.
        reasons: Why, in words.
    """

    example: str
    system: str
    dimension: str
    trial: int = 0
    reasons: tuple[str, ...]


_Place = tuple[str, str, str, int]
"""An output on a dimension: its example, system, the dimension and the trial."""


@dataclass(slots=True)
class _Said:
    """What one judge said of one output, over its repeats."""

    values: list[Value] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def flags(
    ratings: Iterable[Rating],
    rubric: Rubric,
    *,
    rule: FlagRule = "any",
    rounds: Mapping[str, int] | None = None,
) -> tuple[Flag, ...]:
    """What the judges say of each output on each blocking dimension.

    By ``any``, one judge blocks with one of its repeats. By ``two``, two judges block, each with at
    least half of its repeats; where only one judge was asked, it decides. An error is never a pass:
    where the judges that failed could have made up what is needed, ``blocked`` is None.

    Args:
        ratings: Rows of a table of ratings; judges' ratings of single outputs count.
        rubric: The dimensions; those that do not block are left out.
        rule: How many judges it takes.
        rounds: How many judgments of each trial a judge gives, by its name, one where it is not
            said: votes are taken on each trial. None: all repeats are of one output.

    Raises:
        ValueError: There is no such rule; there is none by majority.
    """
    if rule not in FLAG_RULES:
        raise ValueError(f"judges block by {' or '.join(FLAG_RULES)}; found {rule!r}")
    blocking = Rubric(*(dimension for dimension in rubric if dimension.blocking))
    return tuple(
        _flag(place, judges, blocking.dimension(place[2]), rule=rule)
        for place, judges in _gathered(ratings, blocking, rounds).items()
    )


def for_people(
    ratings: Iterable[Rating],
    rubric: Rubric,
    *,
    rule: FlagRule = "any",
    spread: float = _FAR,
    rounds: Mapping[str, int] | None = None,
) -> tuple[Referral, ...]:
    """The outputs that people must see, each once a dimension, in the order of the table.

    They are those that any judge flags on a blocking dimension, or that may be blocked; those that
    a judge abstained from, or that may have given it orders; and those of which one judge says
    different things in its repeats.

    Args:
        ratings: Rows of a table of ratings; judges' ratings of single outputs count.
        rubric: The dimensions.
        rule: How many judges it takes to block.
        spread: How far the repeats of a judge may lie apart, as a share of the scale; labels must
            be the same.
        rounds: As for `flags`; trials that differ are no contradiction.
    """
    rows = list(ratings)
    flagged = {
        (one.example, one.system, one.dimension, one.trial): one
        for one in flags(rows, rubric, rule=rule, rounds=rounds)
    }
    referrals = []
    for place, judges in _gathered(rows, rubric, rounds).items():
        dimension = rubric.dimension(place[2])
        reasons = [*_flag_reasons(flagged.get(place)), *_reasons(judges, dimension, spread)]
        if reasons:
            example, system, name, trial = place
            unique = tuple(dict.fromkeys(reasons))
            referrals.append(
                Referral(
                    example=example, system=system, dimension=name, trial=trial, reasons=unique
                )
            )
    return tuple(referrals)


def _gathered(
    ratings: Iterable[Rating], rubric: Rubric, rounds: Mapping[str, int] | None
) -> dict[_Place, dict[str, _Said]]:
    """By output and dimension, what each judge said."""
    found: dict[_Place, dict[str, _Said]] = {}
    for row in ratings:
        alone = row.kind == "judge" and row.against is None
        if not alone or row.failure == STALE or row.dimension not in rubric:
            continue
        trial = 0 if rounds is None else row.repeat // rounds.get(row.rater, 1)
        place = (row.example, row.system, row.dimension, trial)
        said = found.setdefault(place, {}).setdefault(row.rater, _Said())
        if row.value is None:
            said.failures.append(row.failure or "abstained")
        else:
            said.values.append(row.value)
    return found


def _flag(
    place: _Place,
    judges: Mapping[str, _Said],
    dimension: Dimension,
    *,
    rule: FlagRule,
) -> Flag:
    shares = {
        judge: sum(map(dimension.blocks, said.values)) / len(said.values)
        for judge, said in judges.items()
        if said.values
    }
    flagged = tuple(judge for judge, share in shares.items() if share > 0)
    enough = [judge for judge, share in shares.items() if share >= _HALF - _ROUNDING]
    counted = len(flagged if rule == "any" else enough)
    needed = 1 if rule == "any" else min(2, len(judges))
    failed = tuple(judge for judge in judges if judge not in shares)
    unknown = counted < needed <= counted + len(failed)
    example, system, name, trial = place
    return Flag(
        example=example,
        system=system,
        dimension=name,
        trial=trial,
        blocked=None if unknown else counted >= needed,
        flagged=flagged,
        cleared=tuple(judge for judge in shares if judge not in flagged),
        failed=failed,
    )


def _flag_reasons(flag: Flag | None) -> Iterator[str]:
    if flag is None:
        return
    if flag.flagged:
        yield f"flagged by {', '.join(flag.flagged)}"
    elif flag.blocked is None:
        yield f"may be blocked: no value from {', '.join(flag.failed)}"


def _reasons(judges: Mapping[str, _Said], dimension: Dimension, spread: float) -> Iterator[str]:
    for judge, said in judges.items():
        for failure in said.failures:
            if failure in _TO_PEOPLE:
                yield _TO_PEOPLE[failure]
        if _apart(said.values, dimension) > spread - _ROUNDING:
            yield f"{judge} says different things in its repeats"


def _apart(values: list[Value], dimension: Dimension) -> float:
    """How far values lie apart, as a share of the scale; labels that differ, a whole scale."""
    units = [dimension.scale.unit(value) for value in values]
    placed = [unit for unit in units if unit is not None]
    if len(placed) < len(units) or dimension.scale.binary:
        return 1.0 if len(set(values)) > 1 else 0.0
    return max(placed) - min(placed) if placed else 0.0
