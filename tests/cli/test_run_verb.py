"""``measurand run``: what it says of a run that stopped."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable

import pytest

from measurand.cli import main
from measurand.jobs.engine.engine import Stop
from measurand.jobs.engine.tally import Tally
from measurand.jobs.run import Ran

WIPED = "web: not_found: status 404: \x1b[2J\x9b1m\u202eodd\ud83d\nreport: fake.html"
Say = Callable[..., str]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """What is said of a run that stopped so: ``say(stop, "--limit", "3")``."""

    def said(stop: Stop, *words: str) -> str:
        tally = Tally(total=3)
        tally.failures["\x1b[31mmine\n"] += 1
        ran = Ran(snapshot=tally.snapshot(), stop=stop, spent=0.0, max_failures=0.02)
        monkeypatch.setattr("measurand.jobs.run.run", lambda *_, **__: ran)
        assert main(["run", "--budget", "5", "-q", *words]) == ran.exit_code
        return capsys.readouterr().out

    return said


def test_what_an_endpoint_says_moves_no_cursor_and_makes_no_line(say: Say) -> None:
    text = say(Stop("hopeless", WIPED))
    assert not {"\x1b", "\x9b", "\u202e", "\ud83d"} & set(text)
    assert "status 404: ⟨U+001B⟩[2J⟨U+009B⟩1m⟨U+202E⟩odd⟨U+D83D⟩ ↵ report: fake.html\n" in text
    assert "failed: 1 ⟨U+001B⟩[31mmine ↵" in text


def test_in_json_it_is_the_same_text_escaped(say: Say) -> None:
    text = say(Stop("hopeless", WIPED), "--json")
    assert not {"\x1b", "\x9b", "\u202e", "\ud83d"} & set(text)
    assert json.loads(text)["stopped"] == WIPED


def test_the_command_to_go_on_does_nothing_again(say: Say) -> None:
    stop = Stop("asked", "stopped by Ctrl-C")
    words = ("a plan.yaml", "--no-cache", "--limit", "3")
    lines = say(stop, *words).splitlines()
    (command,) = [line for line in lines if line.startswith("  measurand")]
    assert shlex.split(command) == [
        *("measurand", "run", "--budget", "5", "-q"),
        *("a plan.yaml", "--limit", "3"),
    ]
    assert lines[-1] == "without --no-cache, which would do again what is done now"
    assert "no-cache" not in say(stop, "--limit", "3")


@pytest.mark.parametrize("reason", ["budget", "hopeless"])
def test_however_it_stopped_nothing_is_to_be_paid_twice(say: Say, reason: str) -> None:
    stop = Stop("budget" if reason == "budget" else "hopeless", "why")
    assert "without --no-cache" in say(stop, "--no-cache")
    assert "no-cache" not in say(stop)
