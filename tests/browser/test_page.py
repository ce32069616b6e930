"""What a browser makes of a page: nothing blocked, nothing cut off, everything readable."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from measurand.report.agreement_page import agreement_document
from measurand.report.comparison_page import comparison_document
from measurand.report.html import html_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

CONTRAST = """
() => {
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (c) => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const colour = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const c = colour(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0.99) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !element.getClientRects().length || element.closest('title, desc')) continue;
    const style = getComputedStyle(element);
    const text = colour(element.closest('svg') ? style.fill : style.color);
    const [a, b] = [light(text), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push([element.textContent.slice(0, 40), ratio]);
  }
  return poor;
}
"""


@pytest.fixture(scope="module")
def samples() -> ModuleType:
    path = Path(__file__).parents[1] / "report" / "conftest.py"
    spec = importlib.util.spec_from_file_location("report_samples", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(samples: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    four, eleven = samples.World(4), samples.World(11)
    documents = {
        "four": comparison_document(four.findings(), four.context()),
        "eleven": comparison_document(eleven.findings(), eleven.context()),
        "raters": agreement_document(four.findings(), four.context()),
        "hostile": samples.hostile_document("\n".join(samples.ATTACKS)),
        "words": samples.hostile_document("unbroken" * 40),
    }
    paths = {name: folder / f"{name}.html" for name in documents}
    for name, document in documents.items():
        paths[name].write_text(html_page(document), encoding="utf-8")
    return paths


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


def opened(browser: Browser, path: Path, *, width: int, scheme: str) -> tuple[Page, list[str]]:
    """A page, and everything that went wrong while it loaded."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]  # "light" or "dark"
        offline=True,
    )
    page, problems = context.new_page(), []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    page.on("requestfailed", lambda request: problems.append(request.url))
    page.goto(path.as_uri())
    return page, problems


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["four", "eleven", "raters", "hostile", "words"])
def test_nothing_is_blocked_and_nothing_overflows(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    page, problems = opened(browser, pages[name], width=width, scheme="light")
    assert problems == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["four", "raters"])
def test_every_text_has_contrast(
    browser: Browser, pages: dict[str, Path], name: str, scheme: str
) -> None:
    page, _ = opened(browser, pages[name], width=1280, scheme=scheme)
    assert page.evaluate(CONTRAST) == []


def test_dark_is_dark(browser: Browser, pages: dict[str, Path]) -> None:
    grounds = [
        opened(browser, pages["four"], width=1280, scheme=scheme)[0].evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )
        for scheme in ("light", "dark")
    ]
    assert grounds == ["rgb(247, 248, 249)", "rgb(16, 19, 23)"]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["eleven", "hostile"])
def test_text_of_figures_stays_within_them(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    page, _ = opened(browser, pages[name], width=width, scheme="light")
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.plot svg')].flatMap((svg) => {
          const box = svg.getBoundingClientRect();
          return [...svg.querySelectorAll('text')].filter((text) => {
            const own = text.getBoundingClientRect();
            return own.left < box.left - 1 || own.right > box.right + 1;
          }).map((text) => text.textContent);
        })"""
    )
    assert outside == []


def test_everything_is_reached_by_keyboard(browser: Browser, pages: dict[str, Path]) -> None:
    page, _ = opened(browser, pages["four"], width=390, scheme="light")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the results"
    unreached = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter((e) =>
          e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'auto'
          && e.tabIndex < 0).length"""
    )
    assert unreached == 0


def test_it_prints(browser: Browser, pages: dict[str, Path]) -> None:
    page, _ = opened(browser, pages["four"], width=1280, scheme="dark")
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
