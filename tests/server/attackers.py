"""Attackers at the real desk: visitors who send whatever they like."""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.server.desks import DeskProcess, StoryProject, expired, invited

__all__ = ["HOSTILE_NAME", "SCRIPTS", "Answer", "Scene", "Visitor", "attacked", "raw", "statuses"]

SCRIPTS = (
    "<script>alert('output')</script>",
    "</textarea><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) ![](data:text/html,<script>alert(2)</script>)",
    "{{ 7 * 7 }} ${7 * 7} {% raw %} <%= 7 * 7 %>",
    '" onfocus=alert(3) autofocus x="',
    "<svg/onload=alert(4)><style>*{display:none}</style><iframe srcdoc='<script>1</script>'>",
)
HOSTILE_NAME = "<img src=x onerror=alert(1)>\"'{{7*7}}"


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: str


@dataclass
class Visitor:
    """Somebody with a link, who sends whatever is liked."""

    desk: DeskProcess
    token: str = ""
    csrf: str = ""

    @property
    def cookie(self) -> str:
        host = f"127.0.0.1:{self.desk.port}"
        return f"desk-{hashlib.sha256(host.encode()).hexdigest()[:8]}={self.token}"

    def enter(self) -> Visitor:
        reply = self.ask(
            "POST",
            "/enter",
            body=f"token={self.token}",
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        assert reply.status == 303
        assert reply.headers["set-cookie"].startswith(f"{self.cookie};")
        page = self.ask("GET", "/")
        assert page.status == 200
        self.csrf = page.body.partition('name="csrf" content="')[2][:64]
        assert len(self.csrf) == 64
        return self

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        own = {"cookie": self.cookie} if self.token else {}
        connection = HTTPConnection("127.0.0.1", self.desk.port, timeout=20)
        try:
            connection.request(method, path, body=body, headers={**own, **(headers or {})})
            reply = connection.getresponse()
            text = reply.read().decode("utf-8", "replace")
            return Answer(reply.status, {k.lower(): v for k, v in reply.getheaders()}, text)
        finally:
            connection.close()

    def say(self, path: str, body: object, **headers: str) -> Answer:
        own = {"content-type": "application/json", "x-csrf-token": self.csrf}
        return self.ask("POST", path, body=json.dumps(body), headers=own | headers)

    def form(self, path: str, body: str, **headers: str) -> Answer:
        own = {"content-type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, body=f"{body}&csrf={self.csrf}", headers=own | headers)


@dataclass
class Scene:
    project: StoryProject
    desk: DeskProcess
    tokens: dict[str, str]

    def visitor(self, name: str) -> Visitor:
        return Visitor(self.desk, self.tokens[name]).enter()

    def stranger(self, token: str = "") -> Visitor:
        return Visitor(self.desk, token)

    def acts(self) -> list[tuple[str, str]]:
        """What has happened at the desk, but for comings and givings-out."""
        quiet = {"entered", "assigned"}
        return [(one.event, one.who) for one in self.project.log() if one.event not in quiet]

    @property
    def digest(self) -> str:
        page = self.visitor("ana").ask("GET", "/").body
        return page.partition("/static/")[2].partition("/")[0]


@contextmanager
def attacked(folder: Path) -> Iterator[Scene]:
    """A desk with scripts to rate, two raters, an adjudicator, an organiser, and an old link."""
    texts = dict(enumerate(SCRIPTS))
    project = StoryProject(folder / "desk", 8, texts=texts, changes={"raters": 2}).write()
    tokens = invited(
        project,
        {"ana": "rater", "ben": "rater", "judge": "adjudicator", "olga": "organiser"},
    )
    tokens["old then"] = expired(project, "old", "organiser")
    with DeskProcess(project.plan, rate=10_000) as desk:
        yield Scene(project, desk, tokens)


def raw(port: int, sent: bytes, *, wait: float = 5.0) -> bytes:
    """What comes back for some bytes, however wrong they are."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as made:
        parts = []
        try:
            made.sendall(sent)
            while part := made.recv(65536):
                parts.append(part)
        except (TimeoutError, ConnectionError):
            pass
        return b"".join(parts)


def statuses(answer: bytes) -> list[int]:
    """The status of every answer in what came back."""
    lines = [line for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    return [int(line.split()[1]) for line in lines]
