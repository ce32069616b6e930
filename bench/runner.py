"""Going through examples: one call each and a check, then a judge's call too; us, peers, bare."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree

from bench.clock import Contest, Sample, Side, command
from bench.peers.install import PEERS, Peer
from bench.row import Missing, RunnerRow, Setting
from bench.runner_server import WANTED
from measurand.raters.judge.words import RULES

__all__ = ["ROWS"]

EXAMPLES = 1_000
MANY = 100_000
CONNECTIONS = 100
DELAY = 0.05
_BARE = Path(__file__).with_name("runner_bare.py")
_ROOT = Path(__file__).parents[1]
_OWN = frozenset({0})

_PLAN = """\
name: bench
data: {{path: data.jsonl, minimum: {{}}}}
rubric:
  - dimension: hours
    definition: It says when.
    weight: 50
    scale: yes/no
    raters: [check.reference: any]
{judged}
systems:
  - {{name: bot, target: bench/answer}}
providers:
  bench: {{base_url: "{address}"}}
  other: {{base_url: "{address}"}}
prices:
  bench/answer: {{input: 0.15, output: 0.6}}
  other/judge: {{input: 2, output: 8}}
"""
_JUDGED = """\
  - dimension: accuracy
    definition: Every statement agrees with the reference.
    weight: 50
    scale: 1-5
    levels: {1: Mostly wrong, 3: One minor error, 5: Nothing to correct}
    raters: [judge]
