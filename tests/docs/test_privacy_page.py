"""What the pages on privacy and systems claim is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from measurand.core.running import RedactPlan
from measurand.privacy.patterns import find
from measurand.privacy.redaction import Redactor
from measurand.systems.template import ALLOWED, Template

DOCS = Path(__file__).parents[2] / "docs"
PRIVACY, SYSTEMS = (
    (DOCS / f"{name}.md").read_text(encoding="utf-8") for name in ("privacy", "systems")
)


def test_the_example_prints_what_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PRIVACY, re.DOTALL)
    exec(compile(code, "privacy.md", "exec"), {})  # noqa: S102 - our own documentation
    printed = re.sub(r"[0-9a-f]{8}\]", "........]", capsys.readouterr().out.strip())
    assert f"# {printed}" in code
    tags = re.findall(r"email ([0-9a-f]{8})", printed)
    assert len(set(tags)) <= 1


def test_the_plan_of_the_page_is_one() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", PRIVACY, re.DOTALL)
    told = yaml.safe_load(shown)["redact"]
    plan = RedactPlan(
        kinds=tuple(told["kinds"]), patterns=told["patterns"], allow=tuple(told["allow"])
    )
    left = Redactor(plan, b"k" * 16)("A-123456 from a@shop.org to help@shop.org")
    assert re.fullmatch(
        r"\[redacted order number \w+\] from \[redacted email \w+\] to help@shop.org", left
    )
    assert [place.kind for place in find(left)] == ["email", "email"]


def test_the_page_on_systems_names_all_that_may_stand_in_braces() -> None:
    shown = set(re.findall(r"^\| `(\{\{.*?\}\})`", SYSTEMS, re.MULTILINE))
    assert shown == {f"{{{{{name}}}}}" for name in ALLOWED.split(", ")}
    for name in shown:
        assert Template.parse(name).names
