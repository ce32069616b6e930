"""What a source imports, and what of it a name needs, without running it."""

from __future__ import annotations

import pytest

from measurand.core.imports import imported, needed

SOURCE = '''
"""A text."""
from __future__ import annotations
import re
import plugin
from rules import rule, other
LIMIT = 3
TABLE = {}
TABLE["a"] = 1

def helper(text):
    return rule(text)[:LIMIT]

@decorated
def reply(question):
    return helper(question)

def alone(question):
    return question

def decorated(function):
    return function

if __name__ == "__main__":
    print(re, other, alone("x"))
'''


def test_a_name_needs_what_it_names_and_what_does_things_by_itself() -> None:
    found = needed(SOURCE, "reply")
    for part in ("@decorated\ndef reply", "def helper", "def decorated", "LIMIT = 3", "TABLE["):
        assert part in found.text
    for part in ("def alone", "import re", "__main__", "A text"):
        assert part not in found.text
    assert set(found.modules) == {"plugin", "rules", "rules.rule", "rules.other"}
    assert not found.alone


def test_a_function_that_names_nothing_is_alone() -> None:
    found = needed('"""Text."""\nimport re\ndef f(x):\n    return x\ny = re\n', "f")
    assert (found.alone, found.modules, found.text) == (True, (), "def f(x):\n    return x")


def test_all_is_needed_where_a_name_is_bound_by_nothing_that_can_be_seen() -> None:
    found = needed("import rules\nglobals()['f'] = rules.f\nx = 1\n", "f")
    assert found.modules == ("rules",)
    assert "x = 1" in found.text


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import a.b as c, d", {"a.b", "d"}),
        ("from . import x", {"pack.sub", "pack.sub.x"}),
        ("from ..y import z", {"pack.y", "pack.y.z"}),
        ("from ....far import z", set()),
        ("def f():\n    from a import *", {"a"}),
        ("import importlib\nimportlib.import_module('late')", {"importlib", "late"}),
        ("no python at all", set()),
    ],
)
def test_every_import_is_seen(source: str, names: set[str]) -> None:
    assert set(imported(source, module="pack.sub.mod")) == names


def test_relative_imports_of_a_package_start_from_itself() -> None:
    assert imported("from .x import y", module="pack", package=True) == ("pack.x", "pack.x.y")
