"""Providers with a wire of their own: Anthropic, Google, Bedrock and the rest, by pydantic-ai."""

from __future__ import annotations

from measurand.core.running import Endpoint
from measurand.errors import MissingExtra
from measurand.models.environment import Environment
from measurand.models.providers_access import access_to
from measurand.models.wire import Wire

__all__ = ["open_provider"]


def open_provider(
    provider: str, model: str, *, environment: Environment, endpoint: Endpoint | None = None
) -> Wire:
    """Open the wire to a model that does not speak the OpenAI-compatible one.

    Nothing is sent. pydantic-ai is imported here, and not before.

    Args:
        provider: Its name: ``anthropic``, ``google``, ``bedrock``, or any that pydantic-ai knows.
        model: The model, under the provider's name for it.
        environment: Where keys and addresses come from.
        endpoint: What the plan says about the provider; one whose ``api`` is ``anthropic`` is
            reached as Anthropic is, whatever its name.

    Raises:
        MissingExtra: pydantic-ai, or the provider's own package, is not installed.
        UsageError: There is no such provider, or its key or region is not set.
    """
    access = access_to(provider, environment, endpoint)
    name = f"{provider}/{model}"
    try:
        from measurand.models.providers_build import build  # noqa: PLC0415 - a second to import
        from measurand.models.providers_wire import ProviderWire  # noqa: PLC0415 - the same
    except ImportError as error:
        raise MissingExtra(name, "providers") from error
    return ProviderWire(name, build(model, access), hide=environment.hide)
