"""``measurand simulate``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.options import number, parser, whole

if TYPE_CHECKING:
    from measurand.simulate.server import SimulatedProvider

__all__ = ["run"]

_PORT = 8765
_LAST_PORT = 65535
_LONGEST = 3600.0
_EXAMPLES = """\
  measurand simulate                                   until Ctrl-C
  measurand simulate --latency 0.05-0.3 --faults faults.yaml
  measurand simulate --port 0 --answer "A fee applies."    any model, always the same words
"""


def run(words: Sequence[str]) -> int:
    """Serve simulated models on this machine: OpenAI- and Anthropic-compatible, no key, no money.

    The systems of the demo (expert, today, candidate, floor), an echo, and two judges with planted
    noise and severity. Faults can be planted, requests are counted: GET /counts and /planted.
    """
    args = _parser().parse_args(words)

    from threading import Event  # noqa: PLC0415 - after --help

    from measurand.simulate.faults import FaultScript, read_faults  # noqa: PLC0415 - after --help
    from measurand.simulate.server import SimulatedProvider  # noqa: PLC0415

    server = SimulatedProvider(
        args.answer,
        seed=args.seed,
        latency=args.latency,
        faults=FaultScript() if args.faults is None else read_faults(args.faults),
        batch_seconds=args.batch_seconds,
        port=args.port,
    )
    with server:
        with suppress(KeyboardInterrupt):  # from the moment on that anybody can know of it
            sys.stdout.write(_told(server))
            sys.stdout.flush()
            Event().wait()
        total = server.counts.total
    sys.stdout.write(f"\nstopped: {total.received} requests, {total.answered} answered in full\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    made = parser("simulate", run.__doc__ or "", examples=_EXAMPLES)
    made.add_argument(
        "--port",
        type=_port,
        default=_PORT,
        metavar="N",
        help=f"of 127.0.0.1, where nobody else can reach it; 0 takes a free one ({_PORT})",
    )
    made.add_argument(
        "--latency",
        type=_latency,
        default=0.0,
        metavar="SECONDS",
        help="how long answers take: 0.05, or at random 0.02-0.2 (0)",
    )
    made.add_argument(
        "--faults", type=Path, metavar="FILE", help="a fault script, YAML or JSON; see docs"
    )
    made.add_argument(
        "--seed",
        type=partial(whole, least=0),
        default=7,
        metavar="N",
        help="of the world, the judges' noise and the choice of faults (7)",
    )
    made.add_argument(
        "--answer", metavar="TEXT", help="answer this to everything, whatever the model's name"
    )
    made.add_argument(
        "--batch-seconds",
        type=partial(number, above=0, below=_LONGEST, closed=True),
        default=0.0,
        metavar="SECONDS",
        help="how long a batch takes (0)",
    )
    return made


def _port(text: str) -> int:
    found = whole(text, least=0)
    if found > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"found {text!r}; allowed: a port from 0 to {_LAST_PORT}")
    return found


def _latency(text: str) -> float | tuple[float, float]:
    least, between, most = text.partition("-")
    seconds = partial(number, above=0, below=_LONGEST, closed=True)
    if not between:
        return seconds(least)
    pair = seconds(least), seconds(most)
    if pair[0] > pair[1]:
        raise argparse.ArgumentTypeError(f"found {text!r}; allowed: least-most, as in 0.02-0.2")
    return pair


def _told(server: SimulatedProvider) -> str:
    names = ", ".join(server.provider.models.names)
    anything = ", or any other" if server.provider.models.answer is not None else ""
    return (
        f"simulated provider: {server.url} (Ctrl-C stops it)\n"
        f"models: {names}{anything}\n\n"
        "in a plan:\n"
        "  providers:\n"
        f'    sim: {{base_url: "{server.base_url}"}}\n'
        f'    sim-anthropic: {{base_url: "{server.url}", api: anthropic}}\n'
        "  systems:\n"
        "    - {name: today, role: current, family: alder, target: sim/today}\n"
        "    - {name: candidate, family: birch, target: sim-anthropic/candidate}\n"
        "  judge: {models: [{model: sim/judge, family: elm}]}\n\n"
        f"or for any client: OPENAI_BASE_URL={server.base_url} OPENAI_API_KEY=any, or\n"
        f"  ANTHROPIC_BASE_URL={server.url} ANTHROPIC_API_KEY=any\n"
        f"counted: {server.url}/counts, /log, /planted\n"
    )
