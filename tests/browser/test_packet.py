"""The offline page in a browser: keyboard only, reloaded, saved, loaded, and inert."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.browser.packets import HTML, Rater, browser
from tests.store.packets.packet_world import HOSTILE, KIND, SHARE, TONE, packet, pairs, sheet

from measurand.core.people import Mark, Span
from measurand.raters.people.packet import Entry, packet_of
from measurand.raters.people.reconcile import reconcile

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]

LONG = ("<b>=1 \u202e\U0001f468\u200d\U0001f469 \0\r\n" * 72_000)[:1_000_000]


def test_a_packet_is_rated_by_keyboard_reloaded_saved_and_read(
    browser: Browser, tmp_path: Path
) -> None:
    sent = packet("one", "two", "three")
    rater = Rater(browser, sent, tmp_path)
    assert rater.page.locator("input:checked:not(#keys)").count() == 0
    rater.press("4", "n", "2", "ArrowDown", "2", "Enter", "2", "a", "3", "ArrowDown", "x", "c")
    rater.page.keyboard.type("=odd 5u")
    rater.press("Escape")
    rater.page.reload()
    assert rater.page.locator("#where").inner_text() == "Item 2 of 3"
    assert rater.page.locator("#comment").input_value() == "=odd 5u"
    rater.press("n", "1", "n", "5", "u", "s")
    path = rater.saved(tmp_path)
    result = reconcile([sent], HTML.read(path))
    assert result.intake.refused == ()
    first, second, third = result.answers
    assert first.answer.marks == {
        "tone": Mark(value=4.0),
        "Safe?": Mark(value=0.0),
        "kind of error": Mark(value="1/2"),
    }
    assert second.answer.marks["tone"] == Mark(value=2.0, also=(3.0,))
    assert second.answer.marks["Safe?"] == Mark(cannot=True)
    assert second.answer.comment == "=odd 5u"
    assert (third.answer.marks, third.answer.skipped) == ({}, True)
    assert first.rater == "Ann"
    assert rater.problems == []
    rater.context.close()


def test_a_saved_file_is_loaded_in_another_browser_and_can_be_taken_back(
    browser: Browser, tmp_path: Path
) -> None:
    sent = packet("one", "two", rater=None)
    rater = Rater(browser, sent, tmp_path)
    rater.press("4")
    rater.page.click("#save")
    assert "your name" in rater.page.locator("#notice").inner_text()
    rater.page.fill("#rater", " Zoë =1 ")
    rater.page.keyboard.press("Escape")
    path = rater.saved(tmp_path)
    assert HTML.read(path).returned[0].rater == "Zoë =1"
    other = Rater(browser, sent, tmp_path)
    other.page.set_input_files("#load", path)
    other.page.wait_for_function("document.getElementById('notice').textContent.includes('loaded')")
    assert other.page.locator("input[value='4']").first.is_checked()
    assert other.page.locator("#rater").input_value() == "Zoë =1"
    other.press("u")
    assert not other.page.locator("input[value='4']").first.is_checked()
    wrong = tmp_path / "wrong.json"
    for content, words in (
        ("{", "not a file"),
        (json.dumps({"measurand": "packet answers", "packet": "x", "answers": []}), "another"),
    ):
        wrong.write_text(content)
        other.page.set_input_files("#load", wrong)
        other.page.wait_for_function(
            "words => document.getElementById('notice').textContent.includes(words)", arg=words
        )
    assert rater.problems == other.problems == []
    rater.context.close()
    other.context.close()


def test_hostile_texts_are_shown_as_they_are_and_do_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    named = packet_of(
        "<img src=x onerror=\"document.title='owned'\">",
        [Entry(sheet=sheet(t, more=t[:1000]), dimensions=(TONE, KIND)) for t in (*HOSTILE, LONG)],
        rater="<b>Ann</b>",
        instructions="<script>document.title='owned'</script>",
    )
    rater = Rater(browser, named, tmp_path)
    for place, text in enumerate((*HOSTILE, LONG)):
        box = rater.page.locator("#texts .text.rated")
        assert box.evaluate("box => box.textContent") == text, place
        assert box.evaluate("box => box.querySelectorAll(':not(.part)').length") == 0
        rater.page.click("#unrated")
    assert rater.page.title() == named.name.strip()
    assert rater.page.locator("img, iframe, object, link, base").count() == 0
    assert rater.problems == []
    source = rater.path.read_text(encoding="utf-8")
    assert source.count("<script") == 2
    assert source.count("</script") == 2
    rater.context.close()


def test_the_policy_stops_a_script_that_found_its_way_in(browser: Browser, tmp_path: Path) -> None:
    rater = Rater(browser, packet("one"), tmp_path)
    rater.page.evaluate(
        """() => {
          const script = document.createElement('script');
          script.textContent = "document.title = 'owned'";
          document.body.append(script);
          document.body.insertAdjacentHTML('beforeend', "<img src='https://example.org/x'>");
        }"""
    )
    rater.page.wait_for_timeout(100)
    assert rater.page.title() == "first round"
    assert any("Content Security Policy" in problem for problem in rater.problems)
    rater.context.close()


def test_pairs_stand_side_by_side_and_mixed_items_ask_their_own(
    browser: Browser, tmp_path: Path
) -> None:
    sent = pairs("one", "two")
    rater = Rater(browser, sent, tmp_path)
    rater.press("1", "n", "3")
    result = reconcile([sent], HTML.read(rater.saved(tmp_path)))
    values = [taken.answer.marks["better"].value for taken in result.answers]
    assert values == ["win", "win"]
    rater.context.close()
    mixed = packet_of("free", [Entry(sheet=sheet("x"), dimensions=(SHARE,))], rater="Ann")
    rater = Rater(browser, mixed, tmp_path)
    rater.page.fill("fieldset input[type=text]", "0.25")
    rater.page.keyboard.press("Tab")
    (taken,) = reconcile([mixed], HTML.read(rater.saved(tmp_path))).answers
    assert taken.answer.marks["share"].value == 0.25
    rater.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_is_accessible_and_fits(
    browser: Browser, tmp_path: Path, width: int, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    for sent in (packet("word" * 200, "two"), pairs("one")):
        viewport = {"width": width, "height": 760}
        rater = Rater(
            browser, sent, tmp_path, viewport=viewport, color_scheme=scheme, bypass_csp=True
        )
        rater.press("1")
        rater.page.evaluate(SELECT, [0, 0, 2])
        rater.press("f")
        assert rater.page.locator("#flags li").count() == 1
        assert rater.page.evaluate("document.documentElement.scrollWidth") <= width
        found = axe.Axe().run(rater.page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        rater.context.close()


def test_shortcuts_can_be_turned_off(browser: Browser, tmp_path: Path) -> None:
    rater = Rater(browser, packet("one", "two"), tmp_path)
    rater.page.uncheck("#keys")
    rater.page.locator("#item").focus()
    rater.press("4", "s")
    assert rater.page.locator("input:checked").count() == 0
    assert rater.page.locator("#where").inner_text() == "Item 1 of 2"
    rater.context.close()


def seconds_of(rater: Rater) -> list[float | None]:
    draft = "JSON.parse(localStorage.getItem('measurand packet ' + id)).answers"
    found = rater.page.evaluate(f"id => Object.values({draft}).map(a => a.seconds)", rater.sent.id)
    assert isinstance(found, list)
    return found


def test_time_runs_with_signs_of_life_while_the_page_is_seen(
    browser: Browser, tmp_path: Path
) -> None:
    rater = Rater(browser, packet("one", "two"), tmp_path)
    time = rater.page.clock
    rater.page.goto("about:blank")
    time.install()
    rater.page.goto(rater.path.as_uri())
    time.run_for(10_000)
    assert seconds_of(rater) == [pytest.approx(10, abs=1)]
    time.run_for(600_000)
    assert seconds_of(rater) == [pytest.approx(60, abs=1)]
    rater.press("4")
    time.run_for(20_000)
    assert seconds_of(rater) == [pytest.approx(80, abs=1)]
    rater.page.evaluate("dispatchEvent(new Event('blur'))")
    time.run_for(30_000)
    assert seconds_of(rater) == [pytest.approx(80, abs=1)]
    rater.page.evaluate("dispatchEvent(new Event('focus'))")
    rater.press("s")
    time.run_for(15_000)
    assert seconds_of(rater) == [pytest.approx(80, abs=1), pytest.approx(15, abs=1)]
    rater.page.evaluate(
        """() => {
          Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )
    time.run_for(30_000)
    assert seconds_of(rater) == [pytest.approx(80, abs=1), pytest.approx(15, abs=1)]
    assert rater.problems == []
    rater.context.close()


