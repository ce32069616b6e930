import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from measurand.core.example import Example, Message
from measurand.core.output import Failure, Output
from measurand.core.protocols import LiveSystem
from measurand.core.system import System
from measurand.errors import PlanError, UsageError
from measurand.systems import http
from measurand.systems.base import Answer
from measurand.systems.http import HttpSystem, Retry, Tried

EXAMPLE = Example(id="q1", messages=(Message("user", 'Why "{{id}}"?'),), metadata={"city": "Köln"})
SECRET = "s3cret-" + "value"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def expand(text: str) -> str:
    if "${GONE}" in text:
        raise UsageError("the environment variable GONE is not set")
    return text.replace("${KEY}", SECRET)


async def _served(
    handler: Handler, system: Callable[[str], System], options: Mapping[str, Any]
) -> Output:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with aiohttp.ClientSession() as session:
            made = HttpSystem(system(base), session, expand=expand, **options)
            assert isinstance(made, LiveSystem)
            output, calls = await made.answer(EXAMPLE, 1)
    finally:
        await runner.cleanup()
    assert calls == ()
    return output


def ask(
    handler: Handler,
    request: Mapping[str, Any] | None = None,
    *,
    answer: str | None = None,
    path: str = "/chat",
    **options: Any,
) -> Output:
    def system(base: str) -> System:
        return System("bot", f"{base}{path}", request=request or {}, answer=answer)

    return asyncio.run(_served(handler, system, {"timeout": 10, **options}))


def failed(handler: Handler, **options: Any) -> Failure:
    found = ask(handler, **options).failure
    assert found is not None
    return found


async def echo(request: web.Request) -> web.Response:
    return web.json_response(
        {
            "said": [await request.json()] if request.can_read_body else [],
            "method": request.method,
            "key": request.headers.get("X-Key"),
        }
    )


def replying(text: str = "", status: int = 200, **headers: str) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(text=text, status=status, headers=headers)

    return handler


def test_the_body_is_a_template_and_the_answer_is_at_a_path() -> None:
    body = {"q": "In {{metadata.city}}: {{question}}", "m": "{{messages}}", "n": 1}
    output = ask(echo, {"body": body}, answer="said[0].q")
    assert (output.text, output.trial, output.cost) == ('In Köln: Why "{{id}}"?', 1, None)
    assert ask(echo, {"body": body}, answer="said[0].m[0].role").text == "user"
    assert ask(echo, {"body": body}, answer="said[0].n").text == "1"


def test_without_a_body_the_messages_are_sent_and_get_sends_none() -> None:
    assert ask(echo, answer="said[0].messages[0].content").text == 'Why "{{id}}"?'
    assert ask(echo, {"method": "get"}, answer="said").text == "[]"
    assert ask(echo, {"method": "put"}, answer="method").text == "PUT"


def test_without_a_path_all_of_the_response_is_the_answer() -> None:
    assert ask(replying("Weil. é")).text == "Weil. é"
    assert ask(replying("")).text == ""


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "bad_request"), (401, "authentication"), (403, "authentication"), (404, "not_found"),
     (408, "timeout"), (422, "bad_request"), (429, "rate_limited"), (500, "server_error"),
     (503, "server_error"), (529, "server_error")],
)  # fmt: skip
def test_each_status_has_its_class(status: int, kind: str) -> None:
    found = failed(replying("odd", status, **{"Retry-After": "7"}))
    assert found == Failure(kind, f"status {status} (Retry-After: 7): odd", "odd")


def test_what_is_not_as_the_plan_says_is_told() -> None:
    assert failed(replying("<html>"), answer="a").kind == "malformed_response"
    assert failed(replying('{"b": 1}'), answer="a") == Failure(
        "invalid", "there is no a at the top; found an object with: b", '{"b": 1}'
    )
    assert failed(replying('{"a": null}'), answer="a").message == "the answer is null"

    async def latin(_: web.Request) -> web.Response:
        return web.Response(body=b"\xe9")

    assert failed(latin).kind == "malformed_response"


