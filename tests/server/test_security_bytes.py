"""From an attacker's place: bodies, bytes, paths, and scripts that are meant to run."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from tests.server.attackers import (
    HOSTILE_NAME,
    SCRIPTS,
    Answer,
    Scene,
    Visitor,
    attacked,
    raw,
    statuses,
)

from measurand.jobs.places import ledger_path

TRICKS = (
    "/static/../../../../../../etc/passwd",
    "/static/{digest}/../../../../../../../etc/passwd",
    "/static/{digest}/%2e%2e/%2e%2e/app.py",
    "/static/{digest}/..%2f..%2fapp.py",
    "/static/{digest}/%2e%2e%2fapp.py",
    "/static/{digest}/..%5c..%5capp.py",
    "/static/{digest}/%252e%252e%252fapp.py",
    "/static/{digest}/rate.js%00.css",
    "/static/{digest}/%00",
    "/static/{digest}//etc/passwd",
    "/static/{digest}/%2fetc%2fpasswd",
    "/static/{digest}/\\..\\app.py",
    "/static/{digest}/.",
    "/static/{digest}/rate.js/",
    "//etc/passwd",
    "//evil.example/",
    "/./status",
    "/%2e/status",
    "/;/status",
    "/status%00",
    "/status/",
    "/status;x=1",
    "/STATUS",
    "/%73tatus/..%2f",
    "/api//items/0",
    "/api/items/0%2f..%2f..%2fstatus",
    "/api/items/%00",
    "/" + "a" * 7000,
    "/" + "../" * 500,
)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with attacked(tmp_path_factory.mktemp("security")) as made:
        yield made


def test_a_large_body_is_not_taken(scene: Scene) -> None:
    ana, before = scene.visitor("ana"), scene.acts()
    assert ana.say("/api/next", {"after": -1}).status == 200
    reply = ana.say("/api/items/0", {"comment": "x" * 100_000})
    assert reply.status == 413
    head = (
        f"POST /api/items/0 HTTP/1.1\r\nHost: 127.0.0.1:{scene.desk.port}\r\n"
        f"Cookie: {ana.cookie}\r\nX-CSRF-Token: {ana.csrf}\r\nContent-Type: application/json\r\n"
    ).encode()
    started = time.monotonic()
    told = raw(scene.desk.port, head + b"Content-Length: 99999999999\r\n\r\n{")
    assert statuses(told) == [413]
    chunks = b"".join(b"2000\r\n" + b"x" * 0x2000 + b"\r\n" for _ in range(40))
    untold = raw(scene.desk.port, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
    assert set(statuses(untold)) <= {400, 413}
    assert time.monotonic() - started < 15
    deep = "[" * 30_000 + "]" * 30_000
    kind = {"content-type": "application/json", "x-csrf-token": ana.csrf}
    assert ana.ask("POST", "/api/items/0", body=deep, headers=kind).status == 422
    fields = "&".join(f"a{at}=1" for at in range(3000))
    assert scene.visitor("olga").form("/exclude", fields).status in {400, 403}
    assert scene.acts() == before


def test_a_message_in_two_lengths_is_not_two_messages(scene: Scene) -> None:
    """What one server takes for a body must not be another's next request."""
    host = f"Host: 127.0.0.1:{scene.desk.port}\r\n"
    hidden = f"GET /alive HTTP/1.1\r\n{host}\r\n"
    smuggled = (
        f"POST /alive HTTP/1.1\r\n{host}Content-Length: {len(hidden) + 5}\r\n"
        f"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
    ).encode()
    assert statuses(raw(scene.desk.port, smuggled, wait=1.0)).count(200) == 0
    two = (
        f"POST /alive HTTP/1.1\r\n{host}Content-Length: 0\r\nContent-Length: {len(hidden)}\r\n\r\n"
    )
    assert statuses(raw(scene.desk.port, (two + hidden).encode(), wait=1.0)) == [400]
    hosts = f"GET /alive HTTP/1.1\r\n{host}Host: evil.example\r\n\r\n"
    assert statuses(raw(scene.desk.port, hosts.encode(), wait=1.0))[0] in {400, 421}
    whole = "GET http://evil.example/alive HTTP/1.1\r\nHost: evil.example\r\n\r\n"
    assert statuses(raw(scene.desk.port, whole.encode(), wait=1.0))[0] in {400, 404, 421}
    split = f"GET /alive HTTP/1.1\r\n{host}X: a\r\n\tb\r\nSet-Cookie : x\r\n\r\n"
    assert statuses(raw(scene.desk.port, split.encode(), wait=1.0))[0] in {200, 400}


@pytest.mark.parametrize("path", TRICKS)
def test_no_path_leads_out(scene: Scene, path: str) -> None:
    told = path.format(digest=scene.digest) if "{digest}" in path else path
    olga = scene.visitor("ana")
    request = (
        f"GET {told} HTTP/1.1\r\nHost: 127.0.0.1:{scene.desk.port}\r\nCookie: {olga.cookie}\r\n"
        "Connection: close\r\n\r\n"
    )
    answer = raw(scene.desk.port, request.encode())
    assert statuses(answer)[0] in {400, 403, 404, 414}, answer[:100]
    for secret in (b"root:", b"def app", b"How far", b"\nlocation:"):
        assert answer.find(secret) < 0


