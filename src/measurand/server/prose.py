"""Text of models as data to build a page from: a tree of a few harmless elements, or plain.

Nothing here is markup. A browser makes nodes from the tree, one by one, and a template escapes
every text in it. Each piece of text knows where it stands in the original, so that a passage
that a person flags is a passage of what the model wrote, character by character.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, groupby
from typing import Any, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from measurand.figures.text import visible

__all__ = ["Leaf", "Node", "Prose", "markup", "prose"]

Leaf: TypeAlias = list[Any]
"""``[at, text]``, or ``[at, text, size]`` where the original has another length than the text."""
Node: TypeAlias = "dict[str, Any] | Leaf"
"""An element ``{tag, children, ...}`` or a leaf."""

_LONGEST = 50_000
"""Longer texts are shown as they are: nobody reads them for their headings."""
_CACHED = 20_000
_DEEPEST = 16
_TAGS = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
    "table": "table",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "th": "th",
    "td": "td",
    "em": "em",
    "strong": "strong",
    "s": "s",
    "link": "a",
    "heading": "heading",
}
_VOID = {"hr": "hr", "hardbreak": "br"}


@dataclass(frozen=True, slots=True)
class Prose:
    """One text in both its looks.

    Args:
        plain: The text as it is, in pieces.
        tree: The same with its headings, lists and tables; None where that would hide something.
    """

    plain: list[Leaf]
    tree: list[Node] | None


def prose(text: str) -> Prose:
    """Take a text apart; the same text always gives the same pieces.

    Links lose their destination as a link and keep it as text, images are told of and never
    fetched, HTML is text. Characters that show nothing are named by their code points.
    """
    return _remembered(text) if len(text) <= _CACHED else _made(text)


@lru_cache(maxsize=1024)
def _remembered(text: str) -> Prose:
    return _made(text)


def _made(text: str) -> Prose:
    plain = list(_leaves(text, 0, len(text)))
    if len(text) > _LONGEST:
        return Prose(plain, None)
    tokens = _parser().parse(text)
    if any(token.level >= _DEEPEST for token in tokens):
        return Prose(plain, None)
    return Prose(plain, _Builder(text).built(tokens))


@cache
def _parser() -> MarkdownIt:
    """Without HTML and without link references, which would leave text unseen."""
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST + 4})
    return parser.enable(["table", "strikethrough"]).disable(["reference", "text_join"])


def _leaves(raw: str, start: int, end: int) -> Iterator[Leaf]:
    """The pieces of a part of the original; what is hidden stands alone and is named."""
    text = raw[start:end]
    if not text:
        return
    if visible(text) == text:
        yield [start, text]
        return
    at = start
    for plain, run in groupby(text, key=lambda char: char != "\r" and visible(char) == char):
        piece = "".join(run)
        if plain:
            yield [at, piece]
        else:
            yield from _named(raw, at, len(piece))
        at += len(piece)


def _named(raw: str, start: int, length: int) -> Iterator[Leaf]:
    for at in range(start, start + length):
        if raw[at : at + 2] == "\r\n":
            yield [at, "", 1]
        else:
            yield [at, visible(raw[at]), 1]


class _Builder:
    """From tokens to a tree, with a finger on the place in the original."""

    def __init__(self, raw: str) -> None:
        self._raw = raw
        # The parser reads CR LF as LF; these are the places where a character went missing.
        self._text = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
        self._lost: list[int] = []
        if "\r\n" in raw:
            at = raw.find("\r\n")
            while at >= 0:
                self._lost.append(at - len(self._lost))
                at = raw.find("\r\n", at + 2)
        self._lines = [0, *accumulate(len(line) + 1 for line in self._text.split("\n"))]
        self._at = 0
        self._end = len(self._text)

    def built(self, tokens: Sequence[Token]) -> list[Node]:
        stack: list[list[Node]] = [[]]
        for token in tokens:
            if token.map is not None:
                self._at = max(self._at, self._lines[token.map[0]])
                self._end = self._lines[min(token.map[1], len(self._lines) - 1)]
            self._take(token, stack)
        return stack[0]

    def _take(self, token: Token, stack: list[list[Node]]) -> None:
        if token.type == "inline":
            for child in token.children or []:
                self._take(child, stack)
        elif token.nesting == 1 and not token.hidden:
            children: list[Node] = []
            stack[-1].append(_element(token, children))
            stack.append(children)
        elif token.nesting == -1 and not token.hidden:
            stack.pop()
            if token.type == "link_close":
                self._skip_destination()
        elif token.nesting == 0:
            stack[-1].extend(self._single(token))

    def _single(self, token: Token) -> Iterator[Node]:
        if token.type in _VOID:
            yield {"tag": _VOID[token.type], "children": []}
        elif token.type == "softbreak":
            yield from self._found("\n", "\n")
        elif token.type == "text_special":
            yield from self._found(token.content, token.markup)
        elif token.type == "code_inline":
            yield {"tag": "code", "children": list(self._found(token.content, token.content))}
        elif token.type == "image":
            inner = list(self._found(token.content, token.content))
            yield {"tag": "image", "children": inner, "to": visible(str(token.attrs["src"]))}
            self._skip_destination()
        elif token.type in {"fence", "code_block"}:
            lines = token.content.removesuffix("\n").split("\n")
            if token.type == "fence":
                self._at = self._text.find("\n", self._at) + 1 or self._at
            yield {"tag": "pre", "children": list(self._code(lines))}
        else:
            yield from self._found(token.content, token.content)

    def _code(self, lines: list[str]) -> Iterator[Leaf]:
        for number, line in enumerate(lines):
            if number:
                yield from self._found("\n", "\n")
            yield from self._found(line, line)

    def _found(self, shown: str, written: str) -> Iterator[Leaf]:
        """The leaves of a text; where it is not found as written, one that covers no character."""
        at = self._text.find(written, self._at, self._end) if written else -1
        if at < 0:
            if shown:
                yield [self._place(self._at), visible(shown), 0]
            return
        self._at = at + len(written)
        start, end = self._place(at), self._place(self._at)
        if shown == written:
            yield from _leaves(self._raw, start, end)
        else:
            yield [start, visible(shown), end - start]

    def _place(self, at: int) -> int:
        return at + bisect_left(self._lost, at)

    def _skip_destination(self) -> None:
        """Go on behind ``](destination)``, which may repeat the words that follow."""
        if self._text.startswith("](", self._at):
            close = self._text.find(")", self._at, self._end)
            self._at = close + 1 if close >= 0 else self._at


def _element(token: Token, children: list[Node]) -> Node:
    tag = _TAGS[token.type.removesuffix("_open")]
    element: dict[str, Any] = {"tag": tag, "children": children}
    if tag == "a":
        element["to"] = visible(str(token.attrs.get("href", "")))
    elif tag == "heading":
        element["level"] = int(token.tag[1])
    elif tag == "ol" and "start" in token.attrs:
        element["start"] = int(token.attrs["start"])
    return element


def markup(nodes: Sequence[Node]) -> Markup:
    """The same tree as HTML for a template: our own tags, all else escaped."""
    return Markup("").join(_html(node) for node in nodes)


_BLOCKS = frozenset(_TAGS.values()) - {"a", "heading"} | {"pre", "code"}


def _html(node: Node) -> Markup:
    if isinstance(node, list):
        return escape(node[1])
    tag, inner = node["tag"], markup(node["children"])
    if tag in _BLOCKS:
        start = Markup(' start="{}"').format(node["start"]) if "start" in node else Markup("")
        return Markup("<{0}{1}>{2}</{0}>").format(tag, start, inner)
    if tag == "heading":
        return Markup('<p class="heading h{}">{}</p>').format(node["level"], inner)
    if tag == "a":
        return Markup('<span class="link">{}</span>{}').format(inner, _target(node, inner))
    if tag == "image":
        return Markup('<span class="link">image: {}</span>{}').format(inner, _target(node, inner))
    return Markup("<{}>").format(tag)


def _target(node: dict[str, Any], inner: Markup) -> Markup:
    """Where a link leads, said and not followed; nothing where the text says it already."""
    if str(node["to"]) in inner.unescape():
        return Markup("")
    return Markup(' <span class="target">{}</span>').format(node["to"])
