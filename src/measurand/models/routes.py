"""From a model's name to where it is asked, without asking anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import quote, urlsplit

from measurand.core.running import Endpoint
from measurand.errors import UsageError, nearest
from measurand.models.environment import Environment
from measurand.models.known import KNOWN, Known

__all__ = ["Need", "Route", "address_of", "needs", "route"]

_AZURE_VERSION = "2024-10-21"
_OLLAMA_PORT = 11434
_LIBRARY = "pydantic_ai"
_EXTRA = "providers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How a model is reached.

    Args:
        provider: What stands before the first slash of its name.
        model: What stands behind it.
        api: What is spoken: ``openai``, ``azure``, or ``library`` (a library speaks for us).
        base_url: The address; None where a library knows it.
        key: The key; None where none is wanted, or it is not set.
        endpoint: What the plan says of the provider.
    """

    provider: str
    model: str
    api: str
    base_url: str | None
    key: str | None = field(default=None, repr=False)
    endpoint: Endpoint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What lacks before a model can be asked.

    Args:
        model: Its name.
        provider: Its provider.
        variables: Environment variables to be set, all of them; ``A or B`` where one is enough.
        base_url: The address it would be asked at, where one is known.
        addresses: Variables that may name another address, as that of a server of one's own.
        extra: The extra that is to be installed.
        problem: What is wrong with the name itself.
    """

    model: str
    provider: str
    variables: tuple[str, ...] = ()
    base_url: str | None = None
    addresses: tuple[str, ...] = ()
    extra: str | None = None
    problem: str | None = None

    def __str__(self) -> str:
        if self.problem is not None:
            return self.problem
        steps = [f"set {name}" for name in self.variables]
        if self.extra is not None:
            steps.append(f"install the extra: pip install 'measurand[{self.extra}]'")
        text = f"{self.model}: {', and '.join(steps)}"
        if self.base_url is not None and self.variables:
            text += f" (asked at {self.base_url}"
            text += f"; {self.addresses[0]} names another address)" if self.addresses else ")"
        return text


def route(name: str, environment: Environment, providers: Mapping[str, Endpoint]) -> Route:
    """Find the way to a model; whether its key is set is another question.

    Args:
        name: Its name, as in ``openai/gpt-4o-mini``.
        environment: Where keys and addresses come from.
        providers: The plan's own, which go first.

    Raises:
        UsageError: The name has no provider or no model in it, nobody knows the provider, or its
            address is no URL.
    """
    provider, _, model = name.partition("/")
    if not provider or not model:
        raise UsageError(
            f"a model is named provider/model, as in openai/gpt-4o-mini; found {name!r}"
        )
    endpoint, known = providers.get(provider), _known(provider, environment)
    if endpoint is None and known is None:
        raise UsageError(_unknown(name, provider, providers))
    if endpoint is not None:
        base, key = endpoint.base_url, endpoint.key and environment.secret(endpoint.key)
    else:
        known = known or Known()
        base = environment.get(*known.addresses) or known.base_url
        key = environment.secret(*known.keys)
    if provider == "ollama":
        base = _ollama(base)
    return Route(
        provider=provider,
        model=model,
        api=_api(provider, endpoint, known),
        base_url=_checked(provider, base),
        key=key,
        endpoint=endpoint,
    )


def needs(name: str, environment: Environment, providers: Mapping[str, Endpoint]) -> Need | None:
    """What lacks before a model can be asked; None where nothing does. Nothing is sent.

    Args:
        name: Its name.
        environment: Where keys and addresses come from.
        providers: The plan's own, which go first.
    """
    try:
        way = route(name, environment, providers)
    except UsageError as error:
        return Need(model=name, provider=name.partition("/")[0], problem=str(error))
    known = _known(way.provider, environment) or Known()
    variables: list[str] = []
    if way.base_url is None and way.api == "azure":
        variables.append(" or ".join(known.addresses))
    if way.key is None and (names := _wanted(way, environment, known)):
        variables.append(" or ".join(names))
    lacks = way.api == "library" and not _installed(way.provider, known)
    if not variables and not lacks:
        return None
    return Need(
        model=name,
        provider=way.provider,
        variables=tuple(variables),
        base_url=way.base_url and _shown(way.base_url),
        addresses=() if way.endpoint else known.addresses,
        extra=_EXTRA if lacks else None,
    )


def _known(provider: str, environment: Environment) -> Known | None:
    """A provider that is known by name, or one whose address the environment says."""
    if provider in KNOWN:
        return KNOWN[provider]
    word = re.sub(r"\W", "_", provider).upper()
    address = f"{word}_BASE_URL"
    if environment.get(address) is None:
        return None
    return Known(addresses=(address,), keys=(f"{word}_API_KEY",), free=True)


def address_of(way: Route, environment: Environment) -> tuple[str, bool]:
    """The whole address of an OpenAI-compatible model, and whether the body names the model.

    Args:
        way: How it is reached; ``base_url`` is there.
        environment: Where the version of Azure's interface comes from.
    """
    base = (way.base_url or "").rstrip("/").removesuffix("/chat/completions")
    if way.api != "azure" or base.endswith("/openai/v1"):
        return f"{base}/chat/completions", True
    version = environment.get("OPENAI_API_VERSION") or _AZURE_VERSION
    place = f"{base}/openai/deployments/{quote(way.model, safe='')}/chat/completions"
    return f"{place}?api-version={quote(version, safe='')}", False


def _wanted(way: Route, environment: Environment, known: Known) -> tuple[str, ...]:
    """Variables of which one must be set; a server of one's own may want no key."""
    if way.endpoint is not None:
        return (way.endpoint.key,) if way.endpoint.key else ()
    own = way.api == "openai" and environment.get(*known.addresses) is not None
    return () if known.free or own else known.keys


