"""What files of other tools hold, without personal data and secrets.

All of it is redacted, and so is a field that is new, but for a few that hold words of this package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from measurand.core.example import Example
from measurand.core.rating import Rating
from measurand.core.scale import Scale
from measurand.privacy.redaction import redact_json
from measurand.store.codec import encode
from measurand.store.dataset import Dataset
from measurand.store.evals.gather import Evaluation
from measurand.store.examples import read_example

__all__ = ["Cleaner"]

_OWN: Mapping[type, frozenset[str]] = {Rating: frozenset({"kind", "component", "order"})}
"""Fields that hold one of a few words of this package, by what they are of."""
_LONG = 200
_NAMES = {"example": None, "file": None, "system": _LONG, "dimension": _LONG, "rater": _LONG}
"""Fields by which rows are told apart, what differs before differs afterwards; and how much is kept
of each. Nothing is cut before it is redacted, lest half a secret stays."""
_CUT = {"message": 500, "key": _LONG}
_SHORT = 200


@dataclass(slots=True)
class Cleaner:
    """Redacts whole evaluations, and counts the texts that it changed.

    Args:
        redact: What is done to each text, as a `measurand.privacy.redaction.Redactor`.
        changed: How many texts were changed so far.
    """

    redact: Callable[[str], str]
    changed: int = 0
    _known: dict[str, str] = field(default_factory=dict)
    _names: dict[tuple[str, int | None], str] = field(default_factory=dict)
    _taken: dict[str, str] = field(default_factory=dict)

    def evaluation(self, raw: Evaluation) -> Evaluation:
        """All that was taken, and the account of it."""
        examples = tuple(map(self._example, raw.dataset))
        return Evaluation(
            dataset=Dataset(examples, self._value(raw.dataset.notes)),
            outputs=self._value(raw.outputs),
            ratings=self._value(raw.ratings),
            scales={
                self.name(name, _LONG): self._scale(scale) for name, scale in raw.scales.items()
            },
            taken=self._value(raw.taken),
            places={self.name(name): self._value(place) for name, place in raw.places.items()},
            tools={self.name(name): tool for name, tool in raw.tools.items()},
        )

    def name(self, raw: str, most: int | None = None) -> str:
        """A name; where two that differ would become one, the later ones are numbered."""
        if (known := self._names.get((raw, most))) is not None:
            return known
        clean = plain = self.text(raw)[:most]
        number = 1
        while self._taken.setdefault(clean, raw) != raw:
            number += 1
            clean = f"{plain} ({number})"
        self._names[raw, most] = clean
        return clean

    def text(self, raw: str) -> str:
        """A text."""
        clean = self._known.get(raw)
        if clean is None:
            clean = self.redact(raw)
            if len(raw) <= _SHORT:
                self._known[raw] = clean
        self.changed += clean != raw
        return clean

    def _value(self, raw: Any) -> Any:
        if isinstance(raw, str):
            return self.text(raw)
        if isinstance(raw, tuple):
            return tuple(map(self._value, raw))
        if isinstance(raw, Mapping | list):
            return redact_json(raw, self.text, keys=True)
        if not is_dataclass(raw) or isinstance(raw, type):
            return raw
        own = _OWN.get(type(raw), frozenset())
        cells = {one.name: getattr(raw, one.name) for one in fields(raw) if one.name not in own}
        return replace(raw, **{name: self._cell(name, cell) for name, cell in cells.items()})

    def _cell(self, name: str, raw: Any) -> Any:
        if not isinstance(raw, str):
            return self._value(raw)
        if name in _NAMES:
            return self.name(raw, _NAMES[name])
        return self.text(raw)[: _CUT.get(name)]

    def _scale(self, raw: Scale) -> Scale:
        return replace(raw, labels=tuple(dict.fromkeys(map(self.text, raw.labels))))

    def _example(self, raw: Example) -> Example:
        cells = redact_json(encode(raw), self.text, keys=True)
        own = {"id": self.name(raw.id), "component": raw.component}
        return read_example({**cells, **own}, file="the import", line=1)
