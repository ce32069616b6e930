"""What is offered in files: in the desk's order, under the desk's digits, with the same words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from openpyxl import load_workbook
from tests.store.packets.packet_world import SAFE, TONE, packet, sheet

from measurand.core.judging import Order
from measurand.core.packet import choices, keys
from measurand.core.rubric import Dimension
from measurand.core.scale import NOMINAL, YES_NO, Scale
from measurand.raters.people.packet import Entry, packet_of
from measurand.server.choices import choices_of, kind_of
from measurand.store.packets import FORMATS
from measurand.store.packets.prose import tree

SCALES = [
    YES_NO,
    NOMINAL,
    *(
        Scale.of(text)
        for text in (
            "1-5",
            "0-4",
            "1-10",
            "0-10",
            "9-10",
            "5-15",
            "-2-2",
            "0-100",
            "0..1",
            "ratio",
            "win/tie/loss",
            "formal/neutral/rude",
            "/".join(f"kind {place}" for place in range(30)),
        )
    ),
]
SAID = {"Left is better": "left better", "Tie": "tie", "Right is better": "right better"}


def data_of(path: Path) -> dict[str, Any]:
    page = path.read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(page.partition('id="packet">')[2].partition("</script>")[0])
    return found


@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_every_key_of_the_page_means_what_it_means_at_the_desk(
    scale: Scale, tmp_path: Path
) -> None:
    dimension = Dimension("d", scale=scale)
    order: Order | None = "ab" if str(scale) == "win/tie/loss" else None
    text = sheet("a", "b" if order else None)
    sent = packet_of("k", [Entry(sheet=text, dimensions=(dimension,), order=order)], rater="Ann")
    form = data_of(FORMATS["html"].write(sent, tmp_path / "p.html")[0])["dimensions"]["d"]
    assert form["kind"] == kind_of(scale)
    page = [(one["key"], one["label"]) for one in form["choices"]]
    desk = [(one.key, SAID.get(one.label, one.label)) for one in choices_of(dimension)]
    assert page == desk


def test_yes_is_offered_first_in_every_file(tmp_path: Path) -> None:
    sent, wanted = packet("one"), ["yes", "no", "cannot judge"]
    written = {
        name: one.write(sent, tmp_path / name / f"p{one.suffix}") for name, one in at(tmp_path)
    }
    guide = load_workbook(written["xlsx"][0])["Guide"]
    first = [row[0] for row in guide.iter_rows(values_only=True)]
    start = first.index("to choose from: Safe?") + 1
    assert first[start : start + 3] == wanted
    view = ET.fromstring(written["label-studio"][1].read_text(encoding="utf-8"))  # noqa: S314
    groups = {one.get("name"): one for one in view.iter("Choices")}
    safe = next(name for name in groups if name and name.startswith("rating_q_safe"))
    assert [one.get("alias") for one in groups[safe]] == wanted
    settings = json.loads(written["argilla"][1].read_text(encoding="utf-8"))
    asked = {one["name"]: one for one in settings["questions"]}
    assert [one["value"] for one in asked[safe]["settings"]["options"]] == wanted
    config = yaml.safe_load(written["potato"][1].read_text(encoding="utf-8"))
    schemes = {one["name"]: one for one in config["annotation_schemes"]}
    assert schemes[safe]["labels"] == wanted
    tasks = map(json.loads, written["prodigy"][0].read_text(encoding="ascii").splitlines())
    task = next(one for one in tasks if "Safe?" in one["text"])
    assert [one["id"] for one in task["options"]] == wanted


def at(folder: Path) -> list[tuple[str, Any]]:
    for name in FORMATS:
        (folder / name).mkdir()
    return list(FORMATS.items())


@pytest.mark.parametrize(
    ("dimension", "by_place"),
    [(TONE, True), (SAFE, True), (Dimension("d", scale=Scale.of("0-4")), False)],
)
def test_potato_counts_places_only_where_the_desk_does(
    dimension: Dimension, *, by_place: bool, tmp_path: Path
) -> None:
    sent = packet_of("k", [Entry(sheet=sheet("a"), dimensions=(dimension,))], rater="Ann")
    config = FORMATS["potato"].write(sent, tmp_path / "p.jsonl")[1]
    scheme = yaml.safe_load(config.read_text(encoding="utf-8"))["annotation_schemes"][0]
    assert scheme["sequential_key_binding"] is by_place


def test_keys_are_different_and_no_commands() -> None:
    many = Dimension("d", scale=Scale.of("/".join(f"kind {place}" for place in range(40))))
    found = [key for key in keys(many, choices(many)) if key]
    assert len(found) == len(set(found)) == 26
    assert not set(found) & set("nbpusxacf?")


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("", []),
        ("## A *b*", [["h2", {}, "A ", ["em", {}, "b"]]]),
        ("**a** `b`\nc", [["p", {}, ["strong", {}, "a"], " ", ["code", {}, "b"], "\n", "c"]]),
        ("3. x\n4. y", [["ol", {"start": 3}, ["li", {}, "x"], ["li", {}, "y"]]]),
        ("```\n<b>\n```", [["pre", {}, "<b>"]]),
        ("<i>x</i>", [["p", {}, "<i>x</i>"]]),
        ("[a](http://b)", [["p", {}, ["span", {}, "a", " (http://b)"]]]),
        ("<http://b>", [["p", {}, ["span", {}, "http://b"]]]),
        ("![a](http://b)", [["p", {}, "image: a (http://b)"]]),
        ("[a]: http://b\n", [["p", {}, "[a]: http://b"]]),
        ("a\u202eb", [["p", {}, "a⟨U+202E⟩b"]]),
        (">" * 40 + "x", [["pre", {}, ">" * 40 + "x"]]),
    ],
)
def test_instructions_become_a_few_harmless_elements(text: str, nodes: list[object]) -> None:
    assert tree(text) == nodes


@pytest.mark.parametrize("name", ["csv", "xlsx", "label-studio", "argilla"])
def test_files_without_keys_say_that_those_of_the_instructions_are_the_desks(
    name: str, tmp_path: Path
) -> None:
    form = FORMATS[name]
    sent = packet("one")
    line = "Keys that the instructions name belong to the rating desk"
    assert (
        sum(text.count(line) for text in texts_of(form.write(sent, tmp_path / f"p{form.suffix}")))
        == 1
    )
    bare = packet_of("k", [Entry(sheet=sheet("a"), dimensions=(TONE,))], rater="Ann")
    assert not any(
        line in text for text in texts_of(form.write(bare, tmp_path / f"b{form.suffix}"))
    )


def texts_of(paths: tuple[Path, ...]) -> list[str]:
    texts = []
    for path in paths:
        if path.suffix == ".xlsx":
            cells = load_workbook(path)["Guide"].iter_rows(values_only=True)
            texts += [str(cell) for row in cells for cell in row]
        else:
            texts.append(path.read_text(encoding="utf-8"))
    return texts
