"""Packets for the tests of formats, and what each tool makes of them when a person fills one in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from measurand.core.example import Message
from measurand.core.packet import Packet, question_key
from measurand.core.people import Answer, Mark
from measurand.core.rubric import Dimension
from measurand.core.scale import YES_NO, Scale
from measurand.core.sheet import Sheet
from measurand.raters.people.packet import Entry, packet_of
from measurand.store.formulas import escaped, neutral

TONE = Dimension("tone", "Friendly and plain.", levels={"1": "Rude", "3": "Neutral", "5": "Warm"})
SAFE = Dimension("Safe?", "Nothing harmful.", scale=YES_NO, levels={"no": "Harmful"})
KIND = Dimension("kind of error", scale=Scale("nominal", labels=("a, b", "1/2", "none")))
SHARE = Dimension("share", "How much is right.", scale=Scale("interval", 0.0, 1.0))
BETTER = Dimension("better", "Which one?", scale=Scale("nominal", labels=("win", "tie", "loss")))

HOSTILE = (
    "=cmd|'/c calc'!A1",
    "+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "'=",
    "''+1",
    "\uff1d1",
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">",
    "</script><!-- <script>",
    "{{ 7*7 }} ${7*7} {% raw %}",
    "\u202eright to left\u202c \u05d0\u05d1\u05d2 \u061c",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f3f3\ufe0f\u200d\U0001f308",
    "NUL \0 and \x01\x07\x08\x0b\x0c\x1b\x1f\x7f\x80",
    "\u2028line\u2029paragraph\x85next",
    "lone \r return",
    "crlf\r\nlf\ncr\rend",
    "_x0041_ _x005F_ _x0000",
    "_x0000\0 _x0041\x01_",
    " leading and trailing ",
    'quote " and "" and , ; \t | end',
    "\ufeffbom \ufffe \uffff",
    "$output",
)


def sheet(text: str, other: str | None = None, *, more: str = "") -> Sheet:
    return Sheet(
        messages=(Message("user", f"Question {more}"), Message("assistant", more or "Hm")),
        context=(more,) if more else (),
        texts=(text,) if other is None else (text, other),
        notes={"tone": more} if more else {},
    )


def packet(*texts: str, rater: str | None = "Ann", name: str = "first round") -> Packet:
    entries = [
        Entry(sheet=sheet(text, more=text[:1000]), dimensions=(TONE, SAFE, KIND)) for text in texts
    ]
    return packet_of(name, entries, rater=rater, instructions="Read *well*.")


def pairs(*texts: str, rater: str | None = "Ann") -> Packet:
    entries = [
        Entry(sheet=sheet(text, f"{text}?"), dimensions=(BETTER,), order="ba" if at % 2 else "ab")
        for at, text in enumerate(texts)
    ]
    return packet_of("pairs", entries, rater=rater)


@dataclass(frozen=True)
class Filled:
    """What a person does with one item: words as that person sees them, by dimension."""

    said: Mapping[str, str]
    also: Mapping[str, tuple[str, ...]]
    comment: str = ""


FULL = Filled({"tone": "4", "Safe?": "no", "kind of error": "1/2"}, {"tone": ("3", "5")})


def expected(filled: Filled) -> Answer:
    """What the answer to an item of `packet` should be, all but its bookkeeping."""
    scales = {one.name: one.scale for one in (TONE, SAFE, KIND)}
    marks = {}
    for name, word in filled.said.items():
        also = tuple(scales[name].parse(one) for one in filled.also.get(name, ()))
        cannot = word == "cannot judge"
        value = None if cannot else scales[name].parse(word)
        marks[name] = Mark(value=value, also=also, cannot=cannot)
    return Answer(marks=marks, comment=filled.comment)


Fill = Callable[[Path, Mapping[str, Filled]], Path]


def fill_csv(path: Path, filled: Mapping[str, Filled]) -> Path:
    csv.field_size_limit(2**24)
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    header = rows[0]
    for row in rows[1:]:
        one = filled.get(row[header.index("code")])
        for at, name in enumerate(header if one else ()):
            assert one is not None
            row[at] = _typed(one, name, row[at], comment=neutral(escaped(one.comment, crlf=True)))
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def _typed(one: Filled, name: str, cell: Any, *, comment: str) -> Any:
    if name == "comment":
        return comment
    for dimension, word in one.said.items():
        if name.startswith(f"rating: {dimension} ["):
            return word
        if name.startswith(f"also reasonable: {dimension} ["):
            return "; ".join(one.also.get(dimension, ()))
    return cell


def fill_xlsx(path: Path, filled: Mapping[str, Filled]) -> Path:
    book = load_workbook(path)
    rows = book["Ratings"]
    header = [str(cell.value) for cell in rows[1]]
    for row in rows.iter_rows(min_row=2):
        one = filled.get(str(row[header.index("code")].value))
        for at, name in enumerate(header if one else ()):
            assert one is not None
            typed = _typed(one, name, None, comment=escaped(one.comment))
            if typed in {None, ""}:
                continue
            row[at].value = int(typed) if typed.isdecimal() else typed
            if not typed.isdecimal():
                row[at].data_type = "s"
    book.save(path)
    return path


def fill_html(path: Path, filled: Mapping[str, Filled]) -> Path:
    page = path.read_text(encoding="utf-8")
    data = json.loads(page.partition('id="packet">')[2].partition("</script>")[0])
    answers = []
    for item in data["items"]:
        if one := filled.get(item["code"]):
            marks = {
                name: {
                    "value": None if word == "cannot judge" else word,
                    "also": list(one.also.get(name, ())),
                    "cannot": word == "cannot judge",
                }
                for name, word in one.said.items()
            }
            first = {"code": item["code"], "digest": item["digest"], "marks": marks}
            answers.append({**first, "comment": one.comment, "seconds": 3.5, "skipped": False})
    saved = {"measurand": "packet answers", "version": 1, "packet": data["id"]}
    back = path.with_suffix(".saved.json")
    back.write_text(json.dumps({**saved, "rater": data["rater"], "answers": answers}))
    return back


def fill_label_studio(path: Path, filled: Mapping[str, Filled]) -> Path:
    tasks = json.loads(path.read_text(encoding="utf-8"))
    for task in tasks:
        if one := filled.get(task["data"]["code"]):
            results = [
                *(_choices("rating", name, [word]) for name, word in one.said.items()),
                *(_choices("also", name, list(words)) for name, words in one.also.items()),
            ]
            if one.comment:
                value = {"text": [one.comment]}
                box = {"from_name": "comment", "to_name": "text_output"}
                results.append({**box, "type": "textarea", "value": value})
            task["annotations"] = [
                {"id": 1, "completed_by": {"email": "Ann"}, "result": results, "lead_time": 4.5}
            ]
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


def _choices(kind: str, name: str, words: list[str]) -> dict[str, Any]:
    names = {"from_name": f"{kind}_{question_key(name)}", "to_name": "text_output"}
    return {**names, "type": "choices", "value": {"choices": words}}


def fill_argilla(path: Path, filled: Mapping[str, Filled]) -> Path:
    records = json.loads(path.read_text(encoding="utf-8"))
    for record in records:
        if one := filled.get(record["id"]):
            given: dict[str, Any] = {
                **{f"rating_{question_key(name)}": word for name, word in one.said.items()},
                **{f"also_{question_key(name)}": list(more) for name, more in one.also.items()},
            }
            if one.comment:
                given["comment"] = one.comment
            who = {"user_id": "Ann", "status": "submitted"}
            record["responses"] = {name: [{"value": v, **who}] for name, v in given.items()}
    path.write_text(json.dumps(records), encoding="utf-8")
    return path


def fill_potato(path: Path, filled: Mapping[str, Filled]) -> Path:
    labels: dict[str, list[Any]] = {}
    for code, one in filled.items():
        labels[code] = [
            *([_label("rating", name, word), "true"] for name, word in one.said.items()),
            *([_label("also", name, w), w] for name, words in one.also.items() for w in words),
        ]
        if one.comment:
            labels[code].append([{"schema": "comment", "name": "text_box"}, one.comment])
    folder = path.parent / "Ann"
    folder.mkdir(exist_ok=True)
    state = {"user_id": "Ann", "instance_id_to_label_to_value": labels}
    (folder / "user_state.json").write_text(json.dumps(state), encoding="utf-8")
    return folder / "user_state.json"


def _label(kind: str, name: str, word: str) -> dict[str, str]:
    return {"schema": f"{kind}_{question_key(name)}", "name": word}


def fill_prodigy(path: Path, filled: Mapping[str, Filled]) -> Path:
    tasks = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    for task in tasks:
        one = filled.get(task["meta"]["code"])
        word = one.said.get(task["meta"]["dimension"]) if one else None
        task["answer"] = "accept" if word else "ignore"
        task["accept"] = [word] if word else []
        task["_session_id"] = "Ann"
        if one and one.comment:
            task["comment"] = one.comment
    done = [task for task in tasks if task["answer"] == "accept"]
    path.write_text("".join(json.dumps(task) + "\n" for task in done), encoding="utf-8")
    return path


FILLS: Mapping[str, Fill] = {
    "csv": fill_csv,
    "xlsx": fill_xlsx,
    "html": fill_html,
    "label-studio": fill_label_studio,
    "argilla": fill_argilla,
    "potato": fill_potato,
    "prodigy": fill_prodigy,
}