def test_time_that_a_loaded_file_does_not_tell_stays_unknown(
    browser: Browser, tmp_path: Path
) -> None:
    sent = packet("one")
    rater = Rater(browser, sent, tmp_path)
    rater.press("4")
    path = rater.saved(tmp_path)
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["answers"][0]["seconds"] >= 0
    del found["answers"][0]["seconds"]
    path.write_text(json.dumps(found), encoding="utf-8")
    rater.page.set_input_files("#load", path)
    rater.page.wait_for_function("document.getElementById('notice').textContent.includes('loaded')")
    rater.page.wait_for_timeout(1200)
    (taken,) = reconcile([sent], HTML.read(rater.saved(tmp_path))).answers
    assert taken.answer.seconds is None
    rater.context.close()


SELECT = """([side, from, to]) => {
  const box = document.querySelectorAll('#texts .text.rated')[side];
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let at = 0, node; (node = walker.nextNode()); at += node.data.length) {
    if (from >= at && from <= at + node.data.length) range.setStart(node, from - at);
    if (to >= at && to <= at + node.data.length) range.setEnd(node, to - at);
  }
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


def test_passages_are_flagged_told_why_and_taken_back(browser: Browser, tmp_path: Path) -> None:
    words = "\U0001f600 one <b>two</b>\r\n\U0001f468\u200d\U0001f469 three "
    text = words + "long " * 2000
    sent = packet(text, "second")
    rater = Rater(browser, sent, tmp_path)
    rater.press("f")
    assert rater.page.locator("#status").inner_text() == "select a passage of the output first"
    rater.page.evaluate(SELECT, [0, 3, 6])  # in UTF-16: the smile is two
    rater.press("f")
    rater.page.keyboard.type("5 wrong f")
    rater.press("Escape")
    rater.page.evaluate(SELECT, [0, len(text) - 6, len(text) + 2])  # three are two in UTF-16
    rater.page.click("#flag")
    rater.press("Escape")
    rater.page.evaluate(SELECT, [0, 0, 2])
    rater.press("f")
    assert rater.page.locator("#flags q").all_inner_texts() == ["one", "ong long", "\U0001f600"]
    rater.page.click("#flags li:last-child button")
    rater.page.reload()
    assert rater.page.locator("#flags li").count() == 2
    assert rater.page.locator("#flags input").first.input_value() == "5 wrong f"
    rater.press("s")
    assert rater.page.locator("#flags li").count() == 0
    path = rater.saved(tmp_path)
    (taken,) = reconcile([sent], HTML.read(path)).answers
    first, second = taken.answer.spans
    assert first == Span(start=2, end=5, note="5 wrong f")
    assert text[first.start : first.end] == "one"
    assert text[second.start : second.end] == "ong long"
    assert taken.answer.marks == {}
    other = Rater(browser, sent, tmp_path)
    other.page.set_input_files("#load", path)
    other.page.wait_for_function("document.querySelectorAll('#flags li').length === 2")
    other.press("u")
    assert other.page.locator("#flags li").count() == 0
    assert rater.problems == other.problems == []
    rater.context.close()
    other.context.close()


def test_passages_of_pairs_have_their_side_and_hostile_ones_are_text(
    browser: Browser, tmp_path: Path
) -> None:
    sent = pairs("<img src=x onerror=alert(1)>", "two")
    rater = Rater(browser, sent, tmp_path)
    rater.page.evaluate(SELECT, [1, 0, 10])
    rater.press("f", "Escape")
    assert rater.page.locator("#flags q").inner_text() == "right: <img src=x"
    rater.press("s")
    rater.page.evaluate(SELECT, [0, 0, 2])
    rater.press("f", "Escape")
    first, second = reconcile([sent], HTML.read(rater.saved(tmp_path))).answers
    assert sent.orders[second.code] == "ba"
    assert first.answer.spans == (Span(start=0, end=10, side=1),)
    assert second.answer.spans == (Span(start=0, end=2, side=1),)
    assert rater.problems == []
    rater.context.close()
