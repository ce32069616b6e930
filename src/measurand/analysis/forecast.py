"""What is still to be asked, and what it will take: calls, tokens and money, each with a range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from measurand.analysis.matrix import Floats
from measurand.core.running import Price
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.totals import mean_total, ratio_total, sum_of

__all__ = ["Forecast", "ForecastLine", "Observed", "Work", "forecast"]

FEWEST = 5
"""Below this many calls what they took is no guide; the range is the assumed one."""

_CHARACTERS_A_TOKEN = (2.5, 3.5, 5.0)
"""Dense scripts and code; usual; plain English prose."""
_MILLION = 1e6
_ROUNDING = 1e-12
_ASSUMED = "assumed, not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What one call took, in a pilot or earlier.

    Args:
        characters: Sent, over all messages.
        input_tokens: Of all its attempts.
        output_tokens: Of all its attempts.
        cached_tokens: Of the input, those read from a cache.
        attempts: Requests that went out.
        seconds: Wall time of all attempts.
        cost: US dollars; None where it is not known.
    """

    characters: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    attempts: int = 1
    seconds: float = 0.0
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one system or judge is still to be asked.

    Args:
        name: The system's or judge's name.
        part: Which of the two it is.
        model: The model; None where it does not say which models it calls.
        characters: Of every call still to be made, those that will be sent.
        observed: What earlier calls of the same kind took.
        max_tokens: The most that one call may answer, where there is a limit.
        price: What its tokens cost; only used where no call has been observed.
    """

    name: str
    part: Literal["system", "judge"]
    model: str | None
    characters: Sequence[int]
    observed: Sequence[Observed] = ()
    max_tokens: int | None = None
    price: Price | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastLine:
    """What one system or judge will take.

    Args:
        name: The system's or judge's name.
        part: Which of the two it is.
        model: The model, where it is known.
        calls: Calls still to be made.
        requests: Requests that they will take, tries again among them.
        input_tokens: That will go in.
        output_tokens: That will come out.
        cached_tokens: Of the input, those read from a cache.
        seconds: Wall time of all calls one after the other.
        cost: US dollars; absent, with the reason, where a price is not known.
        measured: Whether it rests on calls that were made.
    """

    name: str
    part: Literal["system", "judge"]
    model: str | None
    calls: int
    requests: Estimate
    input_tokens: Estimate
    output_tokens: Estimate
    cached_tokens: Estimate
    seconds: Estimate
    cost: Estimate
    measured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What everything that is still to be asked will take.

    Args:
        lines: Of each system and judge.
        cost: Of all; absent where that of any is.
        known_cost: Of those whose cost is known; absent where that of none is.
        unknown: Those whose cost is not known.
        spent: US dollars already spent, as far as they are known.
        budget: US dollars that all may cost; None means no limit.
    """

    lines: tuple[ForecastLine, ...]
    cost: Estimate
    known_cost: Estimate
    unknown: tuple[str, ...] = field(default=())
    spent: float = 0.0
    budget: float | None = None

    @property
    def calls(self) -> int:
        """Calls still to be made."""
        return sum(line.calls for line in self.lines)

    @property
    def over_budget(self) -> bool | None:
        """Whether the upper end would cross the budget; None where nobody can tell."""
        if self.budget is None:
            return False
        high = self.known_cost.high or 0.0
        return True if self.spent + high > self.budget else (None if self.unknown else False)

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        names = ("requests", "input_tokens", "output_tokens", "cached_tokens", "seconds", "cost")
        return {
            "calls": self.calls,
            "lines": [
                {
                    "name": line.name,
                    "part": line.part,
                    "model": line.model,
                    "calls": line.calls,
                    "measured": line.measured,
                    **{name: _plain(getattr(line, name)) for name in names},
                }
                for line in self.lines
            ],
            "cost": _plain(self.cost),
            "known_cost": _plain(self.known_cost),
            "unknown": list(self.unknown),
            "spent": self.spent,
            "budget": self.budget,
        }


def forecast(
    work: Sequence[Work],
    *,
    level: float = LEVEL,
    spent: float = 0.0,
    budget: float | None = None,
) -> Forecast:
    """Foretell what is left from what was seen.

    Input tokens go by the characters that will be sent (a ratio estimator, as the lengths of all
    that is left are known); everything else by the mean of a call. Ranges foretell the total of new
    calls, so they hold the spread of the calls to come beside the error of what was observed.
    Without at least 5 observed calls the range is what tokenisers and the limit on answers
    allow, and its method says that it is assumed.

    Args:
        work: What is still to be asked, a system or judge each.
        level: The level of the ranges.
        spent: US dollars already spent.
        budget: US dollars that all may cost.

    References:
        Cochran (1977), *Sampling Techniques*, 3rd ed., sections 2.5 and 6.4.
    """
    lines = tuple(_line(one, level) for one in work)
    asked = [line for line in lines if line.calls]
    known = [line.cost for line in asked if line.cost.present]
    unknown = tuple(line.name for line in asked if not line.cost.present)
    partial_cost = _sum(known, level) if known or not asked else _absent("no cost is known", level)
    cost = partial_cost
    if unknown:
        reasons = dict.fromkeys(line.cost.reason or "" for line in asked if not line.cost.present)
        cost = _absent("; ".join(reasons), level)
    return Forecast(
        lines=lines,
        cost=cost,
        known_cost=partial_cost,
        unknown=unknown,
        spent=spent,
        budget=budget,
    )


