"""The review by keys, in a terminal; edits are made in your own editor."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measurand.cli.data.review_keys import pressed
from measurand.cli.options import tell
from measurand.cli.printing import print_lines
from measurand.core.review import Act, Wish
from measurand.errors import DataError, Fault, MeasurandError, UsageError
from measurand.figures.text import visible
from measurand.jobs.review import Review, open_review
from measurand.jobs.reviewing.editing import document_of, edited
from measurand.jobs.reviewing.telling import outcome_answer
from measurand.jobs.reviewing.views import Concerns, Neighbours, Shown, rows_of, shown
from measurand.jobs.set_place import SetPlace
from measurand.store.lines import parse_json

__all__ = ["Sitting", "at_terminal"]

KEYS = """\
a  accept                 e  edit, in your editor      d  drop, with a reason
t  tag                    r  write an answer (golden)  x  cannot be answered (golden)
n  next    b  back        j  next not yet accepted     u  undo your last decision
f  show one component     o  what production answered  w  write all to the set
?  these keys             q  leave; what was decided is kept"""
_CORE = (
    "Core is a sample of production. An example leaves it only as ineligible: it does not belong "
    "to what is sampled. The next of its stratum takes its place."
)
_WIDTH = 96
_SECTIONS = frozenset({"Summary", "Dropped", "How far it is"})
_ARROWS = {"\x1b[C": "n", "\x1b[D": "b", "\x1b[B": "n", "\x1b[A": "b", " ": "j"}
_COMPONENTS = {"c": "core", "e": "edge", "a": "adversarial", "r": "regression", "g": "golden"}


def at_terminal(place: SetPlace, by: str) -> int:
    """Review a set by keys.

    Raises:
        UsageError: This is no terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "--terminal asks for keys, and this is no terminal: decide from a script (--accept, "
            "--drop, --edit, --tag), or open the desk " + place.commands("(measurand data review)")
        )
    with open_review(place) as review:
        sitting = Sitting(review, by, key=pressed, line=_line)
        with suppress(KeyboardInterrupt, EOFError):
            sitting.go_on()
        left = len(review.standing)
    if left:
        print_lines([f"{left} decisions are kept and not in the set yet; to write them:"])
        print_lines([place.commands("measurand data review --finish")])
    return 0


@dataclass
class Sitting:
    """One person at a terminal.

    Args:
        review: The open review.
        by: Who decides.
        key: The next key that is pressed.
        line: What is written to a prompt.
        edit: Has a text edited, and gives what became of it.
    """

    review: Review
    by: str
    key: Callable[[], str]
    line: Callable[[str], str]
    edit: Callable[[str], str] = field(default_factory=lambda: _in_editor)
    at: int = 0
    component: str = ""
    done: bool = False

    def __post_init__(self) -> None:
        self._concerns = Concerns.of(self.review.book)
        self._neighbours = Neighbours(self.review.book)

    @property
    def names(self) -> list[str]:
        """The examples that are gone through, in order."""
        every = self.review.book.examples.values()
        return [one.id for one in every if self.component in {"", one.component}]

    @property
    def name(self) -> str:
        """The example that is shown."""
        names = self.names
        self.at = max(0, min(self.at, len(names) - 1))
        return names[self.at]

    def go_on(self) -> None:
        """Show examples and take keys until the person leaves."""
        print_lines([*KEYS.splitlines(), ""])
        self._seek(0)
        while not self.done:
            self._show()
            self._take(self.key())

    def _take(self, key: str) -> None:
        do = _KEYS.get(_ARROWS.get(key, key))
        if do is None:
            print_lines([f"{key!r} is no key here; ? lists them"])
            return
        try:
            do(self)
        except MeasurandError as problem:
            print_lines(["", *str(problem).splitlines()])

    def decide(self, act: Act, because: str = "", **content: Any) -> None:
        """Keep a decision on what is shown, and say so."""
        example = self.review.example(self.name)
        wish = Wish(
            act=act,
            example=example.id,
            seen=example.fingerprint,
            because=because,
            content=content,
        )
        self.review.decide([wish], by=self.by)
        print_lines([f"{act}: kept"])

    def _shown(self) -> Shown:
        book = self.review.book
        example = book.examples[self.name]
        return shown(book, example, concerns=self._concerns, neighbours=self._neighbours)

    def _show(self) -> None:
        one = self._shown()
        progress = self.review.progress()
        head = (
            f"{self.at + 1} of {len(self.names)} · {one.row.component} · "
            f"{progress.accepted} of {progress.total} accepted"
            f"{' · accepted' if one.row.accepted_by else ''}"
        )
        _print([*("", "─" * _WIDTH, head), *_told(one)])

    def accept(self) -> None:
        """Accept what is shown, and go on."""
        self.decide("accept")
        self._seek(self.at + 1)

    def drop(self) -> None:
        """Drop what is shown."""
        example = self.review.example(self.name)
        if example.component == "core":
            _print([_CORE])
            why = self.line("ineligible, because (empty: keep it): ")
        else:
            why = self.line("drop, because (empty: keep it): ")
        if why.strip():
            self.decide("drop", why, ineligible=example.component == "core")

    def tag(self) -> None:
        """Add tags, or take some away."""
        words = [one.strip() for one in self.line("tags (-tag takes one away): ").split(",")]
        add = [one for one in words if one and not one.startswith("-")]
        remove = [one[1:].strip() for one in words if one.startswith("-")]
        if add or remove:
            self.decide("tag", add=add, remove=remove)

    def answer(self) -> None:
        """Write the answer of a golden example."""
        self._golden()
        text = self.edit("").strip()
        if text:
            self.decide("answer", reference=text)

    def cannot(self) -> None:
        """Say that a golden example cannot be answered."""
        self._golden()
        why = self.line("it cannot be answered, because (empty: go back): ")
        if why.strip():
            self.decide("cannot", why)

    def _golden(self) -> None:
        if self.review.example(self.name).component != "golden":
            raise UsageError("only golden examples await an answer; e edits this one")

    def change(self) -> None:
        """Edit what is shown; a text with faults comes back until it has none, or is given up."""
        example = self.review.example(self.name)
        before = json.dumps(document_of(example), ensure_ascii=False, indent=2) + "\n"
        text = before
        while True:
            text = self.edit(text)
            if text.strip() == before.strip():
                print_lines(["nothing was changed"])
                return
            try:
                fields = _fields(text)
                edited(example, fields, drawn=self.review.book.drawn)
            except DataError as problem:
                print_lines([str(fault) for fault in problem.faults])
            else:
                self.decide("edit", fields=fields)
                return
            said = self.line("e edits it further, b begins again, x gives it up [e]: ").strip()
            if said == "x":
                return
            text = before if said == "b" else text

    def undo(self) -> None:
        """Take the last decision back."""
        undone = self.review.undo(self.by)
        print_lines([f"taken back: {undone.example}"])
        if undone.example in self.names:
            self.at = self.names.index(undone.example)

    def output(self) -> None:
        """Show what production answered."""
        one = self._shown()
        _print(["production answered:", *_indented(one.output or "(nobody knows)")])

    def only(self) -> None:
        """Show one component alone, or all."""
        letter = self.line("c core, e edge, a adversarial, r regression, g golden, empty all: ")
        component, before = _COMPONENTS.get(letter.strip()[:1], ""), self.component
        self.component, self.at = component, 0
        if not self.names:
            self.component = before
            print_lines([f"there is nothing in {component}"])

    def write(self) -> None:
        """Write what was decided to the set."""
        tell(outcome_answer(self.review.finish()).document, full=False, also=_SECTIONS)

    def help(self) -> None:
        """List the keys."""
        print_lines(KEYS.splitlines())

    def leave(self) -> None:
        """End."""
        self.done = True

    def forward(self) -> None:
        """Go to the next."""
        self.at += 1

    def back(self) -> None:
        """Go to the one before."""
        self.at -= 1

    def open(self) -> None:
        """Go to the next that nobody has accepted."""
        self._seek(self.at + 1)

    def _seek(self, start: int) -> None:
        accepted = {
            row.id: bool(row.accepted_by) for row in rows_of(self.review.book, self._concerns)
        }
        names = self.names
        order = [*range(start, len(names)), *range(min(start, len(names)))]
        self.at = next((at for at in order if not accepted[names[at]]), self.at)


