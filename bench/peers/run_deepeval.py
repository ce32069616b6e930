"""DeepEval over the examples: ``run_deepeval.py DATA OUT ADDRESS [judge]``.

DeepEval takes answers that its user has collected: they are asked for with OpenAI's client here.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

os.environ.update(
    DEEPEVAL_TELEMETRY_OPT_OUT="1",
    DEEPEVAL_DISABLE_DOTENV="1",
    DEEPEVAL_NO_INSPECT_PROMPT="1",
)

from deepeval import evaluate
from deepeval.evaluate.configs import AsyncConfig, CacheConfig, DisplayConfig
from deepeval.metrics import BaseMetric, GEval
from deepeval.models import LocalModel
from deepeval.test_case import LLMTestCase, SingleTurnParams
from openai import AsyncOpenAI

CONNECTIONS = 100


class Includes(BaseMetric):
    """Whether the answer holds what is wanted."""

    threshold = 1.0
    async_mode = True

    def measure(self, test_case: LLMTestCase) -> float:
        """1 where it does."""
        self.score = float(test_case.expected_output in test_case.actual_output)
        self.success = self.score >= self.threshold
        self.reason = None
        return self.score

    async def a_measure(self, test_case: LLMTestCase, **_: object) -> float:
        """The same."""
        return self.measure(test_case)

    def is_successful(self) -> bool:
        """Whether it did."""
        return self.success

    @property
    def __name__(self) -> str:
        return "Includes"


async def answers(examples: list[dict[str, str]], address: str) -> list[LLMTestCase]:
    """One call each."""
    free = asyncio.Semaphore(CONNECTIONS)

    async def ask(client: AsyncOpenAI, example: dict[str, str]) -> LLMTestCase:
        question = example["question"]
        async with free:
            told = await client.chat.completions.create(
                model="answer", messages=[{"role": "user", "content": question}]
            )
        text = told.choices[0].message.content
        wanted = example["reference"]
        return LLMTestCase(input=question, actual_output=text, expected_output=wanted)

    async with AsyncOpenAI(base_url=address, api_key="none", max_retries=0) as client:
        return await asyncio.gather(*(ask(client, example) for example in examples))


def main(data: str, out: str, address: str, *, judged: bool) -> None:
    """Answers, the check, and `GEval` with its steps given, one call, where a judge is wanted."""
    with Path(data).open(encoding="utf-8") as lines:
        examples = [json.loads(line) for line in lines]
    cases = asyncio.run(answers(examples, address))
    metrics: list[BaseMetric] = [Includes()]
    if judged:
        shown = [SingleTurnParams.INPUT, SingleTurnParams.ACTUAL_OUTPUT]
        metrics.append(
            GEval(
                name="accuracy",
                evaluation_params=[*shown, SingleTurnParams.EXPECTED_OUTPUT],
                evaluation_steps=["Every statement agrees with the expected output."],
                model=LocalModel("judge-deepeval", api_key="none", base_url=address),
            )
        )
    told = evaluate(
        cases,
        metrics,
        async_config=AsyncConfig(max_concurrent=CONNECTIONS),
        display_config=DisplayConfig(
            show_indicator=False,
            print_results=False,
            results_folder=out,
            inspect_after_run=False,
        ),
        cache_config=CacheConfig(write_cache=False, use_cache=False),
    )
    if not all(result.success for result in told.test_results):
        raise SystemExit("a test failed")


if __name__ == "__main__":
    told = sys.argv[1:]
    main(*told[:3], judged=told[3:] == ["judge"])
