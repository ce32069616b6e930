"""What pydantic refuses is said in the user's own words."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from pydantic import Field

from measurand.core.example import Message
from measurand.core.output import Output, Usage
from measurand.errors import DataError, Fault
from measurand.store.codec import (
    Flag,
    Form,
    Number,
    Origin,
    Text,
    Whole,
    Word,
    decode,
    encode,
    key_path,
    nearest,
    renamed,
)


class Inner(Form):
    size: Whole
    share: Annotated[Number, Field(gt=0, lt=1)] = 0.5

    def build(self) -> object:
        if self.size == 13:
            raise ValueError("nobody wants that size")
        return self.size


class Outer(Form):
    name: Word
    flag: Flag = False
    text: Text = ""
    parts: list[Inner] = Field(default_factory=list)
    table: dict[str, Inner] = Field(default_factory=dict)

    def build(self) -> object:
        return self.name


def said(raw: object, origin: Origin | None = None) -> list[str]:
    with pytest.raises(DataError) as caught:
        decode(Outer, raw, origin or Origin())
    return [str(fault) for fault in caught.value.faults]


def test_a_form_is_read() -> None:
    form = decode(Outer, {"name": " a ", "parts": [{"size": 2}]}, Origin())
    assert (form.name, form.parts[0].size, form.parts[0].share) == ("a", 2, 0.5)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (7, "is not a mapping; found 7; allowed: keys and values"),
        ({}, "name: is missing"),
        ({"name": 7}, "name: is not text; found 7; allowed: text (a number in quotes)"),
        ({"name": " "}, 'name: is blank; found " "; allowed: text'),
        ({"name": "a", "flag": 1}, "flag: is not true or false; found 1; allowed: true, false"),
        ({"name": "a", "parts": {}}, "parts: is not a list; found {}; allowed: a list"),
        ({"name": "a", "table": []}, "table: is not a mapping; found []; allowed: keys and values"),
        ({"name": "a", "parts": [{}]}, "parts[0].size: is missing"),
        (
            {"name": "a", "parts": [{"size": 1}, {"size": 1.0}]},
            "parts[1].size: is not a whole number; found 1.0; allowed: a whole number",
        ),
        (
            {"name": "a", "parts": [{"size": 1, "share": float("nan")}]},
            "parts[0].share: is not a finite number; found NaN; allowed: a number",
        ),
        (
            {"name": "a", "parts": [{"size": 1, "share": 1}]},
            "parts[0].share: is too large; found 1; allowed: less than 1",
        ),
        (
            {"name": "a", "parts": [{"size": 1, "share": 0}]},
            "parts[0].share: is too small; found 0; allowed: more than 0",
        ),
        ({"name": "a", "parts": [{"size": 13}]}, "parts[0]: nobody wants that size"),
        (
            {"name": "a", "table": {"x": {"size": 1, "shara": 1}}},
            "table.x.shara: is not a known key; allowed: size, share. Did you mean 'share'?",
        ),
        (
            {"name": "a", "zzz": 1},
            "zzz: is not a known key; allowed: name, flag, text, parts, table",
        ),
    ],
)
def test_a_fault_is_a_sentence(raw: object, fault: str) -> None:
    assert said(raw) == [fault]


def test_all_faults_are_named_at_their_places() -> None:
    origin = Origin(
        file="f.yaml",
        line=len,
        names={"parts": "pieces"},
        allowed={"name": "a name"},
    )
    assert said({"name": 1, "parts": [{"size": "x"}]}, origin) == [
        "f.yaml:1: name: is not text; found 1; allowed: a name",
        'f.yaml:3: pieces[0].size: is not a whole number; found "x"; allowed: a whole number',
    ]


def test_long_values_are_shortened() -> None:
    (fault,) = said({"name": ["x" * 10_000]})
    assert len(fault) < 150


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ((), ""),
        (("messages", 0, "role"), "messages[0].role"),
        (("rubric", 2), "rubric[2]"),
        (("minimum", "cor", "[key]"), "minimum.cor"),
    ],
)
def test_a_location_is_a_key_path(location: tuple[str | int, ...], path: str) -> None:
    assert key_path(location) == path


def test_near_words_are_offered() -> None:
    assert nearest("wieght", ["weight", "scale"]) == "did you mean 'weight'?"
    assert nearest("colour", ["weight", "scale"]) is None


def test_aliases_are_sorted_by_what_they_mean() -> None:
    aliases = {"a": ("b", "c"), "d": ()}
    assert renamed({"b": 1, "e": 2}, aliases, Origin()) == ({"a": 1}, {"a": "b"}, {"e": 2})
    assert renamed({"a": 1, "b": 2}, aliases, Origin()) == ({"a": 1}, {"a": "a"}, {"b": 2})
    with pytest.raises(DataError) as caught:
        renamed({"b": 1, "c": 2}, aliases, Origin("f", 3))
    remedy = "keep one of them, or call the right one 'a'"
    assert caught.value.faults == (
        Fault("'b' and 'c' both say what 'a' is", "f", 3, remedy=remedy),
    )


@dataclass(frozen=True)
class _Sample:
    flag: bool = False
    count: int = 0
    share: float = 0.0
    parts: tuple[Any, ...] = ()
    table: dict[str, Any] = field(default_factory=dict)


def test_values_are_written_without_what_is_as_by_default() -> None:
    assert encode(_Sample()) == {}
    assert encode(_Sample(flag=True, parts=(Message("user", "a"),), table={"k": (1, None)})) == {
        "flag": True,
        "parts": [{"role": "user", "content": "a"}],
        "table": {"k": [1, None]},
    }
    output = Output(example="a", system="s", text="", usage=Usage(), cost=0.0)
    assert encode(output) == {"example": "a", "system": "s", "text": "", "usage": {}, "cost": 0.0}


def test_core_does_not_import_pydantic() -> None:
    code = (
        "import sys, measurand.core.plan, measurand.core.example, measurand.core.output, "
        "measurand.core.rating; sys.exit('pydantic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
