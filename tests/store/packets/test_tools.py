"""What other tools export: their own names, drafts, skips, several people, several clicks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from tests.store.packets.packet_world import (
    HOSTILE,
    KIND,
    SAFE,
    SHARE,
    TONE,
    packet,
    sheet,
)

from measurand.core.packet import Packet, Reading, question_key
from measurand.errors import DataError
from measurand.raters.people.packet import Entry, packet_of
from measurand.raters.people.reconcile import reconcile
from measurand.store.packets import FORMATS, recognised

TOOLS = ["label-studio", "argilla", "potato", "prodigy"]


def read(name: str, content: Any, path: Path) -> Reading:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return FORMATS[name].read(path)


def odd() -> Packet:
    entries = [Entry(sheet=sheet("text"), dimensions=(TONE, SHARE))]
    return packet_of("odd", entries, rater=None, instructions="$variable\0")


# Label Studio.


def exported(sent: Packet, *annotations: dict[str, Any]) -> list[dict[str, Any]]:
    data = {"code": sent.items[0].code, "packet": sent.id, "output": "text", "rater": ""}
    return [{"id": 7, "data": data, "annotations": list(annotations), "predictions": []}]


def result(name: str, kind: str, value: object) -> dict[str, Any]:
    return {"from_name": name, "to_name": "text_output", "type": kind, "value": {kind: value}}


@pytest.mark.parametrize(
    ("who", "rater"),
    [(10, "10"), ("a@b.org", "a@b.org"), ({"id": 3, "email": "a@b.org"}, "a@b.org"), (None, None)],
)
def test_label_studio_names_people_in_three_ways(
    tmp_path: Path, who: object, rater: str | None
) -> None:
    one = {"completed_by": who, "result": [result("rating_tone", "rating", 4)], "lead_time": 2.5}
    reading = read("label-studio", exported(odd(), one), tmp_path / "e.json")
    assert reading.returned[0].rater == rater
    assert reading.returned[0].answer.marks["tone"].value == 4.0
    assert reading.returned[0].answer.seconds == 2.5


def test_label_studio_skips_ground_truth_and_several_annotators(tmp_path: Path) -> None:
    sent = packet_of("odd", [Entry(sheet=sheet("text"), dimensions=(TONE,))], rater=None)
    done = result("rating_tone", "choices", ["4"])
    tasks = exported(
        sent,
        {"completed_by": 1, "result": [done], "ground_truth": True},
        {"completed_by": 2, "result": [done, result("comment", "textarea", None)]},
        {"completed_by": 3, "result": [done], "was_cancelled": True},
        {"completed_by": 4, "result": [result("rating_tone", "choices", ["4", "5"]), {}]},
    )
    tasks[0]["data"] |= {"conversation": "[user]\nQuestion \n\n[assistant]\nHm"}
    reading = read("label-studio", tasks, tmp_path / "e.json")
    found = reconcile([sent], reading, raters={"1": "Ann"})
    assert [(one.rater, one.answer.skipped) for one in found.answers] == [
        ("Ann", False),
        ("2", False),
        ("3", True),
    ]
    reasons = [one.reason for one in found.intake.refused]
    assert len(reasons) == 3
    assert reasons[0].startswith("the annotation was cancelled")
    assert reasons[1].startswith("a result without from_name")
    assert reasons[2].startswith("2 values are chosen where one is")
    assert any("ground truth" in note for note in reading.notes)


def test_label_studio_has_a_configuration_that_is_xml_and_data_without_predictions(
    tmp_path: Path,
) -> None:
    entries = [Entry(sheet=sheet(text), dimensions=(TONE, SAFE, KIND, SHARE)) for text in HOSTILE]
    sent = packet_of("odd", entries, rater=None, instructions="$variable\0<View>")
    tasks, config = FORMATS["label-studio"].write(sent, tmp_path / "tasks.json")
    assert all(set(task) == {"data"} for task in json.loads(tasks.read_text(encoding="utf-8")))
    assert "\\u0000" not in tasks.read_text(encoding="utf-8")
    view = ET.fromstring(config.read_text(encoding="utf-8"))  # noqa: S314 - our own file
    names = {one.get("name") for one in view.iter() if one.get("toName")}
    keys = {question_key(one.name) for one in (TONE, SAFE, KIND)}
    assert names == {
        *(f"{kind}_{key}" for key in keys for kind in ("rating", "also")),
        "rating_share",
        "comment",
    }
    shown = {one.get("name"): one.get("value") for one in view.iter("Text")}
    assert shown == {"text_output": "$output", "text_conversation": "$conversation"}
    choice = next(one for one in view.iter("Choice") if one.get("alias") == "3")
    assert choice.get("value") == "3: Neutral"
    assert not any(one.get("selected") for one in view.iter("Choice"))
    assert not any((one.get("value") or "").startswith("$") for one in view.iter("Header"))


# Argilla.


def test_argilla_counts_what_was_submitted_and_reports_the_rest(tmp_path: Path) -> None:
    sent = odd()
    answers = [
        {"value": "4", "user_id": "u1", "status": "submitted"},
        {"value": "1", "user_id": "u2", "status": "draft"},
        {"value": "2", "user_id": "u3", "status": "discarded"},
    ]
    record = {
        "id": sent.items[0].code,
        "fields": {},
        "metadata": {"packet": sent.id},
        "responses": {"rating_tone": answers},
    }
    reading = read("argilla", [record], tmp_path / "r.json")
    assert [one.rater for one in reading.returned] == ["u1"]
    assert [(one.found, one.reason) for one in reading.refused] == [
        ('"1"', "the response is not submitted but draft"),
        ('"2"', "the response is not submitted but discarded"),
    ]
    assert reading.returned[0].packet == sent.id


def test_argilla_without_status_and_as_the_server_writes_it(tmp_path: Path) -> None:
    code = odd().items[0].code
    plain = {"rating_tone": [{"value": 4, "user_id": "u"}], "rating_share": [{"value": "0.5"}]}
    record: dict[str, Any] = {"external_id": code, "fields": {}, "responses": plain}
    reading = read("argilla", [record], tmp_path / "r.json")
    assert "responses have no status; all are taken as submitted" in reading.notes
    assert [one.rater for one in reading.returned] == ["u", None]
    values = {"rating_tone": {"value": 3}}
    record["responses"] = [{"user_id": "u", "status": "submitted", "values": values}]
    reading = read("argilla", [record], tmp_path / "r.json")
    assert reading.returned[0].answer.marks["tone"].value == 3.0


def test_argilla_has_settings_that_its_client_reads(tmp_path: Path) -> None:
    settings = FORMATS["argilla"].write(packet("text"), tmp_path / "records.json")[1]
    found = json.loads(settings.read_text(encoding="utf-8"))
    assert [one["name"] for one in found["fields"]] == [
        "conversation",
        "context",
        "notes",
        "output",
    ]
    kinds = {one["name"]: one["settings"]["type"] for one in found["questions"]}
    assert kinds["rating_tone"] == "label_selection"
    assert kinds["also_tone"] == "multi_label_selection"
    assert kinds["comment"] == "text"
    tone = found["questions"][0]
    assert tone["required"]
    assert [one["value"] for one in tone["settings"]["options"]][-1] == "cannot judge"
    assert not any(one["settings"].get("use_markdown") for one in found["fields"])


# Potato.


def state(labels: Any, trail: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    code = odd().items[0].code
    found = {"user_id": "ann", "instance_id_to_label_to_value": {code: labels}}
    if trail is not None:
        found["instance_id_to_behavioral_data"] = {code: {"annotation_changes": trail}}
    return found


@pytest.mark.parametrize(
    "labels",
    [
        {"rating_tone": {"4": "true", "5": "false"}},
        {"rating_tone": {"4": True}},
        [[{"schema": "rating_tone", "name": "4"}, "4"]],
        [[{"schema": "rating_tone", "name": "4"}, True], ["odd"]],
    ],
)
def test_potato_in_the_forms_of_its_versions(tmp_path: Path, labels: object) -> None:
    reading = read("potato", state(labels), tmp_path / "user_state.json")
    assert reading.returned[0].answer.marks["tone"].value == "4"
    assert reading.returned[0].rater == "ann"
    assert any("does not hold the texts" in note for note in reading.notes)


def test_potato_that_keeps_every_click_is_settled_by_the_trail_or_refused(tmp_path: Path) -> None:
    clicks = [[{"schema": "rating_tone", "name": name}, name] for name in ("5", "4")]
    reading = read("potato", state(clicks), tmp_path / "user_state.json")
    assert reading.returned[0].answer.marks == {}
    assert reading.refused[0].reason.startswith("2 values are chosen where one is")
    trail = [
        {"schema_name": "rating_tone", "label_name": name, "timestamp": at}
        for at, name in enumerate(("5", "4", "5"))
    ]
    reading = read("potato", state(clicks, trail), tmp_path / "user_state.json")
    assert reading.returned[0].answer.marks["tone"].value == "5"
    assert reading.refused == ()


def test_potato_lines_of_one_annotator_are_named_by_their_folder(tmp_path: Path) -> None:
    (tmp_path / "ben").mkdir()
    labels = {"rating_share": {"text_box": "0.5"}, "comment": {"text_box": "=1"}}
    lines = [{"id": odd().items[0].code, "label_annotations": labels}, {"id": 3}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    reading = read("potato", text, tmp_path / "ben" / "annotated_instances.jsonl")
    (one,) = reading.returned
    assert (one.rater, one.answer.comment) == ("ben", "=1")
    assert one.answer.marks["share"].value == "0.5"
    assert reading.refused[0].line == 2


def test_potato_lines_of_all_annotators(tmp_path: Path) -> None:
    labels = {"rating_tone": {"4": "4"}, "comment": {"text_box": "fine"}}
    row = {"instance_id": odd().items[0].code, "user_id": "ann", "labels": labels, "spans": {}}
    path = tmp_path / "annotations.jsonl"
    (one,) = read("potato", json.dumps(row), path).returned
    assert (one.rater, one.answer.comment, one.answer.marks["tone"].value) == ("ann", "fine", "4")
    assert recognised(path) == "potato"


def test_potato_has_a_configuration_and_text_that_is_no_markup(tmp_path: Path) -> None:
    data, config = FORMATS["potato"].write(packet(*HOSTILE), tmp_path / "packet.jsonl")
    found = yaml.safe_load(config.read_text(encoding="utf-8"))
    assert found["data_files"] == ["packet.jsonl"]
    kinds = [(one["annotation_type"], one["name"]) for one in found["annotation_schemes"]]
    assert kinds[0] == ("radio", "rating_tone")
    assert kinds[1] == ("multiselect", "also_tone")
    assert kinds[-1] == ("text", "comment")
    text = data.read_text(encoding="ascii")  # U+2028 would end a line
    assert "<script" not in text
    assert "{{" not in text


# Prodigy.


def test_prodigy_answers(tmp_path: Path) -> None:
    sent = packet("text", rater=None)
    path = FORMATS["prodigy"].write(sent, tmp_path / "p.jsonl")[0]
    tasks = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [task["meta"]["dimension"] for task in tasks] == ["tone", "Safe?", "kind of error"]
    assert all(0 <= task[key] < 2**31 for task in tasks for key in ("_input_hash", "_task_hash"))
    assert len({task["_input_hash"] for task in tasks}) == 1
    assert len({task["_task_hash"] for task in tasks}) == 3
    assert tasks[0]["options"][2] == {"id": "3", "text": "3: Neutral"}
    assert "accept" not in tasks[0]
    done = [
        tasks[0] | {"answer": "accept", "accept": ["4"], "_session_id": "set-ann"},
        tasks[1] | {"answer": "ignore", "accept": [], "_session_id": "set-ann"},
        tasks[2] | {"answer": "reject", "accept": ["none"], "_session_id": "set-ann"},
        tasks[0] | {"answer": "accept", "accept": ["4", "5"], "_annotator_id": "set-ben"},
        {"text": "stray"},
    ]
    text = "".join(json.dumps(task) + "\n" for task in done)
    found = reconcile([sent], read("prodigy", text, path), raters={"set-ann": "Ann"})
    (one,) = found.answers
    assert (one.rater, one.answer.marks["tone"].value, one.answer.skipped) == ("Ann", 4.0, True)
    reasons = [refusal.reason for refusal in found.intake.refused]
    assert [reason[:20] for reason in reasons] == [
        "answer is 'reject'; ",
        "2 values are chosen ",
        "the task has no meta",
    ]


def test_prodigy_free_numbers_are_written_in(tmp_path: Path) -> None:
    sent = odd()
    path = FORMATS["prodigy"].write(sent, tmp_path / "p.jsonl")[0]
    task = json.loads(path.read_text(encoding="utf-8").splitlines()[1])
    assert task["_view_id"] == "text_input"
    reading = read("prodigy", json.dumps(task | {"answer": "accept", "user_input": "0.5"}), path)
    assert reading.returned[0].answer.marks["share"].value == "0.5"


# All of them.


@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize("content", ["", "{", "[1]", '"x"'])
def test_a_file_of_something_else_is_refused(name: str, content: str, tmp_path: Path) -> None:
    path = tmp_path / ("user_state.json" if name == "potato" else "back.json")
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError):
        FORMATS[name].read(path)


def test_what_the_page_did_not_save_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "back.json"
    for content in ("", "[]", '{"measurand": "results"}'):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(DataError):
            FORMATS["html"].read(path)
    answers = [3, {"code": "q1", "marks": {"tone": 4, "safe": {"value": 4, "also": "x"}}}]
    path.write_text(json.dumps({"measurand": "packet answers", "answers": answers}))
    reading = FORMATS["html"].read(path)
    assert reading.refused[0].key == "answers[0]"
    marks = reading.returned[0].answer.marks
    assert (marks["tone"].value, marks["safe"].value) == (4.0, 4.0)


@pytest.mark.parametrize("name", TOOLS)
def test_scales_that_are_written_in_are_read(name: str, tmp_path: Path) -> None:
    file = FORMATS[name]
    assert all(path.exists() for path in file.write(odd(), tmp_path / f"p{file.suffix}"))


def test_what_is_written_in_potato_is_text_even_where_it_looks_like_nothing(tmp_path: Path) -> None:
    sent = odd()
    labels = [
        [{"schema": "comment", "name": "text_box"}, "False"],
        [{"schema": "rating_share", "name": "text_box"}, 0],
        [{"schema": "rating_tone", "name": "4"}, "false"],
    ]
    state = {"user_id": "Ann", "instance_id_to_label_to_value": {sent.items[0].code: labels}}
    (one,) = read("potato", state, tmp_path / "user_state.json").returned
    assert one.answer.comment == "False"
    assert {name: mark.value for name, mark in one.answer.marks.items()} == {"share": 0.0}


def test_lines_are_told_only_where_they_lead_to_the_item(tmp_path: Path) -> None:
    sent = odd()
    good = exported(sent, {"result": [{}]})[0]
    tasks = [good, {**good, "data": {}}]
    (tmp_path / "flat").mkdir()
    flat = read("label-studio", tasks, tmp_path / "flat" / "a.json")
    assert [one.line for one in flat.refused] == [None, None]
    assert dict(flat.refused[0].row)["code"] == sent.items[0].code
    tall = read("label-studio", json.dumps(tasks, indent=1), tmp_path / "b.json")
    first, second = (one.line for one in tall.refused)
    assert first is not None
    assert second is not None
    assert 1 < first < second


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"prodigy"}))
def test_a_file_in_which_nothing_is_rated_says_so(name: str, tmp_path: Path) -> None:
    sent = packet("one", "two")
    empty = {"instance_id_to_label_to_value": {}, "user_id": "Ann"}
    saved = {"measurand": "packet answers", "packet": sent.id, "rater": "Ann", "answers": []}
    form = FORMATS[name]
    made = {"potato": empty, "html": saved}.get(name)
    if made is None:
        reading = form.read(form.write(sent, tmp_path / f"p{form.suffix}")[0])
    else:
        reading = read(name, made, tmp_path / "back.json")
    found = reconcile([sent], reading)
    assert (found.answers, found.intake.read) == ((), 0)
    assert "nothing is rated in it yet" in found.intake.notes


@pytest.mark.parametrize("suffix", [".html", ".HTM"])
def test_the_page_itself_is_not_what_comes_back(suffix: str, tmp_path: Path) -> None:
    path = FORMATS["html"].write(packet("one"), tmp_path / f"p{suffix}")[0]
    name = recognised(path)
    assert name == "html"
    with pytest.raises(DataError, match=r"button 'Save file' makes \(a \.json\)"):
        FORMATS[name].read(path)
