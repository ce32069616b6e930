"""The set is named the same way to every act, and every printed command is on that set."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

from measurand.cli import main
from measurand.cli.data_verb import ACTS
from measurand.core.example import Example, Message
from measurand.core.set_commands import commands_for, where_words
from measurand.jobs.set_check import check_set
from measurand.jobs.set_place import SetPlace, set_place
from measurand.jobs.versions import list_versions, lock
from measurand.store.dataset import Dataset

PLAN = """\
name: shop-bot
data: {path: data/}
rubric:
  - {dimension: accuracy, weight: 100, scale: yes/no, raters: [people]}
systems:
  - {name: bot, target: sim/bot}
"""
_COMMAND = re.compile(r"measurand data ([\w-]+(?: (?:plant|search|ask)\b)?)([^.;)\n]*)")


def small(folder: str, word: str) -> Path:
    """A set of four questions."""
    asked = ("where is my parcel", "how do I pay", "can I change it", "who repairs this")
    Dataset(
        tuple(
            Example(
                id=f"{word}-{number}",
                component="core",
                messages=(Message(role="user", content=f"{word}: {question}?"),),
            )
            for number, question in enumerate(asked)
        )
    ).save(folder)
    return Path(folder)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    small("data", "own")
    small("my set", "other")
    Path("corpus.txt").write_text("nothing of it", encoding="utf-8")


@pytest.fixture
def plan() -> Path:
    Path("measurand.yaml").write_text(PLAN, encoding="utf-8")
    return Path("measurand.yaml")


@pytest.mark.parametrize(
    "words",
    [
        ["check"],
        ["review", "--status"],
        ["contamination", "--corpus", "corpus.txt"],
        ["versions"],
        ["rotate", "--retire", "other-1", "--dry-run"],
        ["canary", "plant"],
        ["canary", "search", "--corpus", "corpus.txt"],
        ["export", "--to", "jsonl", "--out", "out.jsonl"],
        ["attacks", "--count", "3"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_set_is_named_either_way_and_not_twice(
    words: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = []
    for named in (["my set"], ["--data", "my set"]):
        code = main(["data", *words, *named, "--json"])
        out, refused = capsys.readouterr()
        assert (code in {0, 1, 3}, refused) == (True, "")
        told.append(out)
    if words[:2] != ["canary", "plant"]:
        assert told[0] == told[1] or words[0] in {"check", "attacks"}
    assert main(["data", *words, "my set", "--data", "data"]) == 2
    assert "two sets are named" in capsys.readouterr().err


def test_where_the_set_cannot_stand_alone_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "lock", "my set"]) == 2
    assert "name the set with --data 'my set'" in capsys.readouterr().err


def test_no_act_takes_the_words_of_another_set_for_its_own(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed after one set was looked at can be copied, and is on that set."""
    assert plan.exists()
    assert main(["data", "canary", "plant", "my set"]) == 0
    printed = capsys.readouterr().out
    assert "measurand data canary search --data 'my set' --corpus PATH" in printed
    assert "metadata" not in (Path("data") / "core.jsonl").read_text(encoding="utf-8")
    for words in (["check", "my set"], ["contamination", "my set", "--corpus", "corpus.txt"]):
        main(["data", *words, "--json"])
        text = capsys.readouterr().out
        acts = [(act, rest) for act, rest in _COMMAND.findall(json.dumps(json.loads(text)))]
        assert [one for one in acts if one[0] != "build" and "--data 'my set'" not in one[1]] == []
        assert acts


def test_commands_name_what_is_not_usual_and_nothing_else(plan: Path) -> None:
    text = "Plant one: measurand data canary plant. Then: measurand data check."
    assert set_place().commands(text) == text
    assert set_place(None, Path("data/")).commands(text) == text
    other = set_place(None, Path("my set")).commands(text)
    assert other == (
        "Plant one: measurand data canary plant --data 'my set'. "
        "Then: measurand data check --data 'my set'."
    )
    Path("sub").mkdir()
    moved = plan.rename("sub/plan.yaml")
    assert set_place(moved).where == "--plan sub/plan.yaml"
    assert set_place(moved, Path("data")).where == "--data data --plan sub/plan.yaml"
    assert SetPlace.of(data="my set").where == "--data 'my set'"
    assert shlex.split(where_words(data="a b;c")) == ["--data", "a b;c"]
    kept = "measurand data build makes core; measurand data checks; measurand compare"
    assert commands_for(kept, "--data x") == kept


def test_a_canary_needs_no_plan_but_to_ask(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "canary", "plant"]) == 0
    assert main(["data", "canary", "search", "--corpus", "data"]) == 1
    assert main(["data", "contamination", "--corpus", "corpus.txt"]) == 0
    capsys.readouterr()
    assert main(["data", "canary", "ask"]) == 2
    assert "the systems of a plan, and there is none here" in capsys.readouterr().err


def test_a_lock_is_held_against_the_plans_set_alone(plan: Path) -> None:
    lock(set_place())

    def kinds(data: str | None) -> set[str]:
        return {one.kind.name for one in check_set(data, plan=plan).found.concerns}

    assert "lock-differs" not in kinds("my set")
    assert list_versions(set_place()).part["locked"]
    assert list_versions(set_place(plan, Path("my set"))).part["locked"] is None
    small("data", "changed")
    assert "lock-differs" in kinds(None)
    assert "lock-differs" in kinds("data/../data")
    plan.unlink()
    lock(set_place(None, Path("my set")))
    small("my set", "changed")
    small("third", "third")
    found = [check_set(name).found.concerns for name in ("my set", "third")]
    told = [any(one.kind.name == "lock-differs" for one in concerns) for concerns in found]
    assert told == [True, False]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["biuld"], "did you mean build?"),
        (["canary", "plnat"], "did you mean plant?"),
        (["export", "data", "--to", "promptfo", "--out", "x"], "did you mean promptfoo?"),
        (["review", "--acept", "core"], "did you mean --accept?"),
    ],
)
def test_what_was_nearly_meant_is_said(
    words: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["data", *words])
    told = capsys.readouterr().err
    assert left.value.code == 2
    assert hint in told
    assert len(told.splitlines()) == 2


def test_refusals_name_the_act_and_what_is_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "review", "--accept", "cor", "--by", "Ann"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("measurand data review: ")
    assert "did you mean core?" in told
    assert main(["data", "check", "nowhere"]) == 2
    assert capsys.readouterr().err.startswith("measurand data check: ")


def test_every_act_is_there() -> None:
    for act in ACTS:
        assert callable(import_module(f"measurand.cli.data.{act}_act").run)
