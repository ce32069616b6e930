"""From an attacker's place: doors, links, other people's places and forged requests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import pytest
from tests.server.attackers import Scene, Visitor, attacked

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW")
GUESSES = (
    "/docs",
    "/openapi.json",
    "/admin",
    "/metrics",
    "/debug",
    "/console",
    "/.git/config",
    "/.env",
    "/measurand.yaml",
    "/.measurand/ledger.db",
    "/data/core.jsonl",
    "/outputs/writer.jsonl",
    "/api",
    "/api/",
    "/api/items",
    "/api/items/",
    "/api/ratings",
    "/api/users",
    "/api/items/-1",
    "/api/items/0.0",
    "/api/items/0x0",
    "/api/items/0/",
    "/api/items/99999999999999999999999",
    "/rate/../overview",
    "/static/",
    "/static/x/rate.js",
    "/favicon.ico",
    "/robots.txt",
    "/enter",
    "/enter/",
)
DOORS = (
    ("GET", "/"),
    ("GET", "/rate"),
    ("GET", "/rate/0"),
    ("GET", "/finished"),
    ("POST", "/api/next"),
    ("GET", "/api/progress"),
    ("GET", "/api/items/0"),
    ("POST", "/api/items/0"),
    ("GET", "/api/items/0/feedback"),
    ("GET", "/disputes"),
    ("GET", "/disputes/x"),
    ("POST", "/disputes/x"),
    ("POST", "/invite"),
    ("POST", "/revoke"),
    ("POST", "/exclude"),
    ("POST", "/readmit"),
    ("GET", "/status"),
    ("POST", "/leave"),
)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with attacked(tmp_path_factory.mktemp("security")) as made:
        yield made


def test_whatever_is_tried_without_a_link_opens_nothing(scene: Scene) -> None:
    nobody, before = scene.stranger(), scene.acts()
    for method in METHODS:
        for path in (*GUESSES, *(path for _, path in DOORS)):
            reply = nobody.ask(method, path, headers={"content-length": "0"})
            assert reply.status in {400, 401, 403, 404, 405, 415}, (method, path)
            assert "set-cookie" not in reply.headers
            assert "short stories" not in reply.body
    assert scene.acts() == before


def test_each_link_opens_its_own_doors_alone(scene: Scene) -> None:
    own = {
        "ana": {"/", "/rate", "/rate/0", "/finished", "/api", "/leave"},
        "judge": {"/", "/disputes", "/leave"},
        "olga": {"/", "/invite", "/revoke", "/exclude", "/readmit", "/status", "/leave"},
    }
    before = scene.acts()
    for name, doors in own.items():
        visitor = scene.visitor(name)
        for method, path in DOORS:
            mine = path in doors or path.startswith(tuple(f"{d}/" for d in doors if d != "/"))
            if mine:
                continue
            headers = {"content-type": "application/json", "x-csrf-token": visitor.csrf}
            form = {"content-type": "application/x-www-form-urlencoded"}
            for kind in (headers, form):
                body = f"csrf={visitor.csrf}" if kind is form else "{}"
                reply = visitor.ask(method, path, body=body, headers=kind)
                assert reply.status == 403, (name, method, path, reply.status)
        for path in GUESSES:
            assert visitor.ask("GET", path).status in {400, 403, 404, 405}, (name, path)
    assert scene.acts() == before


def test_a_link_that_ended_opens_nothing(scene: Scene) -> None:
    old, olga = scene.stranger(scene.tokens["old then"]), scene.visitor("olga")
    assert old.ask("GET", f"/enter/{old.token}").status == 403
    assert old.form("/enter", f"token={old.token}").status == 403
    for method, path in DOORS:
        assert old.ask(method, path, headers={"content-length": "0"}).status == 401
    reply = olga.form("/invite", "name=eve&role=organiser&days=1")
    token = reply.body.partition("/enter/")[2][:43]
    eve = Visitor(scene.desk, token).enter()
    assert eve.ask("GET", "/status").status == 200
    digest = hashlib.sha256(token.encode()).hexdigest()
    assert olga.form("/revoke", f"digest={digest}").status == 303
    assert eve.ask("GET", "/status").status == 401
    assert eve.form("/invite", "name=mallory&role=organiser&days=1").status == 401
    assert "mallory" not in {who for _, who in scene.acts()}


@pytest.mark.parametrize(
    "token", ["", "a", "0" * 43, "../" * 14, "%00", "\x7f", "é" * 20, "'; DROP TABLE desk; --"]
)
def test_no_token_is_guessed(scene: Scene, token: str) -> None:
    nobody = scene.stranger()
    assert nobody.ask("GET", f"/enter/{quote(token, safe='')}").status in {403, 404, 429}
    reply = nobody.form("/enter", f"token={quote(token, safe='')}")
    assert reply.status in {403, 429}
    assert "set-cookie" not in reply.headers


def test_nobody_rates_in_anothers_name(scene: Scene) -> None:
    ana, ben = scene.visitor("ana"), scene.visitor("ben")
    hers = json.loads(ana.say("/api/next", {"after": -1}).body)["item"]
    his = json.loads(ben.say("/api/next", {"after": -1}).body)["item"]
    before = scene.acts()
    forged = {"number": 1, "tag": hers["tag"], "marks": {"surprise": {"value": 1}}}
    assert ben.say("/api/items/0", forged).status == 410
    assert ben.say("/api/items/40", forged).status == 404
    assert ben.say("/api/items/0", forged | {"rater": "ana", "who": "ana"}).status == 410
    both = {"cookie": f"{ana.cookie}; {ben.cookie}", "x-csrf-token": ben.csrf}
    assert ana.say("/api/items/0", forged, **both).status in {403, 410}
    assert ana.say("/api/items/0", forged, **{"x-csrf-token": ben.csrf}).status == 403
    for header in ("x-forwarded-user", "x-remote-user", "authorization", "x-rater"):
        reply = scene.stranger().say("/api/items/0", forged, **{header: "ana"})
        assert reply.status == 401
    assert scene.acts() == before
    assert hers["tag"] != his["tag"]
    for hidden in ("writer", "s0000", "expert", "probability", "golden", "judge"):
        assert hidden not in json.dumps(hers)


FORGED: Mapping[str, dict[str, str]] = {
    "no word": {"x-csrf-token": ""},
    "another's word": {"x-csrf-token": "0" * 64},
    "another site": {"origin": "https://evil.example"},
    "the same name, another port": {"origin": "http://127.0.0.1:1"},
    "told by the browser": {"sec-fetch-site": "cross-site"},
    "a form": {"content-type": "application/x-www-form-urlencoded"},
    "plain text": {"content-type": "text/plain"},
    "several parts": {"content-type": "multipart/form-data; boundary=x"},
    "no type": {"content-type": ""},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
def test_what_another_site_sends_is_refused(scene: Scene, headers: dict[str, str]) -> None:
    ana, before = scene.visitor("ana"), scene.acts()
    item = json.loads(ana.say("/api/next", {"after": -1}).body)["item"]
    path = f"/api/items/{item['position']}"
    said = {"number": 999, "tag": item["tag"], "marks": {"surprise": {"value": 1}}}
    assert ana.say(path, said, **headers).status in {403, 415}
    assert ana.ask("GET", f"{path}?number=9&marks=x").status == 200
    tricked = {"x-http-method-override": "POST", "x-csrf-token": ana.csrf}
    assert ana.ask("GET", path, headers=tricked).status == 200
    olga = scene.visitor("olga")
    wrong = {"origin": "https://evil.example"}
    assert olga.form("/exclude", "name=ana&reason=x", **wrong).status == 403
    olga.csrf = ana.csrf
    assert olga.form("/exclude", "name=ana&reason=x").status == 403
    assert scene.acts() == before
