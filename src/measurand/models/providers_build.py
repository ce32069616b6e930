"""Models of pydantic-ai, built so that one request is one attempt and is sent byte for byte."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, create_async_httpx2_client, infer_model
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.providers import Provider, infer_provider_class

from measurand.errors import MissingExtra, UsageError
from measurand.models.providers_access import Access
from measurand.models.providers_sent import leaving
from measurand.models.providers_transport import AiohttpTransport

__all__ = ["Built", "build"]

_AS_IT_IS = ModelProfile(may_tokenize_special_tokens_in_content=False)
"""No joiners inside ``<|im_start|>`` and its like: an adversarial text is sent as it is."""

_ANTHROPIC = "https://api.anthropic.com"
_NO_KEY = "none"
_LONG = 1200.0
"""Seconds a client waits at the most; each call has its own, shorter limit."""


@dataclass(frozen=True, slots=True)
class Built:
    """A model of pydantic-ai, and how to let go of its connections.

    Args:
        model: The model.
        settings: What every live request is sent with, as no retries of the client's own.
        close: Lets go of its connections.
        recorded: Whether what leaves is seen on its way.
    """

    model: Model[Any] = field(repr=False)
    settings: Mapping[str, Any]
    close: Callable[[], Awaitable[None]]
    recorded: bool


def build(name: str, access: Access) -> Built:
    """Build a model.

    Args:
        name: The model, under the provider's name for it.
        access: Of which provider, where, and with what key.

    Raises:
        MissingExtra: The provider's own package is not installed.
        UsageError: There is no such provider, or its key or region is not set.
    """
    made = {
        "anthropic": _anthropic,
        "bedrock": _bedrock,
        "google": _google,
        "openai-responses": _openai,
    }.get(access.kind, _other)
    try:
        return made(name, access)
    except UserError as error:
        raise UsageError(f"{access.kind}/{name}: {error}") from None
    except ImportError as error:
        told = str(error).strip().splitlines()
        what = f"{access.kind}/{name} ({told[0] if told else type(error).__name__})"
        raise MissingExtra(what, "providers") from error


def _anthropic(name: str, access: Access) -> Built:
    from anthropic import AsyncAnthropic  # noqa: PLC0415 - each provider's client when it is used
    from pydantic_ai.models.anthropic import AnthropicModel  # noqa: PLC0415 - the same
    from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415 - the same

    http = _http()
    base = (access.base_url or _ANTHROPIC).rstrip("/").removesuffix("/v1")
    client = AsyncAnthropic(
        api_key=access.key or _NO_KEY, base_url=base, http_client=http, max_retries=0
    )
    provider = AnthropicProvider(anthropic_client=client)
    model = AnthropicModel(name, provider=provider, profile=_AS_IT_IS)
    return Built(model, {}, http.aclose, recorded=True)


def _google(name: str, access: Access) -> Built:
    from pydantic_ai.models.google import GoogleModel  # noqa: PLC0415 - as above
    from pydantic_ai.providers.google import GoogleProvider  # noqa: PLC0415 - as above

    http = _http()
    provider = GoogleProvider(
        api_key=access.key or _NO_KEY, base_url=access.base_url, http_client=http
    )
    model = GoogleModel(name, provider=provider, profile=_AS_IT_IS)
    return Built(model, {}, http.aclose, recorded=True)


def _openai(name: str, access: Access) -> Built:
    from openai import AsyncOpenAI  # noqa: PLC0415 - as above
    from pydantic_ai.models.openai import OpenAIResponsesModel  # noqa: PLC0415 - as above
    from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415 - as above

    http = _http()
    client = AsyncOpenAI(
        api_key=access.key or _NO_KEY,
        base_url=access.base_url or "https://api.openai.com/v1",
        http_client=http,
        max_retries=0,
    )
    model = OpenAIResponsesModel(
        name, provider=OpenAIProvider(openai_client=client), profile=_AS_IT_IS
    )
    return Built(model, {}, http.aclose, recorded=True)


def _bedrock(name: str, access: Access) -> Built:
    # boto3 has no types of its own
    import boto3  # type: ignore[import-untyped]  # noqa: PLC0415 - as above
    from botocore.config import Config  # type: ignore[import-untyped]  # noqa: PLC0415 - as above
    from botocore.exceptions import (  # type: ignore[import-untyped]  # noqa: PLC0415 - as above
        BotoCoreError,
    )
    from pydantic_ai.models.bedrock import BedrockConverseModel  # noqa: PLC0415 - as above
    from pydantic_ai.providers.bedrock import BedrockProvider  # noqa: PLC0415 - as above

    # boto3 finds keys, profiles and regions itself: its chain is longer than any list of variables.
    config = Config(
        read_timeout=_LONG,
        connect_timeout=10,
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=64,
    )
    try:
        client = boto3.Session().client(
            "bedrock-runtime", config=config, endpoint_url=access.base_url
        )
    except BotoCoreError as error:
        raise UsageError(f"bedrock/{name}: {error}") from None
    client.meta.events.register("before-call.bedrock-runtime", _seen_by_boto)

    async def close() -> None:
        client.close()

    model = BedrockConverseModel(
        name, provider=BedrockProvider(bedrock_client=client), profile=_AS_IT_IS
    )
    return Built(model, {}, close, recorded=True)


def _other(name: str, access: Access) -> Built:
    kind = access.kind
    try:
        shape = infer_provider_class(kind)
    except ValueError:
        raise UsageError(
            f"{kind}/{name}: no provider is called {kind!r}; for an endpoint of one's own, name "
            "its base URL"
        ) from None
    takes = inspect.signature(shape.__init__).parameters
    given: dict[str, Any] = {}
    if "api_key" in takes and access.key is not None:
        given["api_key"] = access.key or _NO_KEY
    if access.base_url is not None:
        if "base_url" not in takes:
            raise UsageError(f"{kind}/{name}: this provider's address cannot be changed")
        given["base_url"] = access.base_url
    provider: Provider[Any] = shape(**given)
    found = infer_model(f"{kind}:{name}", lambda _: provider)
    made_of: Any = type(found)  # all are made in this way, though their base class does not say so
    model: Model[Any] = made_of(name, provider=provider, profile=_AS_IT_IS)
    # Which client a provider has made for itself is not public; without it, nothing is recorded.
    own: object = getattr(provider, "_own_http_client", None)
    hooks: object = getattr(own, "event_hooks", None)
    if isinstance(hooks, dict):
        hooks.setdefault("request", []).append(_seen)
    settings = {} if "max_retries" in model.unsupported_settings else {"max_retries": 0}

    async def close() -> None:
        done = getattr(own, "aclose", None)
        if done is not None:
            await done()

    return Built(model, settings, close, recorded=isinstance(hooks, dict))


def _http() -> httpx2.AsyncClient:
    client = create_async_httpx2_client(
        timeout=httpx2.Timeout(_LONG, connect=10), transport=AiohttpTransport()
    )
    client.event_hooks["request"].append(_seen)
    return client


async def _seen(request: Any) -> None:
    try:
        body = request.content
    except RuntimeError:  # an upload, which is sent piece by piece
        return
    leaving(body)


def _seen_by_boto(params: Mapping[str, Any], **_: object) -> None:
    body = params.get("body")
    if isinstance(body, str | bytes):
        leaving(body.encode() if isinstance(body, str) else body)
