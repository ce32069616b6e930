"""Texts of models in both looks, and where each piece stands in the original."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.figures.text import visible
from measurand.server.pages import text_markup
from measurand.server.prose import markup, prose


def leaves(nodes: list[Any]) -> Iterator[list[Any]]:
    for node in nodes:
        if isinstance(node, list):
            yield node
        else:
            yield from leaves(node["children"])


def size(leaf: list[Any]) -> int:
    return leaf[2] if len(leaf) > 2 else len(leaf[1])


TEXTS = [
    "# Title\r\n\r\nA *word* and `code`.\r\n\r\n- one\r\n- two words\r\n\r\n```py\r\nx = 1\r\n```",
    "| a | b |\n|---|---|\n| 1 | two |\n\n> quoted\n> twice\n\n1. x\n2. y",
    "[same](same) same ![pic](http://x/p.png) \\* &amp; ~~gone~~",
    "plain\ttext \u202eright to left\u0000 \U0001f469\u200d\U0001f4bb",
]


@pytest.mark.parametrize("text", TEXTS)
def test_every_piece_stands_where_it_says(text: str) -> None:
    made = prose(text)
    assert made.tree is not None
    for leaf in leaves(made.tree):
        written = text[leaf[0] : leaf[0] + size(leaf)]
        if len(leaf) == 2:
            assert leaf[1] == written
        else:
            assert size(leaf) > 0


@pytest.mark.parametrize("text", TEXTS)
def test_pieces_come_in_order_and_do_not_overlap(text: str) -> None:
    made = prose(text)
    end = 0
    for leaf in leaves(made.tree or []):
        assert leaf[0] >= end
        end = leaf[0] + size(leaf)


@given(st.text(max_size=200))
def test_the_plain_look_leaves_nothing_out(text: str) -> None:
    pieces = prose(text).plain
    assert "".join(text[leaf[0] : leaf[0] + size(leaf)] for leaf in pieces) == text
    assert all(visible(leaf[1]) == leaf[1] for leaf in pieces)


@given(st.text(alphabet="ab*_`[]()!<>#-|>&;\\~ \n\r\t1.", max_size=80))
def test_no_text_makes_markup_or_breaks_the_parser(text: str) -> None:
    made = prose(text)
    assert made.tree is not None
    html = str(markup(made.tree))
    for tag in ("<a", "<img", "<script", "href", "src"):
        assert tag not in html
    for leaf in leaves(made.tree):
        assert 0 <= leaf[0] <= leaf[0] + size(leaf) <= len(text)


def test_links_and_images_are_told_of_and_lead_nowhere() -> None:
    html = str(
        text_markup("[click](javascript:x) ![](https://e.x/i.png) <https://e.x> [a](data:,b)")
    )
    assert "<a" not in html
    assert "<img" not in html
    assert "https://e.x/i.png" in html
    assert html.count("https://e.x<") == 1


def test_html_is_text() -> None:
    html = str(text_markup("<script>alert(1)</script>\n\n<div onclick=x>hi</div>"))
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<div onclick" not in html


def test_a_reference_definition_hides_nothing() -> None:
    assert "secret" in str(text_markup("Hello\n\n[x]: http://e.x 'secret'"))


def test_deep_nesting_is_shown_as_it_is_written() -> None:
    text = ">" * 60 + " deep"
    assert prose(text).tree is None
    assert str(text_markup(text)).count("&gt;") == 60


def test_very_long_texts_are_shown_as_they_are() -> None:
    text = "# word " * 20_000
    made = prose(text)
    assert made.tree is None
    assert made.plain == [[0, text]]
