"""Many calls to a provider that fails in every way: each ends, and each is accounted for."""

from __future__ import annotations

import asyncio
import math
import random
from collections import Counter
from typing import TYPE_CHECKING

from aiohttp import web

from measurand.core.example import Message
from measurand.core.model import Attempt, Call, ModelRequest
from measurand.core.running import Price, RunPlan
from measurand.models.budget import Budget
from measurand.models.environment import Environment
from measurand.models.open import Models
from measurand.models.prices import PriceTable

if TYPE_CHECKING:
    from tests.models.conftest import Answer, Say, Serve

CALLS = 150
STATUSES = {
    "slow": "rate_limited",
    "oops": "server_error",
    "half": "malformed_response",
    "junk": "malformed_response",
    "hang": "timeout",
    "text": "ok",
}


def test_every_call_ends_and_every_request_is_accounted_for(serve: Serve, say: Say) -> None:
    planted: Counter[str] = Counter()
    chance = random.Random(7)  # noqa: S311 - a script of faults
    usage = {"prompt_tokens": 100, "completion_tokens": 20}
    lines: dict[str, tuple[int, Answer]] = {
        "slow": (20, say.json({"error": {"message": "slow"}}, 429, {"Retry-After-Ms": "2"})),
        "oops": (5, say.json({"error": {"message": "oops"}}, 500, {"Retry-After-Ms": "2"})),
        "half": (2, say.half()),
        "junk": (2, say.json({"usage": usage})),
        "hang": (1, say.hang()),
        "text": (70, say.text(usage=usage)),
    }

    async def answer(request: web.Request) -> web.StreamResponse:
        weights = [weight for weight, _ in lines.values()]
        (name,) = chance.choices(list(lines), weights)
        planted[name] += 1
        return await lines[name][1](request)

    seen: list[Attempt] = []
    budget = Budget(10.0)

    async def main() -> list[Call]:
        async with serve([answer]) as server:
            house = Models(
                RunPlan(connections=20, attempts=12, timeout=2.0),
                providers={},
                prices=PriceTable({"sim/a": Price(input=3, output=7)}),
                environment=Environment({"SIM_BASE_URL": server.url}),
                observe=lambda _, attempt: seen.append(attempt),
                budget=budget,
            )
            async with house:
                model = house.open("sim/a")
                asked = [
                    ModelRequest(
                        messages=(Message("user", f"{n}?"),), parameters={"max_tokens": 50}
                    )
                    for n in range(CALLS)
                ]
                return await asyncio.gather(*(model.ask(request) for request in asked))

    calls = asyncio.run(main())
    assert all(call.reply is not None for call in calls)
    expected: Counter[str] = Counter()
    for name, count in planted.items():
        expected[STATUSES[name]] += count
    assert Counter(attempt.status for attempt in seen) == expected
    assert sum(len(call.attempts) for call in calls) == planted.total()
    each = (100 * 3 + 20 * 7) / 1e6
    assert budget.spent == math.fsum([each] * (planted["text"] + planted["junk"]))
    assert budget.reserved == 0
