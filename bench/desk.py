"""The rating desk with fifty people at once: the slowest hundredth of its answers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.clock import Contest, Sample
from bench.desk_load import Crowd, counted, project
from bench.row import Row, Setting

__all__ = ["ROWS"]

PEOPLE = 50
ITEMS = 20_000
LASTS = 20.0
PAUSE = 0.15
_ROOT = Path(__file__).parents[1]
_HUNDREDTH = 0.99


@dataclass(slots=True)
class _Rounds:
    """Rounds of work at a desk; both sides of a round come from the same minute.

    Args:
        plan: The project's.
        port: The desk's.
        tokens: Of all people.
        lasts: Seconds of a round.
    """

    plan: Path
    port: int
    tokens: Mapping[str, str]
    lasts: float
    waiting: dict[str, Sample] = field(default_factory=dict)
    acknowledged: int = 0

    def side(self, kind: str, other: str) -> Sample:
        """The slowest hundredth of one kind of request."""
        if kind not in self.waiting:
            self.waiting = self._round((kind, other))
        return self.waiting.pop(kind)

    def _round(self, kinds: tuple[str, str]) -> dict[str, Sample]:
        crowd = Crowd(f"http://127.0.0.1:{self.port}", self.tokens, pause=PAUSE)
        end = time.monotonic() + self.lasts
        asyncio.run(crowd.work(lambda: time.monotonic() > end))
        counts = counted(self.plan, crowd)
        self.acknowledged += counts.acknowledged
        if counts.lost or counts.doubled or counts.more != self.acknowledged - counts.acknowledged:
            raise RuntimeError(f"ratings were lost or doubled: {counts}")
        return {kind: Sample(_slowest(crowd.seconds[kind])) for kind in kinds}


def _slowest(seconds: list[float]) -> float:
    return sorted(seconds)[min(int(_HUNDREDTH * len(seconds)), len(seconds) - 1)]


def _contest(setting: Setting, *, kind: str) -> Contest:
    tokens = project(setting.folder, setting.size(ITEMS, 60), setting.size(PEOPLE, 3))
    plan = setting.folder / "measurand.yaml"
    words = [sys.executable, "-m", "bench.desk_server", str(plan), "0"]
    process = setting.ending.enter_context(
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT)
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("a pipe was asked for")
    setting.ending.callback(process.stdin.close)
    port = int(process.stdout.readline())
    rounds = _Rounds(plan, port, tokens, setting.size(LASTS, 0.5))
    return Contest(partial(rounds.side, kind, "empty"), partial(rounds.side, "empty", kind))


def _row(kind: str, what: str, aim: float) -> Row:
    return Row(
        name=f"desk-{kind}",
        ours=f"{what}: 50 people at once, 20,000 items, 99th percentile",
        baseline="an empty route of the same desk meanwhile, 99th percentile",
        prepare=partial(_contest, kind=kind),
        rounds=3,
        aim=aim,
    )


ROWS = (
    _row("page", "the rating page", 3.0),
    _row("next", "the next item, assigned durably", 5.0),
    _row("save", "a save, on disk when it is answered", 5.0),
)
