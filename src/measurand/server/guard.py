"""What holds for every answer and every request, whatever the route: names and headers."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["POLICY", "Guard", "loopback_names"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""No script, style, image, font or frame but our own files; nothing to anywhere else."""

_HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cache-control": b"no-store",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=(), payment=()",
    b"x-frame-options": b"DENY",
    b"x-robots-tag": b"noindex, nofollow",
}


def loopback_names() -> frozenset[str]:
    """The names under which this machine knows itself."""
    return frozenset({"localhost", "127.0.0.1", "[::1]"})


class Guard:
    """Refuses requests under a name that is not ours, and puts the headers on every answer.

    A page of somebody else's whose name is made to point here (DNS rebinding) sends that name.

    Args:
        inner: The app.
        hosts: Names, with a port where only that one is meant.
    """

    def __init__(self, inner: ASGIApp, hosts: Iterable[str]) -> None:
        self._inner = inner
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", []))
                names = {name for name, _ in given}
                extra = [(name, value) for name, value in _HEADERS.items() if name not in names]
                message = {**message, "headers": given + extra}
            await send(message)

        if self._known(scope):
            await self._inner(scope, receive, sent)
        else:
            await _misdirected(sent)

    def _known(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return False
        host = hosts[0].decode("latin-1").lower()
        return host in self._hosts or _without_port(host) in self._hosts


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isascii() and port.isdigit() else host


async def _misdirected(send: Send) -> None:
    body = b"This desk is not reached under that name.\n"
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body})
