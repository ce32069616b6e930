"""More of the desk in a browser: cases by keyboard, one dimension at a time, passages, windows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.people import entered
from tests.browser.test_page import ARGUMENTS
from tests.server.desks import DeskProcess, StoryProject, free_port, invited, story

from measurand.core.people import ADJUDICATION
from measurand.jobs.places import ledger_path
from measurand.store.ledger import open_ledger

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

SAVED = '#saved[data-state="saved"][data-unsent="0"]'
TWICE = """
() => {
  const form = document.getElementById('decision');
  form.requestSubmit();
  setTimeout(() => form.requestSubmit(), 0);
}
"""
DIMENSIONS = ("decency", "coherence", "surprise")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


def project_in(folder: Path, stories: int = 1, **changes: Any) -> StoryProject:
    plain = {"raters": 1, "training": 0, "golden": 0, "duplicates": 0}
    return StoryProject(folder / "desk", stories, changes={**plain, **changes}).write()


def at_item(page: Page, address: str, position: int | str = "") -> None:
    page.goto(f"{address}/rate/{position}".rstrip("/"))
    page.wait_for_selector("#item:not([hidden])")


def active(page: Page) -> str:
    return page.locator("fieldset.dimension.active").get_attribute("data-name") or ""


def rates_all(page: Page, digit: str) -> None:
    """Decency is yes, and everything else this digit."""
    for _ in DIMENSIONS:
        page.keyboard.press("1" if active(page) == "decency" else digit)
        page.keyboard.press("Enter")


def answers(project: StoryProject, rater: str) -> list[dict[str, Any]]:
    """The bodies of a rater's saves, in order."""
    return [dict(e.body) for e in project.log() if e.event == "answered" and e.who == rater]


def unsent(page: Page) -> list[str]:
    """The keys of the entries that this browser keeps for a desk."""
    keys: list[str] = page.evaluate("Object.keys(localStorage)")
    return sorted(key for key in keys if "measurand/" in key)


@pytest.fixture
def disputed(browser: Browser, tmp_path: Path) -> Iterator[tuple[StoryProject, str, Page]]:
    """A case page by an adjudicator; two people disagree about two dimensions of one story."""
    project = project_in(tmp_path, raters=2)
    tokens = invited(project, {"ana": "rater", "ben": "rater", "judge": "adjudicator"})
    with DeskProcess(project.plan) as desk:
        for name, digit in (("ana", "1"), ("ben", "5")):
            context, page = entered(browser, desk.address, tokens[name])
            at_item(page, desk.address)
            rates_all(page, digit)
            page.wait_for_url("**/finished")
            context.close()
        context, page = entered(browser, desk.address, tokens["judge"])
        with page.expect_navigation():
            page.click("#first")
        page.wait_for_selector("#decision")
        yield project, desk.address, page
        context.close()


def settled(project: StoryProject) -> list[tuple[Any, str | None]]:
    with open_ledger(ledger_path(project.plan)) as ledger:
        rows = ledger.ratings(rater=ADJUDICATION, kind="reference")
    return [(row.value, row.reason) for row in rows]


def test_cases_are_settled_by_keys_alone(disputed: tuple[StoryProject, str, Page]) -> None:
    project, _, page = disputed
    assert page.locator("#keys kbd").all_inner_texts() == ["1", "5", "c", "Esc", "Ctrl", "Enter"]
    for number, digit in enumerate("42"):
        page.wait_for_selector("#decision")
        page.keyboard.press("5")
        page.keyboard.press(digit)
        assert page.locator("#decision input:checked").get_attribute("value") == digit
        page.keyboard.press("c")
        page.wait_for_selector("#reason:focus")
        page.keyboard.type(f"Case {number}, c 135.")
        page.keyboard.press("Escape")
        assert page.locator("#reason:focus").count() == 0
        page.keyboard.press("c")
        with page.expect_navigation():
            page.keyboard.press("Control+Enter")
    assert "Nothing is in dispute" in page.locator("main").inner_text()
    assert sorted(settled(project)) == [(2.0, "Case 1, c 135."), (4.0, "Case 0, c 135.")]


def test_a_case_without_a_reason_is_not_recorded_and_single_keys_can_be_put_off(
    disputed: tuple[StoryProject, str, Page],
) -> None:
    project, _, page = disputed
    page.keyboard.press("4")
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(200)
    assert settled(project) == []
    page.uncheck("#short")
    page.reload()
    page.keyboard.press("4")
    page.keyboard.press("c")
    assert page.locator("#decision input:checked").count() == 0
    assert page.locator("#reason:focus").count() == 0
    page.check("#short")
    page.keyboard.press("4")
    assert page.locator("#decision input:checked").get_attribute("value") == "4"


def test_a_decision_that_is_sent_off_twice_is_recorded_once(
    disputed: tuple[StoryProject, str, Page],
) -> None:
    project, _, page = disputed
    page.keyboard.press("3")
    page.keyboard.press("c")
    page.keyboard.type("In the middle.")
    posts: list[str] = []
    page.on("request", lambda sent: posts.append(sent.url) if sent.method == "POST" else None)
    with page.expect_navigation():
        page.evaluate(TWICE)
    assert len(posts) == 1
    assert "Your decision was recorded" in page.locator("main").inner_text()
    assert settled(project) == [(3.0, "In the middle.")]


