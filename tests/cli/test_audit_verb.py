"""``measurand audit FILE``: what it reads, and what its exit code says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand.cli import main
from measurand.core.rating import COLUMNS, Ratings
from measurand.simulate.judge_rows import (
    PlantedJudge,
    PlantedPeople,
    draw_judge_world,
    judge_scores,
    people_scores,
    table_of_ratings,
)

Json = dict[str, Any]
COUNT = 150


def write(table: Ratings, path: Path) -> None:
    lines = [",".join(COLUMNS)]
    for row in table:
        cells = (getattr(row, name) for name in COLUMNS)
        lines.append(",".join("" if cell is None else str(cell) for cell in cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def recorded(folder: Path, judge: PlantedJudge, *, n: int = COUNT) -> None:
    rng = np.random.default_rng(2)
    world = draw_judge_world(rng, examples=n, systems=("gpt-4o", "claude-3"))
    people = people_scores(world, PlantedPeople(noise=0.5), rng)
    scores = judge_scores(world, judge, rng)
    write(table_of_ratings(world, judges={judge.name: scores}, people=people), folder / "r.csv")
    with (folder / "out.jsonl").open("w", encoding="utf-8") as lines:
        for at, name in enumerate(world.examples):
            for place, system in enumerate(world.systems):
                text = " ".join(["word"] * int(world.words[at, place]))
                lines.write(json.dumps({"example": name, "system": system, "text": text}) + "\n")


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Json]:
    code = main(["audit", "r.csv", "--scale", "1-5", *words, "--json"])
    shown = capsys.readouterr()
    assert shown.err == ""
    document: Json = json.loads(shown.out)
    return code, document


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_material_bias_exits_1_and_names_everything_it_is_about(
    capsys: pytest.CaptureFixture[str],
) -> None:
    recorded(Path(), PlantedJudge(name="gpt-5", severity=-0.8, family_bonus={"gpt-4o": 0.8}))
    code, document = told(capsys)
    assert code == 1
    first = document["verdicts"][0]
    assert first["verdict"] == "material"
    assert {"name", "design", "raters", "dimension", "bound", "low", "high", "reason"} <= set(first)
    names = {v["name"] for v in document["verdicts"] if v["verdict"] == "material"}
    assert names == {"leniency", "self-preference"}
    assert any(text.startswith("gpt-5: leniency is material") for text in document["readings"])


def test_nothing_material_exits_0_and_the_margin_decides(
    capsys: pytest.CaptureFixture[str],
) -> None:
    recorded(Path(), PlantedJudge(name="gpt-5", noise=0.5))
    code, document = told(capsys, "--margin", "0.2")
    assert code == 0
    assert "negligible" in {v["verdict"] for v in document["verdicts"]}


def test_nothing_decided_exits_3(capsys: pytest.CaptureFixture[str]) -> None:
    recorded(Path(), PlantedJudge(name="gpt-5"), n=8)
    code, document = told(capsys)
    assert code == 3
    assert {v["verdict"] for v in document["verdicts"]} == {"inconclusive"}


def test_lengths_come_from_outputs_and_families_from_options(
    capsys: pytest.CaptureFixture[str],
) -> None:
    recorded(Path(), PlantedJudge(name="mine", len_beta=0.8, noise=0.3))
    _, plain = told(capsys)
    assert not [v for v in plain["verdicts"] if v["name"] in {"verbosity", "self-preference"}]
    families = ["--family", "mine=gpt"]
    code, document = told(capsys, "--outputs", "out.jsonl", *families)
    outcomes = {v["name"]: v["verdict"] for v in document["verdicts"]}
    assert outcomes["verbosity"] == "material"
    assert "self-preference" in outcomes
    assert code == 1


def test_the_screen_and_the_page_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    recorded(Path(), PlantedJudge(name="gpt-5", severity=-0.8))
    assert main(["audit", "r.csv", "--scale", "1-5", "--html", "audit.html"]) == 1
    screen = capsys.readouterr().out
    page = Path("audit.html").read_text(encoding="utf-8")
    for text in ("leniency", "material", "never read them"):
        assert text in screen
        assert text in page


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (["--family", "gpt"], "--family NAME=FAMILY"),
        (["--judge", "nobody"], "the judges are: gpt-5"),
    ],
)
def test_misuse_is_told(words: list[str], match: str, capsys: pytest.CaptureFixture[str]) -> None:
    recorded(Path(), PlantedJudge(name="gpt-5"), n=8)
    assert main(["audit", "r.csv", "--scale", "1-5", *words]) == 2
    assert match in capsys.readouterr().err
