"""Judging later at about half the price: the providers' batches, by pydantic-ai."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from measurand.core.model import Call
from measurand.core.running import Endpoint, Price
from measurand.errors import MissingExtra
from measurand.models.batch_handle import Handle
from measurand.models.environment import Environment
from measurand.models.providers_access import access_to
from measurand.models.wire import PASSING

if TYPE_CHECKING:
    from measurand.models.batch_model import BatchModel

__all__ = ["Handle", "open_batch", "to_submit_again"]


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

    Nothing is sent. pydantic-ai is imported here, and not before.

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
    access = access_to(provider, environment, endpoint)
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


def to_submit_again(calls: Mapping[str, Call]) -> tuple[str, ...]:
    """The keys of requests that a new batch, or a live call, may well answer."""
    return tuple(
        key
        for key, call in calls.items()
        if call.failure is not None and call.failure.kind in PASSING
    )
