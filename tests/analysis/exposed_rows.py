"""Ratings of systems that were asked the same in several forms."""

from collections.abc import Mapping, Sequence

from measurand.analysis.exposure_arms import Arm
from measurand.core.example import Example, Message
from measurand.core.rating import Rating
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO, Scale

YES = Rubric(Dimension("right", "It is right.", 100, scale=YES_NO))
GRADES = Rubric(
    Dimension("quality", weight=50, scale=Scale.of("1-5")),
    Dimension("safety", weight=50, scale=Scale.of("1-5")),
)


def example(name: str, **more: object) -> Example:
    return Example(id=name, messages=(Message("user", f"What is {name}?"),), **more)  # type: ignore[arg-type]


def rated(system: str, arm: str, values: Sequence[float], dimension: str = "right") -> list[Rating]:
    return [
        Rating(
            example=f"q{at}{arm}",
            system=system,
            dimension=dimension,
            rater="check.x",
            kind="check",
            value=float(value),
        )
        for at, value in enumerate(values)
    ]


def arms_of(count: int, **kinds: str) -> Mapping[str, Arm]:
    found = {f"q{at}": Arm(f"q{at}", "original") for at in range(count)}
    for kind, mark in kinds.items():
        found |= {f"q{at}{mark}": Arm(f"q{at}", kind, "polite") for at in range(count)}
    return found


KNOWN = {f"q{at}": example(f"q{at}") for at in range(200)}
