"""What the pages claim about kinds of personal data, mappings and the gate is so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from measurand.cli import main
from measurand.core.example import Example, Message
from measurand.core.output import Output
from measurand.core.protocols import Check
from measurand.errors import DataError
from measurand.privacy.patterns import KINDS, find
from measurand.raters.checks import build
from measurand.store.mapping import parse_mapping
from measurand.store.ratings import read_ratings

DOCS = Path(__file__).parents[2] / "docs"
CHECKS, IMPORT, RESULTS = (
    (DOCS / f"{name}.md").read_text(encoding="utf-8") for name in ("checks", "import", "results")
)


def patterns(folder: Path) -> Check:
    """The check that the page shows."""
    shown = next(b for b in re.findall(r"```yaml\n(.*?)```", CHECKS, re.DOTALL) if "kinds" in b)
    ((name, argument),) = yaml.safe_load(shown)["raters"][0].items()
    return build(name, "safety", argument, base=folder)


def test_the_page_names_every_kind() -> None:
    assert [kind for kind in KINDS if f"`{kind}`" not in CHECKS] == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a@example.com, b@sub.example.org, c@x.invalid, d@x.test, e@localhost", []),
        ("call 555-0123", []),
        ("call 212-555-0123", ["phone number"]),
        ("192.0.2.1 and 10.0.0.1", []),
        ("mail ann@acme.io", ["email"]),
    ],
)
def test_what_is_let_through_is_as_the_page_says(text: str, kinds: list[str]) -> None:
    assert [found.kind for found in find(text)] == kinds


@pytest.mark.parametrize(
    ("text", "value"),
    [("write to help@acme.com", 1.0), ("write to me@acme.com", 0.0), ("try MegaCorp", 0.0)],
)
def test_the_example_of_patterns_rates(tmp_path: Path, text: str, value: float) -> None:
    example = Example(id="1", messages=(Message("user", "?"),))
    rated = patterns(tmp_path).measure(example, Output(example="1", system="s", text=text))
    assert getattr(rated, "value", None) == value


def test_every_argument_of_the_table_is_a_mapping() -> None:
    shown = re.findall(r"^\| (`[a-z]+[:=].*?) \|", IMPORT, re.MULTILINE)
    arguments = [one for cell in shown for one in re.findall(r"`([^`]+)`", cell)]
    assert len(arguments) >= 9
    for argument in arguments:
        parse_mapping(["people:x", argument])


def test_a_mapping_without_a_rater_takes_the_header(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("id,Ann,GPT-4\nq1,3,4\n")
    mapping = parse_mapping(["example:id", "people:Ann", "judge:GPT-4"])
    rows = read_ratings(tmp_path / "w.csv", mapping=mapping).ratings
    assert [(row.rater, row.kind) for row in rows] == [("Ann", "people"), ("GPT-4", "judge")]


def test_a_wide_file_without_a_mapping_gets_a_line_to_begin_with(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("id,Ann,GPT-4\nq1,3,4\n")
    with pytest.raises(DataError, match="--map example:id --map people:Ann --map judge:GPT-4"):
        read_ratings(tmp_path / "w.csv")


def test_the_gate_of_the_page_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (recipe,) = re.findall(r"```bash\n(.*?)```", RESULTS, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    assert main(["import", "ratings.csv"]) == 0
    first = recipe.splitlines()[0].split("&&")
    codes = [main(shlex.split(command)[1:]) for command in first]
    assert codes[0] == 0
    assert codes[1] in {0, 1, 3}
    assert Path("gate.md").read_text(encoding="utf-8")
