"""Tables of several systems, from arrays of scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.result import Findings, Result, Verdict
from measurand.core.example import Component, Example, Message
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import UNIT, YES_NO

Floats = NDArray[np.float64]

QUALITY = Rubric(Dimension("quality", weight=100, scale=UNIT))
RIGHT = Rubric(Dimension("right", weight=100, scale=YES_NO))


def rows_of(
    scores: Floats,
    *,
    dimension: str = "quality",
    kind: Kind = "people",
    names: Sequence[str] = "abcdefghij",
    cluster: int = 1,
    first: int = 0,
) -> Iterator[Rating]:
    """One rating an output; ``scores`` is (examples, systems), NaN where there is none."""
    for example, line in enumerate(scores, start=first):
        for system, value in zip(names, line.tolist(), strict=False):
            if not np.isnan(value):
                yield Rating(
                    example=f"e{example:04}",
                    system=system,
                    dimension=dimension,
                    rater=kind,
                    kind=kind,
                    value=value,
                    cluster=None if cluster == 1 else f"c{example // cluster}",
                )


def table(scores: Floats, **how: object) -> Ratings:
    return Ratings.of(rows_of(scores, **how))  # type: ignore[arg-type]  # passed on


def known(
    components: Sequence[str], segments: Sequence[tuple[str, ...]] | None = None
) -> Mapping[str, Example]:
    """The examples ``e0000`` and on, of these components and segments."""
    tags = segments or [()] * len(components)
    return {
        f"e{place:04}": Example(
            id=f"e{place:04}",
            messages=(Message("user", f"question {place}"),),
            component=cast("Component", component),
            segments=tag,
        )
        for place, (component, tag) in enumerate(zip(components, tags, strict=True))
    }


def one(findings: Findings, name: str, **about: object) -> Result:
    """The one result of this name about this; of no component and no segment by default."""
    wanted = {"component": None, "segment": None, "dimension": "overall", **about}
    hits = [
        result
        for result in findings.named(name)
        if all(getattr(result, key) == value for key, value in wanted.items())
    ]
    assert len(hits) == 1, f"{len(hits)} results named {name} with {wanted}"
    return hits[0]


def decided(findings: Findings, name: str = "overall", **about: object) -> Verdict:
    hits = [
        verdict
        for verdict in findings.verdicts
        if verdict.name == name and all(getattr(verdict, k) == v for k, v in about.items())
    ]
    assert len(hits) == 1, f"{len(hits)} verdicts named {name} with {about}"
    return hits[0]
