"""``measurand data review`` from a script and by keys."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.server.review_sets import HOSTILE, journal, lineage_of, place_of, small_set

from measurand.cli.data import review_terminal
from measurand.cli.data.review_act import run
from measurand.cli.data.review_keys import pressed
from measurand.errors import UsageError
from measurand.jobs.review import open_review
from measurand.store.built_set import load_set
from measurand.store.versions import versions


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return small_set(tmp_path)


def told(words: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert run([*words, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)["account"]
    return found


def test_a_script_accepts_drops_tags_and_asks_how_far_it_is(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--accept", "core,edge-0", "--tag", "edge-0=vip", "--by", "Ann"]
    words += ["--drop", "edge-1", "--because", "odd"]
    done = told(words, capsys)
    assert done["decisions"] == {"accepted": 5, "dropped": 1, "tagged": 1}
    assert done["dropped"] == [
        {"example": "edge-1", "because": "odd", "by": "Ann", "replaced_by": "spare-edge"}
    ]
    status = told(["--status"], capsys)
    assert status["unwritten"] == 0
    assert status["components"]["core"]["accepted"] == 4  # type: ignore[index]  # a mapping
    assert run(["--status", str(data)]) == 0
    assert "5 of 9 examples are accepted" in capsys.readouterr().out
    assert lineage_of(data, "edge-0").accepted_by == "Ann"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--accept", "all"], "--by"),
        (["--drop", "edge-0", "--by", "Ann"], "--because"),
        (["--tag", "edge-0", "--by", "Ann"], "ID=TAG"),
        (["--accept", "all", "--by", "Ann", "--terminal"], "one of them"),
        (["--terminal"], "no terminal"),
        (["elsewhere", "--status"], "no evaluation set"),
        (["--invite", "Eva", "--url", "javascript:x"], "--url"),
        (["--revoke", "Eva"], "no link"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(
    data: Path, words: list[str], why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        run(words)
    assert len(versions(data)) == 1


def test_an_expert_is_invited_by_a_link_that_is_told_once(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "--invite",
        "Eva",
        "--role",
        "expert",
        "--url",
        "https://review.example.org/",
        "--json",
    ]
    assert run(words) == 0
    link = json.loads(capsys.readouterr().out)["link"]
    assert link.startswith("https://review.example.org/enter/")
    assert run(["--revoke", "Eva"]) == 0
    assert "1 of Eva's links" in capsys.readouterr().out
    assert data.exists()


def sitting_at(
    data: Path, keys: str, lines: list[str], edit: Callable[[str], str]
) -> review_terminal.Sitting:
    """Somebody who presses these keys and writes these lines."""
    pressed: Iterator[str] = iter([*keys.split(), "q"])
    written = iter(lines)
    with open_review(place_of(data)) as review:
        sitting = review_terminal.Sitting(
            review, "Tom", key=lambda: next(pressed), line=lambda _: next(written), edit=edit
        )
        sitting.go_on()
    assert next(pressed, None) is None
    assert next(written, None) is None
    return sitting


def test_a_set_is_reviewed_by_keys(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edits = iter(["{", '{"messages": 3}', '{"references": ["Yes."]}', "Five days."])
    lines = ["test traffic", "e", "b", "e", "vip, late", "g", "no rule"]
    keys = "a d e u f \x1b[C t u f r n x u z ? b w"
    sitting_at(data, keys, lines, lambda _: next(edits))
    assert [(row["act"], row["example"]) for row in journal(data)] == [
        *(("accept", "core-0"), ("drop", "core-1"), ("edit", "spare-0"), ("undo", "spare-0")),
        *(("tag", "edge-1"), ("undo", "edge-1"), ("answer", "gold-0")),
        *(("cannot", "gold-1"), ("undo", "gold-1")),
    ]
    built = load_set(data)
    assert built.dataset["spare-0"].references == ()
    assert built.dataset["gold-0"].references == ("Five days.",)
    assert lineage_of(data, "gold-0").accepted_by == "Tom"
    out = capsys.readouterr().out
    assert "the JSON is cut off" in out
    assert "is no key here" in out
    assert "taken back" in out
    assert "1 accepted, 1 dropped, 1 answered" in out


def test_keys_that_come_together_count_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    outer, inner = os.openpty()
    with os.fdopen(inner, "r") as person:
        monkeypatch.setattr("sys.stdin", person)
        os.write(outer, "a\nt\x1b[Cé?".encode())
        assert [pressed() for _ in range(5)] == ["a", "t", "\x1b[C", "é", "?"]
        os.write(outer, b"dodd\n")
        assert pressed() == "d"
        assert sys.stdin.readline() == "odd\n"
    os.close(outer)


def test_only_golden_examples_are_answered(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sitting_at(data, "r x a b", [], lambda _: pytest.fail("no editor opens"))
    out = capsys.readouterr().out
    assert out.count("only golden examples await an answer") == 2
    assert "1 of 9 accepted · accepted" in out


def test_texts_of_a_set_move_no_cursor(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sitting_at(data, "f o", ["a"], lambda text: text)
    out = capsys.readouterr().out
    assert HOSTILE[:20] in out
    assert not {"\x1b", "\u202e"} & set(out)


def test_an_editor_that_fails_or_changes_nothing_decides_nothing(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "false")
    sitting_at(data, "e", [], review_terminal._in_editor)
    assert "set EDITOR" in capsys.readouterr().out
    monkeypatch.setenv("VISUAL", "true")
    sitting_at(data, "e", [], review_terminal._in_editor)
    assert "nothing was changed" in capsys.readouterr().out
    assert len(versions(data)) == 1
