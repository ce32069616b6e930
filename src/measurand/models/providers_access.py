"""With which key, and where, a provider is reached through pydantic-ai."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from measurand.core.running import Endpoint
from measurand.errors import UsageError
from measurand.models.environment import Environment
from measurand.models.known import KNOWN

__all__ = ["Access", "access_to"]

_KINDS: Mapping[str, str] = {
    "gemini": "google",
    "google-vertex": "google-cloud",
    "openai": "openai-responses",
    "vertex": "google-cloud",
}
"""pydantic-ai's names of providers, where they are not ours."""

_KEYS: Mapping[str, tuple[str, ...]] = {
    "cohere": ("CO_API_KEY", "COHERE_API_KEY"),
    "huggingface": ("HF_TOKEN",),
}
"""Variables that hold keys, where they are not called after the provider."""

_OWN_CHAIN = frozenset({"bedrock", "bedrock-mantle", "google-cloud"})
"""Providers whose clients find credentials themselves: files, profiles, roles of machines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where a provider is reached, and with what.

    Args:
        kind: The provider, under pydantic-ai's name for it.
        key: Its key, or an empty text for an address that wants none; None leaves it to the
            provider's own client to find credentials.
        base_url: Its address; None means the provider's own.
    """

    kind: str
    key: str | None = field(default=None, repr=False)
    base_url: str | None = None


def access_to(provider: str, environment: Environment, endpoint: Endpoint | None = None) -> Access:
    """Find key and address.

    Args:
        provider: Its name, as before the slash in ``anthropic/claude-opus-4``.
        environment: Where keys and addresses come from.
        endpoint: What the plan says about it.

    Raises:
        UsageError: The key is not set; says which variable it is looked for in.
    """
    kind = _KINDS.get(provider, provider)
    known = KNOWN.get(provider)
    names = known.keys if known else _KEYS.get(provider, (_variable(provider),))
    if endpoint is not None:
        kind = "anthropic" if endpoint.api == "anthropic" else kind
        if endpoint.key is None:
            return Access(kind=kind, key="", base_url=endpoint.base_url)
        key = environment.secret(endpoint.key)
        if key is None:
            raise UsageError(f"{provider} needs a key: set {endpoint.key}")
        return Access(kind=kind, key=key, base_url=endpoint.base_url)
    base_url = environment.get(*known.addresses) if known and known.addresses else None
    if kind in _OWN_CHAIN:
        return Access(kind=kind, base_url=base_url)
    key = environment.secret(*names)
    if key is None and known is not None and not known.free:
        raise UsageError(f"{provider} needs a key: set {' or '.join(names)}")
    return Access(kind=kind, key=key, base_url=base_url)


def _variable(provider: str) -> str:
    return f"{provider.upper().replace('-', '_')}_API_KEY"
