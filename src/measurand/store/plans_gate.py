"""The section ``gate`` of a plan, and the file of waivers beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from measurand.core.example import COMPONENTS, Component
from measurand.core.gate import CHANGED, REGRESSION, REMOVED, Confirmation, GatePlan, Waiver
from measurand.errors import DataError, Fault
from measurand.store.codec import Flag, Form, Number, Origin, Whole, Word, decode
from measurand.store.yaml import read_yaml

__all__ = ["GateForm", "WaiverForm", "plain_gate", "read_waivers"]

_Margin = Annotated[Number, Field(gt=0, lt=1)]
_DAY = "a day, as in 2026-12-31"
_OF_THE_SET = (REMOVED, CHANGED)
"""What stands for a dimension where the set, or the plan, is another than was decided on."""
_SHOWN = 5
_DIGITS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _everywhere(raw: object) -> object:
    """One margin for every component."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return {"everywhere": float(raw)}
    return raw


class MarginForm(Form):
    """How much worse still counts as no worse, by component."""

    everywhere: _Margin | None = None
    """In every component that is not named here."""
    core: _Margin | None = None
    """In the production sample."""
    edge: _Margin | None = None
    """In the edge cases."""
    adversarial: _Margin | None = None
    """In the attacks."""
    regression: _Margin | None = None
    """In the fixed failures."""
    golden: _Margin | None = None
    """In what experts answered."""

    def build(self) -> dict[str, float]:
        """The margins that are said."""
        return {name: value for name, value in dict(self).items() if value is not None}


class GateForm(Form):
    """What a system must show before it may ship."""

    components: Annotated[list[Component], Field(min_length=1)] = Field(
        default_factory=lambda: [REGRESSION]
    )
    """The parts of the evaluation set on which it is decided."""
    margin: Annotated[
        MarginForm, BeforeValidator(_everywhere, json_schema_input_type=float | MarginForm)
    ] = Field(default_factory=MarginForm)
    """How much worse, as a share, still counts as no worse: a number, or one by component."""
    against: Word = "baseline"
    """baseline (the current system), last-passing, or the name of a system."""
    max_failures: Annotated[Whole, Field(ge=0)] = 0
    """Confirmed regressions of the regression set that are let pass; blocking ones never are."""
    max_blocking: Annotated[Number, Field(gt=0, lt=1)] | None = None
    """The blocking rate below which the one-sided bound must lie; left out: none is asked for."""
    pass_mark: Annotated[Number, Field(gt=0, le=1)] = 0.5
    """The share of a graded scale from which an output passes."""
    repeats: Annotated[Whole, Field(ge=1)] | None = None
    """How often each example is asked; as often as the systems say when left out."""
    confirm: Confirmation = "majority"
    """A failure is confirmed in more than half of the repeats, or in all of them."""
    waivers: Word | None = None
    """The file of the failures that are let pass; relative to the plan's folder."""
    calibrated: Flag = False
    """Whether every judge must have been held against people, and stood."""

    def build(self) -> GatePlan:
        """This part of the plan."""
        told = self.margin.build()
        default = told.pop("everywhere", None)
        if default is not None:
            told = {name: told.get(name, default) for name in COMPONENTS}
        return GatePlan(
            components=tuple(self.components),
            margins=told,
            against=self.against,
            max_failures=self.max_failures,
            max_blocking=self.max_blocking,
            pass_mark=self.pass_mark,
            repeats=self.repeats,
            confirm=self.confirm,
            waivers=self.waivers,
            calibrated=self.calibrated,
        )


class WaiverForm(Form):
    """A failure that somebody has taken upon himself."""

    example: Word
    """Which example may fail."""
    dimension: Word
    """On which dimension; removed: it may be taken out of the set; changed: it may be another."""
    owner: Word
    """Who answers for it."""
    reason: Word
    """Why."""
    expires: Word
    """The last day on which it holds, as 2026-12-31; days are those of UTC."""
    blocking: Flag = False
    """Whether it may waive a dimension that blocks."""

    def build(self) -> Waiver:
        """The waiver."""
        try:
            day = date.fromisoformat(self.expires if _DIGITS.fullmatch(self.expires) else "")
        except ValueError:
            raise ValueError(f"expires is {_DAY}; found {self.expires!r}") from None
        return Waiver(
            example=self.example,
            dimension=self.dimension,
            owner=self.owner,
            reason=self.reason,
            expires=day,
            blocking=self.blocking,
        )


