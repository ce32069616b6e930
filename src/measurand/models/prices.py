"""What tokens cost: a dated table, and the plan's own prices before it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from measurand.core.output import Usage
from measurand.core.running import Price

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice

__all__ = ["PriceTable"]

_MILLION = Decimal(1_000_000)
_HALF_HOURS = 48
_CHECKED = re.compile(r"checked[^.]{0,120}?\b(20\d\d-\d\d-\d\d)")

_IDS: Mapping[str, str] = {
    "anthropic": "anthropic",
    "azure": "azure",
    "bedrock": "aws",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "gemini": "google",
    "google": "google",
    "google-vertex": "google",
    "groq": "groq",
    "mistral": "mistral",
    "openai": "openai",
    "openrouter": "openrouter",
    "together": "together",
    "xai": "x-ai",
}
"""The table's names of providers, by ours; whoever is not here has no price but the plan's."""


@dataclass(frozen=True, slots=True)
class _Rate:
    """US dollars a million tokens: from so many tokens of input on, all of them cost so much."""

    base: Decimal
    tiers: tuple[tuple[int, Decimal], ...] = ()

    def at(self, input_tokens: int) -> Decimal:
        applicable = self.base
        for start, price in self.tiers:
            if input_tokens > start:
                applicable = price
        return applicable

    @property
    def highest(self) -> Decimal:
        return max(self.base, *(price for _, price in self.tiers), Decimal(0))


@dataclass(frozen=True, slots=True)
class _Tariff:
    input: _Rate
    output: _Rate
    cached: _Rate
    written: _Rate
    request: Decimal = Decimal(0)
    window: int | None = None

    def cost(self, usage: Usage) -> float:
        size = usage.input_tokens
        plain = max(0, size - usage.cached_tokens - usage.written_tokens)
        total = (
            self.input.at(size) * plain
            + self.cached.at(size) * usage.cached_tokens
            + self.written.at(size) * usage.written_tokens
            + self.output.at(size) * usage.output_tokens
        )
        return float(total / _MILLION + self.request)

    def bound(self, tokens: int, max_tokens: int) -> float:
        dearest = max(self.input.highest, self.written.highest, self.cached.highest)
        total = dearest * tokens + self.output.highest * max_tokens
        return float(total / _MILLION + self.request)


class PriceTable:
    """Prices by model: the plan's own, then the table of the package ``genai-prices``.

    The table is the one that is installed; nothing is fetched. Prices are those of one moment, so
    that the same usage costs the same throughout a run. Where a provider is cheaper at some hours,
    the dearest hour counts: a cost is never told too low.

    Args:
        overrides: Prices by the model's name, as in ``openai/gpt-4o-mini``.
        at: The moment whose prices count; by default, now.
    """

    def __init__(
        self, overrides: Mapping[str, Price] | None = None, *, at: datetime | None = None
    ) -> None:
        self._own = {name: _own(price) for name, price in (overrides or {}).items()}
        self._at = datetime.now(UTC) if at is None else at
        self._known: dict[tuple[str, str], _Tariff | None] = {}

    @cached_property
    def source(self) -> str:
        """The table's package and version."""
        import genai_prices  # noqa: PLC0415 - a quarter of a second, and not every run asks

        return f"genai-prices {genai_prices.__version__}"

    @cached_property
    def date(self) -> str | None:
        """The newest day on which the table says that prices were checked, as ``2026-10-14``."""
        from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - as above

        texts = [
            text
            for provider in get_snapshot().providers
            for text in (provider.price_comments, *(m.price_comments for m in provider.models))
            if text
        ]
        return max((day for text in texts for day in _CHECKED.findall(text)), default=None)

    def price(self, model: str, snapshot: str = "") -> Price | None:
        """The price of small requests; None where nobody knows it.

        Args:
            model: The model's name, as in ``openai/gpt-4o-mini``.
            snapshot: What the provider says has answered, as in ``gpt-4o-mini-2024-07-18``.
        """
        tariff = self._tariff(model, snapshot)
        if tariff is None:
            return None
        cached, written = float(tariff.cached.base), float(tariff.written.base)
        return Price(
            input=float(tariff.input.base),
            output=float(tariff.output.base),
            cached=cached,
            written=written,
        )

    def cost(self, model: str, usage: Usage | None, snapshot: str = "") -> float | None:
        """What these tokens cost, in US dollars; None where price or usage is not known.

        Args:
            model: The model's name.
            usage: Tokens, where the provider told.
            snapshot: What the provider says has answered.
        """
        if usage is None:
            return None
        tariff = self._tariff(model, snapshot)
        return None if tariff is None else tariff.cost(usage)

    def bound(self, model: str, size: int, max_tokens: int | None) -> float | None:
        """The most that one attempt may cost, in US dollars; None where nobody knows.

        No tokenizer makes more tokens than there are bytes. Without ``max_tokens``, the answer may
        fill the model's whole context window, where the table knows that.

        Args:
            model: The model's name.
            size: Bytes of the request in UTF-8.
            max_tokens: The most tokens it may answer with.
        """
        tariff = self._tariff(model, "")
        if tariff is None:
            return None
        most = tariff.window if max_tokens is None else max_tokens
        return None if most is None else tariff.bound(size, most)

    def _tariff(self, model: str, snapshot: str) -> _Tariff | None:
        own = self._own.get(model)
        if own is not None:
            return own
        key = (model, snapshot)
        if key not in self._known:
            self._known[key] = self._look_up(model, snapshot)
        return self._known[key]

    def _look_up(self, model: str, snapshot: str) -> _Tariff | None:
        provider, _, name = model.partition("/")
        if provider not in _IDS:
            return None
        from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - as above

        table = get_snapshot()
        for reference in (snapshot, name):
            if not reference:
                continue
            try:
                _, info = table.find_provider_model(reference, None, _IDS[provider], None)
            except LookupError:
                continue
            return _tariff(self._dearest(info), info.context_window)
        return None

    def _dearest(self, info: ModelInfo) -> ModelPrice:
        if not isinstance(info.prices, list):
            return info.prices
        midnight = self._at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        hours = [midnight + timedelta(minutes=30 * half) for half in range(_HALF_HOURS)]
        return max((info.get_prices(hour) for hour in hours), key=_weight)


def _weight(price: ModelPrice) -> Decimal:
    tokens = (_rate(price.input_mtok), _rate(price.output_mtok))
    return sum((rate.highest for rate in tokens if rate is not None), Decimal(0))


def _own(price: Price) -> _Tariff:
    plain = _Rate(_decimal(price.input))
    return _Tariff(
        input=plain,
        output=_Rate(_decimal(price.output)),
        cached=plain if price.cached is None else _Rate(_decimal(price.cached)),
        written=plain if price.written is None else _Rate(_decimal(price.written)),
    )


def _tariff(price: ModelPrice, window: int | None) -> _Tariff | None:
    plain, output = _rate(price.input_mtok), _rate(price.output_mtok)
    if plain is None or output is None:  # priced by the minute or the picture
        return None
    each = price.requests_kcount
    return _Tariff(
        input=plain,
        output=output,
        cached=_rate(price.cache_read_mtok) or plain,
        written=_rate(price.cache_write_mtok) or plain,
        request=each / 1000 if isinstance(each, Decimal) else Decimal(0),
        window=window,
    )


def _rate(price: Any) -> _Rate | None:
    if price is None:
        return None
    if isinstance(price, Decimal):
        return _Rate(price)
    return _Rate(price.base, tuple((tier.start, tier.price) for tier in price.tiers))


def _decimal(value: float) -> Decimal:
    return Decimal(repr(float(value)))