def _line(work: Work, level: float) -> ForecastLine:
    measured = len(work.observed) >= FEWEST
    tell = _measured if measured else _assumed
    return tell(work, level)


def _measured(work: Work, level: float) -> ForecastLine:
    """By what earlier calls took."""
    seen, count = work.observed, len(work.characters)

    def total(amounts: Sequence[float]) -> Estimate:
        compute = partial(mean_total, amounts, count, level=level)
        return attempt(compute, n=len(amounts), method="mean of a call", level=level)

    def by_size(amounts: Sequence[float]) -> Estimate:
        sizes = [max(one.characters, 1) for one in seen]
        compute = partial(ratio_total, amounts, sizes, work.characters, level=level)
        return attempt(compute, n=len(amounts), method="ratio to characters", level=level)

    return ForecastLine(
        name=work.name,
        part=work.part,
        model=work.model,
        calls=count,
        requests=total([one.attempts for one in seen]),
        input_tokens=by_size([one.input_tokens for one in seen]),
        output_tokens=total([one.output_tokens for one in seen]),
        cached_tokens=by_size([one.cached_tokens for one in seen]),
        seconds=total([one.seconds for one in seen]),
        cost=_measured_cost(work, level),
        measured=True,
    )


def _measured_cost(work: Work, level: float) -> Estimate:
    """What goes in by its length, what comes out by its mean; both by the mean if inseparable."""
    costs = np.asarray([one.cost for one in work.observed if one.cost is not None])
    if len(costs) < len(work.observed):
        return _absent(_no_price(work), level)
    sizes = [max(one.characters, 1) for one in work.observed]
    outgoing = _output_price(work, costs) * np.asarray([o.output_tokens for o in work.observed])
    if np.any(outgoing > costs + _ROUNDING):
        return mean_total(costs, len(work.characters), level=level)
    incoming = np.maximum(costs - outgoing, 0.0)
    parts = (
        ratio_total(incoming, sizes, work.characters, level=level),
        mean_total(outgoing, len(work.characters), level=level),
    )
    return replace(sum_of(parts, level=level), n=len(costs), method="ratio to characters and mean")


def _output_price(work: Work, costs: Floats) -> float:
    """US dollars for an output token: as priced, else as calls say; 0 where they cannot."""
    if work.price is not None:
        return work.price.output / _MILLION
    tokens = np.asarray([(o.input_tokens, o.output_tokens) for o in work.observed], dtype=float)
    prices, _, rank, _ = np.linalg.lstsq(tokens, costs, rcond=None)
    return float(prices[1]) if rank == tokens.shape[1] and prices.min() >= 0 else 0.0


def _assumed(work: Work, level: float) -> ForecastLine:
    """By what tokenisers and the limit on answers allow."""
    count, whole = len(work.characters), float(sum(work.characters))
    dense, usual, prose = (whole / each for each in _CHARACTERS_A_TOKEN)
    come_in = _range(prose, usual, dense, level=level)
    come_out = _absent(f"nothing limits the answers of {work.name} (max_tokens)", level)
    if work.max_tokens is not None:
        most = float(count * work.max_tokens)
        least = min(float(count), most)
        come_out = _range(least, max(least, most / 2), most, level=level)
    if work.model is None:
        come_in = come_out = _absent(f"{work.name} does not say which models it calls", level)
    return ForecastLine(
        name=work.name,
        part=work.part,
        model=work.model,
        calls=count,
        requests=_range(count, count, count, level=level),
        input_tokens=come_in,
        output_tokens=come_out,
        cached_tokens=_absent("no call has shown what is cached", level),
        seconds=_absent("no call has been timed", level),
        cost=_assumed_cost(work, come_in, come_out, level=level),
        measured=False,
    )


def _assumed_cost(work: Work, come_in: Estimate, come_out: Estimate, *, level: float) -> Estimate:
    price = work.price
    if price is None or work.model is None:
        return _absent(_no_price(work), level)
    absent = next((one for one in (come_in, come_out) if not one.present), None)
    if absent is not None:
        return absent
    spent = (come_in.scaled(price.input / _MILLION), come_out.scaled(price.output / _MILLION))
    return _linear(spent, level)


def _no_price(work: Work) -> str:
    if work.model is None:
        return f"{work.name} does not say what a call costs"
    return f"the price of {work.model} is not known"


def _range(low: float, value: float, high: float, *, level: float) -> Estimate:
    return Estimate(value=value, low=low, high=high, level=level, n=0, method=_ASSUMED)


def _absent(reason: str, level: float) -> Estimate:
    return Estimate.absent(reason, method="forecast", level=level)


def _linear(parts: Sequence[Estimate], level: float) -> Estimate:
    """The sum of assumed ranges: what one assumption has wrong, all have."""
    low, value, high = (
        math.fsum(getattr(part, end) for part in parts) for end in ("low", "value", "high")
    )
    return _range(low, value, high, level=level)


def _sum(parts: Sequence[Estimate], level: float) -> Estimate:
    """What was measured adds up in squares, what was assumed does not."""
    seen = sum_of([part for part in parts if part.method != _ASSUMED], level=level)
    assumed = [part for part in parts if part.method == _ASSUMED]
    if not assumed:
        return seen
    whole = _linear((seen, *assumed), level)
    return replace(whole, n=seen.n, method=_ASSUMED if not seen.n else f"sum, in part {_ASSUMED}")


def _plain(estimate: Estimate) -> dict[str, Any]:
    return asdict(estimate)
