"""What systems and judges were asked and what it took, summed over the work of a ledger."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import apsw

from measurand.core.output import Usage

__all__ = ["Account", "Took", "accounts", "spent", "took"]

_COUNTED = """(b.version IN (SELECT value FROM json_each(:counted)) OR NOT EXISTS (
      SELECT 1 FROM call AS t JOIN run ON run.id = t.run
      WHERE t."key" = w."key" AND t.revision = w.revision AND run.event = :apart))"""
_WORKS = f"""SELECT w.purpose, o.text, f.text, count(*) FROM work AS w
    JOIN batch AS b ON b.id = w.batch
    JOIN text AS o ON o.id = w.who LEFT JOIN text AS f ON f.id = w.failure
    WHERE {_COUNTED}
    GROUP BY w.purpose, w.who, w.failure"""  # noqa: S608 - constant
_CALLS = f"""SELECT w.purpose, o.text, m.text, s.text, n.text, c.attempts, c.input_tokens,
    c.output_tokens, c.cached_tokens, c.written_tokens, c.cost
    FROM call AS c JOIN work AS w ON w."key" = c."key" AND w.revision = c.revision
    JOIN batch AS b ON b.id = w.batch
    JOIN text AS o ON o.id = w.who JOIN text AS m ON m.id = c.model
    LEFT JOIN text AS s ON s.id = c.snapshot LEFT JOIN text AS n ON n.id = c.notes
    WHERE {_COUNTED}"""  # noqa: S608 - constant
_OWN = """SELECT 'output', o.text, p.cost FROM output AS p JOIN text AS o ON o.id = p.system
    WHERE p.text IS NOT NULL AND p.batch IN (SELECT batch FROM work WHERE purpose = 'output')
    AND NOT EXISTS (SELECT 1 FROM work AS w JOIN call AS c ON c."key" = w."key"
                    AND c.revision = w.revision WHERE w.batch = p.batch AND w.who = p.system)"""


_TOOK = """SELECT min(c.characters), sum(c.input_tokens), sum(c.output_tokens),
    sum(c.cached_tokens), sum(c.attempts), sum(c.seconds), sum(c.cost), count(*) - count(c.cost)
    FROM call AS c JOIN work AS w ON w."key" = c."key" AND w.revision = c.revision
    WHERE w.purpose = ?1 AND w.who = (SELECT id FROM text WHERE text = ?2)
    GROUP BY c."key", c.revision HAVING sum(c.input_tokens) > 0
    ORDER BY max(c.id) DESC LIMIT ?3"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What one piece of work took, all its calls together.

    Args:
        characters: Of text that its first call sent.
        usage: Tokens.
        attempts: Requests that went out.
        seconds: Wall time of them all.
        cost: US dollars; None where that of any call is not known.
    """

    characters: int
    usage: Usage
    attempts: int
    seconds: float
    cost: float | None


@dataclass(slots=True, kw_only=True)
class Account:
    """What one system, judge or check was asked, all runs together.

    Args:
        purpose: ``output`` of a system, ``rating`` of a rater.
        who: Its name.
        asked: The models that were asked for.
        answered: The models, or snapshots, that providers said have answered.
        works: Pieces of work, by the class of their failure; None where they succeeded.
        requests: Every try that went out.
        usage: Tokens, as far as they were told.
        costs: US dollars of each call whose cost is known.
        unpriced: Calls, and answers without any, whose cost is not known.
        notes: What was changed or left out of requests.
    """

    purpose: str
    who: str
    asked: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    works: Counter[str | None] = field(default_factory=Counter)
    requests: int = 0
    usage: Usage = field(default_factory=Usage)
    costs: list[float] = field(default_factory=list)
    unpriced: int = 0
    notes: set[str] = field(default_factory=set)

    @property
    def cost(self) -> float:
        """US dollars, as far as they are known; the same whatever the order of the calls."""
        return math.fsum(self.costs)

    def charge(self, cost: float | None) -> None:
        """Count what something cost."""
        if cost is None:
            self.unpriced += 1
        else:
            self.costs.append(cost)


def accounts(
    connection: apsw.Connection, *, apart: str | None = None, counted: Iterable[str] = ()
) -> Mapping[tuple[str, str], Account]:
    """Everybody's account, by purpose and name; see `WorkLog.accounts`."""
    told = {"apart": apart, "counted": json.dumps(list(counted))}
    found: dict[tuple[str, str], Account] = {}

    def of(purpose: str, who: str) -> Account:
        return found.setdefault((purpose, who), Account(purpose=purpose, who=who))

    works: list[Any] = connection.execute(_WORKS, told).fetchall()
    for purpose, who, failure, count in works:
        of(purpose, who).works[failure] += count
    calls: Any = connection.execute(_CALLS, told)
    for purpose, who, *row in calls:
        _add(of(purpose, who), row)
    own: Any = connection.execute(_OWN)
    for purpose, who, cost in own:
        of(purpose, who).charge(cost)
    return found


def spent(connection: apsw.Connection) -> float:
    """US dollars of all calls, and of answers that took none, as far as they are known."""
    calls: Any = connection.execute("SELECT cost FROM call WHERE cost > 0")
    own: Any = connection.execute(_OWN)
    return math.fsum((*(cost for (cost,) in calls), *(cost or 0.0 for _, _, cost in own)))


def took(connection: apsw.Connection, purpose: str, who: str, *, newest: int) -> tuple[Took, ...]:
    """What the newest pieces of somebody's work that were answered took, the newest first."""
    rows: list[Any] = connection.execute(_TOOK, (purpose, who, newest)).fetchall()
    return tuple(
        Took(
            characters=characters,
            usage=Usage(given, said, cached),
            attempts=attempts,
            seconds=seconds,
            cost=None if unknown else cost,
        )
        for characters, given, said, cached, attempts, seconds, cost, unknown in rows
    )


def _add(account: Account, row: list[Any]) -> None:
    model, snapshot, notes, attempts, *tokens, cost = row
    account.asked.add(model)
    account.requests += attempts
    account.usage += Usage(*tokens)
    if attempts:
        account.charge(cost)
    if snapshot:
        account.answered.add(snapshot)
    if notes:
        account.notes.add(notes)
