"""Every page of the desk as people see it: complete, readable, and without a serious fault."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.people import done_with, entered
from tests.browser.test_page import ARGUMENTS
from tests.server.desks import DeskProcess, StoryProject, invited

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

LOOKS: Mapping[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "phone": {
        "viewport": {"width": 390, "height": 780},
        "color_scheme": "light",
        "has_touch": True,
        "is_mobile": True,
    },
    "zoomed": {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
}
QUICK = frozenset({"light"})
RICH = (
    """# A title

First **bold**, then *thin*, and `code`:

1. one
2. two

| who | what |
|---|---|
| she | a rather long cell that goes on and on and on for some while |

> A quotation. <script>alert(1)</script> <img src=x onerror=alert(2)>

[a link](https://example.invalid/) ![a picture](https://example.invalid/p.png)

    indented = "code that is quite long, so that it has to scroll or to wrap somewhere"

\u202eright to left\u202c \U0001f600 and """
    + "unbroken" * 30
)
INSTRUCTIONS = "# How to rate\n\nRead the **whole** story first.\n\n* Then rate.\n* Be fair.\n"


@dataclass
class Album:
    """Looks at pages: takes a picture, and holds every one against the rules."""

    folder: Path
    look: str
    faults: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def take(self, page: Page, name: str) -> None:
        page.wait_for_timeout(150)
        page.screenshot(path=self.folder / f"{name}-{self.look}.png", full_page=True)
        self.seen.append(name)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > page.evaluate("innerWidth"):
            self.faults.append(f"{name}: {width} pixels wide")
        for one in axe.Axe().run(page).response["violations"]:
            if one["impact"] in {"serious", "critical"}:
                where = [node["target"] for node in one["nodes"]][:3]
                self.faults.append(f"{name}: {one['id']} {one['help']} at {where}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


def watched(page: Page) -> list[str]:
    """Everything that goes wrong in a page from now on."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))

    def closed(dialog: Dialog) -> None:
        problems.append(f"{dialog.type}: {dialog.message}")
        dialog.accept()

    page.on("dialog", closed)
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda asked: None if "127.0.0.1" in asked.url else problems.append(asked.url),
    )
    return problems


def rates(page: Page, digits: str, *, last: bool = False) -> None:
    """Answer everything that is asked about an item with these digits, and go on."""
    before = page.locator("#item").get_attribute("data-position")
    for digit in digits:
        page.keyboard.press(digit)
        page.keyboard.press("Enter")
    if not last:
        page.wait_for_function(
            "(at) => document.getElementById('item')?.dataset.position !== at"
            " || document.querySelector('.feedback[data-agreed]')",
            arg=before,
        )


def rater_pages(browser: Browser, desk: DeskProcess, token: str, album: Album) -> list[str]:
    look = dict(LOOKS[album.look])
    guest = browser.new_context(**look).new_page()
    guest.goto(f"{desk.address}/enter/{token}")
    album.take(guest, "enter")
    _, page = entered(browser, desk.address, token, **look)
    problems = watched(page)
    album.take(page, "start")
    page.goto(f"{desk.address}/rate")
    page.wait_for_selector("#item:not([hidden])")
    album.take(page, "training")
    rates(page, "123")
    album.take(page, "feedback")
    page.keyboard.press("Enter")
    page.wait_for_selector('#item[data-stage="work"]')
    album.take(page, "rate")
    for name in ("help", "instructions"):
        page.click(f"#show-{name}")
        album.take(page, name)
        page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.press("f")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.keyboard.type("A comment.")
    page.keyboard.press("Escape")
    album.take(page, "flagged")
    for paired in works_through(page, "2"):
        if (name := "pair" if paired else "single") not in album.seen:
            album.take(page, name)
    page.wait_for_selector('#saved[data-unsent="0"], #finished', state="attached")
    page.goto(f"{desk.address}/finished")
    album.take(page, "finished")
    page.goto(f"{desk.address}/nowhere")
    album.take(page, "missing")
    return [one for one in problems if "404" not in one]


@pytest.mark.parametrize(
    "look",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in LOOKS],
)
def test_every_page(browser: Browser, tmp_path: Path, look: str) -> None:
    album = Album(tmp_path, look)
    project = StoryProject(
        tmp_path / "desk",
        3,
        golden=2,
        texts={0: RICH, 1: RICH},
        changes={"raters": 2, "training": 1, "instructions": "how.md", "duplicates": 0},
        paired=True,
    ).write()
    (project.folder / "how.md").write_text(INSTRUCTIONS, encoding="utf-8")
    tokens = invited(
        project, {"ana": "rater", "ben": "rater", "judge": "adjudicator", "olga": "organiser"}
    )
    with DeskProcess(project.plan) as desk:
        problems = rater_pages(browser, desk, tokens["ana"], album)
        problems += other_pages(browser, desk, tokens, album)
    assert problems == []
    assert album.faults == []
    assert len(set(album.seen)) == len(album.seen) >= 17


def other_pages(
    browser: Browser, desk: DeskProcess, tokens: dict[str, str], album: Album
) -> list[str]:
    look = LOOKS[album.look]
    disagree(browser, desk, tokens["ben"])
    _, page = entered(browser, desk.address, tokens["judge"], **look)
    problems = watched(page)
    album.take(page, "disputes")
    page.click("#first")
    album.take(page, "dispute")
    page.click("#leave")
    album.take(page, "left")
    page.goto(f"{desk.address}/disputes")
    album.take(page, "stranger")
    _, page = entered(browser, desk.address, tokens["olga"], **look)
    problems += watched(page)
    assert "The round so far" in page.locator("main").inner_text()
    album.take(page, "overview")
    page.fill("form[action='/invite'] input[name=name]", "dora")
    page.click("form[action='/invite'] button")
    page.wait_for_load_state()
    album.take(page, "invited")
    page.goto(f"{desk.address}/status")
    album.take(page, "status")
    return [one for one in problems if "401" not in one]


def works_through(page: Page, digit: str) -> Iterator[bool]:
    """Answer all that is left with one digit; tells before each item whether it is a pair."""
    while not page.url.endswith("/finished"):
        before = page.locator("#item").get_attribute("data-position")
        groups = page.locator("fieldset.dimension").count()
        yield groups == 1
        for _ in range(page.locator("fieldset.dimension:not(.answered)").count()):
            page.keyboard.press("Enter")
            page.keyboard.press(digit)
        page.keyboard.press("Enter")
        if page.locator('#item[data-stage="training"]').count():
            page.wait_for_selector(".feedback[data-agreed]")
            page.keyboard.press("Enter")
        done_with(page, before)
        # Whoever is eight items ahead of what the desk has is told to wait.
        page.wait_for_selector('#saved[data-unsent="0"], #finished', state="attached")


def disagree(browser: Browser, desk: DeskProcess, token: str) -> None:
    """Another rater, with other grades."""
    _, page = entered(browser, desk.address, token)
    page.goto(f"{desk.address}/rate")
    page.wait_for_selector("#item:not([hidden])")
    for _ in works_through(page, "1"):
        pass
