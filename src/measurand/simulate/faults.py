"""What goes wrong on purpose: a fault script, and which request it hits.

A ``passing`` fault hits an item's first tries and then lets it through; a ``lasting`` one hits
every try, so that the item ends in that class of failure. Which items are hit follows from a hash
of the seed, the model and the item, so the order of arrival does not matter. An item is a
request's key up to the first ``#``; what follows counts further tries at the same item. Of a
judge it is the check word of the prompt, which stays when a reply is asked for again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from measurand.errors import DataError, Fault, nearest
from measurand.simulate.provider_draws import draw
from measurand.store.yaml import read_yaml

__all__ = [
    "FAILURE_OF",
    "TRANSPORT",
    "FaultName",
    "FaultPlan",
    "FaultScript",
    "Mode",
    "PlannedFault",
    "Role",
    "read_faults",
    "stem",
]

FaultName = Literal[
    "429", "500", "503", "529", "hang", "half", "malformed_response",
    "malformed", "truncated", "refused", "out_of_range", "bad_quote", "no_canary",
]  # fmt: skip
Mode = Literal["passing", "lasting"]
Role = Literal["any", "system", "judge"]

FAILURE_OF: Mapping[str, str] = MappingProxyType(
    {
        "429": "rate_limited",
        "500": "server_error",
        "503": "server_error",
        "529": "server_error",
        "hang": "timeout",
        "half": "connection",
        "malformed_response": "malformed_response",
        "malformed": "invalid",
        "truncated": "truncated",
        "refused": "refused",
        "out_of_range": "out_of_range",
        "bad_quote": "evidence_failed",
        "no_canary": "hijack_suspected",
    }
)
"""The class of `core.failure.FAILURES` in which an item ends that a fault hits for good."""

TRANSPORT: frozenset[FaultName] = frozenset(
    ("429", "500", "503", "529", "hang", "half", "malformed_response")
)
"""Faults of the call; the others are faults of a reply that arrives."""

_OF_A_JUDGE = frozenset(("out_of_range", "bad_quote", "no_canary"))
_NAMES: tuple[FaultName, ...] = get_args(FaultName)
_ROUNDING = 1e-9


def stem(key: str) -> str:
    """The item that a request's key is about."""
    return key.partition("#")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFault:
    """One row of a fault script.

    Args:
        fault: What goes wrong.
        share: Of how many items, from 0 to 1; the shares of a mode add up.
        count: Or: the first so many items that no share has hit, exactly.
        mode: ``passing`` (by default, of a fault of the call) or ``lasting`` (of a reply's).
        role: Whose requests: those to a ``judge``, to a ``system``, or ``any``.
        models: Only requests to these models; empty means all.
        times: How many tries at an item a passing fault hits.
        retry_after: Of a 429, seconds after which to come back, as its header says.

    Raises:
        ValueError: It cannot mean anything; the message says what is allowed.
    """

    fault: FaultName
    share: float | None = None
    count: int | None = None
    mode: Mode | None = None
    role: Role | None = None
    models: tuple[str, ...] = ()
    times: int = 1
    retry_after: float = 1.0

    def __post_init__(self) -> None:
        if (self.share is None) == (self.count is None):
            raise ValueError("a fault has a share or a count, and not both")
        if self.share is not None and not 0 <= self.share <= 1:
            raise ValueError(f"a share is a number from 0 to 1; found {self.share}")
        if self.count is not None and self.count < 0:
            raise ValueError(f"a count is 0 or more; found {self.count}")
        if self.times < 1:
            raise ValueError(f"times is 1 or more; found {self.times}")
        if not 0 <= self.retry_after < float("inf"):
            raise ValueError(f"retry_after is a number of seconds; found {self.retry_after}")
        if self.fault in _OF_A_JUDGE and self.role in {"system", "any"}:
            raise ValueError(f"{self.fault} is a judge's fault; found role: {self.role}")

    @property
    def lasting(self) -> bool:
        """Whether it hits every try at an item."""
        if self.mode is None:
            return self.fault not in TRANSPORT
        return self.mode == "lasting"

    def concerns(self, model: str, *, judge: bool) -> bool:
        """Whether it may hit a request to this model."""
        role = "judge" if self.fault in _OF_A_JUDGE else self.role or "any"
        fits = role == "any" or (role == "judge") == judge
        return fits and (not self.models or model in self.models)


