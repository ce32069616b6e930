"""How computed quantities are published: exact numbers, and a curve over n."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measurand.analysis.power_options import PowerOptions
from measurand.analysis.power_questions import Labelled, Question
from measurand.analysis.result import Result
from measurand.errors import MeasurandError
from measurand.stats.estimate import Estimate

__all__ = ["curve", "exact", "sizes_around"]

_POINTS = 20
_FEWEST = 4
_FAR = 20
"""Beyond so many times the examples that it takes, a curve is flat."""
_NICE = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


def exact(value: float, n: float, method: str, *, asked: PowerOptions) -> Estimate:
    """A computed quantity: it has no sampling error, and its interval is itself."""
    return Estimate(
        value=value, low=value, high=value, level=asked.error_level, n=round(n), method=method
    )


def curve(
    question: Question, difference: float, n: int, *, asked: PowerOptions, points: int = _POINTS
) -> Iterator[Result]:
    """The power at sizes around ``n``, and up to where it is reached; named ``power_at``.

    Where that is long before ``n``, sizes are around where it is reached, and ``n`` is the last.
    """
    least = question.labels if isinstance(question, Labelled) else _FEWEST
    try:
        needed = question.needed(difference, asked.wanted)
        most = max(n, needed) if n < _FAR * needed else needed
    except MeasurandError:
        most = n
    for size in sizes_around(n, most, least=least, points=points):
        try:
            value = question.power_at(size, difference)
        except MeasurandError:  # too few units for a test
            continue
        yield Result(
            name="power_at", estimate=exact(value, size, question.method_at(size), asked=asked)
        )


def sizes_around(n: int, most: int, *, least: int, points: int = _POINTS) -> Sequence[int]:
    """Round sizes from few to half as much again as ``most``, with ``n`` itself among them."""
    top = _nice(most * 1.5)
    step = max(top / points, 1)
    sizes = {round(step * place) for place in range(1, points + 1)}
    return sorted(size for size in sizes | {n} if size >= least)


def _nice(value: float) -> float:
    """The next round number."""
    scale = 10.0 ** (len(f"{int(value)}") - 1)
    return next(scale * step for step in _NICE if scale * step >= value)
