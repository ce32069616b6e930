"""Markdown as plain text: what an answer says without what it looks like.

Nothing that is said may be lost, so whatever cannot be rendered without loss stays as it came:
code, JSON, and any line whose words or numbers would run together or go missing.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from measurand.core.judging import BlindTask
from measurand.core.rubric import Dimension

__all__ = ["concerns_format", "is_code", "is_json", "plain_text", "shown_outputs"]

_RUN = re.compile(r"[^\W_]+")
_CODE_LINE = re.compile(
    r"\s*(?:.*[;{}]|(?:def|class|import|from|return|function|const|let|var|public|private|static"
    r"|#include|using|package|SELECT|INSERT|UPDATE|CREATE)\b.*"
    r"|(?:if|for|while|else|elif|try|except|with)\b.*:)\s*"
)
_INDENTED = re.compile(r"(?: {2,}|\t)\S")
_FORMAT = re.compile(
    r"\b(?:format\w*|markdown|layout|structur\w*|headings?|bullets?|lists?|tables?|typograph\w*"
    r"|styl\w*|presentation|readab\w*|legib\w*|bold|italics?|json|html|xml|yaml)\b",
    re.IGNORECASE,
)
_FEW = 2
_HALF = 0.5


def shown_outputs(task: BlindTask) -> tuple[str, ...]:
    """The texts of a task as a judge is shown them: its output, and the other of a pair."""
    texts = [text for text in (task.output, task.other) if text is not None]
    return tuple(map(plain_text, texts)) if task.plain else tuple(texts)


def concerns_format(dimension: Dimension) -> bool:
    """Whether a dimension speaks of what plain text would take away."""
    text = " ".join((dimension.name, dimension.definition, *dimension.levels.values()))
    return _FORMAT.search(text.replace("_", " ")) is not None


@lru_cache(maxsize=1024)
def plain_text(text: str) -> str:
    """The text without its Markdown: the same for the same text.

    Headings, emphasis, quotes and bullets lose their marks; numbers of lists stay; links become
    their text and address; tables become lines; code stays as it stands, with its fence.
    """
    if (text.lstrip().startswith(("{", "[")) and is_json(text)) or is_code(text):
        return text
    tokens = _reader().parse(text)
    plain = "\n\n".join(part for part in _parts(tokens) if part.strip())
    kept = Counter(_RUN.findall(plain)) == Counter(_RUN.findall(text))
    return plain if kept and plain else text


def is_code(text: str) -> bool:
    """Whether most lines of a text look like those of a program, without a fence around it."""
    lines = [line for line in text.splitlines() if line.strip()]
    found = [_CODE_LINE.fullmatch(line) or _INDENTED.match(line) for line in lines]
    strong = any(_CODE_LINE.fullmatch(line) for line in lines)
    return strong and len(lines) >= _FEW and sum(map(bool, found)) > _HALF * len(lines)


def is_json(text: str) -> bool:
    """Whether a text is JSON, be it a bare number or string."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    """Without escapes and entities: what looks like them is as often a formula."""
    reader = MarkdownIt("commonmark", {"html": False})
    return reader.enable(["table", "strikethrough"]).disable(["escape", "entity"])


def _parts(tokens: Sequence[Token]) -> Iterator[str]:
    """The blocks of a text; items of a list, and rows of a table, are lines of one block."""
    lines: list[str] = []
    mark = ""
    cells: list[str] | None = None
    depth = 0
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open", "table_open"}:
            depth += 1
        elif token.type in {"bullet_list_close", "ordered_list_close", "table_close"}:
            depth -= 1
        elif token.type == "list_item_open":
            mark = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            lines.append("\t".join(cells or ()))
            cells = None
        elif (content := _content(token)) is not None:
            if cells is not None:
                cells.append(content)
                continue
            lines.append(mark + content)
            mark = ""
        if not depth and lines:
            yield "\n".join(lines)
            lines = []


def _content(token: Token) -> str | None:
    """What a token of a block says; None where it only opens or closes one."""
    if token.type == "fence":
        info = token.info.strip()
        return f"{token.markup}{info}\n{token.content}{token.markup}"
    if token.type == "code_block":
        return "\n".join(f"    {line}" for line in token.content.rstrip("\n").split("\n"))
    if token.type == "inline":
        plain = "".join(_inline(token.children or ()))
        same = _RUN.findall(plain) == _RUN.findall(token.content)
        return plain if same else token.content
    return None


def _inline(tokens: Iterable[Token]) -> Iterator[str]:
    addresses: list[str] = []
    said = ""
    for token in tokens:
        text = _said(token)
        if token.type == "link_open":
            addresses.append(str(token.attrs.get("href", "")))
            said = ""
        elif token.type == "link_close":
            address = addresses.pop()
            text = f" ({address})" if address not in {said, f"mailto:{said}"} else ""
        said += text
        yield text


def _said(token: Token) -> str:
    if token.type == "code_inline":
        return f"{token.markup}{token.content}{token.markup}"
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    if token.type == "image":
        return f"{token.content} ({token.attrs.get('src', '')})"
    return token.content
