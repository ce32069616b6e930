"""What a batch costs: by the table's own batch prices, or by rule from the plan's price."""

from __future__ import annotations

from collections.abc import Mapping

from measurand.core.output import Usage
from measurand.core.running import Price

__all__ = ["batch_bound", "batch_cost"]

_IDS: Mapping[str, str] = {"anthropic": "anthropic", "google": "google", "openai": "openai"}
"""The table's names of providers that have batches and whose batches it prices."""

_HALF = 0.5
_MILLION = 1_000_000
_BATCH = {"processing": "batch"}
_ALL_HALF = frozenset({"anthropic"})
"""Providers that halve what is read from and written to a cache, too."""


def batch_cost(
    model: str, usage: Usage | None, snapshot: str, *, own: Price | None = None
) -> tuple[float | None, str]:
    """What one request of a batch cost, in US dollars, and by which rule.

    Args:
        model: The model's name, as in ``openai/gpt-4o-mini``.
        usage: Tokens, where the provider told.
        snapshot: What the provider says has answered.
        own: The plan's own price of the model, for calls outside batches.

    Returns:
        The cost, None where nobody knows it, and a note on it.
    """
    provider, _, name = model.partition("/")
    if usage is None:
        return None, "cost unknown: the provider told of no tokens"
    if own is not None:
        if provider not in _IDS:
            note = f"cost at the plan's whole price: no rule is known for batches of {provider}"
            return _by_rule(provider, usage, own), note
        return _by_rule(provider, usage, own), "cost by rule: a batch is half the plan's price"
    if provider in _IDS:
        for reference in (snapshot, name):
            if reference and (cost := _by_table(_IDS[provider], reference, usage)) is not None:
                return cost, "cost at the table's price for batches"
    return None, f"cost unknown: no price is known for batches of {model}"


def batch_bound(model: str, size: int, most: int, *, own: Price | None = None) -> float | None:
    """The most that one request of a batch may cost, in US dollars.

    Args:
        model: The model's name.
        size: The most tokens that go in.
        most: The most tokens that come out.
        own: The plan's own price of the model, for calls outside batches.

    Returns:
        The bound; None where no price is known for batches of the model.
    """
    ways = (
        Usage(size, most),
        Usage(size, most, cached_tokens=size),
        Usage(size, most, written_tokens=size),
    )
    costs = [batch_cost(model, usage, "", own=own)[0] for usage in ways]
    known = [cost for cost in costs if cost is not None]
    return max(known) if len(known) == len(costs) else None


def _by_rule(provider: str, usage: Usage, own: Price) -> float:
    half = _HALF if provider in _IDS else 1.0
    cache = _HALF if provider in _ALL_HALF else 1.0
    read = own.input * half if own.cached is None else own.cached * cache
    written = own.input * half if own.written is None else own.written * cache
    plain = max(0, usage.input_tokens - usage.cached_tokens - usage.written_tokens)
    total = (
        plain * own.input * half
        + usage.cached_tokens * read
        + usage.written_tokens * written
        + usage.output_tokens * own.output * half
    )
    return total / _MILLION


def _by_table(provider: str, reference: str, usage: Usage) -> float | None:
    import genai_prices  # noqa: PLC0415 - a quarter of a second, and not every run asks
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - as above

    try:
        _, info = get_snapshot().find_provider_model(reference, None, provider, None)
        if not any(dict(variant.when) == _BATCH for variant in info.price_variants or ()):
            return None
        found = genai_prices.calc_price(
            genai_prices.Usage(
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                cache_read_tokens=usage.cached_tokens,
                cache_write_tokens=usage.written_tokens,
            ),
            reference,
            provider_id=provider,
            price_context={"processing": "batch"},
        )
    except (LookupError, ValueError):
        return None
    return float(found.total_price)
