from __future__ import annotations

from typing import Any

import pytest

from measurand.store.yaml import parse_yaml
from measurand.store.yaml_edit import GONE, Edit, edited_text, edited_value

PLAN = """\
# a plan
judge:   # who judges
  models: [sim/a, {model: sim/b, family: rowan}]   # two
  repeats: 1  # for now
rubric:
- dimension: accuracy
  raters:
  - people
  - judge    # by level
- dimension: tone
  raters:
    - judge:
        criteria:
          - "one"   # of them
        definition: |
          Friendly.
    - people
calibration:
  development: 50   # the default
  candidates:
    - {name: x, repeats: 3}
    # what follows is next
    - name: y
      definition:
        tone: warm
    - {name: z, repeats: 5}
seed: 7
"""

CASES: list[tuple[list[Edit], dict[str, str]]] = [
    ([Edit(("judge", "repeats"), 3)], {"  repeats: 1  # for now": "  repeats: 3  # for now"}),
    ([Edit(("judge", "exemplars"), "e.jsonl")], {"  models:": "  exemplars: e.jsonl\n  models:"}),
    ([Edit(("judge", "models", 0), "sim/c")], {"[sim/a,": "[sim/c,"}),
    ([Edit(("judge", "models", 0), GONE)], {"[sim/a, {": "[{"}),
    ([Edit(("judge", "models", 1), GONE)], {", {model: sim/b, family: rowan}]": "]"}),
    ([Edit(("judge", "models", 1, "parameters"), {"effort": "low"})],
     {"{model: sim/b": "{parameters: {effort: low}, model: sim/b"}),
    ([Edit(("rubric", 0, "raters", 1), {"judge": {"definition": "a: b, c"}})],
     {"  - judge    #": "  - {judge: {definition: 'a: b, c'}}    #"}),
    ([Edit(("calibration", "candidates", 0), GONE)], {"    - {name: x, repeats: 3}\n": ""}),
    ([Edit(("calibration", "candidates", 1), GONE)],
     {"    - name: y\n      definition:\n        tone: warm\n": ""}),
    ([Edit(("calibration", "candidates", 2), GONE)], {"    - {name: z, repeats: 5}\n": ""}),
    ([Edit(("calibration", "candidates"), [])],
     {PLAN[PLAN.index("candidates:"):PLAN.index("\nseed")]: "candidates: []"}),
    ([Edit(("rubric", 1, "raters", 0),
           {"judge": {"form": "checklist", "definition": "two\nlines"}})],
     {PLAN[PLAN.index("judge:\n        c"):PLAN.index("\n    - people\nc")]:
      '{judge: {form: checklist, definition: "two\\nlines"}}'}),
    ([Edit(("judge", "repeats"), GONE), Edit(("seed",), 8)],
     {"  repeats: 1  # for now\n": "", "seed: 7": "seed: 8"}),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "changes"), CASES)
def test_only_what_is_changed_is_another(edits: list[Edit], changes: dict[str, str]) -> None:
    wanted = PLAN
    for old, new in changes.items():
        assert wanted.count(old) == 1
        wanted = wanted.replace(old, new)
    found = edited_text(PLAN, edits)
    assert found == wanted
    assert parse_yaml(found, "").value == edited_value(parse_yaml(PLAN, "").value, edits)


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("a: &x {b: 1}\nc: *x\n", Edit(("c", "b"), 2)),
        ("a: {b: 1}\n", Edit(("a", "b"), GONE)),
        ("a:\n- b: 1\n", Edit(("a", 0), GONE)),
        ("a:\nb: 2\n", Edit(("a",), {"c": "no"})),
        ("a: 1", Edit(("b",), "x # y")),
    ],
)
def test_it_means_what_was_wanted_however_it_is_written(text: str, edit: Edit) -> None:
    before: Any = parse_yaml(text, "").value
    found = edited_text(text, [edit])
    assert parse_yaml(found, "").value == edited_value(before, [edit])
    assert before == parse_yaml(text, "").value