def read_waivers(
    path: Path,
    *,
    examples: Collection[str] | None = None,
    dimensions: Collection[str] | None = None,
) -> tuple[Waiver, ...]:
    """The waivers of a file: a list, each with example, dimension, owner, reason and expires.

    Args:
        path: Where they stand.
        examples: Those that there are, where they are known; an example that a waiver lets be
            removed need not be there.
        dimensions: Those that there are, where they are known.

    Raises:
        DataError: The file cannot be read, or something in it is wrong; every fault is listed.
    """
    document = read_yaml(path)
    file = str(path)
    faults = list(document.faults)
    if not isinstance(document.value, list):
        fault = Fault("waivers are a list", file, 1, allowed="- {example: ..., dimension: ...}")
        raise DataError([*faults, fault])
    found: list[tuple[int, Waiver]] = []
    for at, raw in enumerate(document.value):
        origin = Origin(file, lambda inside, at=at: document.line((at, *inside)))  # type: ignore[misc]
        try:
            waiver = decode(WaiverForm, raw, origin).build()
        except DataError as problem:
            faults += problem.faults
        else:
            found.append((document.line((at,)), waiver))
    faults += _twice(found, file)
    if examples is not None:
        faults += _no_examples(found, file, examples)
    if dimensions is not None:
        faults += _no_dimensions(found, file, dimensions)
    if faults:
        raise DataError(sorted(faults, key=lambda fault: fault.line or 0))
    return tuple(waiver for _, waiver in found)


def _twice(found: Sequence[tuple[int, Waiver]], file: str) -> Iterator[Fault]:
    """Waivers of one failure, of which nobody could say which one holds."""
    first: dict[tuple[str, str], int] = {}
    for line, waiver in found:
        key = (waiver.example, waiver.dimension)
        if key in first:
            yield Fault(
                f"waives the same as line {first[key]}",
                file,
                line,
                found=", ".join(key),
                remedy="keep one of them",
            )
        first.setdefault(key, line)


def _no_examples(
    found: Sequence[tuple[int, Waiver]], file: str, examples: Collection[str]
) -> Iterator[Fault]:
    """Waivers of examples that there are not: nobody would see that they let nothing pass."""
    gone = {waiver.example for _, waiver in found if waiver.dimension == REMOVED}
    near = sorted(examples)
    for line, waiver in found:
        if waiver.dimension in _OF_THE_SET or waiver.example in gone | set(examples):
            continue
        alike = get_close_matches(waiver.example, near, n=_SHOWN, cutoff=0.0)
        rest = len(near) - len(alike)
        more = f" and {rest:,} more" if rest else ""
        yield Fault(
            "waives an example that is not in the evaluation set",
            file,
            line,
            key="example",
            found=repr(waiver.example),
            allowed=f"{', '.join(alike)}{more}",
            remedy=f"mend its name, or take the waiver out; dimension: {REMOVED} lets one be gone",
        )


def _no_dimensions(
    found: Sequence[tuple[int, Waiver]], file: str, dimensions: Collection[str]
) -> Iterator[Fault]:
    """Waivers on dimensions that there are not."""
    for line, waiver in found:
        if waiver.dimension not in {*dimensions, *_OF_THE_SET}:
            yield Fault(
                "waives a dimension that is not in the rubric",
                file,
                line,
                key="dimension",
                found=repr(waiver.dimension),
                allowed=", ".join((*dimensions, *_OF_THE_SET)),
            )


def plain_gate(encoded: Mapping[str, Any]) -> dict[str, Any]:
    """The section as `GateForm` reads it, from what `measurand.store.codec.encode` makes of it."""
    told = dict(encoded)
    if margins := told.pop("margins", None):
        told["margin"] = margins
    return told
