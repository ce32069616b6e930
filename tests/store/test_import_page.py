"""The page about importing shows mappings that are mappings, and names what there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from measurand.core.rating import COLUMNS
from measurand.core.scale import ONE_TO_FIVE
from measurand.store.mapping import parse_mapping, read_mapping
from measurand.store.ratings import read_ratings

PAGE = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")
MAPPINGS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"```console\n\$ (.*?)```", PAGE, re.DOTALL)


def test_the_page_names_every_column() -> None:
    assert [name for name in COLUMNS if f"`{name}`" not in PAGE] == []


def test_the_first_mapping_does_what_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(MAPPINGS[0], encoding="utf-8")
    file = tmp_path / "stories.csv"
    file.write_text(
        "story_id,system,prompt_id,Human 1 RE,Human 2 CH,gpt4_score,gpt4_why,type\n"
        "s1,a,p1,4,5,Tie,both fine,contrast_x\n"
        "s2,a,p1,4,6,2,weak,plain\n",
        encoding="utf-8",
    )
    result = read_ratings(file, mapping=read_mapping(tmp_path / "mapping.yaml"))
    found = [(one.example, one.rater, one.dimension, one.value) for one in result.ratings]
    assert found == [
        ("s1", "Human 1", "RE", 4.0),
        ("s1", "Human 2", "CH", 5.0),
        ("s1", "gpt-4", "relevance", 3.0),
        ("s2", "Human 1", "RE", 4.0),
    ]
    assert {one.component for one in result.ratings} == {"core"}
    assert [(one.line, one.key) for one in result.intake.refused] == [(3, "Human 2 CH")]


def test_the_second_mapping_takes_lists_apart(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(MAPPINGS[1], encoding="utf-8")
    file = tmp_path / "verdicts.jsonl"
    file.write_text('{"id": 3, "model": "m", "strict": [true, false]}\n', encoding="utf-8")
    ratings = read_ratings(file, mapping=read_mapping(tmp_path / "mapping.yaml")).ratings
    assert [(one.example, one.value) for one in ratings] == [("3/0", 1.0), ("3/1", 0.0)]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_page_map(command: str) -> None:
    words = shlex.split(command.replace("\\\n", " "))
    assert words[:2] == ["measurand", "import"]
    maps = [words[at + 1] for at, word in enumerate(words) if word == "--map"]
    assert parse_mapping(maps).scales == ONE_TO_FIVE
