"""A provider that runs here: OpenAI- and Anthropic-compatible, with known answers and faults.

::

    with SimulatedProvider() as server:
        ...  # OPENAI_BASE_URL=server.base_url, model "today", "candidate", "floor" or "judge"
        assert server.counts.total.answered == 430
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from types import TracebackType
from typing import Self

from aiohttp import web

from measurand.core.running import Endpoint
from measurand.errors import InfrastructureError, UsageError
from measurand.simulate.faults import FaultPlan, FaultScript
from measurand.simulate.judge_model_sim import SimJudge
from measurand.simulate.provider import CannedModels, Provider, Source
from measurand.simulate.server_app import App, KeptRequest, Latency
from measurand.simulate.server_batches import Batches
from measurand.simulate.server_counts import Counts, Planted

__all__ = ["HOST", "SimulatedProvider"]

HOST = "127.0.0.1"
"""The only address it listens on: what is simulated is for this machine."""

_BACKLOG = 2048
_PATIENCE = 5.0
_FAREWELL = 0.01
"""Seconds that answers under way may still take when it stops; 0 would mean for ever."""


@dataclass(eq=False)
class SimulatedProvider:
    """A provider's server on a thread and event loop of its own.

    Args:
        source: Who answers: a world (by default `support_bot`), one text for every request to
            any model, or a function of the request.
        seed: Of the world, the judges' noise, random latency and the choice of faults.
        latency: Seconds that an answer takes, or the least and the most of them.
        faults: What goes wrong: a `FaultScript`, a list of rows, or shares by fault.
        judges: The simulated judges by model name; by default those of
            `measurand.simulate.judges` of a world, and none elsewhere.
        keep_requests: Whether requests are kept, to be searched afterwards.
        api_key: The key that requests must bear; None takes any and none.
        batch_seconds: How long a batch takes.
        warm_cache: Whether system messages, and turns that a cache was asked for, count as read
            from the cache where they have 1,024 tokens or more.
        port: The port to listen on; 0 takes a free one.

    Raises:
        DataError: The fault script cannot mean anything.
        UsageError: The latency cannot.
    """

    source: Source = field(default=None, repr=False)
    seed: int = field(default=7, kw_only=True)
    latency: Latency = field(default=0.0, kw_only=True)
    faults: FaultScript | Mapping[str, object] | Sequence[object] = field(default=(), kw_only=True)
    judges: Mapping[str, SimJudge] | None = field(default=None, kw_only=True)
    keep_requests: bool = field(default=False, kw_only=True)
    api_key: str | None = field(default=None, kw_only=True, repr=False)
    batch_seconds: float = field(default=0.0, kw_only=True)
    warm_cache: bool = field(default=False, kw_only=True)
    port: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        least, most = self.latency if isinstance(self.latency, tuple) else (self.latency,) * 2
        if not 0 <= least <= most < float("inf"):
            raise UsageError(f"latency is seconds, or the least and the most; found {self.latency}")
        self.provider = Provider(
            CannedModels.of(self.source, self.judges, self.seed),
            FaultPlan(FaultScript.of(self.faults), self.seed),
            self.seed,
            self.warm_cache,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._stop: asyncio.Event | None = None
        self._problem: OSError | None = None
        self._kept: list[KeptRequest] = []

    def __enter__(self) -> Self:
        """Start it.

        Raises:
            InfrastructureError: The port is taken.
        """
        started = Event()
        self._thread = Thread(
            target=lambda: asyncio.run(self._serve(started)), name="simulated provider", daemon=True
        )
        self._thread.start()
        started.wait()
        if self._problem is not None:
            self._thread.join(_PATIENCE)
            raise InfrastructureError(
                f"port {self.port} of {HOST} cannot be opened ({self._problem.strerror}); "
                "choose another, or 0 for a free one"
            ) from self._problem
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join(_PATIENCE)
        self._loop = self._stop = self._thread = None

    @property
    def url(self) -> str:
        """The address, as an Anthropic client's ``base_url``."""
        return f"http://{HOST}:{self.port}"

    @property
    def base_url(self) -> str:
        """The address, as an OpenAI client's ``base_url``."""
        return f"{self.url}/v1"

    @property
    def endpoints(self) -> dict[str, Endpoint]:
        """Both wires as a plan's ``providers``, under the names ``sim`` and ``sim-anthropic``."""
        return {
            "sim": Endpoint(base_url=self.base_url),
            "sim-anthropic": Endpoint(base_url=self.url, api="anthropic"),
        }

    @property
    def counts(self) -> Counts:
        """What was counted up to now."""
        return self.provider.counter.read()

    @property
    def planted(self) -> Planted:
        """Which of the items seen so far the fault script has chosen."""
        return self.provider.planted

    @property
    def requests(self) -> tuple[KeptRequest, ...]:
        """The requests that were kept, in order of arrival."""
        return tuple(self._kept)

    async def _serve(self, started: Event) -> None:
        self._problem = None
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        app = App(
            provider=self.provider,
            batches=Batches(self.provider, self.batch_seconds, self._loop.time),
            latency=self.latency,
            api_key=self.api_key,
            keep_requests=self.keep_requests,
            kept=self._kept,
        )
        server = web.Server(app, access_log=None, handler_cancellation=True)
        runner = web.ServerRunner(server, shutdown_timeout=_FAREWELL)
        await runner.setup()
        try:
            site = web.TCPSite(runner, HOST, self.port, backlog=_BACKLOG)
            await site.start()
        except OSError as problem:
            self._problem = problem
        else:
            self.port = runner.addresses[0][1]
        started.set()
        if self._problem is None:
            await self._stop.wait()
        await runner.cleanup()
