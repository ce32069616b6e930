"""What is typed at the desk is what is stored: as a whole or not at all, on every scale."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tests.browser.people import entered
from tests.browser.test_desk_more import SAVED, active, answers, at_item, project_in, settled
from tests.browser.test_page import ARGUMENTS
from tests.server.desks import DeskProcess, StoryProject, invited

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

FIELD = "fieldset.active input.typed"
UNSENT = "Object.keys(localStorage).filter((key) => key.startsWith('measurand/')).length"
TWELVE = "/".join(f"kind {place}" for place in range(1, 13))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


def asking(folder: Path, scales: Mapping[str, str], **changes: Any) -> StoryProject:
    """A project whose people rate on these scales and no other."""
    project = project_in(folder, 2, **changes)
    plan = yaml.safe_load(project.plan.read_text("utf-8"))
    plan["rubric"] = [
        {"dimension": name, "definition": "How?", "weight": 0, "scale": scale, "raters": ["people"]}
        for name, scale in scales.items()
    ]
    project.plan.write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")
    return project


def values(project: StoryProject, dimension: str) -> list[Any]:
    said = [one["marks"].get(dimension, {}) for one in answers(project, "ana")]
    return [mark.get("value") for mark in said]


def write_over(page: Page, text: str) -> None:
    page.focus(FIELD)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def test_the_first_key_of_a_number_is_not_lost(browser: Browser, tmp_path: Path) -> None:
    project = asking(tmp_path, {"share": "0..1"})
    tokens = invited(project, {"ana": "rater"})
    with DeskProcess(project.plan) as desk:
        context, page = entered(browser, desk.address, tokens["ana"])
        at_item(page, desk.address)
        page.keyboard.type("1.0")
        assert page.locator(FIELD).input_value() == "1.0"
        page.keyboard.press("Enter")
        page.wait_for_selector('#item[data-position="1"]')
        page.keyboard.type(".25")
        page.keyboard.press("Enter")
        page.wait_for_url("**/finished")
        context.close()
    assert set(values(project, "share")) == {1.0, 0.25}


def refused(page: Page, text: str) -> None:
    """Write over a rating; it is gone, and what is written does not get on."""
    for key in ["Control+a", *text]:
        page.focus(FIELD)
        page.keyboard.press(key)
    assert page.locator("fieldset.answered").count() == 0
    page.wait_for_timeout(700)
    page.keyboard.press("Enter")
    page.wait_for_selector(f'{FIELD}[aria-invalid="true"]:focus')
    assert page.locator("#item").get_attribute("data-position") == "0"
    assert page.locator(FIELD).input_value() == text
    for told in ("fieldset.active .fault", "#toast.shown"):
        assert page.locator(told).inner_text().startswith(f"“{text}” is not taken: ")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    assert page.locator("fieldset.answered").count() == 0
    page.wait_for_selector(SAVED)


def test_what_is_no_rating_as_a_whole_is_none_in_part(browser: Browser, tmp_path: Path) -> None:
    project = asking(tmp_path, {"share": "0..1"})
    tokens = invited(project, {"ana": "rater"})
    wrong = ("1.5", "0.5x", "-", "0.", "1e-1", "0x1", "0 1", "0,5,5", "1,000", "-0.1")
    with DeskProcess(project.plan) as desk:
        context, page = entered(browser, desk.address, tokens["ana"])
        at_item(page, desk.address)
        for text in wrong:
            write_over(page, "0.75")
            page.keyboard.press("Escape")
            page.wait_for_selector("fieldset.answered")
            page.wait_for_selector(SAVED)
            refused(page, text)
        context.close()
    assert values(project, "share") == [0.75, None] * len(wrong)
    assert not any(one["done"] for one in answers(project, "ana"))


def test_a_number_is_kept_when_the_field_is_left(browser: Browser, tmp_path: Path) -> None:
    project = asking(tmp_path, {"share": "0..1", "topic": "nominal", "tone": "1-5"})
    tokens = invited(project, {"ana": "rater"})
    with DeskProcess(project.plan) as desk:
        context, page = entered(browser, desk.address, tokens["ana"])
        at_item(page, desk.address)
        while active(page) != "share":
            page.keyboard.press("ArrowDown")
        page.keyboard.type("0,5")
        assert page.locator('[data-name="share"] input.typed').input_value() == "0,5"
        page.wait_for_timeout(900)
        assert values(project, "share") == []
        page.reload()
        page.wait_for_selector("#item:not([hidden])")
        page.wait_for_selector(SAVED)
        assert page.locator('[data-name="share"] input.typed').input_value() == "0.5"
        while active(page) != "topic":
            page.keyboard.press("ArrowDown")
        page.keyboard.type("2nd law, n")
        page.click("#title")
        page.wait_for_selector(SAVED)
        page.keyboard.press("u")
        page.wait_for_selector('[data-name="topic"]:not(.answered)')
        assert page.locator('[data-name="topic"] input.typed').input_value() == ""
        page.wait_for_selector(SAVED)
        context.close()
    assert values(project, "share")[-1] == 0.5
    assert values(project, "topic") == [None, "2nd law, n", None]


def test_what_the_desk_said_before_an_answer_came_does_not_take_it_back(
    browser: Browser, tmp_path: Path
) -> None:
    project = asking(tmp_path, {"share": "0..1"})
    tokens = invited(project, {"ana": "rater"})
    with DeskProcess(project.plan) as desk:
        context, page = entered(browser, desk.address, tokens["ana"])
        at_item(page, desk.address)
        empty = context.request.get(f"{desk.address}/api/items/0").text()
        held: list[Route] = []
        page.route(
            "**/api/items/0",
            lambda route: (
                held.append(route) if route.request.method == "GET" else route.continue_()
            ),
        )
        page.keyboard.type("0,5")
        assert page.locator(FIELD).input_value() == "0,5"
        page.reload(wait_until="commit")
        while not held or page.evaluate(UNSENT):
            page.wait_for_timeout(50)
        held[0].fulfill(body=empty, content_type="application/json")
        page.wait_for_selector("#item:not([hidden])")
        assert page.locator(FIELD).input_value() == "0.5"
        context.close()
    assert set(values(project, "share")) == {0.5}


def test_ten_is_chosen_by_its_two_digits(browser: Browser, tmp_path: Path) -> None:
    project = asking(tmp_path, {"tone": "0-10"})
    tokens = invited(project, {"ana": "rater"})
    with DeskProcess(project.plan) as desk:
        context, page = entered(browser, desk.address, tokens["ana"])
        at_item(page, desk.address)
        page.keyboard.type("10")
        page.wait_for_selector('input[data-value="10"]:checked')
        page.keyboard.press("1")
        page.wait_for_timeout(300)
        assert page.locator('input[data-value="10"]:checked').count() == 1
        page.wait_for_selector('input[data-value="1"]:checked')
        page.keyboard.type("17")
        page.wait_for_selector('input[data-value="7"]:checked')
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        page.wait_for_selector('#item[data-position="1"]')
        page.wait_for_selector(SAVED)
        context.close()
    assert values(project, "tone") == [10.0, 1.0, 7.0, 1.0, 1.0]


def test_the_eleventh_of_a_list_has_a_letter(browser: Browser, tmp_path: Path) -> None:
    project = asking(tmp_path, {"topic": TWELVE})
    tokens = invited(project, {"ana": "rater"})
    with DeskProcess(project.plan) as desk:
        context, page = entered(browser, desk.address, tokens["ana"])
        at_item(page, desk.address)
        for key, label in (("d", "kind 11"), ("0", "kind 10"), ("1", "kind 1"), ("e", "kind 12")):
            page.keyboard.press(key)
            page.wait_for_selector(f'input[data-value="{label}"]:checked')
        assert "e" in page.locator(".choice:has(:checked) kbd").all_inner_texts()
        page.keyboard.press("ArrowLeft")
        page.wait_for_selector('input[data-value="kind 11"]:checked')
        page.keyboard.press("a")
        page.keyboard.press("d")
        assert page.locator("#toast").inner_text() == "That is your rating already."
        assert page.locator(".as-good").count() == 0
        context.close()


def test_what_is_left_is_told_in_round_numbers(browser: Browser, tmp_path: Path) -> None:
    project = project_in(tmp_path, 12)
    tokens = invited(project, {"ana": "rater"})
    with DeskProcess(project.plan) as desk:
        context, page = entered(browser, desk.address, tokens["ana"])
        assert "About 15 items" in page.locator(".lead").inner_text()
        at_item(page, desk.address)
        page.wait_for_function("document.getElementById('count').textContent")
        assert page.locator("#count").inner_text() == "0 done, about 15 left"
        assert page.locator("#progress").get_attribute("max") == "15"
        context.close()


def test_a_comment_says_when_it_is_full(browser: Browser, tmp_path: Path) -> None:
    project = project_in(tmp_path)
    tokens = invited(project, {"ana": "rater"})
    with DeskProcess(project.plan) as desk:
        context, page = entered(browser, desk.address, tokens["ana"])
        at_item(page, desk.address)
        told = page.locator("#comment-count")
        page.fill("#comment", "x" * 4000)
        assert told.inner_text() == ""
        page.fill("#comment", "x" * 4600)
        assert told.inner_text() == "4,600 of 5,000 characters"
        page.fill("#comment", "x" * 4999)
        page.focus("#comment")
        page.keyboard.press("End")
        page.keyboard.type("yz")
        assert told.inner_text().startswith("5,000 of 5,000 characters: no more")
        page.wait_for_selector(SAVED)
        context.close()
    assert len(answers(project, "ana")[-1]["comment"]) == 5000


def test_a_case_whose_value_is_written_is_settled_by_keys(browser: Browser, tmp_path: Path) -> None:
    project = asking(tmp_path, {"topic": "nominal"}, raters=2)
    tokens = invited(project, {"ana": "rater", "ben": "rater", "judge": "adjudicator"})
    with DeskProcess(project.plan) as desk:
        for name, text in (("ana", "1st law"), ("ben", "2nd law")):
            context, page = entered(browser, desk.address, tokens[name])
            at_item(page, desk.address)
            for place in range(2):
                page.wait_for_selector(f'#item[data-position="{place}"]')
                page.keyboard.type(text)
                page.keyboard.press("Enter")
            page.wait_for_url("**/finished")
            context.close()
        context, page = entered(browser, desk.address, tokens["judge"])
        with page.expect_navigation():
            page.click("#first")
        page.keyboard.type("3rd law")
        assert page.locator("input.typed").input_value() == "3rd law"
        page.keyboard.press("Escape")
        page.keyboard.press("c")
        page.keyboard.type("Half of it.")
        with page.expect_navigation():
            page.keyboard.press("Control+Enter")
        context.close()
    assert settled(project) == [("3rd law", "Half of it.")]
