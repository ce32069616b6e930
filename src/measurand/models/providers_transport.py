"""The providers' clients over aiohttp: their own transport looks at every idle connection."""

from __future__ import annotations

import aiohttp
import httpx2
from yarl import URL

from measurand.models.openai_wire import new_session

__all__ = ["AiohttpTransport"]

_OF_THE_WAY = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that say how a body came; it is handed on as it was before."""


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Sends the requests of an ``httpx2.AsyncClient`` through aiohttp; answers are read whole."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request.

        Raises:
            TransportError: There is no answer.
        """
        if self._session is None:
            self._session = new_session()
        limits = request.extensions.get("timeout", {})
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=limits.get("connect"), sock_read=limits.get("read")
        )
        body = await request.aread()
        try:
            async with self._session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=request.headers.multi_items(),
                data=body or None,
                timeout=timeout,
                allow_redirects=False,
            ) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _said(error, request) from error
        headers = [(k, v) for k, v in answer.headers.items() if k.lower() not in _OF_THE_WAY]
        return httpx2.Response(answer.status, headers=headers, content=content, request=request)

    async def aclose(self) -> None:
        """Let go of the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def _said(error: Exception, request: httpx2.Request) -> httpx2.TransportError:
    words = str(error) or type(error).__name__
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return httpx2.ConnectTimeout(words, request=request)
    if isinstance(error, TimeoutError):
        return httpx2.ReadTimeout(words, request=request)
    if isinstance(error, aiohttp.ClientConnectorError):
        return httpx2.ConnectError(words, request=request)
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError):
        return httpx2.RemoteProtocolError(words, request=request)
    return httpx2.ReadError(words, request=request)
