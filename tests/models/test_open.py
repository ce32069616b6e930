"""Models by name: where they are reached, what lacks, and secrets that show nowhere."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from measurand.core.example import Message
from measurand.core.model import Attempt, Call, ModelRequest
from measurand.core.running import Endpoint, Price, RunPlan
from measurand.errors import UsageError
from measurand.models.environment import Environment
from measurand.models.open import Models
from measurand.models.prices import PriceTable
from measurand.models.routes import address_of, route

if TYPE_CHECKING:
    from tests.models.conftest import Answer, Say, Serve

KEY = "sk-a-very-secret-key"
ASK = ModelRequest(messages=(Message("user", "Is it?"),), parameters={"temperature": 0})
AZURE = "https://r.openai.azure.com/openai/deployments"
OWN = {"mine": Endpoint(base_url="http://127.0.0.1:1/v1", key="MY_KEY")}


def models(
    variables: dict[str, str] | None = None, providers: dict[str, Endpoint] | None = None
) -> Models:
    return Models(
        RunPlan(attempts=2),
        providers=OWN if providers is None else providers,
        prices=PriceTable({}),
        environment=Environment(variables or {}),
    )


@pytest.mark.parametrize(
    ("name", "variables", "address"),
    [
        ("openai/gpt-4o", {}, "https://api.openai.com/v1/chat/completions"),
        ("openai/x", {"OPENAI_BASE_URL": "http://h:1/v1/"}, "http://h:1/v1/chat/completions"),
        (
            "openrouter/openai/gpt-4o",
            {},
            "https://openrouter.ai/api/v1/chat/completions",
        ),
        (
            "azure/my deployment",
            {"AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com/"},
            f"{AZURE}/my%20deployment/chat/completions?api-version=2024-10-21",
        ),
        (
            "azure/d",
            {
                "AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com",
                "OPENAI_API_VERSION": "2025-01-01-preview",
            },
            f"{AZURE}/d/chat/completions?api-version=2025-01-01-preview",
        ),
        (
            "azure/d",
            {"AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com/openai/v1/"},
            "https://r.openai.azure.com/openai/v1/chat/completions",
        ),
        ("ollama/llama3:8b", {}, "http://127.0.0.1:11434/v1/chat/completions"),
        ("ollama/l", {"OLLAMA_HOST": "box"}, "http://box:11434/v1/chat/completions"),
        ("ollama/l", {"OLLAMA_HOST": "0.0.0.0:99"}, "http://127.0.0.1:99/v1/chat/completions"),
        ("ollama/l", {"OLLAMA_HOST": "[::1]:99"}, "http://[::1]:99/v1/chat/completions"),
        (
            "ollama/l",
            {"OLLAMA_BASE_URL": "https://b:443/v1", "OLLAMA_HOST": "no"},
            "https://b:443/v1/chat/completions",
        ),
        ("sim/x", {}, "http://127.0.0.1:8765/v1/chat/completions"),
        (
            "sim/x",
            {"SIM_BASE_URL": "http://127.0.0.1:9/v1"},
            "http://127.0.0.1:9/v1/chat/completions",
        ),
        ("mine/a/b", {}, "http://127.0.0.1:1/v1/chat/completions"),
        ("acme-x/m", {"ACME_X_BASE_URL": "http://b:1/v1"}, "http://b:1/v1/chat/completions"),
    ],
)
def test_where_a_model_is_asked(name: str, variables: dict[str, str], address: str) -> None:
    environment = Environment(variables)
    assert address_of(route(name, environment, OWN), environment)[0] == address


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gpt-4o", "provider/model"),
        ("openai/", "provider/model"),
        ("/gpt", "provider/model"),
        ("opnai/gpt-4o", "did you mean 'openai'"),
        ("acme/m", "providers: {acme: {base_url:"),
    ],
)
def test_a_name_that_leads_nowhere(name: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        models().open(name)
    assert words in str(refused.value)
    (need,) = models().missing([name])
    assert need.problem == str(need) == str(refused.value)
    if "acme" in name:
        assert "mine" in str(need)
        assert "openrouter" in str(need)


@pytest.mark.parametrize("base", ["ftp://h/v1", "h:1/v1", "http://", "http://h:99999/v1", "x y"])
def test_an_address_that_is_none(base: str) -> None:
    with pytest.raises(UsageError, match="base URL of openai"):
        route("openai/x", Environment({"OPENAI_BASE_URL": base}), {})


def test_what_lacks_is_said_for_all_models_at_once() -> None:
    house = models({"GROQ_API_KEY": KEY, "OPENAI_BASE_URL": ""})
    names = ["openai/a", "openai/a", "groq/b", "azure/c", "gemini/d", "mine/e", "sim/f", "ollama/g"]
    needs = {need.model: need for need in house.missing(names)}
    assert {name: need.variables for name, need in needs.items()} == {
        "openai/a": ("OPENAI_API_KEY",),
        "azure/c": ("AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY"),
        "gemini/d": ("GEMINI_API_KEY or GOOGLE_API_KEY",),
        "mine/e": ("MY_KEY",),
    }
    assert needs["openai/a"].base_url == "https://api.openai.com/v1"
    assert str(needs["openai/a"]) == (
        "openai/a: set OPENAI_API_KEY (asked at https://api.openai.com/v1; "
        "OPENAI_BASE_URL names another address)"
    )
    with pytest.raises(UsageError, match="mine/e: set MY_KEY"):
        house.open("mine/e")


def test_a_server_of_ones_own_wants_no_key() -> None:
    assert models({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}).missing(["openai/a"]) == ()
    free = {"mine": Endpoint(base_url="http://127.0.0.1:1/v1")}
    assert models({}, free).missing(["mine/a"]) == ()


def test_a_login_in_an_address_is_not_shown() -> None:
    login = {"mine": Endpoint(base_url="https://me:hidden@h:1/v1", key="MY_KEY")}
    (need,) = models({}, login).missing(["mine/a"])
    assert need.base_url == "https://h:1/v1"
    (need,) = models({"OPENAI_BASE_URL": "ftp://me:hidden@h"}).missing(["openai/a"])
    assert "hidden" not in str(need)


def test_an_extra_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("measurand.models.routes.find_spec", lambda _: None)
    house = models(
        {"ANTHROPIC_API_KEY": KEY}, {"theirs": Endpoint(base_url="http://h/v1", api="anthropic")}
    )
    first, second = house.missing(["anthropic/claude", "theirs/claude"])
    assert first.extra == second.extra == "providers"
    assert "pip install 'measurand[providers]'" in str(first)


def test_one_client_a_name_and_one_limit_a_provider(serve: Serve, say: Say) -> None:
    async def main() -> list[Call]:
        async with serve([say.text()]) as server:
            house = models({"OPENAI_BASE_URL": server.url, "SIM_BASE_URL": server.url})
            async with house:
                first, second = house.open("openai/a"), house.open("openai/b")
                assert house.open("openai/a") is first
                assert first.terms.limiter is second.terms.limiter is house.limiter("openai")
                assert house.open("sim/a").terms.limiter is not first.terms.limiter
                assert first.version != second.version
                calls = [await model.ask(ASK) for model in (first, second, house.open("sim/a"))]
        assert [body["model"] for body in server.bodies] == ["a", "b", "a"]
        assert "Authorization" not in server.headers[0]
        return calls

    assert [call.reply is not None for call in asyncio.run(main())] == [True] * 3


def test_azures_key_has_a_header_of_its_own(serve: Serve, say: Say) -> None:
    async def main() -> None:
        async with serve([say.text()]) as server:
            place = server.url.removesuffix("/v1")
            variables = {"AZURE_OPENAI_ENDPOINT": place, "AZURE_OPENAI_API_KEY": KEY}
            async with models(variables) as house:
                call = await house.open("azure/mine").ask(ASK)
        assert call.reply is not None
        assert call.reply.model == "gpt-4o-mini-2024-07-18"
        assert call.cost == 100 * 0.15 / 1e6 + 20 * 0.6 / 1e6
        assert server.headers[0]["api-key"] == KEY
        assert "Authorization" not in server.headers[0]
        assert "model" not in server.bodies[0]
        assert server.paths == ["/openai/deployments/mine/chat/completions?api-version=2024-10-21"]

    asyncio.run(main())


def test_a_parameter_that_is_not_taken_is_left_out_and_each_request_counted(
    serve: Serve, say: Say
) -> None:
    said = "Unsupported value: 'temperature' does not support 0 with this model."

    async def main() -> tuple[list[Call], int]:
        script = [say.error(400, said, param="temperature"), say.text()]
        async with serve(script) as server:
            async with models({"OPENAI_BASE_URL": server.url}) as house:
                model = house.open("openai/new")
                calls = [await model.ask(ASK), await model.ask(ASK)]
            return calls, len(server.bodies)

    calls, requests = asyncio.run(main())
    assert [len(call.attempts) for call in calls] == [2, 1]
    assert requests == 3
    for call in calls:
        assert call.reply is not None
        assert dict(call.reply.sent) == {}
        assert call.reply.notes == ("temperature is not taken by openai/new and was left out",)


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
def test_a_key_that_a_provider_repeats_shows_nowhere(status: int, serve: Serve, say: Say) -> None:
    seen: list[tuple[str, Attempt]] = []
    masked = "sk-a-ver*******************-key"
    echo: Answer = say.raw(json.dumps({"error": {"message": f"bad key {KEY} {masked}"}}), status)

    async def main() -> str:
        async with serve([echo]) as server:
            variables = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
            house = Models(
                RunPlan(attempts=1),
                providers={},
                prices=PriceTable({"openai/a": Price(input=1, output=1)}),
                environment=Environment(variables),
                observe=lambda name, attempt: seen.append((name, attempt)),
            )
            async with house:
                model = house.open("openai/a")
                call = await model.ask(ASK)
                assert call.failure is not None
                assert "bad key ***" in call.failure.message
                terms, environment = repr(model.terms), repr(house.environment)
                return " ".join((repr(call), terms, environment, repr(vars(house)), model.version))

    text = asyncio.run(main())
    assert KEY not in text + repr(seen)
    assert "sk-a-ver" not in text
    assert str(seen[0][0]) == "openai/a"


def test_headers_take_secrets_from_the_environment() -> None:
    environment = Environment({"TOKEN": "t0ken-t0ken", "SHORT": "abc"})
    assert environment.expand("Bearer ${TOKEN}, $TOKEN") == "Bearer t0ken-t0ken, $TOKEN"
    assert environment.expand("${SHORT}") == "abc"
    assert environment.secrets() == ("t0ken-t0ken",)
    assert environment.hide("a t0ken-t0ken abc") == "a *** abc"
    with pytest.raises(UsageError, match="NONE, OTHER is not set"):
        environment.expand("${NONE} ${TOKEN} ${OTHER}")
    assert "t0ken" not in repr(environment)


def test_blank_variables_are_not_set() -> None:
    environment = Environment({"A": "  ", "B": " b "})
    assert environment.get("A", "B") == "b"
    assert environment.get("A") is None
    assert environment.lacking(["A", "B", "C"]) == ("A", "C")


def test_opening_takes_no_libraries_that_are_not_needed() -> None:
    code = (
        "import sys\n"
        "import measurand.models.open\n"
        "heavy = {'pydantic_ai', 'openai', 'numpy', 'rich', 'genai_prices'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