def _api(provider: str, endpoint: Endpoint | None, known: Known | None) -> str:
    if endpoint is None:
        return known.api if known is not None else "openai"
    if endpoint.api == "anthropic" or provider == "anthropic":
        return "library"
    return "azure" if provider == "azure" else "openai"


def _installed(provider: str, known: Known) -> bool:
    module = known.module or ("anthropic" if provider not in KNOWN else "")
    return all(_found(name) for name in (_LIBRARY, module) if name)


def _found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package that it would be in
        return False


def _checked(provider: str, base: str) -> str | None:
    if not base:
        return None
    try:
        parts = urlsplit(base)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise UsageError(
            f"the base URL of {provider} is no address such as https://host/v1; "
            f"found {_shown(base)!r}"
        )
    return base


def _shown(base: str) -> str:
    """An address without the login that may stand in it."""
    before, at, after = base.rpartition("@")
    return f"{before.partition('//')[0]}//{after}" if at else base


def _ollama(base: str) -> str:
    """``OLLAMA_HOST`` may be a host, a host with a port, or what a server listens on."""
    parts = urlsplit(base if "://" in base else f"http://{base}")
    try:
        port = parts.port or _OLLAMA_PORT
    except ValueError:
        return base
    host = "127.0.0.1" if parts.hostname in {"0.0.0.0", "::", None} else parts.hostname  # noqa: S104 - what a server listens on is turned into where it is reached
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}:{port}{parts.path.rstrip('/') or '/v1'}"


def _unknown(name: str, provider: str, providers: Mapping[str, Endpoint]) -> str:
    known = sorted({*KNOWN, *providers})
    guess = nearest(provider, known)
    hint = f" ({guess})" if guess else ""
    return (
        f"{name}: there is no provider {provider!r}{hint}; there are {', '.join(known)}. Any "
        "OpenAI-compatible server can be added to the plan: "
        f"providers: {{{provider}: {{base_url: https://..., key: NAME_OF_ITS_VARIABLE}}}}"
    )
