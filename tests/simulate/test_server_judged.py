"""A judge that is called over the network: what was planted is what it reports."""

from __future__ import annotations

import asyncio
from collections import Counter

from measurand.core.judging import Judgment
from measurand.core.running import RunPlan
from measurand.models.environment import Environment
from measurand.models.open import Models
from measurand.models.prices import PriceTable
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.spec import JudgeOptions, JudgeSettings
from measurand.simulate.faults import FAILURE_OF
from measurand.simulate.server import SimulatedProvider
from measurand.simulate.support_bot import SupportBot

FAULTS = [
    {"fault": "429", "share": 0.2, "retry_after": 0.01},
    {"fault": "half", "share": 0.05},
    {"fault": "malformed_response", "share": 0.05},
    *({"fault": f, "share": 0.05} for f in ("malformed", "truncated", "refused", "out_of_range")),
    *({"fault": f, "share": 0.05} for f in ("bad_quote", "no_canary")),
    {"fault": "500", "count": 1, "mode": "lasting"},
]
CHOSEN = slice(0, 200, 4)


async def judgments(server: SimulatedProvider, world: SupportBot) -> list[Judgment]:
    examples = {example.id: example for example in world.examples}
    settings = {name: JudgeSettings() for name in ("accuracy", "safety")}
    options = JudgeOptions(settings=settings, run_key=b"0123456789abcdef", repeats=1)
    async with Models(
        RunPlan(connections=20, attempts=2),
        providers=server.endpoints,
        prices=PriceTable({}),
        environment=Environment({}),
    ) as models:
        judge = JudgeRater(models.open("sim/judge"), world.rubric, options)
        tasks = [
            task
            for output in world.outputs[CHOSEN]
            for task in judge.tasks(examples[output.example], output.text or "")
        ]
        return list(await asyncio.gather(*map(judge.judge, tasks)))


def test_planted_and_reported_agree_and_usage_adds_up(world: SupportBot) -> None:
    with SimulatedProvider(world, faults=FAULTS) as server:
        given = asyncio.run(judgments(server, world))
        counts, planted = server.counts, server.planted
    reported = Counter(one.failure for one in given if one.failure is not None)
    assert reported == Counter(FAILURE_OF[fault] for fault in planted.lasting.values())
    assert reported["server_error"] == 1
    assert len(reported) >= 6
    assert len(planted.passing) > 15
    calls = [call for one in given for call in one.calls]
    assert sum(len(call.attempts) for call in calls) == counts.total.received
    assert sum(call.usage.input_tokens for call in calls) == counts.input_tokens
    assert sum(call.usage.output_tokens for call in calls) == counts.output_tokens
    assert counts.repeated() == {}
