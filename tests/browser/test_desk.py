"""People work at the real desk by keyboard alone, and what they pressed is on disk, once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.people import Adjudicator, Rater, entered, numbered
from tests.browser.test_page import ARGUMENTS
from tests.server.desks import DeskProcess, StoryProject, invited, story

from measurand.core.people import ADJUDICATION, Role
from measurand.jobs.places import ledger_path
from measurand.store.ledger import open_ledger

if TYPE_CHECKING:
    from playwright.sync_api import Browser

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

NAMES = ("ana", "ben", "chris")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


def at_work(browser: Browser, desk: DeskProcess, tokens: dict[str, str]) -> list[Rater]:
    raters = []
    for shift, name in enumerate(tokens):
        context, page = entered(browser, desk.address, tokens[name])
        raters.append(Rater(name, page, shift, context=context))
        raters[-1].begin()
    return raters


def all_rate(raters: list[Rater], incidents: dict[int, Callable[[], None]]) -> None:
    """Everyone rates one item after the other, in turns; incidents come before a round."""
    for turn in range(200):
        if turn in incidents:
            incidents[turn]()
        for rater in raters:
            if not rater.finished:
                rater.rate()
        if all(rater.finished for rater in raters):
            return
    raise AssertionError("there is no end to it")


def goes_offline(rater: Rater) -> None:
    """Three items without a net, as far as was fetched; then back."""
    assert rater.context is not None
    rater.settled()
    rater.page.wait_for_timeout(300)
    rater.context.set_offline(True)
    rater.rate()
    rater.rate()
    assert rater.page.locator("#saved").get_attribute("data-state") == "offline"
    assert int(rater.page.locator("#saved").get_attribute("data-unsent") or 0) > 0
    rater.context.set_offline(False)


def reloads(rater: Rater) -> None:
    """In the middle of an item, after one of three ratings, and at once."""
    rater.look()
    rater.choose(rater.wanted(rater.active))
    rater.reload()


def is_killed(desk: DeskProcess, raters: list[Rater]) -> None:
    """While people press keys; then it is started again at the same place."""
    desk.kill()
    for rater in raters:
        rater.look()
        rater.choose(rater.wanted(rater.active))
    desk.start()


def check_log(project: StoryProject, raters: list[Rater]) -> int:
    """Every change is in the log once, in order and as it was pressed; returns how many."""
    log = [entry for entry in project.log() if entry.event == "answered"]
    for rater in raters:
        found: dict[int, list[dict[str, Any]]] = {}
        for entry in (one for one in log if one.who == rater.name):
            assert entry.position is not None
            saves = found.setdefault(entry.position, [])
            assert entry.number == len(saves) + 1
            saves.append({"marks": dict(entry.body["marks"]), "done": entry.body["done"]})
        assert found == dict(rater.said)
        assert rater.problems == []
    return len(log)


def check_rows(project: StoryProject, raters: list[Rater]) -> None:
    """The ratings that count are the last that were pressed, and none is lost or doubled."""
    texts = {" ".join(story(at)[1].split()): f"s{at:05}" for at in range(60)}
    with open_ledger(ledger_path(project.plan)) as ledger:
        newest = ledger.ratings(kind="people")
        training = {
            (entry.who, entry.position)
            for entry in ledger.people.log()
            if entry.event == "assigned" and entry.body["stage"] == "training"
        }
        visits = {
            (entry.who, entry.position): entry.body["visit"]
            for entry in ledger.people.log()
            if entry.event == "assigned"
        }
    rows = [(row.rater, row.example, row.dimension, row.repeat, row.value) for row in newest]
    assert len(rows) == len({row[:4] for row in rows})
    wanted = {
        (
            rater.name,
            texts[" ".join(rater.texts[position].split())],
            dimension,
            visits[rater.name, position],
            mark["value"],
        )
        for rater in raters
        for position, said in rater.said.items()
        if (rater.name, position) not in training
        for dimension, mark in said[-1]["marks"].items()
    }
    assert set(rows) == wanted


def settle(project: StoryProject, browser: Browser, desk: DeskProcess, token: str) -> int:
    """The adjudicator settles what the raters have left open; returns how many cases."""
    _, page = entered(browser, desk.address, token)
    judge = Adjudicator(page)
    cases = judge.begin()
    for case in range(cases):
        judge.decide(f"The end decides, case {case}.")
    assert page.locator("#disputes").count() == 0
    with open_ledger(ledger_path(project.plan)) as ledger:
        settled = ledger.ratings(rater=ADJUDICATION, kind="reference")
    assert {row.reason for row in settled} == {
        f"The end decides, case {case}." for case in range(cases)
    }
    assert len(settled) == cases
    return cases


def disputed(texts: dict[str, str]) -> int:
    """Stories on which three people choose three grades."""
    return sum(numbered(text) % 4 == 0 for text in texts.values())


def test_two_people_and_a_kill_in_a_hurry(browser: Browser, tmp_path: Path) -> None:
    project = StoryProject(tmp_path / "desk", 8, golden=2, changes={"raters": 2}).write()
    tokens = invited(project, dict.fromkeys(NAMES[:2], "rater"))
    with DeskProcess(project.plan) as desk:
        raters = at_work(browser, desk, tokens)
        incidents = {
            2: lambda: reloads(raters[0]),
            3: lambda: is_killed(desk, raters),
            4: lambda: goes_offline(raters[1]),
        }
        all_rate(raters, incidents)
    assert check_log(project, raters) > 2 * 9 * 4
    check_rows(project, raters)


@pytest.mark.long
def test_three_people_and_an_adjudicator_rate_forty_stories(
    browser: Browser, tmp_path: Path
) -> None:
    project = StoryProject(tmp_path / "desk", 40, golden=4).write()
    roles: dict[str, Role] = {**dict.fromkeys(NAMES, "rater"), "judge": "adjudicator"}
    tokens = invited(project, roles)
    with DeskProcess(project.plan) as desk:
        raters = at_work(browser, desk, {name: tokens[name] for name in NAMES})
        incidents: dict[int, Callable[[], None]] = {
            5: lambda: reloads(raters[0]),
            9: lambda: goes_offline(raters[1]),
            14: lambda: is_killed(desk, raters),
            20: raters[2].change_the_last,
            25: lambda: is_killed(desk, raters),
            30: lambda: reloads(raters[2]),
        }
        all_rate(raters, incidents)
        stories = {f"s{at:05}": story(at)[1] for at in range(40)}
        assert settle(project, browser, desk, tokens["judge"]) == disputed(stories) > 3
    assert check_log(project, raters) > 3 * 40 * 4
    check_rows(project, raters)
