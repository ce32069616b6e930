from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from measurand.figures.text import visible
from measurand.report.agreement_page import agreement_document
from measurand.report.comparison_page import comparison_document
from measurand.report.document import Document, Paragraph, Section, Texts, UnitCard, UnitCards
from measurand.report.html import html_page

if TYPE_CHECKING:
    from tests.report.conftest import World

Hostile = Callable[[str], Document]
ALLOWED_CONTROLS = "\n\t"


class Skeleton(HTMLParser):
    """The tags of a page with the names of their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", ()))

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment", (data,)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def skeleton(page: str) -> Skeleton:
    parser = Skeleton()
    parser.feed(page)
    parser.close()
    return parser


@pytest.fixture
def page(world: World) -> str:
    return html_page(comparison_document(world.findings(), world.context()))


def test_the_policy_names_the_hash_of_the_stylesheet(page: str) -> None:
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert len(style) == 1
    assert policy is not None
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    rules = policy[1].replace("&#39;", "'").split("; ")
    assert rules == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_the_page_is_self_contained(page: str) -> None:
    parsed = skeleton(page)
    tags = {tag for tag, _ in parsed.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "form", "base", "image"}
    for tag, name, value in parsed.attributes:
        assert not name.startswith("on")
        assert name not in {"style", "src", "srcset", "action", "xlink:href"}
        if name == "href":
            assert value.startswith("#"), (tag, value)
    namespace = "http://www.w3.org/2000/svg"
    assert set(re.findall(r"https?://[^\s\"'<]+", page)) == {namespace}
    assert "@import" not in page
    assert "url(" not in re.sub(r"url\(#fig\d+-\d-\w+\)", "", page)


def test_the_same_document_gives_the_same_bytes(make_world: Callable[[int], World]) -> None:
    first, second = (
        html_page(comparison_document(w.findings(), w.context()))
        for w in (make_world(4), make_world(4))
    )
    assert first == second


def test_ids_are_unique_and_every_reference_has_its_target(page: str) -> None:
    parsed = skeleton(page)
    ids = [value for _, name, value in parsed.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = [v[1:] for _, name, v in parsed.attributes if name == "href"]
    for _, name, value in parsed.attributes:
        if name == "aria-labelledby":
            targets += value.split()
        targets += re.findall(r"url\(#([^)]+)\)", value)
    assert set(targets) <= set(ids)


def test_the_page_has_landmarks_headings_and_table_heads(page: str) -> None:
    parsed = skeleton(page)
    tags = [tag for tag, _ in parsed.tags]
    assert (tags.count("main"), tags.count("nav"), tags.count("h1")) == (1, 1, 1)
    assert tags.count("caption") == tags.count("table") > 5
    scopes = {(tag, value) for tag, name, value in parsed.attributes if name == "scope"}
    assert scopes == {("th", "col"), ("th", "row")}
    assert page.startswith("<!doctype html>\n<html lang=")


def test_no_text_is_markup(attack: str, hostile: Hostile) -> None:
    page = html_page(hostile(attack))
    parsed, plain = skeleton(page), skeleton(html_page(hostile("plain")))
    assert parsed.tags == plain.tags
    text = "".join(parsed.text)
    assert text.count(visible(attack).strip()) >= 10
    assert "49" not in text.replace(attack, "")
    assert not [c for c in page if ord(c) < 32 and c not in ALLOWED_CONTROLS]
    assert not set(page) & set("\u202e\u2066\u2069\u200b\ufeff\u2028\x7f\x85\x00")
    page.encode("utf-8")


def test_line_breaks_stay_in_long_text_and_long_text_folds(world: World) -> None:
    text = "first\nsecond\n" + "word " * 300
    card = UnitCard(next(world.units()), Texts(answer=text))
    page = html_page(
        Document(title="t", sections=(Section("s", (UnitCards((card,)), Paragraph("a"))),))
    )
    assert "first\nsecond\n" in page
    assert "<details" in page
    assert "first ↵ second" in page
    assert f"({len(text):,} characters)" in page


def test_an_agreement_page_renders_too(world: World) -> None:
    findings = world.findings()
    page = html_page(agreement_document(findings, world.context()))
    assert "Krippendorff" in page
    assert "Do the raters agree?" in page
