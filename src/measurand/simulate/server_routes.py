"""Where files and batches are found on a simulated provider's server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy

from measurand.simulate.server_batches import Batches
from measurand.simulate.server_wire import Refused, Written, dump, object_of

__all__ = ["Request", "routed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request for anything but an answer.

    Args:
        method: Its HTTP method.
        path: Its path, without ``/v1``.
        url: The server's own address, as the client wrote it.
        content_type: What its body is.
        content: Its body.
    """

    method: str
    path: str
    url: str
    content_type: str
    content: bytes


Route = Callable[[Batches, str, Request], Written]

_OCTETS = "application/octet-stream"
_LINES = "application/x-jsonl"
_ROUTES: Mapping[str, Route] = {
    "POST /files": lambda held, _, asked: _json(held.add_file(*_uploaded(asked))),
    "GET /files/*": lambda held, name, _: _json(held.file(name)),
    "GET /files/*/content": lambda held, name, _: Written(held.content(name), content_type=_OCTETS),
    "DELETE /files/*": lambda held, name, _: _json(held.delete_file(name)),
    "POST /batches": lambda held, _, asked: _json(held.create(object_of(asked.content))),
    "GET /batches": lambda held, *_: _json(held.openai_list()),
    "GET /batches/*": lambda held, name, _: _json(held.openai(name)),
    "POST /batches/*/cancel": lambda held, name, _: _json(held.openai(name, cancel=True)),
    "POST /messages/batches": lambda held, _, asked: _json(
        held.create_messages(object_of(asked.content))
    ),
    "GET /messages/batches": lambda held, _, asked: _json(held.messages_list(asked.url)),
    "GET /messages/batches/*": lambda held, name, asked: _json(held.messages(name, asked.url)),
    "GET /messages/batches/*/results": lambda held, name, _: Written(
        held.messages_results(name), content_type=_LINES
    ),
    "POST /messages/batches/*/cancel": lambda held, name, asked: _json(
        held.messages(name, asked.url, cancel=True)
    ),
}


def routed(batches: Batches, asked: Request) -> Written | None:
    """The answer to a request about files or batches; None where it is about something else.

    Raises:
        Refused: There is no such thing, or it cannot be done to it.
    """
    before, start, rest = asked.path.partition("batches")
    if not start:
        before, start, rest = asked.path.partition("files")
    name, _, action = rest.removeprefix("/").partition("/")
    shape = f"{asked.method} {before}{start}{'/*' if name else ''}{'/' if action else ''}{action}"
    route = _ROUTES.get(shape)
    return None if route is None else route(batches, name, asked)


def _json(found: Mapping[str, object]) -> Written:
    return Written(dump(found))


def _uploaded(asked: Request) -> tuple[str, bytes]:
    """Name and content of the file of a multipart form."""
    head = f"Content-Type: {asked.content_type}\r\n\r\n".encode("latin-1", "replace")
    for part in message_from_bytes(head + asked.content, policy=policy.HTTP).iter_parts():
        if part.get_param("name", header="content-disposition") == "file":
            found = part.get_payload(decode=True)
            return part.get_filename() or "batch.jsonl", found if isinstance(found, bytes) else b""
    raise Refused(400, "'file' is a required property", parameter="file")
