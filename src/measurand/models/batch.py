"""Judging later at about half the price: the providers' batches, by pydantic-ai."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from measurand.core.running import Endpoint, Price
from measurand.errors import MissingExtra
from measurand.models.batch_handle import Handle
from measurand.models.environment import Environment
from measurand.models.known import KNOWN
from measurand.models.providers_access import Access, access_to

if TYPE_CHECKING:
    from measurand.models.batch_model import BatchModel

__all__ = ["Handle", "open_batch"]


def open_batch(
    provider: str,
    model: str,
    *,
    environment: Environment,
    endpoint: Endpoint | None = None,
    prices: Mapping[str, Price] | None = None,
    redact: Callable[[str], str] | None = None,
) -> BatchModel:
    """Open the batch interface of a model: of ``openai``, ``anthropic`` or ``google``.

    An endpoint of one's own is taken to have batches as OpenAI or Anthropic has. Nothing is sent.
    pydantic-ai is imported here, and not before.

    Args:
        provider: The provider's name.
        model: The model, under the provider's name for it.
        environment: Where keys and addresses come from.
        endpoint: What the plan says about the provider.
        prices: The plan's own prices, by the model's name.
        redact: Applied to the text of each message before it goes out.

    Raises:
        MissingExtra: pydantic-ai, or the provider's own package, is not installed.
        UsageError: The provider has no batches, or its key is not set.
    """
    access = _batches_of(provider, access_to(provider, environment, endpoint), endpoint)
    name = f"{provider}/{model}"
    try:
        from measurand.models.batch_model import (  # noqa: PLC0415 - a second to import
            BatchModel,
            BatchTerms,
        )
        from measurand.models.providers_build import build  # noqa: PLC0415 - the same
    except ImportError as error:
        raise MissingExtra(name, "providers") from error
    terms = BatchTerms(hide=environment.hide, price=(prices or {}).get(name), redact=redact)
    return BatchModel(name, build(model, access), terms)


def _batches_of(provider: str, access: Access, endpoint: Endpoint | None) -> Access:
    """A provider that only the plan knows, or the simulated one, speaks as OpenAI does."""
    known = KNOWN.get(provider)
    if provider == "sim" and known is not None:
        base_url = access.base_url or known.base_url
        return replace(access, kind="openai-responses", base_url=base_url)
    if known is None and endpoint is not None and endpoint.api == "openai":
        return replace(access, kind="openai-responses")
    return access
