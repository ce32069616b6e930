"""People review a set in a browser by keys, and what they decided is on disk and in the set."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.people import entered
from tests.browser.test_page import ARGUMENTS
from tests.server.review_sets import journal, lineage_of, place_of, small_set

from measurand.jobs.reviewing.inviting import invite
from measurand.store.built_set import load_set
from measurand.store.versions import versions

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

LOOKS = [("light", 1440, 900), ("dark", 390, 844)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


class Desk:
    """The desk that the command opens, in a process of its own; it may be killed."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.open()

    def open(self) -> None:
        words = ["-m", "measurand", "data", "review", str(self.data), "--by", "Ann", "--port", "0"]
        self.process = subprocess.Popen(
            [sys.executable, *words],
            stdout=subprocess.PIPE,
            text=True,
            cwd=self.data.parent,
            env={**os.environ, "MEASURAND_KEY": "a key for tests that is long enough"},
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"(http://\S+)/enter/(\S+)", line):
                self.address, self.token = found[1], found[2]
                return
        raise AssertionError("the desk did not open")

    def end(self, how: signal.Signals = signal.SIGINT) -> str:
        self.process.send_signal(how)
        return self.process.communicate(timeout=30)[0]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(small_set(tmp_path))
    yield opened
    if opened.process.poll() is None:
        opened.end()


def come_in(browser: Browser, desk: Desk, token: str = "", **look: Any) -> Page:
    _, page = entered(browser, desk.address, token or desk.token, **look)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    at(page)
    return page


def at(page: Page, name: str = "") -> None:
    wanted = f'[data-id="{name}"]' if name else ":not([data-id=''])"
    page.wait_for_selector(f"#item{wanted}:not([hidden])")


def kept(page: Page, desk: Desk, count: int) -> None:
    """Wait until so many decisions are on disk, and the page knows it."""
    page.wait_for_selector("#saved[data-state=saved]")
    page.wait_for_function("() => !document.querySelector('dialog[open]')")
    for _ in range(100):
        if len(journal(desk.data)) == count:
            return
        page.wait_for_timeout(50)
    raise AssertionError(journal(desk.data))


def goes_to(page: Page, name: str) -> None:
    page.keyboard.press("/")
    page.fill("#by-text", name)
    at(page, name)
    page.keyboard.press("Escape")


def accepts_three(page: Page, desk: Desk) -> None:
    for name in ("core-0", "core-1", "core-2"):
        at(page, name)
        page.keyboard.press("a")
    at(page, "core-3")
    kept(page, desk, 3)
    page.reload()
    at(page, "core-3")
    assert page.locator("#count").inner_text() == "3 of 9 accepted"


def drops_one(page: Page, desk: Desk) -> None:
    """As not easy enough it stays; as ineligible it leaves, and the next comes in."""
    page.keyboard.press("d")
    page.fill("#drop-why", "test traffic")
    page.keyboard.press("Enter")
    assert "only as ineligible" in page.locator("#drop-box .fault").inner_text()
    page.check("#ineligible")
    page.focus("#drop-why")
    page.keyboard.press("Enter")
    at(page, "spare-0")
    kept(page, desk, 4)


def edits_one(page: Page, desk: Desk) -> None:
    """A fault is told and nothing is lost; a reload in the middle keeps what was written."""
    goes_to(page, "edge-0")
    page.keyboard.press("e")
    area = page.locator('[data-field="messages"] textarea')
    area.fill(" ")
    page.keyboard.press("Control+Enter")
    page.wait_for_function("() => document.querySelector('#edit-box .fault').textContent")
    assert "nothing is asked" in page.locator("#edit-box .fault").inner_text()
    area.fill("Where is my refund?\nIt is late.")
    page.reload()
    at(page, "edge-0")
    page.keyboard.press("e")
    assert area.input_value() == "Where is my refund?\nIt is late."
    page.fill('[data-field="checklist"]', "refund | money back")
    page.keyboard.press("Control+Enter")
    kept(page, desk, 5)
    page.wait_for_selector("#state >> text=edited, not accepted")


def tags_one(page: Page, desk: Desk) -> None:
    goes_to(page, "edge-1")
    page.keyboard.press("t")
    page.fill("#tag-words", "vip, late")
    page.keyboard.press("Enter")
    kept(page, desk, 6)
    page.wait_for_selector("#tags-shown li >> text=vip")
    page.keyboard.press("a")
    kept(page, desk, 7)
    page.keyboard.press("u")
    kept(page, desk, 8)


def answers_one(browser: Browser, desk: Desk) -> None:
    """An expert, by a link that was given while the desk was open."""
    page = come_in(browser, desk, invite(place_of(desk.data), "Eva", role="expert"))
    assert page.locator("#rows button").count() == 2
    assert page.locator("#accept").count() == 0
    page.keyboard.press("a")
    page.keyboard.press("r")
    page.fill("#answer-text", "Five working days.")
    page.fill("#answer-checklist", "five working days | a week")
    page.keyboard.press("Control+Enter")
    at(page, "gold-1")
    page.keyboard.press("x")
    page.fill("#cannot-why", "no rule says so")
    page.keyboard.press("Enter")
    page.wait_for_selector("#nothing:not([hidden])")
    page.context.close()


@pytest.mark.long
def test_a_review_from_the_first_key_to_the_new_version(browser: Browser, desk: Desk) -> None:
    page = come_in(browser, desk)
    accepts_three(page, desk)
    drops_one(page, desk)
    edits_one(page, desk)
    tags_one(page, desk)
    answers_one(browser, desk)
    desk.end(signal.SIGKILL)
    assert len(journal(desk.data)) == 10
    assert len(versions(desk.data)) == 1
    desk.open()
    page = come_in(browser, desk)
    page.keyboard.press("w")
    assert "8 decisions become one" in page.locator("#finish-says").inner_text()
    page.click("#finish")
    page.wait_for_selector("#finished")
    built = load_set(desk.data)
    assert len(versions(desk.data)) == 2
    assert lineage_of(desk.data, "core-2").accepted_by == "Ann"
    assert lineage_of(desk.data, "edge-1").accepted_by is None
    assert built.dataset["edge-1"].segments == ("vip", "late")
    assert "core-3" not in built.dataset
    assert built.dataset["edge-0"].question == "Where is my refund?\nIt is late."
    assert built.dataset["edge-0"].checklist[0].any_of == ("refund", "money back")
    assert built.dataset["gold-0"].references == ("Five working days.",)
    assert lineage_of(desk.data, "gold-0").accepted_by == "Eva"
    assert "not in the set yet" not in desk.end()


@pytest.mark.long
def test_the_page_is_sound_and_runs_nothing_of_what_it_shows(browser: Browser, desk: Desk) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe").Axe()
    for scheme, width, height in LOOKS:
        size = {"width": width, "height": height}
        page = come_in(browser, desk, viewport=size, color_scheme=scheme)
        check_looks(page, axe, width)
        page.context.close()


def check_looks(page: Page, axe: Any, width: int) -> None:
    """Nothing is wrong for who uses other means than eyes and a mouse, and nothing is cut off."""
    page.evaluate("location.hash = '#attack-1'")
    page.reload()
    at(page, "attack-1")
    for key in ("", "e", "d", "t", "?"):
        if key:
            page.keyboard.press(key)
            page.wait_for_selector("dialog[open]")
        found = axe.run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["target"]) for one in found] == [], key
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("Escape")
    assert page.evaluate("window.hit") is None
    assert page.locator("#turns img, #notes img").count() == 0
