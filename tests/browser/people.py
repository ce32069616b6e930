"""People at the desk in a browser: they use nothing but keys, and remember what they pressed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

__all__ = ["Adjudicator", "Rater", "entered", "numbered"]

GOES_ON = """
(before) => {
  if (document.getElementById('finished')) return true;
  const item = document.getElementById('item');
  return Boolean(item && !item.hidden && item.dataset.position !== before);
}
"""
PATIENCE = 15_000


def entered(browser: Browser, address: str, token: str, **look: Any) -> tuple[BrowserContext, Page]:
    """A browser of somebody's own, in which the personal link was opened with the keyboard."""
    context = browser.new_context(**look)
    page = context.new_page()
    page.goto(f"{address}/enter/{token}")
    page.wait_for_selector("#enter:focus")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    return context, page


def done_with(page: Page, position: str | None) -> bool:
    """Whether another item than this, or the last page, is shown by now."""
    return bool(page.wait_for_function(GOES_ON, arg=position, timeout=PATIENCE).json_value())


def numbered(text: str) -> int:
    """A number that hangs on a text, the same for everybody."""
    return int.from_bytes(hashlib.sha256(" ".join(text.split()).encode()).digest()[:4])


@dataclass
class Rater:
    """Somebody who rates.

    Args:
        name: The name.
        page: Where.
        shift: How this person's ratings differ from others' where they differ.
        said: By position: what is to be on the desk's disk after each change, in order.
        texts: By position: what was rated.
    """

    name: str
    page: Page
    shift: int
    said: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    texts: dict[int, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    context: BrowserContext | None = None

    def begin(self) -> None:
        """Start from the first page."""
        for event in ("console", "pageerror"):
            self.page.on(event, lambda said: self._heard(str(getattr(said, "text", said))))
        tab_to(self.page, "begin")
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("#item:not([hidden])")

    def _heard(self, text: str) -> None:
        """A desk that is not there is no fault of the page."""
        if "Failed to load resource" not in text:
            self.problems.append(text)

    @property
    def finished(self) -> bool:
        return self.page.url.endswith("/finished")

    @property
    def position(self) -> int:
        return int(self.page.locator("#item").get_attribute("data-position") or -1)

    @property
    def active(self) -> str:
        found = self.page.locator("fieldset.dimension.active").get_attribute("data-name")
        assert found is not None
        return found

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def wanted(self, dimension: str) -> str:
        """The digit for what is shown: everyone the same, but for every fourth story."""
        number = numbered(self.texts[self.position])
        if dimension == "decency":
            return "2" if number % 9 == 0 else "1"
        if dimension == "surprise" or number % 4:
            return str(1 + number // 7 % 5)
        return str(1 + (number + self.shift) % 5)

    def look(self) -> int:
        """Read what is shown."""
        position = self.position
        self.texts[position] = self.page.locator("#outputs .text").inner_text()
        return position

    def choose(self, digit: str) -> None:
        """Press a digit; a value that is chosen already is no change."""
        position, dimension = self.position, self.active
        value = float(digit) if dimension != "decency" else float(digit == "1")
        before = self._last(position)
        after = deepcopy(before)
        after["marks"][dimension] = {"value": value, "also": [], "cannot": False}
        self.press(digit)
        self._note(position, before, after)

    def cannot(self) -> None:
        """Press x."""
        position, dimension = self.position, self.active
        before = self._last(position)
        after = deepcopy(before)
        after["marks"][dimension] = {"value": None, "also": [], "cannot": True}
        self.press("x")
        self._note(position, before, after)

    def undo(self) -> None:
        """Press u: what was there before is there once more, as a change of its own."""
        position = self.position
        history = self.said[position]
        before = deepcopy(history[-2]) if len(history) > 1 else _nothing()
        self.press("u")
        history.append(before)

    def rate(self) -> None:
        """Rate what is shown, with a change of mind now and then, and go on."""
        position = self.look()
        number = numbered(self.texts[position])
        while left := self._open():
            if self.active not in left:
                self.press("Enter")
            if len(left) == 3 and number % 5 == 0:
                self.cannot()
                self.undo()
            wanted = self.wanted(self.active)
            if len(left) == 2 and number % 3 == 0 and self.active != "decency":
                self.choose(str(1 + int(wanted) % 5))
            self.choose(wanted)
            if len(left) > 1:
                self.press("Enter")
        self.go_on()

    def _open(self) -> list[str]:
        groups = self.page.locator("fieldset.dimension:not(.answered)").all()
        return [name for one in groups if (name := one.get_attribute("data-name"))]

    def go_on(self) -> None:
        """Press Enter where nothing is open; after training once more."""
        position = self.position
        before = self._last(position)
        training = self.page.locator("#item").get_attribute("data-stage") == "training"
        if not before["done"]:
            self.said[position].append({**deepcopy(before), "done": True})
        self.press("Enter")
        if training and not before["done"]:
            self.page.wait_for_selector(".feedback[data-agreed]")
            self.press("Enter")
        self.page.wait_for_function(GOES_ON, arg=str(position), timeout=PATIENCE)

    def change_the_last(self) -> None:
        """Go back by one item, change a grade of it, and come forward again."""
        here = self.position
        self.press("b")
        self.page.wait_for_function(GOES_ON, arg=str(here), timeout=PATIENCE)
        while self.active == "decency":
            self.press("ArrowDown")
        self.choose(str(1 + int(self.wanted(self.active)) % 5))
        self.choose(self.wanted(self.active))
        self.go_on()

    def reload(self) -> None:
        """Load the page again in the middle of an item."""
        position = self.position
        self.page.reload()
        self.page.wait_for_selector(f'#item[data-position="{position}"]:not([hidden])')

    def settled(self) -> None:
        """Wait until everything is on the desk's disk."""
        self.page.wait_for_selector('#saved[data-unsent="0"]', state="attached", timeout=PATIENCE)

    def _last(self, position: int) -> dict[str, Any]:
        history = self.said[position]
        return history[-1] if history else _nothing()

    def _note(self, position: int, before: dict[str, Any], after: dict[str, Any]) -> None:
        if after != before:
            self.said[position].append(after)


@dataclass
class Adjudicator:
    """Somebody who decides."""

    page: Page
    decided: int = 0

    def begin(self) -> int:
        """Open the first case; how many there are."""
        count = self.page.locator("#disputes li").count()
        tab_to(self.page, "first")
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("#decision")
        return count

    def decide(self, reason: str) -> None:
        """Choose the first value, give a reason, go on."""
        tab_to(self.page, 'input[type="radio"]')
        self.page.keyboard.press("Space")
        tab_to(self.page, "reason")
        self.page.keyboard.type(reason)
        tab_to(self.page, "decide")
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.decided += 1


def tab_to(page: Page, what: str) -> None:
    """Press Tab until the element of this id, or that a selector finds, has the focus."""
    selector = what if "[" in what else f"#{what}"
    for _ in range(80):
        if page.evaluate("(s) => document.activeElement?.matches(s) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{what} is not reached with Tab")


def _nothing() -> dict[str, Any]:
    return {"marks": {}, "done": False}
