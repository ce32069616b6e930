"""Instructions as a tree of a few harmless elements, from which a page makes its nodes.

The subset is that of the rating desk: headings, lists, quotations, bold, italics, code. HTML is
text, a link is its words and its address as text, an image is its name and its address; nothing
is followed or fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token

from measurand.core.sound import sound
from measurand.figures.text import visible

__all__ = ["Node", "tree"]

Node: TypeAlias = "str | list[Any]"
"""A text, or ``[tag, attributes, child, ...]``."""

_LONGEST = 50_000
_DEEPEST = 16
_TAGS = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
    "em": "em",
    "strong": "strong",
    "s": "s",
}


def tree(text: str) -> list[Node]:
    """The tree of a text in Markdown; what is long or nested deeply stays as it was written."""
    if not text.strip():
        return []
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST + 4})
    # References would leave their definitions unseen.
    parser.enable("strikethrough").disable("reference")
    tokens = parser.parse(sound(text)) if len(text) <= _LONGEST else []
    if not tokens or any(token.level >= _DEEPEST for token in tokens):
        return [["pre", {}, visible(sound(text))]]
    stack: list[list[Node]] = [[]]
    _build(tokens, stack)
    return stack[0]


def _build(tokens: Sequence[Token], stack: list[list[Node]]) -> None:
    for token in tokens:
        if token.type == "inline":
            _build(token.children or [], stack)
        elif token.hidden:
            continue
        elif token.nesting == 1:
            kind = token.type.removesuffix("_open")
            tag = token.tag if kind == "heading" else _TAGS.get(kind, "span")
            node: list[Any] = [tag, {}]
            if kind == "ordered_list" and "start" in token.attrs:
                node[1]["start"] = int(token.attrs["start"])
            elif kind == "link":
                node[1]["to"] = str(token.attrs.get("href", ""))
            stack[-1].append(node)
            stack.append(node)
        elif token.nesting == -1:
            _end(stack.pop())
        else:
            stack[-1].extend(_single(token))


def _end(node: list[Any]) -> None:
    """Say where a link leads, unless its words do."""
    to = visible(str(node[1].pop("to", "")))
    if to and to not in _words(node):
        node.append(f" ({to})")


def _words(node: Node) -> str:
    return node if isinstance(node, str) else "".join(_words(child) for child in node[2:])


def _single(token: Token) -> Iterator[Node]:
    if token.type in {"hr", "hardbreak"}:
        yield [token.tag, {}]
    elif token.type == "softbreak":
        yield "\n"
    elif token.type == "code_inline":
        yield ["code", {}, visible(token.content)]
    elif token.type in {"fence", "code_block"}:
        yield ["pre", {}, visible(token.content.removesuffix("\n"))]
    elif token.type == "image":
        yield f"image: {visible(token.content)} ({visible(str(token.attrs['src']))})"
    elif token.content:
        yield visible(token.content)