@dataclass(frozen=True, slots=True)
class FaultScript:
    """Everything that goes wrong.

    Args:
        faults: The rows.
        seed: Decides which items are hit; None leaves it to the server's.

    Raises:
        ValueError: The shares of one mode exceed 1.
    """

    faults: tuple[PlannedFault, ...] = ()
    seed: int | None = None

    def __post_init__(self) -> None:
        for lasting in (False, True):
            shares = (row.share or 0.0 for row in self.faults if row.lasting == lasting)
            if (total := sum(shares)) > 1 + _ROUNDING:
                mode = "lasting" if lasting else "passing"
                raise ValueError(f"the shares of {mode} faults sum to {total:g}; allowed: up to 1")

    @classmethod
    def of(cls, raw: object, *, file: str | None = None) -> FaultScript:
        """Read a script: ``{seed, faults: [...]}``, a list of rows, or shares by fault.

        Args:
            raw: Mappings and lists, as from YAML or JSON.
            file: Where they come from, for the faults named.

        Raises:
            DataError: Something in it cannot mean anything; every fault is named.
        """
        if isinstance(raw, cls):
            return raw
        reader = _Reader(file)
        script = reader.script(raw)
        if reader.faults or script is None:
            raise DataError(reader.faults)
        return script


def read_faults(path: Path | str) -> FaultScript:
    """Read a script from a YAML or JSON file.

    Raises:
        DataError: The file or something in it cannot be used; every fault is named.
    """
    document = read_yaml(path)
    if document.faults:
        raise DataError(document.faults)
    return FaultScript.of(document.value, file=str(path))


class _Reader:
    """One pass over a script, which collects what is wrong with it."""

    _FIELDS = tuple(field.name for field in fields(PlannedFault))

    def __init__(self, file: str | None) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def script(self, raw: object) -> FaultScript | None:
        seed, rows = None, raw
        if isinstance(raw, Mapping) and set(raw) & {"faults", "seed"}:
            seed, rows = raw.get("seed"), raw.get("faults", ())
            for key in set(map(str, raw)) - {"faults", "seed"}:
                self._blame("there is no such key", key, allowed="faults, seed")
            if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
                self._blame("a seed is a whole number", "seed", found=seed)
                seed = None
        found = tuple(row for row in self._rows(rows) if row is not None)
        try:
            return FaultScript(found, seed)
        except ValueError as problem:
            self._blame(str(problem), "faults")
            return None

    def _rows(self, rows: object) -> Iterator[PlannedFault | None]:
        if isinstance(rows, Mapping):
            for name, share in rows.items():
                yield self._row({"fault": name, "share": share}, str(name))
        elif isinstance(rows, Sequence) and not isinstance(rows, str):
            for place, row in enumerate(rows):
                where = f"faults[{place}]"
                if isinstance(row, PlannedFault):
                    yield row
                elif isinstance(row, Mapping):
                    yield self._row({str(key): value for key, value in row.items()}, where)
                else:
                    self._blame("a row is a mapping", where, found=row, allowed="{fault, share}")
        else:
            allowed = "a list of rows, or shares by fault, as in {429: 0.2}"
            self._blame("this is no fault script", "faults", found=rows, allowed=allowed)

    def _row(self, row: Mapping[str, Any], where: str) -> PlannedFault | None:
        before = len(self.faults)
        for key in row:
            if key not in self._FIELDS:
                remedy = nearest(key, self._FIELDS)
                allowed = ", ".join(self._FIELDS)
                self._blame(
                    "there is no such key", f"{where}.{key}", allowed=allowed, remedy=remedy
                )
        name = str(row.get("fault"))
        if name not in _NAMES:
            self._blame(
                "there is no such fault",
                f"{where}.fault",
                found=name,
                allowed=", ".join(_NAMES),
                remedy=nearest(name, _NAMES),
            )
        for key, kinds, allowed in _SHAPES:
            value = row.get(key)
            if value is not None and (not isinstance(value, kinds) or isinstance(value, bool)):
                self._blame("this cannot be", f"{where}.{key}", found=value, allowed=allowed)
        for key, words in (("mode", get_args(Mode)), ("role", get_args(Role))):
            if row.get(key) is not None and row[key] not in words:
                allowed = ", ".join(words)
                self._blame("this cannot be", f"{where}.{key}", found=row[key], allowed=allowed)
        if len(self.faults) > before:
            return None
        return self._made({**row, "fault": name, "models": tuple(row.get("models") or ())}, where)

    def _made(self, row: Mapping[str, Any], where: str) -> PlannedFault | None:
        try:
            return PlannedFault(**row)
        except ValueError as problem:
            self._blame(str(problem), where)
            return None

    def _blame(
        self,
        problem: str,
        key: str,
        *,
        found: object = None,
        allowed: str | None = None,
        remedy: str | None = None,
    ) -> None:
        shown = None if found is None else str(found)[:40]
        self.faults.append(
            Fault(problem, self.file, None, key, found=shown, allowed=allowed, remedy=remedy)
        )


