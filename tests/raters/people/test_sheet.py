"""A sheet shows what is to be rated and nothing that tells whose it is."""

from __future__ import annotations

from dataclasses import fields

import pytest

from measurand.core.example import Example, Message
from measurand.core.packet import (
    Packet,
    PacketItem,
    allowed,
    anchors,
    choices,
    question_key,
)
from measurand.core.people import Item
from measurand.core.rubric import Dimension
from measurand.core.scale import NOMINAL, UNIT, YES_NO, Scale
from measurand.core.sheet import Sheet, shown, shown_digest
from measurand.raters.people.packet import Entry, packet_of
from measurand.raters.people.sheet import sheet_of

EXAMPLE = Example(
    id="e1",
    messages=(Message("user", "Hi \ud83d"),),
    context=("passage",),
    references=("right",),
    notes={"tone": "Mind it", "other": "hidden"},
)
ITEM = Item(key="k", example="e1", system="gpt", dimensions=("tone",), purpose="golden")
PAIR = Item(key="k", example="e1", system="gpt", against="llama", dimensions=("tone",))
TEXTS = {"gpt": "from the first", "llama": "from the second"}


def test_one_output() -> None:
    sheet = sheet_of(EXAMPLE, ITEM, TEXTS, show_reference=False)
    assert sheet.texts == ("from the first",)
    assert sheet.references == ()
    assert sheet.notes == {"tone": "Mind it"}
    assert sheet.messages[0].content == "Hi \ufffd"
    assert sheet_of(EXAMPLE, ITEM, TEXTS, show_reference=True).references == ("right",)


def test_a_pair_in_either_order() -> None:
    first = sheet_of(EXAMPLE, PAIR, TEXTS, order="ab", show_reference=False)
    second = sheet_of(EXAMPLE, PAIR, TEXTS, order="ba", show_reference=False)
    assert first.texts == ("from the first", "from the second") == second.texts[::-1]
    for item, order in ((PAIR, None), (ITEM, "ab")):
        with pytest.raises(ValueError, match="a pair is shown in an order"):
            sheet_of(EXAMPLE, item, TEXTS, order=order, show_reference=False)  # type: ignore[arg-type]


def test_there_is_no_place_for_a_system_a_judge_or_a_purpose() -> None:
    names = {part.name for part in fields(Sheet)}
    assert names == {"messages", "context", "references", "texts", "notes"}
    names = {part.name for part in fields(PacketItem)}
    assert names == {"code", "sheet", "dimensions", "digest"}


def test_a_sheet_shows_one_or_two_texts() -> None:
    with pytest.raises(ValueError, match="one output or two; found 3"):
        Sheet(messages=(), texts=("a", "b", "c"))


def test_the_digest_does_not_see_what_a_program_does_to_line_ends() -> None:
    texts = shown(Sheet(messages=(), texts=("a\r\nb\0c ",)))
    saved = {**texts, "output": "a\nbc", "context": ""}
    assert shown_digest(saved) == shown_digest(texts)
    assert shown_digest({**texts, "output": "a\nbd"}) != shown_digest(texts)


def entries(*texts: str) -> list[Entry]:
    dimensions = (Dimension("tone"),)
    return [Entry(sheet=Sheet(messages=(), texts=(t,)), dimensions=dimensions) for t in texts]


def test_codes_tell_nothing_and_differ_between_packets() -> None:
    packet = packet_of("r", entries("same", "same"), rater="Ann")
    first, second = packet.items
    assert (first.digest, first.code) != (second.digest, second.code)
    assert first.digest == second.digest
    assert packet == packet_of("r", entries("same", "same"), rater="Ann")
    other = packet_of("r", entries("same", "same"), rater="Ben")
    assert {item.code for item in packet.items}.isdisjoint(item.code for item in other.items)


def test_a_packet_is_checked() -> None:
    item = packet_of("r", entries("x"), rater=None).items[0]
    with pytest.raises(ValueError, match="different codes"):
        Packet(id="p", name="r", rater=None, items=(item, item))
    with pytest.raises(ValueError, match="pairs have an order"):
        Packet(id="p", name="r", rater=None, items=(item,), orders={item.code: "ab"})


@pytest.mark.parametrize(
    ("scale", "offered", "words"),
    [
        (Scale.of("1-3"), ("1", "2", "3"), "1-3, or: cannot judge"),
        (YES_NO, ("yes", "no"), "yes/no, or: cannot judge"),
        (Scale.of("win/tie/loss"), ("left better", "tie", "right better"), "left better/tie/"),
        (Scale.of("a/b"), ("a", "b"), "a/b, or: cannot judge"),
        (UNIT, (), "0..1, or: cannot judge"),
        (NOMINAL, (), "any label, or: cannot judge"),
        (Scale.of("0-1000"), (), "0-1000, or: cannot judge"),
    ],
)
def test_what_may_be_chosen(scale: Scale, offered: tuple[str, ...], words: str) -> None:
    dimension = Dimension("d", scale=scale)
    assert choices(dimension) == offered
    assert allowed(dimension).startswith(words)


def test_anchors_are_by_level_as_written() -> None:
    graded = Dimension("d", levels={"1.0": "bad", "5": "good"})
    assert anchors(graded) == {"1": "bad", "5": "good"}
    assert anchors(Dimension("d", scale=YES_NO, levels={"true": "fine"})) == {"yes": "fine"}
    assert anchors(Dimension("d", scale=UNIT, levels={"0.5": "half"})) == {"0.5": "half"}


def test_keys_of_questions_are_plain_and_differ() -> None:
    names = ["tone", "Tone", "t o n e", "=cmd|x", "\u05d0", "x" * 60]
    keys = [question_key(name) for name in names]
    assert len(set(keys)) == len(names)
    assert keys[0] == "tone"
    assert all(key.isascii() and key.replace("_", "a").isalnum() for key in keys)
