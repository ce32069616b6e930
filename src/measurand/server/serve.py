"""Serving the desk: one process, this machine by default, nothing printed."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

from measurand.errors import InfrastructureError
from measurand.jobs.desk import Desk
from measurand.server.app import app
from measurand.server.limits import Limits

__all__ = ["LOOPBACK", "PORT", "reached_as", "serve", "serve_app"]

LOOPBACK = "127.0.0.1"
PORT = 8765
_PATIENCE = 10
"""Seconds that requests under way get to end."""
_KEPT = 60
"""Seconds that a connection is kept for the next key."""
_WAITING = 512
_AT_ONCE = 2_000
_NO_NAMES = frozenset({"0.0.0.0", "[::]"})  # noqa: S104 - they are no names, so they are left out


async def serve(
    desk: Desk,
    *,
    host: str = LOOPBACK,
    port: int = PORT,
    allow_hosts: Iterable[str] = (),
    limits: Limits | None = None,
    started: Callable[[int], object] = int,
) -> None:
    """Serve until SIGINT, SIGTERM or cancellation ends it; requests under way come to their end.

    There is no log of requests: personal links would be in it.

    Args:
        desk: What is served.
        host: The address to bind to; any but this machine's own lets others connect.
        port: The port; 0 takes a free one.
        allow_hosts: Names under which the desk may be asked for, as of a proxy before it.
        limits: How much one visitor may ask for.
        started: Called with the port as soon as connections are accepted.

    Raises:
        InfrastructureError: The address or the port cannot be had.
    """
    made = app(desk, hosts=reached_as(host, allow_hosts), limits=limits)
    await serve_app(made, host=host, port=port, started=started)


def reached_as(host: str, more: Iterable[str] = ()) -> set[str]:
    """The names under which a desk that is bound to a host may be asked for.

    Args:
        host: The address that it is bound to.
        more: Further names, as of a proxy before it.
    """
    return {f"[{host}]" if ":" in host else host, *more} - _NO_NAMES


async def serve_app(
    made: ASGIApp,
    *,
    host: str = LOOPBACK,
    port: int = PORT,
    started: Callable[[int], object] = int,
) -> None:
    """Serve an app until SIGINT, SIGTERM or cancellation ends it; see `serve`.

    Raises:
        InfrastructureError: The address or the port cannot be had.
    """
    listening = _listen(host, port)
    config = uvicorn.Config(
        made,
        access_log=False,
        log_config=None,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE,
        timeout_keep_alive=_KEPT,
        limit_concurrency=_AT_ONCE,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    started(int(listening.getsockname()[1]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_WAITING)
        listening.settimeout(0)
    except (OSError, OverflowError) as error:
        listening.close()
        raise InfrastructureError(
            f"the desk cannot listen on {host} port {port}: {error}; "
            "is another desk open there? Take another port"
        ) from None
    return listening


class _Server(uvicorn.Server):
    """Ends on a signal without passing it on, so that its caller can close what it opened."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Hear SIGINT and SIGTERM while the server runs."""
        loop = asyncio.get_running_loop()
        heard = (signal.SIGINT, signal.SIGTERM)
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not in the main thread
            for one in heard:
                loop.add_signal_handler(one, self.handle_exit, one, None)
        try:
            yield
        finally:
            with suppress(NotImplementedError, RuntimeError, ValueError):
                for one in heard:
                    loop.remove_signal_handler(one)
