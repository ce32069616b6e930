"""The OpenAI-compatible wire: chat completions on aiohttp, with as little of our own as possible.

Certificates are checked. Proxies that the environment names (``HTTPS_PROXY``) are not used: what is
sent holds a key and users' data, and goes to the address in the plan and nowhere else. Redirects
are not followed for the same reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import aiohttp
from yarl import URL

from measurand.core.fingerprint import fingerprint
from measurand.core.model import ModelReply, ModelRequest
from measurand.core.output import Failure
from measurand.models.known import KNOWN
from measurand.models.openai_body import Body, Frame, tool_note
from measurand.models.openai_reply import read_reply
from measurand.models.wire import CallFailed, failed, shorten

__all__ = ["Address", "OpenAIWire", "new_session"]

_LARGEST = 32 * 2**20
"""Bytes of a response; a larger one is not read to its end."""

_OK = 200
_JSON = "application/json"
_CONNECT = 10.0
"""Seconds until a connection must stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a model is asked.

    Args:
        url: The whole address, as in ``https://api.openai.com/v1/chat/completions``.
        key: The key; None where none is wanted.
        header: The header that carries the key; ``Authorization`` takes it as a bearer token.
        named: Whether the body names the model; an Azure deployment is named by its address.
        any_port: Whether what answers on this machine is the same whatever its port.
    """

    url: str
    key: str | None = field(default=None, repr=False)
    header: str = "Authorization"
    named: bool = True
    any_port: bool = False

    @property
    def place(self) -> str:
        """The address without a login; what a version is made of."""
        place = URL(self.url).with_user(None).with_password(None)
        own = self.any_port and place.host in {"127.0.0.1", "localhost", "::1"}
        return str(place.with_port(None) if own else place)


def new_session() -> aiohttp.ClientSession:
    """A session for all wires of an event loop; how many calls go at once is decided elsewhere."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300, keepalive_timeout=60),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "measurand", "Accept": _JSON},
        trust_env=False,
    )


class OpenAIWire:
    """One model behind an OpenAI-compatible address.

    Args:
        name: The model's name, as in ``openai/gpt-4o-mini``.
        address: Where it is asked.
        session: The session, shared with other wires; whoever made it closes it.
        told: Gets the headers of each good response.
    """

    def __init__(
        self,
        name: str,
        address: Address,
        session: aiohttp.ClientSession,
        *,
        told: Callable[[Mapping[str, str]], None] | None = None,
    ) -> None:
        self.name = name
        self.version = fingerprint([name, address.place, "openai"])
        self._body = Body(name, named=address.named)
        self._url = URL(address.url)
        self._session = session
        self._told = told
        self._headers = {"Content-Type": _JSON}
        if address.key is not None:
            bearer = address.header == "Authorization"
            self._headers[address.header] = f"Bearer {address.key}" if bearer else address.key

    def __repr__(self) -> str:
        return f"OpenAIWire({self.name!r})"

    async def send(self, request: ModelRequest, *, timeout: float) -> ModelReply:  # noqa: ASYNC109 - aiohttp keeps the time, without another timer
        """Ask exactly once.

        Raises:
            CallFailed: There is no reply. A ``bad_request`` that is worth another try is one from
                which the wire has learnt what the model does not take.
        """
        frame = self._body.frame(request)
        data = frame.fill(request.messages)
        headers = self._headers
        if request.key:
            headers = {**headers, "Idempotency-Key": request.key}
        try:
            async with self._session.post(
                self._url,
                data=data,
                headers=headers,
                timeout=_time(timeout),
                allow_redirects=False,
            ) as response:
                raw = await _read(response)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _broken(error, timeout, self.name) from None
        if response.status != _OK:
            raise self._refused(response, raw, frame)
        if self._told is not None:
            self._told(response.headers)
        notes = frame.notes
        if any(message.role == "tool" for message in request.messages):
            notes = (*notes, tool_note(self.name))
        return read_reply(raw, sent=frame.sent, notes=notes)

    async def close(self) -> None:
        """Nothing belongs to this wire alone."""

    def _refused(self, response: aiohttp.ClientResponse, raw: bytes, frame: Frame) -> CallFailed:
        found = failed(response.status, raw, response.headers)
        if self._body.learn(response.status, raw, frame):
            return CallFailed(found.failure, again=True, retry_after=0.0)
        return found


@lru_cache(maxsize=16)
def _time(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds, sock_connect=min(_CONNECT, seconds))


async def _read(response: aiohttp.ClientResponse) -> bytes:
    told = response.content_length
    if told is not None and told > _LARGEST:
        raise _TooLargeError(told)
    content = response.content
    first = await content.readany()
    if content.at_eof():
        return first
    parts, size = [first], len(first)
    while not content.at_eof():
        part = await content.readany()
        size += len(part)
        if size > _LARGEST:
            raise _TooLargeError(size)
        parts.append(part)
    return b"".join(parts)


class _TooLargeError(ValueError):
    def __init__(self, size: int) -> None:
        super().__init__(f"the response has {size} bytes or more; {_LARGEST} are read at the most")


def _broken(error: Exception, seconds: float, name: str) -> CallFailed:
    """What it means that no whole response came."""
    if isinstance(error, TimeoutError):
        return CallFailed(Failure("timeout", f"no answer within {seconds:g} seconds"))
    words = shorten(str(error)) or type(error).__name__
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ClientResponseError | _TooLargeError):
        return CallFailed(Failure("malformed_response", words))
    if isinstance(error, aiohttp.ClientConnectorError):  # nothing has been sent
        for_good = isinstance(error, aiohttp.ClientSSLError)
        again = False if for_good else None
        known = KNOWN.get(name.partition("/")[0])
        if known is not None and known.absent:
            words = f"{known.absent} ({words})"
        return CallFailed(Failure("connection", words), again=again, charged=False)
    own = isinstance(error, ValueError)  # a URL or header that cannot be
    return CallFailed(Failure("bad_request" if own else "connection", words))
