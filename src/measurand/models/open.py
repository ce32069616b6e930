"""Models by name, as ``openai/gpt-4o-mini``: one client each, one limit for each provider."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Self

from measurand.core.model import Attempt
from measurand.core.running import Endpoint, RunPlan
from measurand.errors import UsageError
from measurand.models.budget import Budget
from measurand.models.client import Client, Terms
from measurand.models.environment import Environment
from measurand.models.limits import Limiter
from measurand.models.prices import PriceTable
from measurand.models.routes import Need, Route, address_of, needs, route
from measurand.models.wire import Wire

if TYPE_CHECKING:
    import aiohttp

__all__ = ["Models", "Need"]


class Models:
    """Opens models; a context manager that lets go of all connections at its end.

    Args:
        run: How calls are made: connections, time, tries, and what providers allow.
        providers: Endpoints by the provider's name, which go before the usual ones.
        prices: What tokens cost.
        environment: Where keys and addresses come from; by default, the process's.
        redact: Applied to the text of each message before it goes out.
        observe: Is told of each attempt, the model's name first.
        budget: What may be spent; by default, the run's budget with nothing spent yet.
        seed: From which jitter follows.
    """

    def __init__(  # noqa: PLR0913 - the one place where all that a call depends on comes together
        self,
        run: RunPlan,
        *,
        providers: Mapping[str, Endpoint],
        prices: PriceTable,
        environment: Environment | None = None,
        redact: Callable[[str], str] | None = None,
        observe: Callable[[str, Attempt], None] | None = None,
        budget: Budget | None = None,
        seed: int = 0,
    ) -> None:
        self.run = run
        self.prices = prices
        self.budget = Budget(run.budget) if budget is None else budget
        self.environment = Environment() if environment is None else environment
        self._providers = providers
        self._redact = redact
        self._observe = observe
        self._seed = seed
        self._clients: dict[str, Client] = {}
        self._limiters: dict[str, Limiter] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of all connections; the models can no longer be asked."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def open(self, name: str) -> Client:
        """The model of this name; the same one each time. Nothing is sent.

        Needs a running event loop, to which its connections belong.

        Args:
            name: Its name, as in ``openai/gpt-4o-mini``.

        Raises:
            UsageError: There is no such provider, or its key or address is not set.
            MissingExtra: The provider needs a library that is not installed.
        """
        if name not in self._clients:
            way = route(name, self.environment, self._providers)
            need = needs(name, self.environment, self._providers)
            if need is not None and need.variables:
                raise UsageError(str(need))
            self._clients[name] = Client(self._wire(name, way), self._terms(name, way.provider))
        return self._clients[name]

    def missing(self, names: Iterable[str]) -> tuple[Need, ...]:
        """What lacks before these models can be asked, each once; nothing is sent.

        Args:
            names: Names of models.
        """
        found = (needs(name, self.environment, self._providers) for name in dict.fromkeys(names))
        return tuple(need for need in found if need is not None)

    def limiter(self, provider: str) -> Limiter:
        """The limiter that all models of a provider share.

        Args:
            provider: Its name, as in ``openai``.
        """
        if provider not in self._limiters:
            self._limiters[provider] = Limiter(
                self.run.connections,
                requests_per_minute=self.run.requests_per_minute,
                tokens_per_minute=self.run.tokens_per_minute,
            )
        return self._limiters[provider]

    def _terms(self, name: str, provider: str) -> Terms:
        return Terms(
            run=self.run,
            prices=self.prices,
            budget=self.budget,
            limiter=self.limiter(provider),
            chance=random.Random(f"{self._seed}:{name}"),  # noqa: S311 - jitter is no secret
            redact=self._redact,
            hide=self.environment.hide,
            observe=self._observe,
        )

    def _wire(self, name: str, way: Route) -> Wire:
        if way.api == "library":
            from measurand.models.providers import open_provider  # noqa: PLC0415 - an extra

            return open_provider(
                way.provider, way.model, environment=self.environment, endpoint=way.endpoint
            )
        from measurand.models.openai_wire import (  # noqa: PLC0415 - aiohttp takes 0.2 seconds
            Address,
            OpenAIWire,
            new_session,
        )

        if self._session is None:
            self._session = new_session()
        url, named = address_of(way, self.environment)
        header = "api-key" if way.api == "azure" else "Authorization"
        simulated = way.provider == "sim"  # gets a port at every start, and answers by its seed
        address = Address(url=url, key=way.key, header=header, named=named, any_port=simulated)
        return OpenAIWire(name, address, self._session, told=self.limiter(way.provider).hear)
