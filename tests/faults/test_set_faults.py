"""A save of a set that ends anywhere, two processes that write at once."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from measurand.core.example import Example, Message
from measurand.errors import DataError, UsageError
from measurand.store import built_set
from measurand.store.built_set import BuiltSet, load_set, note_edits, open_set, save_set
from measurand.store.dataset import Dataset
from measurand.store.file_lock import hold
from measurand.store.standing import pending
from measurand.store.stream import ExampleStream
from measurand.store.versions import versions

FIRST, LATER = "2026-03-01T09:00:00+00:00", "2026-03-02T09:00:00+00:00"


def example(name: str, component: str, text: str = "What?") -> Example:
    return Example(id=name, messages=(Message("user", text),), component=component)  # type: ignore[arg-type]


OLD = BuiltSet(Dataset((example("a", "core"), example("b", "edge"), example("c", "golden"))))
NEW = BuiltSet(
    Dataset(
        (example("a", "core", "Why?"), example("b", "edge", "Who?"), example("d", "regression"))
    )
)


class _Killed(BaseException):
    """The process ended here."""


def cut_short(folder: Path, at: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Save, and end at the so-manieth change of the file system; whether it ended there."""
    done = 0

    def counted(name: str) -> None:
        real = getattr(Path, name)

        def act(*args: object, **more: object) -> object:
            nonlocal done
            done += 1
            if done > at:
                raise _Killed  # and nothing that follows happens
            return real(*args, **more)

        monkeypatch.setattr(Path, name, act)

    for name in ("replace", "unlink", "mkdir", "rename"):
        counted(name)
    try:
        save_set(folder, NEW, manifest={}, now=LATER)
    except _Killed:
        return True
    finally:
        monkeypatch.undo()
    return False


def test_wherever_a_save_ends_the_set_is_the_one_before_or_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    for at in range(100):
        folder = tmp_path / str(at)
        save_set(folder, OLD, manifest={}, now=FIRST)
        ended = cut_short(folder, at, monkeypatch)
        there = Dataset.load(folder)
        assert there.fingerprint in {OLD.dataset.fingerprint, NEW.dataset.fingerprint}
        assert ExampleStream(folder).fingerprint == there.fingerprint
        assert load_set(folder).dataset.fingerprint == there.fingerprint
        seen.append(there.fingerprint == NEW.dataset.fingerprint)
        note_edits(folder, LATER)  # the next act finishes it
        assert not pending(folder).exists()
        assert Dataset.load(folder).fingerprint == there.fingerprint
        assert versions(folder)[-1].fingerprint == there.fingerprint
        assert versions(folder)[0].fingerprint == OLD.dataset.fingerprint
        save_set(folder, NEW, manifest={}, now=LATER)
        assert Dataset.load(folder).fingerprint == NEW.dataset.fingerprint
        if not ended:
            break
    else:
        pytest.fail("it never came to its end")
    assert seen == sorted(seen)  # there is one moment from which on it is the new one
    assert seen.count(False) > 5
    assert seen.count(True) > 5


def test_a_first_save_that_ends_early_leaves_nothing_or_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = set()
    for at in range(100):
        folder = tmp_path / str(at)
        ended = cut_short(folder, at, monkeypatch)
        found.add(len(open_set(folder).dataset))
        if not ended:
            break
    assert found == {0, 3}


def _interrupted(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set whose save ended when one file was renamed and the others were not."""
    for at in range(100):
        folder = home / str(at)
        save_set(folder, OLD, manifest={}, now=FIRST)
        assert cut_short(folder, at, monkeypatch)
        if "Why?" in (folder / "core.jsonl").read_text(encoding="utf-8"):
            return folder
    raise AssertionError("core was never renamed")


def test_what_is_edited_after_a_save_was_cut_short_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _interrupted(tmp_path, monkeypatch)
    assert "Who?" not in (folder / "edge.jsonl").read_text(encoding="utf-8")
    (folder / "edge.jsonl").write_text('{"id": "b", "question": "Mine"}\n', encoding="utf-8")
    with pytest.raises(DataError, match="edited after a save"):
        note_edits(folder, LATER)
    assert "Mine" in (folder / "edge.jsonl").read_text(encoding="utf-8")
    (folder / "edge.jsonl").rename(folder / "mine.txt")
    note_edits(folder, LATER)
    assert Dataset.load(folder).fingerprint == NEW.dataset.fingerprint


def test_a_damaged_note_is_a_fault_and_no_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _interrupted(tmp_path, monkeypatch)
    pending(folder).write_text('{"version": ', encoding="utf-8")
    with pytest.raises(DataError, match="note of a save is damaged"):
        Dataset.load(folder)


def add(folder: str, name: str, count: int) -> None:
    """Add examples one by one, as captures do."""
    for number in range(count):
        while True:
            there = open_set(folder)
            one = example(f"{name}-{number}", "regression", f"{name} {number}?")
            more = replace(there, dataset=Dataset((*there.dataset.examples, one)))
            try:
                save_set(folder, more, manifest={}, now=LATER)
            except built_set.SetChanged:
                continue
            break


def _started(folder: Path, name: str, count: int) -> subprocess.Popen[bytes]:
    script = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); "
        f"from {Path(__file__).stem} import add; add({str(folder)!r}, {name!r}, {count})"
    )
    return subprocess.Popen([sys.executable, "-c", script])


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [_started(tmp_path, name, 5) for name in ("anna", "ben")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    wanted = {f"{name}-{number}" for name in ("anna", "ben") for number in range(5)}
    assert {one.id for one in Dataset.load(tmp_path)} == wanted
    assert [one.total for one in versions(tmp_path)] == list(range(1, 11))


def test_a_set_that_another_process_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(built_set, "_WAIT", 0.1)
    save_set(tmp_path, OLD, manifest={}, now=FIRST)
    held = hold(tmp_path / "versions" / ".lock", "taken", without="")
    with held, pytest.raises(UsageError, match="another process"):
        save_set(tmp_path, NEW, manifest={}, now=LATER)
    assert Dataset.load(tmp_path).fingerprint == OLD.dataset.fingerprint