def test_raw_bytes_in_a_path_break_nothing(scene: Scene) -> None:
    for middle in (b"\xff\xfe", b"\x00", b"\r", b"%", b"%zz", b"%ff", b"?" * 5000, b"#x"):
        line = b"GET /" + middle + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        found = statuses(raw(scene.desk.port, line, wait=2.0))
        assert all(status in {400, 401, 404, 414, 421} for status in found), (middle, found)
    assert scene.stranger().ask("GET", "/alive").status == 200


class Markup(HTMLParser):
    """What a page asks a browser to do."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"iframe", "object", "embed", "svg", "style", "base", "img", "video", "audio"}:
            self.faults.append(tag)
        for name, value in attrs:
            told = (value or "").strip().lower()
            if name.startswith("on") or name in {"style", "srcdoc"}:
                self.faults.append(f"{tag} {name}")
            if name in {"href", "src", "action", "formaction"} and not (
                told.startswith(("/", "#")) or told in {"", "data:,"}
            ):
                self.faults.append(f"{tag} {name}={value}")
        if tag == "script" and not dict(attrs).get("src"):
            self.faults.append("inline script")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def inert(page: Answer) -> str:
    """The text of a page that does nothing but show it."""
    markup = Markup()
    markup.feed(page.body)
    assert markup.faults == []
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    return "".join(markup.texts)


def test_script_in_outputs_names_and_comments_is_text(scene: Scene) -> None:
    olga = scene.visitor("olga")
    reply = olga.form("/invite", f"name={quote(HOSTILE_NAME)}&role=rater&days=1")
    assert HOSTILE_NAME in inert(reply)
    hostile = Visitor(scene.desk, reply.body.partition("/enter/")[2][:43])
    assert HOSTILE_NAME in inert(hostile.ask("GET", f"/enter/{hostile.token}"))
    raters = [hostile.enter(), scene.visitor("ben")]
    for place, rater in enumerate(raters):
        inert(rater.ask("GET", "/rate"))
        rates(rater, place)
    assert HOSTILE_NAME in inert(olga.ask("GET", "/"))
    judge = scene.visitor("judge")
    listed = judge.ask("GET", "/disputes")
    assert "<script>alert('output')</script>" in inert(listed)
    cases = {part.partition('"')[0] for part in listed.body.split('href="/disputes/')[1:]}
    texts = [inert(judge.ask("GET", f"/disputes/{case}")) for case in cases]
    assert any(SCRIPTS[1] in text for text in texts)
    assert any("{{ 7 * 7 }} ${7 * 7}" in text for text in texts)
    assert all(HOSTILE_NAME not in text for text in texts)
    status = olga.ask("GET", "/status")
    assert HOSTILE_NAME not in status.body
    assert "&lt;img src=x onerror=alert(1)&gt;" in status.body
    assert "script-src" not in status.headers["content-security-policy"]


def rates(rater: Visitor, place: int) -> None:
    """Everything that is given out, with a comment that is a script, and ratings that differ."""
    for _ in range(30):
        item = json.loads(rater.say("/api/next", {"after": -1}).body)["item"]
        if item is None:
            return
        text = "".join(leaf[1] for leaf in item["texts"][0]["plain"])
        if any(script[:20] in text for script in SCRIPTS):
            assert isinstance(item["texts"][0]["plain"], list)
        marks: dict[str, Any] = {
            name: {"value": 1 + 2 * place} for name in ("coherence", "surprise")
        }
        marks["decency"] = {"value": place}
        number = item["answer"]["number"] + 1
        said = {"number": number, "tag": item["tag"], "marks": marks, "done": True}
        reply = rater.say(f"/api/items/{item['position']}", said | {"comment": SCRIPTS[1]})
        assert reply.status == 200, reply.body
    raise AssertionError("there is no end to it")


def test_a_token_is_nowhere_but_with_its_owner(scene: Scene) -> None:
    folder = ledger_path(scene.project.plan).parent
    kept = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    for token in scene.tokens.values():
        assert token.encode() not in kept
    olga = scene.visitor("olga")
    for path in ("/", "/status"):
        page = olga.ask("GET", path).body
        assert not any(token in page for token in scene.tokens.values())
    assert "server" not in olga.ask("GET", "/").headers


def test_the_desk_is_still_there_and_says_nothing(scene: Scene) -> None:
    """After all of this; what it wrote to its log has no token and no text of anybody."""
    assert scene.stranger().ask("GET", "/alive").status == 200
    code, said = scene.desk.stop()
    assert code == 0
    assert not any(token in said for token in scene.tokens.values())
    assert "Traceback" not in said
    scene.desk.start()
