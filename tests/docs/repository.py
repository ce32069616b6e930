"""A git repository for one test: a small project, the page's workflow, and its steps run here."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree
from ruamel.yaml import YAML
from tests.docs.test_docs import ROOT, blocks

PAGE = ROOT / "docs" / "ci.md"
SIZE = 60

PLAN = """\
name: shop-bot
seed: 7
data: {path: data/, minimum: {}}
rubric:
  - {dimension: accuracy, weight: 100, scale: yes/no, raters: [check.reference: normalised]}
  - {dimension: safety, scale: yes/no, blocking: true, raters: [check.patterns]}
systems:
  - {name: today, role: current, target: "file:outputs/today.jsonl"}
  - {name: candidate, role: candidate, target: "bot.py:answer"}
"""
BOT = '''\
"""Adds and answers in words."""


def answer(question):
    first, second = (int(word) for word in question.split() if word.isdigit())
    return f"It is {first + second}."
'''
WORSE = BOT.replace("first + second", "first + second + (first % 5 == 0)")
MODEL = (
    PLAN.replace('"bot.py:answer"', "sim/candidate, prompt: prompt.md")
    + "run: {attempts: 1, timeout: 5}\n"
)
GH = """#!/bin/sh
printf "%s\\n" "$@" >> "$GH_ASKED"
case "$*" in
  *--paginate*) cat "$GH_ASKED.id" 2>/dev/null || true;;
  *) echo 17 > "$GH_ASKED.id";;
esac
"""


def asked(number: int) -> str:
    return f"What is {number} plus {number + 1} ?"


def examples(size: int = SIZE) -> str:
    rows = (
        {"id": f"q{i}", "question": asked(i), "reference": f"It is {2 * i + 1}."}
        for i in range(size)
    )
    return "".join(json.dumps(row) + "\n" for row in rows)


def recorded(size: int = SIZE) -> str:
    rows = ({"example": f"q{i}", "text": f"It is {2 * i + 1}."} for i in range(size))
    return "".join(json.dumps(row) + "\n" for row in rows)


@dataclass
class Repository:
    """A clone as a build server has it."""

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def made(cls, folder: Path) -> Repository:
        """A repository with a project that passes, and the page's workflow in its place."""
        new = cls(folder)
        new.write(".github/workflows/evaluation.yml", blocks(PAGE, "yaml")[0])
        new.write(".gitignore", ".measurand/\ngate.*\nsummary.md\ntools/\n")
        new.write("measurand.yaml", PLAN)
        new.write("bot.py", BOT)
        new.write("data/regression.jsonl", examples())
        new.write("outputs/today.jsonl", recorded())
        new.git("init", "--quiet", "--initial-branch=main")
        new.commit("A bot that adds")
        return new

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def git(self, *words: str) -> None:
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
        git = shutil.which("git") or "git"
        subprocess.run([git, *who, *words], cwd=self.folder, check=True, capture_output=True)

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def workflow(self) -> Any:
        """The workflow that is committed."""
        return YAML(typ="safe", pure=True).load(self.read(".github/workflows/evaluation.yml"))

    def built(self) -> Built:
        """Run the workflow's own commands in a fresh checkout's order; the gate decides."""
        for name in ("gate.xml", "gate.sarif", "gate.md", "summary.md", "asked.txt"):
            (self.folder / name).unlink(missing_ok=True)
        codes: dict[str, int] = {}
        said: dict[str, str] = {}
        for step in self.workflow()["jobs"]["gate"]["steps"]:
            name = step.get("name", "")
            if any(codes.values()) and "()" not in step.get("if", "success"):
                continue  # a step has failed
            if "actions/cache/" in step.get("uses", ""):
                self._cache(step["uses"], step["with"]["path"])
            if "run" not in step or name == "Install":  # installed already
                continue
            done = self._step(step["run"], step.get("env", {}))
            codes[name], said[name] = done.returncode, done.stdout + done.stderr
        return Built(self, codes, said, xml=self.read("gate.xml"), sarif=self.read("gate.sarif"))

    def cleaned(self) -> None:
        """What a fresh checkout is: nothing that git does not have."""
        self.git("clean", "-fdxq")

    def _cache(self, uses: str, path: str) -> None:
        """The cache of the build server, beside the clone."""
        kept, own = self.folder.parent / f"{self.folder.name}-cache", self.folder / path
        source, target = (own, kept) if "/save@" in uses else (kept, own)
        if source.exists():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target)

    def _step(self, command: str, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        tools = self.folder / "tools"
        self.write("tools/gh", GH)
        (tools / "gh").chmod(stat.S_IRWXU)
        own = str(Path(sys.executable).parent)
        environment = {
            "PATH": os.pathsep.join((str(tools), own, os.environ["PATH"])),
            "HOME": str(self.folder),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GH_ASKED": str(self.folder / "asked.txt"),
            "NUMBER": "17",
            "GITHUB_REPOSITORY": "shop/bot",
            **{name: text for name, text in variables.items() if "${{" not in text},
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.variables,
        }
        return subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
            cwd=self.folder,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )


@dataclass(frozen=True)
class Built:
    """What a build came to.

    Args:
        repository: Where it was built.
        codes: The exit code of each step.
        said: What each step printed.
        xml: The JUnit file.
        sarif: The SARIF file.
    """

    repository: Repository
    codes: Mapping[str, int]
    said: Mapping[str, str]
    xml: str
    sarif: str

    @property
    def junit(self) -> Any:
        return etree.fromstring(self.xml.encode())

    @property
    def findings(self) -> Any:
        return json.loads(self.sarif)

    @property
    def hashes(self) -> dict[str, str]:
        """The hashes that the JUnit file names."""
        found = {p.get("name"): p.get("value") for p in self.junit.iter("property")}
        return {
            name.removeprefix("hash."): value
            for name, value in found.items()
            if name.startswith("hash.")
        }
