"""Nothing on the desk's pages is pushed away, covered, broken or out of sight where it matters."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tests.browser.people import entered
from tests.browser.test_desk_more import active, at_item, project_in
from tests.browser.test_desk_pages import LOOKS, Album
from tests.browser.test_page import ARGUMENTS
from tests.server.desks import DeskProcess, StoryProject, invited

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

LONG = "The middle is told twice, and the end does not follow from either. " * 40
INSTRUCTIONS = (
    "# How to rate\n\nRead the whole story\nbefore you rate it.\n\n* Be fair\n  to all.\n"
)
IN_VIEW = """
(one) => {
  const { top, bottom } = one.getBoundingClientRect();
  const x = one.getBoundingClientRect().left + 8;
  const seen = (y) => one.contains(document.elementFromPoint(x, y));
  return top >= 0 && bottom <= innerHeight && seen(top + 4) && seen(bottom - 4);
}
"""
COVERED = """
() => {
  const box = document.getElementById('toast').getBoundingClientRect();
  const side = document.getElementById('side');
  const narrow = matchMedia('(max-width: 960px)').matches;
  const others = side.querySelectorAll(`.bar button${narrow ? '' : ', #comment, .more label'}`);
  const bar = side.querySelector('.bar').getBoundingClientRect();
  if (box.top < bar.top || box.bottom > bar.bottom || box.left < bar.left) return -1;
  return [...others].filter((one) => {
    const { top, bottom, left, right } = one.getBoundingClientRect();
    return top < box.bottom && bottom > box.top && left < box.right && right > box.left;
  }).length;
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


def project_of(folder: Path) -> StoryProject:
    """Two people and an adjudicator, a training item, and a share to be written besides."""
    project = project_in(folder, 1, raters=2, instructions="how.md")
    plan = yaml.safe_load(project.plan.read_text("utf-8"))
    plan["rubric"].append(
        {
            "dimension": "share",
            "definition": "How much of it is new?",
            "weight": 0,
            "scale": "0..1",
            "raters": ["people"],
        }
    )
    project.plan.write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")
    (project.folder / "how.md").write_text(INSTRUCTIONS, encoding="utf-8")
    return project


def rates(page: Page, digit: str) -> None:
    """Answer all four dimensions, with a long comment."""
    page.fill("#comment", LONG)
    page.focus("#title")
    for _ in range(4):
        keys = {"share": "0.3", "decency": "1"}
        page.keyboard.type(keys.get(active(page), digit))
        page.keyboard.press("Enter")
    page.wait_for_url("**/finished")


def rating_pages(page: Page, desk: DeskProcess, album: Album) -> None:
    told = page.locator("#instructions").inner_text()
    assert "Read the whole story before you rate it." in told
    assert "Be fair to all." in told
    album.take(page, "start")
    at_item(page, desk.address)
    page.keyboard.press("9")
    assert page.locator("#toast.shown").inner_text() == "9 is not on this scale."
    assert page.evaluate(COVERED) == 0
    album.take(page, "asked")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    if active(page) != "share":
        page.focus("input.typed")
    page.keyboard.type("1.5")
    page.keyboard.press("Enter")
    page.wait_for_selector("#toast.shown")
    assert page.evaluate(COVERED) == 0
    page.fill("#comment", "x" * 4990)
    album.take(page, "refused")
    page.keyboard.press("Escape")
    page.click("#show-help")
    album.take(page, "keys")
    page.keyboard.press("Escape")
    page.fill("fieldset.dimension input.typed", "")
    page.focus("#title")
    while page.locator("fieldset.active").get_attribute("id") != "dimension-0":
        page.keyboard.press("ArrowUp")


def height(one: Locator) -> float:
    box = one.bounding_box()
    assert box is not None
    return box["height"]


def case_page(page: Page, album: Album) -> None:
    with page.expect_navigation():
        page.click("#first")
    for comment in page.locator(".comment").all():
        assert height(comment) < 200
        assert comment.get_attribute("tabindex") == "0"
    album.take(page, "case")
    if album.look != "phone":
        for needed in ("#reason", "#decide", "#votes li:first-child .said"):
            assert page.locator(needed).evaluate(IN_VIEW), needed


def overview_page(page: Page, album: Album) -> None:
    page.fill("#invite input[name=name]", "x" * 80)
    page.select_option("#invite select", "adjudicator")
    page.eval_on_selector("#invite", "(form) => { form.noValidate = true; }")
    page.fill("#invite input[name=days]", "9999")
    with page.expect_navigation():
        page.click("#invite button")
    page.wait_for_selector("#problem:focus")
    assert page.locator("#problem").evaluate(IN_VIEW)
    assert page.input_value("#invite select") == "adjudicator"
    assert page.input_value("#invite input[name=days]") == "9999"
    people = page.locator("#people")
    inner = "(one) => [one.parentElement.scrollWidth, one.parentElement.clientWidth]"
    wide, room = people.evaluate(inner)
    assert wide <= room
    for date in page.locator("#people time").all():
        assert height(date) < 30
    album.take(page, "overview")


@pytest.mark.parametrize(
    "look",
    [
        pytest.param("light", marks=pytest.mark.long),
        pytest.param("dark", marks=pytest.mark.long),
        "phone",
    ],
)
def test_what_matters_is_in_sight(browser: Browser, tmp_path: Path, look: str) -> None:
    album = Album(tmp_path, look)
    project = project_of(tmp_path)
    tokens = invited(
        project, {"ana": "rater", "ben": "rater", "judge": "adjudicator", "olga": "organiser"}
    )
    with DeskProcess(project.plan) as desk:
        _, page = entered(browser, desk.address, tokens["ana"], **LOOKS[look])
        rating_pages(page, desk, album)
        rates(page, "1")
        _, page = entered(browser, desk.address, tokens["ben"], **LOOKS[look])
        at_item(page, desk.address)
        rates(page, "5")
        _, page = entered(browser, desk.address, tokens["judge"], **LOOKS[look])
        case_page(page, album)
        _, page = entered(browser, desk.address, tokens["olga"], **LOOKS[look])
        overview_page(page, album)
    assert album.faults == []


@pytest.mark.parametrize("look", ["light", pytest.param("phone", marks=pytest.mark.long)])
def test_feedback_of_training_is_in_sight(browser: Browser, tmp_path: Path, look: str) -> None:
    plain: dict[str, Any] = {"raters": 1, "training": 1, "golden": 0, "duplicates": 0}
    project = StoryProject(tmp_path / "desk", 1, golden=1, changes=plain).write()
    tokens = invited(project, {"ana": "rater"})
    album = Album(tmp_path, look)
    with DeskProcess(project.plan) as desk:
        _, page = entered(browser, desk.address, tokens["ana"], **LOOKS[look])
        at_item(page, desk.address)
        while page.locator("fieldset.dimension:not(.answered)").count():
            page.keyboard.press({"coherence": "4", "surprise": "5", "decency": "1"}[active(page)])
            page.keyboard.press("Enter")
        page.wait_for_selector(".feedback[data-agreed]")
        page.wait_for_selector("#next:focus")
        page.wait_for_selector("#toast.shown")
        assert page.evaluate(COVERED) == 0
        assert page.locator('.feedback[data-agreed="false"]').first.evaluate(IN_VIEW)
        assert page.locator("#next").evaluate(IN_VIEW)
        album.take(page, "feedback")
    assert album.faults == []