judge: {model: other/judge, repeats: 1}
"""


@dataclass(frozen=True, slots=True)
class _Provider:
    """The server, in a process of its own.

    Args:
        address: Where it is asked.
    """

    address: str

    def told(self) -> dict[str, float]:
        """What it was asked for so far, and the processor time that took."""
        with urllib.request.urlopen(self.address) as response:  # noqa: S310 - on this machine
            told: dict[str, float] = json.load(response)
        return told


def _provider(setting: Setting, delay: float) -> _Provider:
    words = [sys.executable, "-m", "bench.runner_server", str(delay)]
    process = setting.ending.enter_context(
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT)
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("a pipe was asked for")
    setting.ending.callback(process.stdin.close)
    return _Provider(f"http://127.0.0.1:{int(process.stdout.readline())}/v1")


def _watched(side: Side, provider: _Provider, examples: int, *, judged: bool) -> Side:
    """A run, its questions counted: one answer each, and one judgment where there is a judge."""
    wanted = (examples, examples if judged else 0)

    def run() -> Sample:
        asked, busy, began = provider.told(), _busy(), time.perf_counter()
        sample = side()
        took = time.perf_counter() - began
        now, later = provider.told(), _busy()
        spent = {name: now[name] - asked[name] for name in now}
        if (spent["answers"], spent["judgments"]) != wanted:
            raise RuntimeError(f"asked for {spent}, instead of {wanted} answers and judgments")
        others = None
        if busy is not None and later is not None:
            others = max(0.0, later - busy - sample.seconds - spent["processor"]) / took
        return replace(sample, examples=examples, others=others)

    return run


def _busy() -> float | None:
    """Seconds that all processors have worked since the start; None where nobody tells."""
    file = Path("/proc/stat")
    if not file.exists():
        return None
    user, nice, system, _, _, irq, soft, steal = map(int, file.read_text().split()[1:9])
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


def _data(file: Path, examples: int) -> None:
    with file.open("w", encoding="utf-8") as stream:
        for number in range(examples):
            question = f"When does branch {number} open, and on which days?"
            row = {"id": f"q{number:06d}", "question": question, "reference": WANTED}
            stream.write(json.dumps(row) + "\n")


def _measurand(folder: Path, provider: _Provider, examples: int, *, judged: bool) -> Side:
    """``measurand run`` of a project of its own, from an empty ledger."""
    folder.mkdir()
    _data(folder / "data.jsonl", examples)
    plan = folder / "measurand.yaml"
    told = _PLAN.format(judged=_JUDGED if judged else "", address=provider.address)
    plan.write_text(told, encoding="utf-8")
    words = ["-m", "measurand", "run", str(plan), "--no-report", "--quiet"]
    return _watched(
        command(
            [sys.executable, *words, "-j", str(CONNECTIONS)],
            before=lambda: rmtree(folder / ".measurand", ignore_errors=True),
            folder=folder,
            good=_OWN,
        ),
        provider,
        examples,
        judged=judged,
    )


def _process(
    folder: Path,
    provider: _Provider,
    examples: int,
    *,
    words: Sequence[str],
    rules: str | None,
) -> Side:
    """A script that is told where the examples, its results and the provider are."""
    folder.mkdir()
    data, out = folder / "data.jsonl", folder / "out"
    _data(data, examples)

    def before() -> None:
        for old in (child for child in folder.iterdir() if child != data):
            rmtree(old) if old.is_dir() else old.unlink()
        if rules is not None:
            (folder / "judge").write_text(rules, encoding="utf-8")

    last = [] if rules is None else ["judge"]
    asked = [*words, str(data), str(out), provider.address, *last]
    side = command(asked, before=before, folder=folder, good=_OWN)
    return _watched(side, provider, examples, judged=rules is not None)


def _bare(setting: Setting, provider: _Provider, *, judged: bool) -> Side:
    return _process(
        setting.folder / "bare",
        provider,
        setting.size(EXAMPLES, 20),
        words=[sys.executable, str(_BARE)],
        rules=RULES if judged else None,
    )


def _ours(setting: Setting, *, judged: bool) -> Contest:
    provider = _provider(setting, DELAY)
    examples = setting.size(EXAMPLES, 20)
    ours = _measurand(setting.folder / "ours", provider, examples, judged=judged)
    return Contest(ours, _bare(setting, provider, judged=judged))


def _peer(setting: Setting, *, peer: Peer, judged: bool) -> Contest:
    if peer.version() is None:
        raise Missing(f"{peer.name} is not installed")
    provider = _provider(setting, DELAY)
    theirs = _process(
        setting.folder / "theirs",
        provider,
        setting.size(EXAMPLES, 20),
        words=peer.words(),
        rules="" if judged else None,
    )
    return Contest(theirs, _bare(setting, provider, judged=judged))


def _memory(setting: Setting) -> Contest:
    provider = _provider(setting, 0.0)
    many = setting.size(MANY, 60)
    ours = _measurand(setting.folder / "many", provider, many, judged=False)
    few = _measurand(setting.folder / "few", provider, many // 10, judged=False)
    return Contest(ours, few)


def _rows(
    name: str, who: str, prepare: Callable[..., Contest], *, rounds: int, aims: bool
) -> tuple[RunnerRow, RunnerRow]:
    """Without a judge and with one."""
    plain = RunnerRow(
        name=name,
        ours=f"{who}: {EXAMPLES:,} examples, one call each, one check",
        baseline=f"bare loop, aiohttp {version('aiohttp')}",
        prepare=partial(prepare, judged=False),
        rounds=rounds,
        warm=aims,
        aim_throughput=0.7 if aims else None,
        aim_processor=1.5 if aims else None,
        aim_peak=120 * 10**6 if aims else None,
    )
    judged = replace(
        plain,
        name=f"{name}-judge",
        ours=f"{who}: the same, and one judge's call each",
        baseline="the same with a judge's call",
        prepare=partial(prepare, judged=True),
    )
    return plain, judged


ROWS: tuple[RunnerRow, ...] = (
    *_rows("runner", "`measurand run`", _ours, rounds=7, aims=True),
    RunnerRow(
        name="runner-memory",
        ours=f"`measurand run`: {MANY:,} examples, one call and check each, no delay",
        baseline=f"`measurand run`: {MANY // 10:,} examples",
        prepare=_memory,
        rounds=1,
        warm=False,
        aim_growth=1.1,
    ),
    *(
        row
        for peer in PEERS
        for row in _rows(
            f"peer-{peer.name}",
            f"{peer.title} {peer.version() or ''}".strip(),
            partial(_peer, peer=peer),
            rounds=3,
            aims=False,
        )
    ),
)
