"""Ratings by judges, some of which failed."""

from __future__ import annotations

from measurand.core.rating import Kind, Rating
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE, YES_NO, Value

RUBRIC = Rubric(
    Dimension("accuracy", weight=60, scale=ONE_TO_FIVE),
    Dimension("ok", weight=40, scale=YES_NO),
    Dimension("safety", weight=0, scale=YES_NO, blocking=True),
)


def judged(
    example: int | str,
    value: Value | None,
    *,
    failure: str | None = None,
    system: str = "a",
    dimension: str = "accuracy",
    rater: str = "j",
    kind: Kind = "judge",
    repeat: int = 0,
) -> Rating:
    """One rating; without a value it has a reason."""
    return Rating(
        example=example if isinstance(example, str) else f"e{example:03}",
        system=system,
        dimension=dimension,
        rater=rater,
        kind=kind,
        value=value,
        reason=None if value is not None else "there is none",
        repeat=repeat,
        failure=failure,
    )


def pair(
    example: int, value: str | None, order: str | None, *, repeat: int = 0, swapped: bool = False
) -> Rating:
    """A judge's rating of a against b; told from b's side where swapped."""
    return Rating(
        example=f"e{example:03}",
        system="b" if swapped else "a",
        against="a" if swapped else "b",
        dimension="accuracy",
        rater="j",
        kind="judge",
        value=value,
        reason=None if value is not None else "there is none",
        order=order,
        repeat=repeat,
        failure=None if value is not None else "invalid",
    )