_SHAPES: tuple[tuple[str, Any, str], ...] = (
    ("share", int | float, "a number from 0 to 1"),
    ("count", int, "a whole number"),
    ("times", int, "a whole number, at least 1"),
    ("retry_after", int | float, "a number of seconds"),
    ("models", list | tuple, "a list of models"),
)


class FaultPlan:
    """A script at work: it decides, and remembers what it has decided.

    Args:
        script: What is to go wrong.
        seed: Decides which items are hit, where the script leaves it open.
    """

    def __init__(self, script: FaultScript, seed: int) -> None:
        self._seed = seed if script.seed is None else script.seed
        self._passing = tuple(row for row in script.faults if not row.lasting)
        self._lasting = tuple(row for row in script.faults if row.lasting)
        self._left = {id(row): row.count for row in script.faults if row.count is not None}
        self._fates: dict[tuple[str, str], _Fate] = {}

    @property
    def quiet(self) -> bool:
        """Whether nothing goes wrong at all."""
        return not self._passing and not self._lasting

    def next(
        self, key: str, model: str, *, judge: bool, item: str | None = None
    ) -> PlannedFault | None:
        """The fault that hits this try, if any; each call counts as a try.

        Args:
            key: The request's key.
            model: Whom it asks.
            judge: Whether that is a judge.
            item: What all tries at the same item have in common; by default the key's stem.
        """
        if self.quiet:
            return None
        name = item or stem(key)
        fate = self._fates.get((model, name))
        if fate is None:
            fate = _Fate(
                stem(key),
                self._chosen(self._passing, ("passing", model, name), judge=judge),
                self._chosen(self._lasting, ("lasting", model, name), judge=judge),
            )
            self._fates[model, name] = fate
        fate.tries += 1
        if fate.passing is not None and fate.tries <= fate.passing.times:
            return fate.passing
        return fate.lasting

    def planted(self, *, lasting: bool) -> dict[str, FaultName]:
        """By the key under which an item was first seen, the fault of this mode that hits it."""
        found: dict[str, FaultName] = {}
        for fate in tuple(self._fates.values()):
            row = fate.lasting if lasting else fate.passing
            if row is not None:
                found[fate.key] = row.fault
        return found

    def _chosen(
        self, rows: tuple[PlannedFault, ...], words: tuple[str, str, str], *, judge: bool
    ) -> PlannedFault | None:
        model = words[1]
        place = draw(self._seed, *words)
        for row in rows:
            if row.share is not None and row.concerns(model, judge=judge):
                place -= row.share
                if place < 0:
                    return row
        for row in rows:
            if self._left.get(id(row), 0) and row.concerns(model, judge=judge):
                self._left[id(row)] -= 1
                return row
        return None


class _Fate:
    """What is to happen to an item, and how often it was tried."""

    __slots__ = ("key", "lasting", "passing", "tries")

    def __init__(
        self, key: str, passing: PlannedFault | None, lasting: PlannedFault | None
    ) -> None:
        self.key = key
        self.passing = passing
        self.lasting = lasting
        self.tries = 0
