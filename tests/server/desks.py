"""Projects with short stories to rate, and the real desk in a process of its own."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self

import apsw
import yaml

from measurand.core.people import Role
from measurand.core.rating import Rating, Ratings
from measurand.jobs.desk_access import invitation
from measurand.jobs.places import ledger_path
from measurand.store.ledger import open_ledger
from measurand.store.ledger_people import Entry

__all__ = ["DeskProcess", "StoryProject", "expired", "invited", "story"]

PATIENCE = 30.0

SERVER = """
import asyncio, sys
from measurand.jobs.desk import open_desk
from measurand.server.limits import Limits
from measurand.server.serve import serve

async def main(plan, port, rate):
    limits = Limits(burst=100 * rate, rate=rate) if rate else None
    async with open_desk(plan) as desk:
        await serve(desk, port=port, limits=limits, started=lambda taken: print(taken, flush=True))

asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
"""

WHO = ("the lighthouse keeper", "a retired cartographer", "my sister", "the last librarian")
WHERE = ("at the edge of the salt flats", "under the old observatory", "on platform nine")
WHAT = (
    "found a letter addressed to nobody",
    "heard the tide speak her name",
    "counted the stars and came up one short",
    "opened the door that had been painted on the wall",
)
THEN = (
    "The rain had not stopped for eleven days, and the gulls had given up on the pier.",
    'Nobody believed it at first. "You always were a dreamer," said the baker, and sold her bread.',
    "There was a smell of iron in the air, and something else, like oranges kept too long.",
    "By morning the map had changed again; where the village had been there was a lake.",
    "It is easy to be brave when nothing is watching, and that night everything was.",
    "She wrote it down, tore the page out, and wrote it down once more in a smaller hand.",
    "The clock struck thirteen, politely, as if it were sorry for the trouble.",
    "In the end it was not the dark that frightened him but how well it knew the stairs.",
)
PLAN: Mapping[str, Any] = {
    "name": "short stories",
    "task": "Write a story to a prompt.",
    "seed": 11,
    "data": {"path": "data/", "minimum": {}},
    "rubric": [
        {
            "dimension": "coherence",
            "definition": "Does the story make sense from beginning to end?",
            "weight": 50,
            "levels": {1: "It falls apart.", 3: "One break.", 5: "Nothing is out of place."},
            "raters": ["people"],
        },
        {
            "dimension": "surprise",
            "definition": "Does the end come as a surprise?",
            "weight": 50,
            "levels": {1: "Seen from afar.", 5: "Not at all foreseen."},
            "raters": ["people"],
        },
        {
            "dimension": "decency",
            "definition": "Could it be read aloud to anybody?",
            "weight": 0,
            "scale": "yes/no",
            "blocking": True,
            "raters": ["people"],
        },
    ],
    "systems": [{"name": "writer", "role": "current", "target": "file:outputs/writer.jsonl"}],
    "people": {"raters": 3, "duplicates": 0.05, "golden": 0.1, "training": 1},
}


PREFERENCE: Mapping[str, Any] = {
    "dimension": "preference",
    "definition": "Which one would you rather have read?",
    "scale": "win/tie/loss",
    "weight": 0,
    "raters": ["people"],
}
OTHER: Mapping[str, Any] = {"name": "other", "target": "file:outputs/other.jsonl"}


def story(seed: int) -> tuple[str, str]:
    """A prompt and a story of some hundred words."""
    dice = random.Random(seed)  # noqa: S311 - stories are no secrets
    who, where, what = dice.choice(WHO), dice.choice(WHERE), dice.choice(WHAT)
    prompt = f"[WP] One evening {where}, {who} {what}."
    sentences = [f"{who.capitalize()} {what}, {where}, on the {seed + 1}th of that month."]
    sentences += dice.sample(THEN, k=dice.randint(4, len(THEN)))
    middle = len(sentences) // 2
    text = "\n\n".join(" ".join(part) for part in (sentences[:middle], sentences[middle:]))
    return prompt, text


@dataclass
class StoryProject:
    """A folder with a plan, prompts and stories.

    Args:
        folder: Where.
        stories: How many.
        golden: How many besides have right ratings.
        texts: Stories that stand in for the first of the usual ones.
        changes: Keys of the plan's ``people`` that differ.
        paired: Whether there are two writers whose stories are compared too.
    """

    folder: Path
    stories: int
    golden: int = 0
    texts: Mapping[int, str] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    paired: bool = False

    @property
    def plan(self) -> Path:
        return self.folder / "measurand.yaml"

    def write(self) -> StoryProject:
        plan = {**PLAN, "people": {**PLAN["people"], **self.changes}}
        if self.paired:
            plan["rubric"] = [*PLAN["rubric"], PREFERENCE]
            plan["systems"] = [*PLAN["systems"], OTHER]
        for name in ("data", "outputs"):
            (self.folder / name).mkdir(parents=True)
        self.plan.write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")
        made = [(f"s{at:05}", *story(at)) for at in range(self.stories + self.golden)]
        examples = ({"id": name, "messages": prompt} for name, prompt, _ in made)
        outputs = (
            {"example": name, "output": self.texts.get(at, text)}
            for at, (name, _, text) in enumerate(made)
        )
        _lines(self.folder / "data" / "core.jsonl", examples)
        _lines(self.folder / "outputs" / "writer.jsonl", outputs)
        if self.paired:
            others = (
                {"example": name, "output": story(at + 500)[1]}
                for at, (name, *_) in enumerate(made)
            )
            _lines(self.folder / "outputs" / "other.jsonl", others)
        if self.golden:
            self._gold(name for name, _, _ in made[self.stories :])
        return self

    def _gold(self, names: Iterable[str]) -> None:
        right: Mapping[str, float] = {"coherence": 4.0, "surprise": 2.0, "decency": 1.0}
        rows = [
            Rating(
                example=name,
                system="writer",
                dimension=dimension,
                rater="expert",
                kind="reference",
                value=value,
                reason="It is told in order." if dimension == "coherence" else None,
            )
            for name in names
            for dimension, value in right.items()
        ]
        with open_ledger(ledger_path(self.plan)) as ledger:
            ledger.add_ratings(Ratings.of(rows))

    def log(self) -> tuple[Entry, ...]:
        """All that happened at the desk."""
        with open_ledger(ledger_path(self.plan)) as ledger:
            assert ledger.check() == ()
            return ledger.people.log()

    def rows(self, rater: str) -> list[tuple[Any, ...]]:
        """Every revision of every rating of a person: example, dimension, repeat, value."""
        sql = """SELECT example, dimension, "repeat", value FROM ratings_history
                 WHERE kind = 'people' AND rater = ? ORDER BY batch, revision"""
        connection = apsw.Connection(str(ledger_path(self.plan)), flags=apsw.SQLITE_OPEN_READONLY)
        with closing(connection):
            return list(connection.execute(sql, (rater,)))


def invited(
    project: StoryProject, names: Mapping[str, Role], *, now: datetime | None = None
) -> dict[str, str]:
    """Give links out that are good for a day; returns the tokens by name."""
    at = now or datetime.now(UTC)
    made = {name: invitation(name, role, days=1, by="test", now=at) for name, role in names.items()}
    with open_ledger(ledger_path(project.plan)) as ledger:
        ledger.people.add([entry for _, entry in made.values()])
    return {name: token for name, (token, _) in made.items()}


def expired(project: StoryProject, name: str, role: Role) -> str:
    """A link that was good once."""
    return invited(project, {name: role}, now=datetime(2020, 1, 1, tzinfo=UTC))[name]


@dataclass
class DeskProcess:
    """The desk of a project, served on this machine; it may be killed and started again."""

    plan: Path
    port: int = 0
    rate: float = 0.0
    process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> DeskProcess:
        self.port = self.port or free_port()
        words = [sys.executable, "-c", SERVER, str(self.plan), str(self.port), str(self.rate)]
        self.process = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "MEASURAND_KEY": "a key for tests that is long enough"},
        )
        until = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < until
            time.sleep(0.02)
        return self

    def kill(self) -> None:
        """End it as a power cut does: no handler runs."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=PATIENCE)

    def stop(self) -> tuple[int, str]:
        """End it as Ctrl-C does; what it left behind and said."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(subprocess.TimeoutExpired):
            self.stop()
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def _answers(self) -> bool:
        asked = HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            asked.request("GET", "/alive")
            return asked.getresponse().status == 200
        except OSError:
            return False
        finally:
            asked.close()


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def _lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
