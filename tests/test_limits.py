"""The sizes that keep a room readable: 400 lines a file, 60 a function, 250 a class."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(
    path
    for part in ("src", "tests", "bench")
    for path in (ROOT / part).rglob("*.py")
    if not any(name.startswith(".") for name in path.relative_to(ROOT).parts)
)
FILE, FUNCTION, CLASS = 400, 60, 250


def _length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_outgrows_its_room(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert _length(node) <= FUNCTION, f"{node.name} is {_length(node)} lines long"
        elif isinstance(node, ast.ClassDef):
            assert _length(node) <= CLASS, f"{node.name} is {_length(node)} lines long"


def test_the_check_sees_the_code() -> None:
    assert len(FILES) > 10
