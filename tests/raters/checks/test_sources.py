"""Versions cover the project's own code that a target runs, wherever the project lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.system import System
from measurand.raters.checks.catalogue import build
from measurand.raters.checks.loading import load
from measurand.raters.checks.own import FunctionCheck
from measurand.raters.checks.sources import code_of, program_code, root_of
from measurand.systems.command import CommandSystem, command_words

FILES = {
    "bot.py": "from lib_here.rules_here import rule\n\n"
    "def new(question):\n    return rule(question)\n"
    "\ndef today(question):\n    return question\n",
    "lib_here/__init__.py": "",
    "lib_here/rules_here.py": "from .words_here import word\n\n"
    "def rule(text):\n    return word + text\n",
    "lib_here/words_here.py": "word = 'a'\n",
    "lib_here/unused_here.py": "word = 'a'\n",
    "checks.py": "from measurand import check\nfrom lib_here.rules_here import rule\n\n"
    "@check('short')\ndef short(example, output):\n    return rule(output.text) == 'ax'\n\n"
    "@check('said', version='1')\ndef said(example, output):\n    return bool(rule('x'))\n",
    "tool.py": "from lib_here import rules_here\n",
}


def project(folder: Path, **changes: str) -> Path:
    for name, text in {**FILES, **changes}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def versions(folder: Path) -> dict[str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setattr("sys.dont_write_bytecode", True)
        return found_in(folder)


def found_in(folder: Path) -> dict[str, str]:
    built = [build(f"checks.py:{name}", name, base=folder) for name in ("short", "said")]
    command = "command:python tool.py"
    code = program_code(command_words(command), base=folder)
    return {
        "new": code_of("bot.py:new", base=folder).digest,
        "module": code_of("python:bot:new", base=folder).digest,
        "today": code_of("bot.py:today", base=folder).digest,
        "short": built[0].version,
        "said": built[1].version,
        "program": CommandSystem(System("p", command), folder, code=code).version,
    }


def test_they_follow_what_is_imported_and_nothing_else(tmp_path: Path) -> None:
    before = versions(project(tmp_path / "here"))
    assert before == versions(project(tmp_path / "there"))
    assert before["today"] == ""
    for name, text in (
        ("lib_here/words_here.py", "word = 'b'\n"),
        ("lib_here/rules_here.py", "def rule(text):\n    return text\n"),
        ("lib_here/__init__.py", "import sys\n"),
    ):
        after = versions(project(tmp_path / "here", **{name: text}))
        changed = {key for key in after if after[key] != before[key]}
        assert changed == {"new", "module", "short", "program"}, name
        project(tmp_path / "here")
    after = versions(project(tmp_path / "here", **{"lib_here/unused_here.py": "word = 'b'\n"}))
    assert after == before


def test_line_ends_do_not_count(tmp_path: Path) -> None:
    before = versions(project(tmp_path))
    for name in ("bot.py", "lib_here/rules_here.py"):
        path = tmp_path / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert versions(tmp_path) == before


def test_a_helper_of_the_same_file_counts(tmp_path: Path) -> None:
    text = "def helper(q):\n    return q{}\n\ndef new(question):\n    return helper(question)\n"
    found = [
        code_of("bot.py:new", base=project(tmp_path, **{"bot.py": text.format(end)})).digest
        for end in ("", ".upper()")
    ]
    assert found[0] != found[1]


def test_installed_packages_and_what_lies_elsewhere_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    inside = project(tmp_path / "p", **{"bot.py": "import far_here, near_here\nnew = far_here\n"})
    site = inside / ".venv" / "lib" / "site-packages"
    for place in (elsewhere, site):
        place.mkdir(parents=True)
        monkeypatch.syspath_prepend(str(place))
    (elsewhere / "far_here.py").write_text("x = 1\n")
    (site / "near_here.py").write_text("x = 1\n")
    assert code_of("bot.py:new", base=inside).modules == {}


def test_the_root_is_the_working_tree(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    evals = project(tmp_path / "evals", **{"bot.py": "import shared_here\nnew = shared_here\n"})
    (tmp_path / "shared_here.py").write_text("x = 1\n")
    assert root_of(evals) == tmp_path.resolve()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        assert set(code_of("bot.py:new", base=evals).modules) == {"shared_here"}


def test_an_edited_module_is_imported_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(project(tmp_path)))
    example, output = Example(id="e", messages=()), Output(example="e", system="s", text="x")
    assert load("bot.py:new", base=tmp_path)("x") == "ax"
    made = build("checks.py:short", "short", base=tmp_path)
    assert isinstance(made, FunctionCheck)
    assert made.function(example, output)
    project(tmp_path, **{"lib_here/words_here.py": "word = 'b'\n"})
    assert load("bot.py:new", base=tmp_path)("x") == "bx"
    assert load("python:bot:new", base=tmp_path)("x") == "bx"
    again = build("checks.py:short", "short", base=tmp_path)
    assert isinstance(again, FunctionCheck)
    assert not again.function(example, output)