def test_one_dimension_at_a_time(browser: Browser, tmp_path: Path) -> None:
    project = project_in(tmp_path, 2, screen="one")
    tokens = invited(project, {"ana": "rater"})
    with DeskProcess(project.plan) as desk:
        context, page = entered(browser, desk.address, tokens["ana"])
        at_item(page, desk.address)
        shown = []
        for place in range(3):
            assert page.locator("fieldset.dimension:visible").count() == 1
            assert f"({place + 1} of 3)" in page.locator("fieldset.active legend").inner_text()
            shown.append(active(page))
            page.keyboard.press("1" if active(page) == "decency" else "4")
            assert page.locator("#item").get_attribute("data-done") == "false"
            page.keyboard.press("Enter")
        assert sorted(shown) == sorted(DIMENSIONS)
        page.wait_for_selector('#item[data-position="1"]')
        page.keyboard.press("b")
        page.wait_for_selector('#item[data-position="0"][data-done="true"]')
        page.keyboard.press("ArrowDown")
        assert active(page) == shown[1]
        page.wait_for_selector(SAVED)
        context.close()
    last = answers(project, "ana")[-1]
    assert last["done"]
    assert {name: mark["value"] for name, mark in last["marks"].items()} == {
        "decency": 1.0,
        "coherence": 4.0,
        "surprise": 4.0,
    }


def test_a_passage_is_flagged_by_keys(browser: Browser, tmp_path: Path) -> None:
    project = project_in(tmp_path)
    tokens = invited(project, {"ana": "rater"})
    with DeskProcess(project.plan) as desk:
        context, page = entered(browser, desk.address, tokens["ana"])
        at_item(page, desk.address)
        page.keyboard.press("f")
        page.wait_for_selector("mark.sought")
        page.keyboard.press("Escape")
        assert page.locator("mark").count() == 0
        page.keyboard.press("f")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Shift+ArrowRight")
        sought = "".join(page.locator("mark.sought").all_inner_texts())
        page.keyboard.press("Enter")
        page.wait_for_selector("#flags li input:focus")
        page.keyboard.type("5 stars? no.")
        page.keyboard.press("Escape")
        page.keyboard.press("1")
        page.wait_for_selector(SAVED)
        at_item(page, desk.address, 0)
        assert page.locator("#flags li input").input_value() == "5 stars? no."
        context.close()
    (span,) = answers(project, "ana")[-1]["spans"]
    text = story(0)[1]
    sentences = [one for part in text.split("\n\n") for one in part.split(". ")]
    flagged = " ".join(text[span["start"] : span["end"]].split())
    assert flagged == " ".join(sought.split())
    assert not flagged.startswith(sentences[0][:20])
    assert len(flagged) > len(sentences[1])
    assert span["note"] == "5 stars? no."


def test_of_two_windows_the_later_is_told_what_stands(browser: Browser, tmp_path: Path) -> None:
    project = project_in(tmp_path)
    tokens = invited(project, {"ana": "rater"})
    with DeskProcess(project.plan) as desk:
        context, first = entered(browser, desk.address, tokens["ana"])
        second = context.new_page()
        for page in (first, second):
            at_item(page, desk.address)
        first.keyboard.press("1")
        first.wait_for_selector(SAVED)
        first.wait_for_selector('#item[data-number="1"]')
        second.keyboard.press("2")
        second.wait_for_selector("#notice:not([hidden])")
        assert "another window" in second.locator("#notice").inner_text()
        assert second.locator("fieldset.active input:checked").get_attribute("data-value") == "1"
        # What was not taken is kept aside, and what is said from here on counts.
        assert [key.partition("/")[0] for key in unsent(second)] == ["not-taken"]
        second.keyboard.press("2")
        second.wait_for_selector('#item[data-number="2"]')
        second.wait_for_selector(SAVED)
        context.close()
    said = [one["marks"]["decency"]["value"] for one in answers(project, "ana")]
    assert said == [1.0, 0.0]


def test_what_one_desk_was_not_told_is_not_sent_to_another(
    browser: Browser, tmp_path: Path
) -> None:
    one, other = project_in(tmp_path / "one"), project_in(tmp_path / "other", 2)
    text = other.plan.read_text("utf-8").replace("name: short stories", "name: other stories")
    other.plan.write_text(text, encoding="utf-8")
    tokens = {made.plan: invited(made, {"ana": "rater"})["ana"] for made in (one, other)}
    here = free_port()
    with DeskProcess(one.plan, here) as desk:
        context, page = entered(browser, desk.address, tokens[one.plan])
        at_item(page, desk.address)
        page.wait_for_selector(SAVED)
        desk.kill()
        page.keyboard.press("1")
        page.wait_for_selector('#saved[data-unsent="1"]')
        (kept,) = unsent(page)
        page.goto("about:blank")
        with DeskProcess(other.plan, here) as instead:
            page.goto(f"{instead.address}/enter/{tokens[other.plan]}")
            page.click("#enter")
            at_item(page, instead.address)
            assert page.locator("#saved").get_attribute("data-unsent") == "0"
            page.keyboard.press("2")
            page.wait_for_selector('#item[data-number="1"]')
            page.wait_for_selector(SAVED)
            assert unsent(page) == [kept]
            page.goto("about:blank")
        desk.start()
        page.goto(f"{desk.address}/enter/{tokens[one.plan]}")
        page.click("#enter")
        at_item(page, desk.address)
        page.wait_for_selector(SAVED)
        assert unsent(page) == []
        context.close()
    assert [said["marks"]["decency"]["value"] for said in answers(one, "ana")] == [1.0]
    assert [said["marks"]["decency"]["value"] for said in answers(other, "ana")] == [0.0]
