"""The act ``regress``: a failure becomes a regression example, with the failure kept beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from measurand.core.example import Example, Message, Requirement
from measurand.core.fingerprint import fingerprint
from measurand.core.lineage import Lineage
from measurand.core.record import Record
from measurand.core.set_version import sizes_told
from measurand.errors import InsufficientData, UsageError
from measurand.jobs.logs import Logs, open_logs
from measurand.jobs.project import from_project
from measurand.jobs.set_answer import SetAnswer, set_answer
from measurand.jobs.set_lock import left_lock
from measurand.jobs.set_place import SetPlace
from measurand.jobs.versions import moment
from measurand.models.environment import Environment
from measurand.privacy.redaction import redact_json
from measurand.report.document import KeyValue, Section
from measurand.report.set_pages import SetFacts, facts_document, ids_told
from measurand.store.built_set import BuiltSet, SetChanged, Spare, open_set, save_set
from measurand.store.codec import encode
from measurand.store.dataset import Dataset
from measurand.store.examples import read_example
from measurand.store.logs.reading import LogReading

__all__ = ["Capture", "regress"]

RULE = "regression: captured"
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>[0-9]{1,18})(?::(?P<key>.+))?")
_NAMES = ("id", "component", "cluster", "source", "created")
_TRIES = 5
_ID = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What is captured, and what is known of a right answer.

    Args:
        record: A place in a log, as ``march.jsonl:17``; an id in the log ``log``; or an example's
            id, with the system whose answer failed.
        because: Why the answer is bad, in words.
        log: The log that holds the record of this id.
        how: How logs are read.
        system: Whose answer to an example of the project failed.
        dimension: On which dimension its ratings tell the failure; all by default.
        references: Right answers.
        must_contain: Phrases that a right answer contains, each on its own.
        segments: Tags, beside those that the log gives.
        by: Who captures it; empty where nobody says.
    """

    record: str
    because: str
    log: Path | None = None
    how: LogReading = field(default_factory=LogReading)
    system: str | None = None
    dimension: str | None = None
    references: tuple[str, ...] = ()
    must_contain: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    by: str = ""

    def __post_init__(self) -> None:
        if not self.because.strip():
            raise UsageError('say why the answer is bad: --because "..."')
        if self.log is not None and self.system is not None:
            raise UsageError("--log names a record of production, --system an answer of a run")
        if self.dimension is not None and self.system is None:
            raise UsageError("--dimension goes with --system: it names ratings of a run's answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failed:
    """What failed, redacted."""

    messages: tuple[Message, ...]
    source: str
    failure: Mapping[str, Any]
    log: str | None = None
    created: str | None = None
    cluster: str | None = None
    context: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    checklist: tuple[Requirement, ...] = ()


def regress(
    place: SetPlace,
    capture: Capture,
    *,
    now: datetime | None = None,
    environment: Environment | None = None,
) -> SetAnswer:
    """Capture a failure as a regression example; a new version of the set results.

    Args:
        place: Where the set is, or is to be; a plan need not be there.
        capture: What is captured.
        now: The time.
        environment: Where the key of placeholders may come from.

    Raises:
        UsageError: There is no such record, or it was captured before.
        InsufficientData: Its text could not be redacted.
        DataError: The log, the set or the plan cannot be read.
    """
    redact = place.redactor(environment)
    if capture.system is not None:
        failed = _of_run(place, capture, environment)
    else:
        failed = _of_log(capture, redact)
    example = _example(failed, capture, redact)
    capture = replace(capture, by=redact(capture.by))
    return _saved(place, capture, failed, example=example, at=moment(now))


def _saved(
    place: SetPlace, capture: Capture, failed: _Failed, *, example: Example, at: str
) -> SetAnswer:
    """Add it to the set as it is then, also where other processes write to it."""
    for last in (*([False] * (_TRIES - 1)), True):
        built = open_set(place.data)
        _refuse_twice(built, example, capture)
        added = _added(built, _lineage(example, failed, capture, at=at), example)
        manifest = {"example": example.id, "source": failed.source, "by": capture.by}
        try:
            version = save_set(place.data, added, manifest=manifest, now=at, act="captured")
        except SetChanged:
            if last:
                raise
            continue
        return _answer(place, example, added.dataset, version=version)
    raise AssertionError("the last try returns or raises")


def _of_log(capture: Capture, redact: Callable[[str], str]) -> _Failed:
    """A record of production."""
    found = _PLACE.fullmatch(capture.record)
    if capture.log is not None:
        logs = open_logs([capture.log], redactor=redact, how=capture.how)
        named = {capture.record, logs.place(capture.record)}
        record = _one(logs, capture.record, lambda one: bool(named & {one.id, str(one.place)}))
    elif found is not None and Path(found["file"]).exists():
        logs = open_logs([Path(found["file"])], redactor=redact, how=capture.how)
        line, key = int(found["line"]), found["key"]
        record = _one(
            logs,
            capture.record,
            lambda one: one.place.line == line and key in {None, one.place.key},
        )
    else:
        raise UsageError(
            f"{capture.record!r} is no place in a log that is there (as march.jsonl:17); for the "
            "id of a record name its log (--log FILE), for an example whose answer failed name "
            "the system (--system NAME)"
        )
    return _failed(record, logs)


def _one(logs: Logs, name: str, wanted: Callable[[Record], bool]) -> Record:
    """The one record that is meant.

    Raises:
        UsageError: There is none, or there are several.
        InsufficientData: Its text could not be redacted, and so is not kept.
    """
    found = [record for record in logs.records() if wanted(record)]
    if not found:
        account = logs.account
        reasons = [
            why
            for why, places in account.places.items()
            if any(name.endswith(f":{one.line}") for one in places)
        ]
        if reasons:
            raise InsufficientData(f"{name}: {reasons[0]}")
        raise UsageError(
            f"no record {name!r} among the {account.records:,} of {', '.join(logs.files)}; "
            "see: measurand data logs"
        )
    if len(found) > 1:
        raise UsageError(
            f"{name!r} holds {len(found)} records; name one of "
            f"{ids_told(str(one.place) for one in found)}"
        )
    return found[0]


def _failed(record: Record, logs: Logs) -> _Failed:
    told: dict[str, Any] = {
        "answered": record.output,
        "answered_by": record.system,
        "at": record.at,
        "failure": None if record.failure is None else record.failure.kind,
        "feedback": [
            {"name": one.name, "value": one.value, "comment": one.comment}
            for one in record.feedback
        ],
    }
    return _Failed(
        messages=record.messages,
        source=str(record.place),
        log=logs.digests.get(record.place.file),
        created=record.at,
        cluster=record.conversation,
        context=record.context,
        segments=record.segments,
        failure=told,
    )


def _of_run(place: SetPlace, capture: Capture, environment: Environment | None) -> _Failed:
    """An answer of a project's run, with what raters said of it."""
    source = from_project(place.file, environment=environment)
    example = source.examples.get(capture.record)
    if example is None:
        raise UsageError(f"the evaluation set has no example {capture.record!r}")
    system = str(capture.system)
    rated = source.ratings.where(example=capture.record, system=system, against=None)
    if capture.dimension is not None:
        rated = rated.where(dimension=capture.dimension)
    answers = [
        one for one in source.outputs if (one.example, one.system) == (capture.record, system)
    ]
    if not len(rated) and not answers:
        about = f" on {capture.dimension}" if capture.dimension else ""
        raise UsageError(f"the ledger has no answer of {system} to {capture.record}{about}")
    columns = (rated[name] for name in ("dimension", "rater", "value", "reason"))
    failure = {
        "answered": next((one.text for one in answers), None),
        "answered_by": system,
        "ratings": [
            {"dimension": d, "rater": r, "value": v, "reason": why}
            for d, r, v, why in zip(*columns, strict=True)
        ],
    }
    return _Failed(
        messages=example.messages,
        source=f"run: {capture.record} by {system}",
        created=example.created,
        cluster=example.cluster,
        context=example.context,
        segments=example.segments,
        references=example.references,
        checklist=example.checklist,
        failure=failure,
    )


def _example(failed: _Failed, capture: Capture, redact: Callable[[str], str]) -> Example:
    failure = {key: cell for key, cell in failed.failure.items() if cell not in (None, [])}
    phrases = tuple(Requirement((phrase,)) for phrase in capture.must_contain)
    made = Example(
        id="regression",
        messages=failed.messages,
        component="regression",
        references=(*capture.references, *failed.references),
        checklist=(*failed.checklist, *phrases),
        context=failed.context,
        segments=tuple(dict.fromkeys((*failed.segments, *capture.segments))),
        cluster=failed.cluster,
        source=failed.source,
        created=failed.created,
        metadata={"failure": {"because": capture.because, **failure}},
    )
    clean = _redacted(made, redact)
    return replace(clean, id=f"{made.id}-{_asked(clean.messages)[:_ID]}")


def _redacted(example: Example, redact: Callable[[str], str]) -> Example:
    """All that it says, redacted; what only names it is as logs and set have it."""
    raw = encode(example)
    named = {name: raw[name] for name in _NAMES if name in raw}
    made = {**redact_json(raw, redact), **named}
    made["metadata"] = redact_json(raw["metadata"], redact, keys=True)
    return read_example(made, file="the capture", line=1)


def _asked(messages: tuple[Message, ...]) -> str:
    return fingerprint(messages)


def _refuse_twice(built: BuiltSet, example: Example, capture: Capture) -> None:
    """The same conversation guards once."""
    asked = _asked(example.messages)
    for one in built.dataset:
        if one.id != example.id and (
            one.component != "regression" or _asked(one.messages) != asked
        ):
            continue
        lineage = built.lineage.get(one.id)
        when = f" on {lineage.added[:10]}" if lineage else ""
        why = f" because: {lineage.because}" if lineage and lineage.because else ""
        raise UsageError(
            f"{capture.record} is in the set already, as {one.id}, captured{when}{why}. Nothing "
            "was written; to change it, edit regression.jsonl"
        )


def _lineage(example: Example, failed: _Failed, capture: Capture, *, at: str) -> Lineage:
    return Lineage(
        example=example.id,
        fingerprint=example.fingerprint,
        component="regression",
        rule=RULE,
        source=failed.source,
        log=failed.log,
        because=str(example.metadata["failure"]["because"]),
        accepted_by=capture.by or None,
        accepted=at if capture.by else None,
        added=at,
    )


def _added(built: BuiltSet, lineage: Lineage, example: Example) -> BuiltSet:
    left: Iterator[Spare] = (one for one in built.spare if one.example.id != example.id)
    return BuiltSet(
        Dataset((*built.dataset.examples, example)),
        {**built.lineage, example.id: lineage},
        tuple(left),
        built.stamp,
    )


def _answer(place: SetPlace, example: Example, dataset: Dataset, *, version: str) -> SetAnswer:
    failure = example.metadata["failure"]
    pairs = [("asked", example.question), ("answered", str(failure.get("answered") or "nothing"))]
    pairs.append(("because", str(failure["because"])))
    limits = [left_lock(place, version)]
    if not (example.references or example.checklist):
        limits.append(
            "Nothing says yet what a right answer is: checks cannot hold it. Add --reference or "
            "--must-contain, or edit regression.jsonl."
        )
    told = tuple(filter(None, limits))
    asked = "; measurand run asks it from now on" if place.planned else ""
    facts = SetFacts(
        title="A failure is a regression example",
        said=f"{example.id} is in {place.data}{asked}.",
        pairs=(
            ("source", str(example.source)),
            ("set", sizes_told(dataset.sizes())),
            ("version", version),
        ),
        sections=(Section("What failed", (KeyValue(tuple(pairs)),)),),
        limits=told,
    )
    part = {
        "example": example.id,
        "source": example.source,
        "because": failure["because"],
        "version": version,
        "sizes": dict(dataset.sizes()),
    }
    return set_answer("data regress", facts_document(facts), part, limits=told)
