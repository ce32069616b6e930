"""Logs of production as records that may be kept: redacted, each with an id of its own."""

from __future__ import annotations

import hashlib
import os
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from measurand.core.example import Message, ToolCall
from measurand.core.output import Failure
from measurand.core.record import Feedback, Record
from measurand.errors import DataError, Fault, UsageError
from measurand.privacy.redaction import redact_json
from measurand.store.logs.account import LogAccount, Unfit
from measurand.store.logs.reading import SUFFIXES, LogReading, gather, read_log
from measurand.store.logs.remarks import Remarks

__all__ = ["REPLACED", "Logs", "Progress", "Seen", "log_files", "open_logs", "told_name"]

Progress = Callable[[int, int], None]
"""Told of bytes done and bytes in all."""

NOT_REDACTED = "its texts could not be redacted, so it is left out"
TWICE = "an id is given twice; the later record is called by its place"
TOO_MANY = "scores or answers that stand apart were more than are held"
REPLACED = "personal data or secrets in a record were replaced"
HIDDEN = "an id holds what is redacted; the record is called by its place"

_PLACE = re.compile(r"(.+?)(:\d+(?::.+)?)")
_CHUNK = 2**20
_REMEMBERED, _SHORT = 4_096, 4_000
"""Texts that are remembered with what redaction made of them, and how long they may be: a turn of a
conversation comes back in every record after it, a system's instructions in all."""
_EVERY = 200
"""Records between two reports of progress."""


