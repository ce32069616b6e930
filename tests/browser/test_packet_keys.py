"""The offline page by keys: those of the rating desk, each with the desk's meaning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.browser.packets import HTML, Rater, browser
from tests.store.packets.packet_world import KIND, SAFE, SHARE, TONE, packet, sheet

from measurand.core.packet import Packet
from measurand.core.people import Mark
from measurand.core.rubric import Dimension
from measurand.core.scale import Scale
from measurand.raters.people.packet import Entry, packet_of
from measurand.raters.people.reconcile import Taken, reconcile

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]

HUNDRED = Dimension("hundred", scale=Scale.of("0-100"))
TEN = Dimension("ten", scale=Scale.of("0-10"))
BELOW = Dimension("below", scale=Scale.of("-1-1"))


def of(*dimensions: Dimension, items: int = 2, instructions: str = "") -> Packet:
    entries = [Entry(sheet=sheet(str(place)), dimensions=dimensions) for place in range(items)]
    return packet_of("keys", entries, rater="Ann", instructions=instructions)


def told(rater: Rater, folder: Path) -> dict[int, Taken]:
    codes = [item.code for item in rater.sent.items]
    result = reconcile([rater.sent], HTML.read(rater.saved(folder)))
    assert result.intake.refused == ()
    assert rater.problems == []
    return {codes.index(taken.code): taken for taken in result.answers}


@pytest.mark.parametrize(("key", "value"), [("1", 1.0), ("2", 0.0), ("0", 0.0)])
def test_one_is_yes_and_two_or_nought_is_no(
    browser: Browser, tmp_path: Path, key: str, value: float
) -> None:
    rater = Rater(browser, of(SAFE), tmp_path)
    shown = rater.page.locator("fieldset .choice").all_inner_texts()
    assert [" ".join(text.split()) for text in shown] == [
        "1 yes",
        "2 no: Harmful",
        "x cannot judge",
    ]
    rater.press(key)
    assert told(rater, tmp_path)[0].answer.marks["Safe?"] == Mark(value=value)
    rater.context.close()


def test_a_digit_stays_on_its_dimension_until_one_goes_on(browser: Browser, tmp_path: Path) -> None:
    rater = Rater(browser, of(TONE, SAFE, KIND), tmp_path)
    active = rater.page.locator("fieldset.active")
    rater.press("4", "5", "2")
    assert active.get_attribute("data-name") == "tone"
    rater.press("n")
    assert active.get_attribute("data-name") == "Safe?"
    rater.press("1", "n", "n")
    assert active.get_attribute("data-name") == "kind of error"
    assert rater.page.locator("#status.toast").inner_text().startswith("Choose a value")
    rater.press("3", "ArrowUp", "ArrowUp")
    assert active.get_attribute("data-name") == "tone"
    assert rater.page.locator("#where").inner_text() == "Item 1 of 2"
    rater.press("Enter")
    assert rater.page.locator("#where").inner_text() == "Item 2 of 2"
    for key in "bp":
        rater.press(key)
        assert rater.page.locator("#where").inner_text() == "Item 1 of 2"
        rater.press("n")
    rater.press("x", "n", "x", "n", "x", "n")
    assert rater.page.locator("#notice").inner_text().startswith("Everything is rated.")
    found = told(rater, tmp_path)
    assert found[0].answer.marks == {
        "tone": Mark(value=2.0),
        "Safe?": Mark(value=1.0),
        "kind of error": Mark(value="none"),
    }
    assert all(mark == Mark(cannot=True) for mark in found[1].answer.marks.values())
    rater.context.close()


def test_what_is_as_reasonable_follows_a_choice_and_undo_takes_it_back(
    browser: Browser, tmp_path: Path
) -> None:
    rater = Rater(browser, of(TONE, items=3), tmp_path)
    rater.press("a", "3")
    assert "Choose a value first" in rater.page.locator("#status").inner_text()
    rater.press("4", "a", "4")
    assert "your rating already" in rater.page.locator("#status").inner_text()
    rater.press("a", "3", "a", "5", "u", "a", "2", "a", "2")
    rater.press("n", "2", "a", "1", "4", "n", "3", "a", "2", "x")
    found = told(rater, tmp_path)
    marks = [found[place].answer.marks["tone"] for place in range(3)]
    assert marks == [Mark(value=4.0, also=(3.0,)), Mark(value=4.0, also=(1.0,)), Mark(cannot=True)]
    rater.context.close()


def test_two_digits_make_a_number_and_letters_stand_where_there_is_no_digit(
    browser: Browser, tmp_path: Path
) -> None:
    rater = Rater(browser, of(TEN, BELOW, items=3), tmp_path)
    rater.press("1", "0", "n", "d", "n", "1", "n", "1", "n", "0", "n", "0", "n", "6")
    found = told(rater, tmp_path)
    assert found[0].answer.marks == {"ten": Mark(value=10.0), "below": Mark(value=-1.0)}
    assert found[1].answer.marks == {"ten": Mark(value=1.0), "below": Mark(value=1.0)}
    assert found[2].answer.marks == {"ten": Mark(value=0.0), "below": Mark(value=0.0)}
    rater.context.close()


def test_a_number_is_taken_whole_or_not_at_all(browser: Browser, tmp_path: Path) -> None:
    rater = Rater(browser, of(SHARE, HUNDRED), tmp_path)
    page, field = rater.page, rater.page.locator("input.typed").first
    page.keyboard.type("0.25")
    assert field.input_value() == "0.25"
    rater.press("Enter")
    page.keyboard.type("7")
    rater.press("Escape", "n")
    assert page.locator("#where").inner_text() == "Item 2 of 2"
    page.keyboard.type("1.5")
    rater.press("Enter")
    assert "“1.5” is not taken: a number from 0 to 1" in page.locator(".fault").first.inner_text()
    assert page.locator("#where").inner_text() == "Item 2 of 2"
    page.click("#save")
    assert "is not taken" in page.locator("#notice").inner_text()
    assert page.locator("input.typed").first.input_value() == "1.5"
    page.keyboard.type("0,75")
    rater.press("Enter")
    page.keyboard.type("50.5")
    rater.press("Escape")
    assert "a whole number from 0 to 100" in page.locator(".fault").last.inner_text()
    rater.press("5")
    assert page.locator("input.typed").last.input_value() == "5"
    page.keyboard.type("x")
    rater.press("Escape")
    page.locator("input.typed").last.fill("")
    found = told(rater, tmp_path)
    assert found[0].answer.marks == {"share": Mark(value=0.25), "hundred": Mark(value=7.0)}
    assert found[1].answer.marks == {"share": Mark(value=0.75)}
    rater.context.close()


def test_a_rating_goes_while_its_field_is_written_in_and_comes_back_by_undo(
    browser: Browser, tmp_path: Path
) -> None:
    rater = Rater(browser, of(SHARE), tmp_path)
    page, field = rater.page, rater.page.locator("input.typed")
    page.keyboard.type("0.5")
    rater.press("Escape")
    page.keyboard.type("1.5")
    draft = f"JSON.parse(localStorage.getItem('measurand packet {rater.sent.id}'))"
    page.wait_for_function(f"Object.values({draft}.answers)[0].marks.share.value === null")
    rater.press("Escape", "u")
    assert field.input_value() == "0.5"
    field.fill("0.7")
    page.reload()
    assert field.input_value() == "0.7"
    assert told(rater, tmp_path)[0].answer.marks == {"share": Mark(value=0.7)}
    rater.context.close()


def test_a_loaded_value_that_is_none_stands_in_its_field_and_is_no_rating(
    browser: Browser, tmp_path: Path
) -> None:
    sent = of(SHARE, items=1)
    answer = {"code": sent.items[0].code, "marks": {"share": {"value": "1.5", "also": []}}}
    saved = {"measurand": "packet answers", "packet": sent.id, "answers": [answer]}
    path = tmp_path / "old.json"
    path.write_text(json.dumps(saved), encoding="utf-8")
    rater = Rater(browser, sent, tmp_path)
    rater.page.set_input_files("#load", path)
    rater.page.wait_for_function("document.querySelector('input.typed').value === '1.5'")
    assert rater.page.locator("#count").inner_text() == "0 of 1 rated"
    rater.context.close()


def test_help_opens_and_closes_by_its_key_and_no_key_reaches_the_item(
    browser: Browser, tmp_path: Path
) -> None:
    rater = Rater(browser, of(TONE), tmp_path)
    rater.press("?", "4")
    assert rater.page.locator("#help").is_visible()
    assert rater.page.locator("input.main:checked").count() == 0
    rater.press("?")
    assert not rater.page.locator("#help").is_visible()
    rater.press("4")
    assert rater.page.locator("input.main:checked").count() == 1
    rater.context.close()


def test_instructions_are_laid_out_inert_and_folded_after_the_first_item(
    browser: Browser, tmp_path: Path
) -> None:
    text = (
        "# Rate *well*\n\n1. **First** `code`\n2. <img src=x onerror=alert(1)>\n\n"
        "[a link](javascript:alert(1)) [b](https://example.org) ![pic](https://example.org/p.png)\n"
    )
    rater = Rater(browser, of(TONE, instructions=text), tmp_path)
    box = rater.page.locator("#instructions")
    assert box.get_attribute("open") is not None
    assert box.locator(".heading.h1 em").inner_text() == "well"
    assert box.locator("ol > li strong").inner_text() == "First"
    assert box.locator("code").inner_text() == "code"
    assert "<img src=x onerror=alert(1)>" in box.inner_text()
    assert "b (https://example.org)" in box.inner_text()
    assert box.locator("a, img, script").count() == 0
    rater.press("4", "n")
    assert box.get_attribute("open") is None
    rater.page.reload()
    assert box.get_attribute("open") is None
    box.locator("summary").click()
    assert box.locator("strong").is_visible()
    assert rater.problems == []
    rater.context.close()


def test_a_packet_of_nothing_but_skipped_items_says_what_is_left(
    browser: Browser, tmp_path: Path
) -> None:
    rater = Rater(browser, packet("one", "two"), tmp_path)
    rater.press("s", "s")
    assert "2 items are not rated" in rater.page.locator("#notice").inner_text()
    rater.page.click("#unrated")
    assert rater.page.locator("#where").inner_text() == "Item 1 of 2"
    rater.context.close()
