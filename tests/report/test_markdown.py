from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from measurand.figures.text import one_line
from measurand.report.comparison_page import comparison_document
from measurand.report.document import Document
from measurand.report.markdown import escaped, markdown_text

if TYPE_CHECKING:
    from tests.report.conftest import World

Hostile = Callable[[str], Document]


def parsed(text: str) -> list[Token]:
    """Every token of GitHub's grammar, as far as this parser knows it, flat."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [leaf for token in tokens for leaf in (token, *(token.children or ()))]


def structure(text: str) -> list[str]:
    """What kinds of tokens there are; runs of text count once."""
    kinds = [token.type for token in parsed(text) if token.type != "text_special"]
    return [k for i, k in enumerate(kinds) if k != "text" or kinds[i - 1 : i] != ["text"]]


def test_no_text_is_markup(attack: str, hostile: Hostile) -> None:
    text = markdown_text(hostile(attack))
    assert structure(text) == structure(markdown_text(hostile("plain")))
    kinds = set(structure(text))
    assert not kinds & {"link_open", "image", "html_inline", "html_block", "code_inline", "fence"}
    text.encode("utf-8")


@pytest.mark.parametrize("text", ["http://evil.example", "HTTPS://x.example", "www.evil.example"])
def test_addresses_do_not_become_links_on_github(text: str) -> None:
    assert "://" not in escaped(text)
    assert "www." not in escaped(text)


def test_nobody_is_notified() -> None:
    assert escaped("ping @someone") == "ping @&#8203;someone"


def test_what_is_read_is_what_was_written(attack: str) -> None:
    [inline] = [token for token in parsed("x " + escaped(attack)) if token.type == "inline"]
    shown = "".join(token.content for token in inline.children or ())
    assert shown.replace("\u200b", "").replace("\u00a0", " ") == f"x {one_line(attack)}".rstrip()


def test_names_stay_readable() -> None:
    assert escaped("krippendorff_alpha of v2.1") == "krippendorff_alpha of v2.1"


def test_a_table_has_a_rule_and_its_numbers(world: World) -> None:
    text = markdown_text(comparison_document(world.findings(), world.context()))
    assert "| System | Estimate | n |\n| :--- | ---: | ---: |\n| expert | 0." in text
    assert "# Which system is better?" in text
    assert "> **SIMULATED DATA**" in text
    widths = {len(line.split(" | ")) for line in text.splitlines() if line.startswith("| expert")}
    assert len(widths) > 1


def test_line_breaks_of_a_model_stay_inside_the_quotation(hostile: Hostile) -> None:
    text = markdown_text(hostile("a\n\n# heading\n<script>"))
    assert "\n# heading" not in text
    assert "> \\# heading\\\n> &lt;script&gt;" in text


def test_no_emoji_and_no_commit_comes_of_a_name() -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    for text, link in ((commit, commit), ("a :smile: b", ":smile:"), ("a :+1: b", ":+1:")):
        assert link not in escaped(text)
        assert escaped(text).replace("&#8203;", "") == text
    for plain in ("9f2c41d07a", "10:20:30", "checks.py: it is so", f"x{commit}"):
        assert "&#8203;" not in escaped(plain)
