"""The table of the runners: samples a second, processor time a sample, memory."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence

from bench.clock import Sample, Timing
from bench.row import RunnerRow
from bench.table import number

__all__ = ["markdown", "verdict"]

_HEAD = (
    "| | measured | against | samples/s | baseline's | throughput ratio (rounds) "
    "| CPU ms a sample | baseline's | peak | baseline's | aim | others |"
)


def markdown(
    outcomes: Sequence[tuple[RunnerRow, Timing | str]], *, aims: bool = True
) -> Iterator[str]:
    """The lines of the table; a row that was not measured says why."""
    yield _HEAD
    yield "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for row, timing in outcomes:
        start = f"| {row.name} | {row.ours} | {row.baseline} |"
        if isinstance(timing, str):
            yield f"{start} | | {timing} | | | | | | |"
            continue
        ratios = _throughputs(timing)
        spread = f"{number(min(ratios))} to {number(max(ratios))}; {len(ratios)}"
        cells = (
            f"{_speed(timing.ours):.0f}",
            f"{_speed(timing.baseline):.0f}",
            f"**{number(statistics.median(ratios))}** ({spread})",
            f"{_processor(timing.ours):.2f}",
            f"{_processor(timing.baseline):.2f}",
            f"{_peak(timing.ours) / 1e6:.0f} MB",
            f"{_peak(timing.baseline) / 1e6:.0f} MB",
            verdict(row, timing) if aims else "",
            _others([*timing.ours, *timing.baseline]),
        )
        yield f"{start} {' | '.join(cells)} |"


def verdict(row: RunnerRow, timing: Timing) -> str:
    """The aims, and which were missed."""
    told: list[tuple[str, bool]] = []
    if row.aim_throughput is not None:
        least = row.aim_throughput
        told.append((f"{least:g} x", statistics.median(_throughputs(timing)) >= least))
    if row.aim_processor is not None:
        told.append((f"{row.aim_processor:g} ms", _processor(timing.ours) <= row.aim_processor))
    if row.aim_peak is not None:
        told.append((f"{row.aim_peak / 1e6:.0f} MB", _peak(timing.ours) <= row.aim_peak))
    if row.aim_growth is not None:
        growth = _peak(timing.ours) / _peak(timing.baseline)
        told.append((f"{row.aim_growth:g} x the memory", growth <= row.aim_growth))
    return ", ".join(text if met else f"{text} **missed**" for text, met in told)


def _throughputs(timing: Timing) -> tuple[float, ...]:
    pairs = zip(timing.ours, timing.baseline, strict=True)
    return tuple(_rate(ours) / _rate(baseline) for ours, baseline in pairs)


def _rate(sample: Sample) -> float:
    return sample.examples / (sample.wall or sample.seconds)


def _speed(samples: Iterable[Sample]) -> float:
    return statistics.median(map(_rate, samples))


def _processor(samples: Iterable[Sample]) -> float:
    """Milliseconds a sample."""
    return statistics.median(1000 * sample.seconds / sample.examples for sample in samples)


def _peak(samples: Iterable[Sample]) -> int:
    return max(sample.peak or 0 for sample in samples)


def _others(samples: Iterable[Sample]) -> str:
    found = [sample.others for sample in samples if sample.others is not None]
    return f"{statistics.median(found):.1f}" if found else ""
