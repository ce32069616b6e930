"""The page about ratings by people: its Python runs in the starter project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from measurand.cli import main
from measurand.jobs.init import init

PAGE = (Path(__file__).parents[2] / "docs" / "people.md").read_text(encoding="utf-8")


def test_its_python_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    init(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["import", "ratings.csv"]) == 0
    (code,) = re.findall(r"```text\n(import asyncio\n.*?)```", PAGE, re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(code, "people.md", "exec"), names)  # noqa: S102 - our own documentation
    assert "Overview(items=" in capsys.readouterr().out
    votes = names["votes"]
    assert votes


def test_its_commands_exist(capsys: pytest.CaptureFixture[str]) -> None:
    acts = set(re.findall(r"measurand rate ([a-z]+)", PAGE))
    with pytest.raises(SystemExit):
        main(["rate", "--help"])
    told = capsys.readouterr().out
    assert acts >= {"invite", "serve", "status", "exclude", "readmit"}
    assert [act for act in acts if f"    {act} " not in told] == []
