"""What a Python source imports, and which of its statements a name needs; it is never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Needed", "imported", "needed"]

_LOADERS = frozenset({"import_module", "__import__"})


@dataclass(frozen=True, slots=True)
class Needed:
    """What one name of a source needs of it.

    Args:
        text: The statements, as they stand.
        modules: Names of what they import; some may be no module but something in one.
        alone: Whether the name's own statement is all of it.
    """

    text: str
    modules: tuple[str, ...]
    alone: bool


def imported(source: str, *, module: str = "", package: bool = False) -> tuple[str, ...]:
    """The names of all that a source imports, wherever it does; some may be no module.

    Args:
        source: The source.
        module: The module's own name, from which relative imports start.
        package: Whether it is a package's ``__init__``.
    """
    tree = _parsed(source)
    return () if tree is None else tuple(dict.fromkeys(_names(tree, _home(module, package))))


def needed(source: str, name: str, *, module: str = "") -> Needed:
    """What a name of a module's top needs: what it names, and what that names, and so on.

    A statement that is no plain definition, as a call or an ``if``, may do anything and is needed
    always; so is an import whose name nobody uses, as it is there for what it does. Where the name
    is bound by no statement, everything is needed.

    Args:
        source: The module's source.
        name: The name.
        module: The module's own name, from which relative imports start.
    """
    tree = _parsed(source)
    if tree is None:
        return Needed(source, (), alone=False)
    body = [one for one in tree.body if not _idle(one)]
    binds = [_bound(one) for one in body]
    used = {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}
    kept = {at for at, names in enumerate(binds) if _always(body[at], names, used)}
    if not any(name in names for names in binds):
        kept = set(range(len(body)))
    own = {at for at, names in enumerate(binds) if name in names}
    todo = [*own, *kept]
    kept |= own
    while todo:
        wanted = {part.id for part in ast.walk(body[todo.pop()]) if isinstance(part, ast.Name)}
        more = {at for at, names in enumerate(binds) if wanted & names} - kept
        kept |= more
        todo += more
    lines = source.splitlines()
    home = _home(module, package=False)
    return Needed(
        "\n".join(_text(body[at], lines) for at in sorted(kept)),
        tuple(dict.fromkeys(n for at in sorted(kept) for n in _names(body[at], home))),
        alone=kept == own and len(own) == 1,
    )


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def _home(module: str, package: bool) -> str:  # noqa: FBT001 - one of two words
    """The package from which relative imports start."""
    return module if package else module.rpartition(".")[0]


def _names(tree: ast.AST, home: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if (base := _base(node, home)) is not None:
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names if alias.name != "*")
        elif isinstance(node, ast.Call) and _called(node.func) in _LOADERS:
            yield from (
                one.value
                for one in node.args[:1]
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )


def _base(node: ast.ImportFrom, home: str) -> str | None:
    if not node.level:
        return node.module
    parts = home.split(".") if home else []
    if len(parts) < node.level:
        return None
    kept = parts[: len(parts) - node.level + 1]
    return ".".join((*kept, node.module) if node.module else kept)


def _called(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _idle(one: ast.stmt) -> bool:
    """Whether a statement does nothing here: a text, the future, what a script alone does."""
    if isinstance(one, ast.Expr):
        return isinstance(one.value, ast.Constant)
    if isinstance(one, ast.ImportFrom):
        return one.module == "__future__"
    if not isinstance(one, ast.If) or not isinstance(one.test, ast.Compare) or one.orelse:
        return False
    sides = (one.test.left, *one.test.comparators)
    told = [getattr(side, "id", getattr(side, "value", None)) for side in sides]
    return isinstance(one.test.ops[0], ast.Eq) and set(told) == {"__name__", "__main__"}


def _bound(one: ast.stmt) -> frozenset[str]:
    """The names that a plain definition binds; none for whatever does more."""
    if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return frozenset({one.name})
    if isinstance(one, ast.Import | ast.ImportFrom):
        return frozenset(alias.asname or alias.name.split(".")[0] for alias in one.names)
    targets: Sequence[ast.expr] = ()
    if isinstance(one, ast.Assign):
        targets = [part for target in one.targets for part in _parts(target)]
    elif isinstance(one, ast.AnnAssign):
        targets = [one.target]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return frozenset(names if len(names) == len(targets) else ())


def _parts(target: ast.expr) -> Sequence[ast.expr]:
    return target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


def _always(one: ast.stmt, names: frozenset[str], used: set[str]) -> bool:
    if isinstance(one, ast.Import | ast.ImportFrom):
        return "*" in names or not names & used
    return not names


def _text(one: ast.stmt, lines: Sequence[str]) -> str:
    """A statement with its decorators, as it stands."""
    first = min([one.lineno, *(d.lineno for d in getattr(one, "decorator_list", ()))])
    return "\n".join(lines[first - 1 : one.end_lineno])