def test_what_hangs_breaks_off_or_never_ends_is_classified(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"half")
        if request.transport is not None:
            request.transport.close()
        return response

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 1_000)

    assert failed(hang, timeout=0.1) == Failure("timeout", "no answer within 0.1 s")
    assert failed(half).kind == "connection"
    monkeypatch.setattr(http, "LARGEST", 5_000)
    assert failed(endless).message == "the response has more than 5,000 bytes"


def test_nobody_there_is_a_failure() -> None:
    async def nobody() -> Output:
        async with aiohttp.ClientSession() as session:
            system = System("bot", "http://127.0.0.1:1/x")
            return (await HttpSystem(system, session, expand=expand).answer(EXAMPLE, 0))[0]

    found = asyncio.run(nobody()).failure
    assert found is not None
    assert found.kind == "connection"


def test_redirects_stay_in_the_house() -> None:
    async def moved(request: web.Request) -> web.Response:
        if request.path == "/chat":
            raise web.HTTPTemporaryRedirect("/other")
        if request.path == "/away":
            raise web.HTTPTemporaryRedirect("http://127.0.0.1:1/")
        if request.path == "/see":
            raise web.HTTPSeeOther("/other")
        if request.path == "/round":
            raise web.HTTPTemporaryRedirect("/round")
        return await echo(request)

    assert ask(moved, answer="method").text == "POST"
    away = failed(moved, path="/away")
    assert away.kind == "bad_request"
    assert "redirected (307) to http://127.0.0.1:1" in away.message
    assert "redirected (303)" in failed(moved, path="/see").message
    assert "more than 3 times" in failed(moved, path="/round").message


def test_secrets_reach_the_endpoint_and_nothing_else() -> None:
    request = {"headers": {"X-Key": "Bearer ${KEY}"}}
    assert ask(echo, request, answer="key").text == "Bearer ${KEY}"

    async def angry(asked: web.Request) -> web.Response:
        assert asked.headers["X-Key"] == f"Bearer {SECRET}"
        assert asked.query["key"] == SECRET
        return web.Response(status=401, text=f"bad key {asked.headers['X-Key']}")

    found = failed(angry, request=request, path="/x?key=${KEY}")
    assert SECRET not in repr(found)
    assert found.message == "status 401: bad key Bearer ${KEY}"


async def _made(**system: Any) -> HttpSystem:
    async with aiohttp.ClientSession() as session:
        return HttpSystem(System("bot", "http://h/x", **system), session, expand=expand)


def test_the_version_follows_the_request_and_no_secret() -> None:
    def version(**system: Any) -> str:
        return asyncio.run(_made(**system)).version

    plain = version()
    assert plain == version()
    assert len({plain, version(answer="a"), version(request={"body": {"a": 1}}),
                version(request={"headers": {"X-Key": "${KEY}"}})}) == 4  # fmt: skip
    assert SECRET not in repr(vars(asyncio.run(_made(request={"headers": {"X": "${KEY}"}}))))


def test_every_fault_of_a_request_at_once() -> None:
    request = {"verb": 1, "method": "DELETE", "headers": ["x"], "body": {"a": "{{x}}"}}
    with pytest.raises(PlanError) as caught:
        asyncio.run(_made(request=request, answer="a["))
    keys = [fault.key for fault in caught.value.faults]
    assert keys == ["request.verb", "request.method", "request.headers", "request.body.a", "answer"]
    with pytest.raises(UsageError, match="GONE is not set"):
        asyncio.run(_made(request={"headers": {"X": "${GONE}"}}))


def test_an_example_without_what_the_body_asks_for() -> None:
    found = failed(echo, request={"body": {"a": "{{metadata.street}}"}})
    assert "'q1' has no metadata 'street'; it has: city" in found.message


def test_a_retry_owns_the_attempts() -> None:
    statuses = iter([503, 429, 200])
    seen: list[tuple[str, str | None]] = []

    async def flaky(_: web.Request) -> web.Response:
        return web.Response(status=next(statuses), text="done", headers={"Retry-After": "7"})

    async def three(once: Callable[[], Awaitable[Tried]]) -> Answer | Failure:
        while isinstance((tried := await once()).outcome, Failure):
            seen.append((tried.outcome.kind, tried.headers.get("retry-after")))
        return tried.outcome

    retry: Retry = three
    assert ask(flaky, retry=retry).text == "done"
    assert seen == [("server_error", "7"), ("rate_limited", "7")]
