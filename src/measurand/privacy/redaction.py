"""Personal data and secrets replaced by placeholders, before anything is stored or sent.

``jane@acme.com`` becomes ``[redacted email 3f2a91c4]``. The tag is a keyed hash of the value as it
is normally written: one value has one placeholder everywhere, so that a reader still sees who is
who, another key gives other tags, and without the key no value can be tried out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, cast

from measurand.core.running import RedactPlan
from measurand.errors import Fault, PlanError, UsageError, nearest
from measurand.privacy.patterns import Found, placeholders, search
from measurand.privacy.shapes import KINDS, Kind
from measurand.privacy.values import normal

__all__ = ["KEY_BYTES", "SECONDS", "WHOLE", "Redactor", "redact_json"]

KEY_BYTES = 16
"""The shortest key."""
SECONDS = 1.0
"""The longest that a plan's own expression may search one text."""
WHOLE = "text"
"""The name of the placeholder of a text that could not be searched to its end."""

_PASSES = 10
"""What stood beside a thing may be found only when it is gone; so it is looked for again."""
_NAME = re.compile(r"[\w.-](?:[\w .-]{0,38}[\w.-])?")
_NAMES = "1 to 40 letters, digits, spaces, dots, hyphens and underscores"
_TAG_BYTES = 4
_LONG, _ENDLESS = 10**7, 10**40
"""Whole numbers in JSON between these are read as text: no secret has more digits."""


@dataclass(frozen=True)
class Redactor:
    """Replaces what a plan wants replaced; called with a text, it gives the text without it.

    Redacting a text again changes nothing. A text that a plan's own expression could not search
    in `SECONDS` is replaced as a whole: what was not looked at does not pass.

    Args:
        plan: What is replaced, and what may stand.
        key: At least 16 random bytes, the same for everything that is to be read together.

    Raises:
        PlanError: A kind is unknown, or a name or an expression of the plan's own cannot be used;
            all faults at once.
        UsageError: The key is too short.
    """

    plan: RedactPlan
    key: bytes = field(repr=False)
    _hashed: bytes = field(init=False, repr=False, compare=False)
    _kinds: frozenset[Kind] = field(init=False, repr=False, compare=False)
    _own: Mapping[str, Any] = field(init=False, repr=False, compare=False)
    _allow: frozenset[str] = field(init=False, repr=False, compare=False)
    _names: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.key) < KEY_BYTES:
            raise UsageError(
                f"a key of redaction has at least {KEY_BYTES} bytes; found {len(self.key)}"
            )
        own: dict[str, Any] = {}
        if faults := [*_unknown_kinds(self.plan), *_compiled(self.plan, own)]:
            raise PlanError(faults)
        kinds = cast("tuple[Kind, ...]", self.plan.kinds) or KINDS
        object.__setattr__(self, "_hashed", hashlib.sha256(self.key).digest())
        object.__setattr__(self, "_kinds", frozenset(kinds))
        object.__setattr__(self, "_own", own)
        object.__setattr__(self, "_allow", frozenset(map(str.casefold, self.plan.allow)))
        object.__setattr__(self, "_names", frozenset((*KINDS, *own, WHOLE)))

    def __call__(self, text: str) -> str:
        """The text with placeholders; the text itself where there is nothing to replace."""
        if not self.plan.on:
            return text
        left = text
        for _ in range(_PASSES):
            try:
                places = self._places(left)
            except TimeoutError:
                break
            if not places:
                return left
            left = self._replaced(left, places)
        return self._placeholder(WHOLE, text)

    def _places(self, text: str) -> list[Found]:
        """What is to be replaced, in order and apart; what overlaps is one place."""
        opaque = placeholders(text, self._names)
        found = search(text, self._kinds, allow=self._allow, opaque=opaque)
        if self._own:
            found += self._own_places(text, opaque)
        if len(found) < 2:  # noqa: PLR2004 - nothing to sort or join
            return found
        found.sort(key=lambda place: (place.start, -place.end))
        apart = found[:1]
        for place in found[1:]:
            last = apart[-1]
            if place.start >= last.end:
                apart.append(place)
            elif place.end > last.end:
                larger = max(last, place, key=lambda one: one.end - one.start)
                apart[-1] = Found(larger.kind, last.start, place.end)
        return apart

    def _own_places(self, text: str, opaque: tuple[Found, ...]) -> Iterator[Found]:
        begins = (0, *(place.end for place in opaque))
        ends = (*(place.start for place in opaque), len(text))
        gaps = tuple(zip(begins, ends, strict=True))
        for name, compiled in self._own.items():
            for begin, end in gaps:
                for match in compiled.finditer(text, begin, end, timeout=SECONDS, concurrent=True):
                    if match[0] and match[0].casefold() not in self._allow:
                        yield Found(name, match.start(), match.end())

    def _replaced(self, text: str, places: list[Found]) -> str:
        parts: list[str] = []
        at = 0
        for place in places:
            parts += (
                text[at : place.start],
                self._placeholder(place.kind, text[place.start : place.end]),
            )
            at = place.end
        return "".join([*parts, text[at:]])

    def _placeholder(self, name: str, value: str) -> str:
        written = f"{name}\0{normal(name, value)}".encode("utf-8", "surrogatepass")
        tag = hashlib.blake2b(written, key=self._hashed, digest_size=_TAG_BYTES).hexdigest()
        return f"[redacted {name} {tag}]"


