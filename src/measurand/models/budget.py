"""A limit on money that holds while many calls are under way."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from dataclasses import dataclass

from measurand.errors import BudgetExhausted

__all__ = ["Budget", "Reservation"]

_UNIT = 200
"""Money is counted in whole units of 2**-200 dollars: sums of floats are exact, whatever order."""


@dataclass(slots=True, eq=False)
class Reservation:
    """Money set aside for one call that is under way; `Budget.settle` ends it, once."""

    bound: int
    open: bool = True


class Budget:
    """What may be spent, what has been, and what the calls under way may still cost.

    ``spent + held + reserved`` never exceeds the limit. ``spent`` is the exact sum of what is
    known to have been charged, whatever the order. ``held`` are bounds of calls that may have been
    charged without anybody saying how much (no answer in time, or one that broke off), and of
    batches whose answers are not there yet.

    Args:
        limit: US dollars; None for no limit.
        spent: US dollars already spent.

    Raises:
        ValueError: One of them is negative, or no number.
    """

    def __init__(self, limit: float | None, spent: float = 0.0) -> None:
        for name, value in (("limit", limit), ("amount spent", spent)):
            if value is not None and not 0 <= value < math.inf:
                raise ValueError(f"the {name} is 0 or more US dollars; found {value}")
        self.limit = limit
        self._limit = None if limit is None else _units(limit)
        self._spent = _units(spent)
        self._held = 0
        self._reserved = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def spent(self) -> float:
        """US dollars known to be spent."""
        return _dollars(self._spent)

    @property
    def held(self) -> float:
        """US dollars that finished calls may have cost, nobody knows whether they did."""
        return _dollars(self._held)

    @property
    def reserved(self) -> float:
        """US dollars that the calls under way may cost at the most."""
        return _dollars(self._reserved)

    def reserve(self, bound: float | None, *, what: str = "the next call") -> Reservation:
        """Set money aside for a call, or refuse it.

        Args:
            bound: The most it may cost, in US dollars; None where nobody knows.
            what: The call, as in ``"a call of openai/gpt-4o-mini"``.

        Raises:
            BudgetExhausted: It might cross the limit, or there is a limit and no bound.
        """
        amount = self._amount(bound, what)
        if not self._fits(amount):
            raise BudgetExhausted(self._refusal(amount, what))
        return self._take(amount)

    async def room(self, bound: float | None, *, what: str = "the next call") -> Reservation:
        """Set money aside as soon as the calls under way have turned out cheap enough.

        Bounds are many times what calls cost in the end, so a call is refused only when it would
        not fit after all others have been settled.

        Args:
            bound: The most it may cost, in US dollars; None where nobody knows.
            what: The call, as in ``"a call of openai/gpt-4o-mini"``.

        Raises:
            BudgetExhausted: It might cross the limit, or there is a limit and no bound.
        """
        amount = self._amount(bound, what)
        while not self._fits(amount):
            if not self._reserved or not self._fits(amount, settled=True):
                raise BudgetExhausted(self._refusal(amount, what))
            await self._settlement()
        return self._take(amount)

    def hold(self, bound: float | None, *, what: str, made: bool = False) -> None:
        """Set money aside for what may be answered long after, or refuse it; `free` ends it.

        Args:
            bound: The most it may cost, in US dollars; None where nobody knows.
            what: What it is for, as in ``"a batch of openai/gpt-4o-mini"``.
            made: Whether it was asked for already, so that there is nothing left to refuse.

        Raises:
            BudgetExhausted: It might cross the limit, or there is a limit and no bound.
        """
        if made:
            self._held += _units(bound or 0.0)
            return
        amount = self._amount(bound, what)
        if not self._fits(amount):
            raise BudgetExhausted(self._refusal(amount, what))
        self._held += amount

    def free(self, bound: float, cost: float) -> None:
        """End a hold.

        Args:
            bound: What was held.
            cost: What it cost, in US dollars.
        """
        self._held -= _units(bound)
        self._spent += _units(cost)

    def charge(self, cost: float) -> bool:
        """Count what was spent without being asked for; whether nothing is left then.

        Args:
            cost: US dollars, as a function of the user's own tells them.
        """
        self._spent += _units(cost)
        return self._limit is not None and self._spent + self._held >= self._limit

    def settle(self, reservation: Reservation, cost: float | None, *, charged: bool) -> None:
        """End a reservation; a second time changes nothing.

        Args:
            reservation: What `reserve` gave.
            cost: What the call cost, in US dollars; None where nobody knows.
            charged: Whether it may have been charged; then the bound of an unknown cost is held.
        """
        if not reservation.open:
            return
        reservation.open = False
        self._reserved -= reservation.bound
        if cost is not None:
            self._spent += _units(cost)
        elif charged:
            self._held += reservation.bound
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, deque()
        for one in waiting:
            if not one.done():
                one.set_result(None)

    async def _settlement(self) -> None:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    def _amount(self, bound: float | None, what: str) -> int:
        if bound is not None:
            return _units(bound)
        if self._limit is None:
            return 0
        raise BudgetExhausted(
            f"the budget of {_usd(self._limit)} cannot be kept: nobody knows what {what} may cost. "
            "Give the model's price under prices: in the plan and max_tokens among the "
            "parameters, or take the budget out"
        )

    def _fits(self, amount: int, *, settled: bool = False) -> bool:
        if self._limit is None:
            return True
        reserved = 0 if settled else self._reserved
        return self._spent + self._held + reserved + amount <= self._limit

    def _take(self, amount: int) -> Reservation:
        self._reserved += amount
        return Reservation(amount)

    def _refusal(self, amount: int, what: str) -> str:
        limit = 0 if self._limit is None else self._limit
        text = f"the budget of {_usd(limit)} would be crossed: {_usd(self._spent)} are spent"
        if self._held:
            text += f", {_usd(self._held)} may have been charged for calls without an answer"
        if self._reserved:
            text += f", calls under way may cost {_usd(self._reserved)}"
        return (
            f"{text}, and {what} may cost up to {_usd(amount)}. Raise budget in the plan to go on"
        )


def _usd(amount: int) -> str:
    value = _dollars(amount)
    return f"${value:.2f}" if value >= 1 or not value else f"${value:.2g}"


def _units(dollars: float) -> int:
    return int(math.ldexp(dollars, _UNIT))


def _dollars(units: int) -> float:
    return units / (1 << _UNIT)
