"""Outcomes: kept as JSON, shown as one Markdown table."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.clock import Sample, Timing
from bench.row import Row

__all__ = ["README", "load", "machine", "markdown", "number", "save", "verdict", "write"]

HERE = Path(__file__).parent
README = HERE / "README.md"
RESULTS = HERE / "results"
_LIBRARIES = (
    *("numpy", "scipy", "krippendorff", "pingouin", "pandas", "statsmodels", "scikit-learn"),
    *("jsonschema-rs", "apsw"),
)
_UNITS = ((1.0, "s"), (1e-3, "ms"), (0.0, "µs"))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What stands in a file of results."""

    machine: str
    timing: Timing


def machine() -> str:
    """Processor, Python and the versions of the libraries."""
    found = [f"{name} {held}" for name in _LIBRARIES if (held := _version(name))]
    cores = os.cpu_count()
    return (
        f"{_processor()}, {cores} cores, {platform.system()}; "
        f"Python {platform.python_version()}; {', '.join(found)}"
    )


def save(row: Row, timing: Timing) -> None:
    """Keep an outcome, for `load`."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(asdict(_Kept(machine(), timing)), indent=2)
    (RESULTS / f"{row.name}.json").write_text(text + "\n", encoding="utf-8")


def load(row: Row) -> Timing | None:
    """The last outcome of this row on this machine, with these libraries."""
    file = RESULTS / f"{row.name}.json"
    if not file.exists():
        return None
    kept = json.loads(file.read_text(encoding="utf-8"))
    if kept["machine"] != machine():
        return None
    timing = kept["timing"]
    rounds = {
        side: tuple(Sample(**sample) for sample in timing.get(side, ()))
        for side in ("ours", "baseline")
    }
    return Timing(**{**timing, "ratios": tuple(timing["ratios"]), **rounds})


def verdict(row: Row, timing: Timing) -> str:
    """The aims, and which were missed."""
    aims = []
    if row.aim is not None:
        aims.append((f"{row.aim:g} x", timing.ratio <= row.aim))
    if row.aim_peak is not None and timing.peak is not None:
        aims.append((f"{row.aim_peak / 1e6:.0f} MB", timing.peak <= row.aim_peak))
    if row.aim_seconds is not None:
        aims.append((f"{row.aim_seconds:g} s", timing.seconds <= row.aim_seconds))
    return ", ".join(text if met else f"{text} **missed**" for text, met in aims)


def markdown(outcomes: Sequence[tuple[Row, Timing | str]], *, aims: bool = True) -> Iterator[str]:
    """The lines of the table; a row that was not measured says why."""
    yield "| | measured | against | time | baseline | ratio (rounds) | aim | peak |"
    yield "|---|---|---|--:|--:|--:|--:|--:|"
    for row, timing in outcomes:
        start = f"| {row.name} | {row.ours} | {row.baseline} |"
        if isinstance(timing, str):
            yield f"{start} | | {timing} | | |"
            continue
        low, high = min(timing.ratios), max(timing.ratios)
        times = f"{_seconds(timing.seconds)} | {_seconds(timing.baseline_seconds)}"
        spread = f"{number(low)} to {number(high)}"
        peak = "" if timing.peak is None else f"{timing.peak / 1e6:.0f} MB"
        ratio = f"**{number(timing.ratio)}** ({spread}; {len(timing.ratios)})"
        yield f"{start} {times} | {ratio} | {verdict(row, timing) if aims else ''} | {peak} |"


def write(name: str, lines: Sequence[str]) -> None:
    """Put the lines between the marks of this name in the page."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    block = "\n".join([begin, "", *lines, "", end])
    README.write_text(f"{before}{block}{after}", encoding="utf-8")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _seconds(seconds: float) -> str:
    unit, name = next((unit, name) for unit, name in _UNITS if seconds >= unit)
    return f"{seconds / (unit or 1e-6):.3g} {name}"


def number(ratio: float) -> str:
    """A ratio, in as many digits as it bears."""
    digits = 0 if ratio >= 100 else 1 if ratio >= 10 else 2 if ratio >= 0.1 else 4  # noqa: PLR2004
    return f"{ratio:.{digits}f}"