def redact_json(value: Any, redact: Callable[[str], str], *, keys: bool = False) -> Any:
    """A JSON value with all text in it redacted.

    A whole number of eight digits or more is looked at as text, and becomes text where it is,
    say, the number of a card.

    Args:
        value: What `json.loads` gives: mappings, lists, texts, numbers, booleans and None.
        redact: What is done to each text, as a `Redactor`.
        keys: Whether keys are redacted too, as where a model wrote them; those of a plan stay.
    """
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        if keys:
            return _redacted_keys(value, redact)
        return {key: redact_json(item, redact) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact_json(item, redact, keys=keys) for item in value]
    if isinstance(value, int) and _LONG <= abs(value) < _ENDLESS:
        written = str(value)
        shown = redact(written)
        return value if shown == written else shown
    return value


def _redacted_keys(value: Mapping[Any, Any], redact: Callable[[str], str]) -> dict[str, Any]:
    """Every item under its redacted key; where two become the same, the later ones are numbered."""
    made: dict[str, Any] = {}
    for key, item in value.items():
        name = plain = redact(str(key))
        again = 1
        while name in made:
            again += 1
            name = f"{plain} ({again})"
        made[name] = redact_json(item, redact, keys=True)
    return made


def _unknown_kinds(plan: RedactPlan) -> Iterator[Fault]:
    for at, kind in enumerate(plan.kinds):
        if kind not in KINDS:
            yield Fault(
                "no such kind of personal data or secret",
                key=f"redact.kinds[{at}]",
                found=repr(kind),
                allowed=", ".join(KINDS),
                remedy=nearest(kind, KINDS),
            )


def _compiled(plan: RedactPlan, into: dict[str, Any]) -> Iterator[Fault]:
    """Compile the plan's own expressions; every fault found."""
    regex: Any = import_module("regex")
    for name, pattern in plan.patterns.items():
        key = f"redact.patterns.{name}"
        if _NAME.fullmatch(name) is None:
            yield Fault("a name that no placeholder can bear", key=key, allowed=_NAMES)
        if name in (*KINDS, WHOLE):
            remedy = "give the expression a name of its own"
            yield Fault("the name of a kind that is known already", key=key, remedy=remedy)
        try:
            compiled = regex.compile(pattern)
        except (regex.error, RecursionError, OverflowError) as problem:
            yield Fault(f"no regular expression: {problem}", key=key, found=repr(pattern))
            continue
        if _matches_nothing(compiled):
            what = "the expression matches an empty text, and so anywhere"
            yield Fault(what, key=key, found=repr(pattern))
        into[name] = compiled


def _matches_nothing(compiled: Any) -> bool:
    try:
        return compiled.search("", timeout=SECONDS) is not None
    except TimeoutError:
        return False