class Logs:
    """Files of production logs, as redacted records.

    Args:
        files: The files, by the name that each has in places.
        redactor: What is done to every text before it goes any further.
        how: The dialect or mapping.
        progress: Told of bytes read and bytes in all.

    Attributes:
        digests: The SHA-256 of each file, by its name.
        account: What the last reading, or the one under way, has met.
    """

    def __init__(
        self,
        files: Mapping[str, Path],
        redactor: Callable[[str], str],
        *,
        how: LogReading | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._files = dict(files)
        self._redactor = redactor
        self._how = how or LogReading()
        self._progress = progress
        self._state = {name: _state(path) for name, path in files.items()}
        self.digests: Mapping[str, str] = {name: _digest(path) for name, path in files.items()}
        self.account = LogAccount()
        self._remarks: Remarks | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files, in the order in which they are read."""
        return tuple(self._files)

    def records(self) -> Iterator[Record]:
        """Every record, redacted; each call reads the files anew, with an account of its own.

        A record whose texts could not be redacted is dropped and counted. An id that is given
        twice, or that redaction changes, becomes the place of its record. Memory grows by about 20
        bytes for each record that has an id of its own.

        Raises:
            DataError: A file has changed since it was opened.
        """
        account = self.account = LogAccount()
        remarks = self._gathered()
        if remarks.left:
            account.note(TOO_MANY, remarks.left)
        redact = _remembering(self._redactor)
        seen = Seen()
        sizes = {name: state[0] for name, state in self._state.items()}
        whole, before = sum(sizes.values()), 0
        for name, path in self._files.items():
            self._unchanged(name)
            reading = read_log(path, account, how=self._how, name=name, remarks=remarks)
            for number, record in enumerate(reading):
                if self._progress and number % _EVERY == 0:
                    self._progress(before, whole)
                try:
                    kept = _redacted(record, redact)
                except Exception:  # noqa: BLE001 - whatever went wrong, the text goes no further
                    account.drop(Unfit(NOT_REDACTED), record.place)
                    continue
                if kept != record:
                    account.note(REPLACED)
                yield seen.named(kept, record.id, account)
            self._unchanged(name)
            before += sizes[name]
        if self._progress:
            self._progress(whole, whole)

    def place(self, told: str) -> str:
        """A place as records have it, of one as a person writes it: names of files are redacted."""
        found = _PLACE.fullmatch(told)
        if found is None:
            return told
        file, rest = found.groups()
        named = [name for name, path in self._files.items() if file in {path.name, path.as_posix()}]
        return f"{named[0]}{rest}" if len(named) == 1 else told

    def _gathered(self) -> Remarks:
        """What stands apart from the records that it is about: scores, answers of batches."""
        if self._remarks is None:
            self._remarks = Remarks()
            for path in self._files.values():
                gather(path, self._remarks, how=self._how)
        return self._remarks

    def _unchanged(self, name: str) -> None:
        if _state(self._files[name]) != self._state[name]:
            fault = Fault("the file has changed since it was opened", name, remedy="start again")
            raise DataError([fault])


def open_logs(
    paths: Sequence[Path],
    *,
    redactor: Callable[[str], str],
    how: LogReading | None = None,
    progress: Progress | None = None,
) -> Logs:
    """Open files of production logs; nothing of their text is kept but what redaction leaves.

    Args:
        paths: Files, or folders of them.
        redactor: What is done to every text, as a `measurand.privacy.redaction.Redactor`.
        how: The dialect or mapping; recognised row by row when left out.
        progress: Told of bytes read and bytes in all.

    Raises:
        DataError: A file is not there or cannot be opened; every fault is listed.
        UsageError: There is no file.
    """
    return Logs(_named(log_files(paths), redactor), redactor, how=how, progress=progress)


def log_files(paths: Iterable[Path]) -> dict[str, Path]:
    """The files of logs, each once, by its name; of several of one name by where they are.

    Where they are is told from the folder that those of the name have in common, so that it is the
    same whatever the working directory and wherever that folder is.

    Raises:
        DataError: A file is not there, or no file can be opened; every fault is listed.
        UsageError: There is no file.
    """
    found: dict[Path, Path] = {}
    faults: list[Fault] = []
    for path in paths:
        if path.is_dir():
            inside = [file for file in sorted(path.rglob("*")) if _is_log(file)]
            found |= {_where(file): file for file in inside}
            if not inside:
                allowed = ", ".join(SUFFIXES)
                faults.append(Fault("the folder holds no log", str(path), allowed=allowed))
        elif path.is_file():
            found[_where(path)] = path
        else:
            faults.append(Fault("there is no such file", str(path)))
    if faults:
        raise DataError(faults)
    if not found:
        raise UsageError("name a file of logs")
    alike: dict[str, list[Path]] = {}
    for file in found:
        alike.setdefault(file.name, []).append(file)
    shared = {name: os.path.commonpath(files) for name, files in alike.items() if len(files) > 1}
    return {_told(file, shared): path for file, path in found.items()}


def _where(path: Path) -> Path:
    return path.parent.resolve() / path.name


def _told(file: Path, shared: Mapping[str, str]) -> str:
    return file.relative_to(shared[file.name]).as_posix() if file.name in shared else file.name


def _named(files: Mapping[str, Path], redactor: Callable[[str], str]) -> dict[str, Path]:
    """The files by names that may be kept: exports are called after tenants and users."""
    named: dict[str, Path] = {}
    for name in sorted(files):
        told = told_name(name, redactor)
        number = 1
        while (own := told if number == 1 else f"{told} ({number})") in named:
            number += 1
        named[own] = files[name]
    order = {path: place for place, path in enumerate(files.values())}
    return dict(sorted(named.items(), key=lambda one: order[one[1]]))


def told_name(name: str, redactor: Callable[[str], str]) -> str:
    """The name of a file as it may be kept; none of it where it cannot be redacted."""
    try:
        return redactor(name)
    except Exception:  # noqa: BLE001 - whatever went wrong, the name goes no further
        return "log"


def _is_log(file: Path) -> bool:
    name = file.name.lower().removesuffix(".gz")
    return file.is_file() and not name.startswith(".") and name.endswith(SUFFIXES)


@dataclass(slots=True)
class Seen:
    """Names that were met, as 64-bit hashes: about 20 bytes each.

    Args:
        slots: Hashes where they belong, or in the next place that is free.
        count: How many there are.
    """

    slots: array[int] = field(default_factory=lambda: array("Q", bytes(8 * 1024)))
    count: int = 0

    def add(self, name: str) -> bool:
        """Whether this is the first time."""
        if 3 * self.count >= 2 * len(self.slots):
            self._grow()
        if not self._put(self.slots, (hash(name) & 0xFFFF_FFFF_FFFF_FFFF) or 1):
            return False
        self.count += 1
        return True

    def named(self, kept: Record, told: str, account: LogAccount) -> Record:
        """The record, under its place where its id is hidden or was met before."""
        place = str(kept.place)
        if told == place:
            return kept
        if kept.id == told and self.add(told):
            return kept
        twice = kept.id == told
        account.note(TWICE if twice else HIDDEN)
        return replace(kept, id=place, given=told if twice else None)

    def _grow(self) -> None:
        larger = array("Q", bytes(16 * len(self.slots)))
        for number in self.slots:
            if number:
                self._put(larger, number)
        self.slots = larger

    @staticmethod
    def _put(slots: array[int], number: int) -> bool:
        mask = len(slots) - 1
        at = number & mask
        while held := slots[at]:
            if held == number:
                return False
            at = (at + 1) & mask
        slots[at] = number
        return True


def _remembering(redactor: Callable[[str], str]) -> Callable[[str], str]:
    remembered = lru_cache(_REMEMBERED)(redactor)

    def redact(text: str) -> str:
        return remembered(text) if len(text) <= _SHORT else redactor(text)

    return redact


def _redacted(record: Record, redact: Callable[[str], str]) -> Record:
    """The record with every text in it redacted; counts and times hold none."""

    def name(text: str | None) -> str | None:
        return None if text is None else redact(text)

    return Record(
        id=redact(record.id),
        place=record.place,
        messages=tuple(Message(one.role, redact(one.content)) for one in record.messages),
        output=name(record.output),
        failure=record.failure and _failure(record.failure, redact),
        at=record.at,
        conversation=name(record.conversation),
        system=name(record.system),
        segments=tuple(map(redact, record.segments)),
        context=tuple(map(redact, record.context)),
        tools=tuple(_call(call, redact) for call in record.tools),
        feedback=tuple(_said(one, redact) for one in record.feedback),
        seconds=record.seconds,
        usage=record.usage,
        metadata=_object(record.metadata, redact),
    )


def _failure(failure: Failure, redact: Callable[[str], str]) -> Failure:
    return Failure(redact(failure.kind), redact(failure.message), redact(failure.details))


def _call(call: ToolCall, redact: Callable[[str], str]) -> ToolCall:
    return ToolCall(redact(call.name), _object(call.arguments, redact))


def _said(one: Feedback, redact: Callable[[str], str]) -> Feedback:
    value = redact_json(one.value, redact)
    return Feedback(redact(one.name), value, one.kind, redact(one.comment))


def _object(value: Mapping[str, Any], redact: Callable[[str], str]) -> Mapping[str, Any]:
    made: Mapping[str, Any] = redact_json(value, redact, keys=True) if value else {}
    return made


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except OSError as problem:
        reason = (problem.strerror or "unknown").lower()
        raise DataError([Fault(f"the file cannot be read ({reason})", str(path))]) from None
    return digest.hexdigest()


def _state(path: Path) -> tuple[int, int]:
    """Size and time, by which a change shows; of a file that is gone, nothing."""
    try:
        now = path.stat()
    except OSError:
        return (-1, -1)
    return (now.st_size, now.st_mtime_ns)