_KEYS: Mapping[str, Callable[[Sitting], None]] = {
    "a": Sitting.accept,
    "e": Sitting.change,
    "d": Sitting.drop,
    "t": Sitting.tag,
    "r": Sitting.answer,
    "x": Sitting.cannot,
    "n": Sitting.forward,
    "b": Sitting.back,
    "j": Sitting.open,
    "u": Sitting.undo,
    "f": Sitting.only,
    "o": Sitting.output,
    "w": Sitting.write,
    "?": Sitting.help,
    "q": Sitting.leave,
}


def _told(one: Shown) -> Iterator[str]:
    """An example as lines."""
    for message in one.example.messages:
        yield f"{message.role}:"
        yield from _indented(message.content)
    parts = (
        ("context", one.example.context),
        ("answers", one.example.references),
        ("must contain", tuple(" | ".join(r.any_of) for r in one.example.checklist)),
        ("tags", one.example.segments),
        ("failed because", (one.failure,) if one.failure else ()),
        ("cannot be answered", (one.cannot,) if one.cannot else ()),
        ("concerns", one.concerns),
        ("why chosen", one.row.reasons),
        ("nearest in core", tuple(text for _, text in one.neighbours)),
    )
    for title, texts in parts:
        if texts:
            yield f"{title}:"
            for text in texts:
                yield from _indented(text)
    yield " · ".join(f"{name}: {text}" for name, text in one.facts)


def _indented(text: str) -> Iterator[str]:
    for line in visible(text).split("\n"):
        yield from textwrap.wrap(line, _WIDTH - 4, initial_indent="    ", subsequent_indent="    ")


def _print(lines: list[str]) -> None:
    """Print texts, long ones on several lines; nothing in them moves the cursor."""
    print_lines(
        part
        for line in lines
        for part in (textwrap.wrap(visible(line), _WIDTH) if len(line) > _WIDTH else [line])
    )


def _fields(text: str) -> Mapping[str, Any]:
    """The fields of an edited document.

    Raises:
        DataError: It is no JSON object; the fault says where.
    """
    try:
        found = parse_json(text)
    except ValueError as problem:
        raise DataError([Fault(str(problem), "the edit")]) from None
    if not isinstance(found, dict):
        raise DataError([Fault("is not a JSON object", "the edit")])
    return found


def _in_editor(text: str) -> str:
    """Have a text edited in the person's editor.

    Raises:
        UsageError: There is no editor, or it failed.
    """
    words = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory(prefix="measurand-review-") as folder:
        path = Path(folder) / "example.json"
        path.write_text(text, encoding="utf-8")
        try:
            subprocess.run([*words, str(path)], check=True)  # noqa: S603 - the person's own editor
            return path.read_text(encoding="utf-8")
        except (OSError, subprocess.CalledProcessError, UnicodeDecodeError) as problem:
            raise UsageError(
                f"the editor {words[0]!r} did not give a text back ({problem}); set EDITOR"
            ) from None


def _line(prompt: str) -> str:
    return input(prompt)
