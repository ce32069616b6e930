"""pydantic-evals over the examples: ``run_pydantic_evals.py DATA OUT ADDRESS [judge]``.

Its user's task is a function: here one call of OpenAI's client.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from openai import AsyncOpenAI
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_evals import Case, Dataset
from pydantic_evals.evaluators import Contains, LLMJudge
from pydantic_evals.reporting import EvaluationReportAdapter

CONNECTIONS = 100


async def main(data: str, out: str, address: str, *, judged: bool) -> None:
    """One call each, `Contains`, and `LLMJudge` where one is wanted; the report as JSON."""
    client = AsyncOpenAI(base_url=address, api_key="none", max_retries=0)

    async def answer(question: str) -> str:
        told = await client.chat.completions.create(
            model="answer", messages=[{"role": "user", "content": question}]
        )
        return told.choices[0].message.content or ""

    with open(data, encoding="utf-8") as lines:  # noqa: ASYNC230, PTH123 - nothing else goes on
        examples = [json.loads(line) for line in lines]
    cases = [
        Case(
            name=one["id"],
            inputs=one["question"],
            expected_output=one["reference"],
            evaluators=(Contains(one["reference"]),),
        )
        for one in examples
    ]
    judges = []
    if judged:
        judges.append(
            LLMJudge(
                rubric="Every statement agrees with the expected output.",
                model=OpenAIChatModel(
                    "judge-pydantic-evals", provider=OpenAIProvider(openai_client=client)
                ),
                include_input=True,
                include_expected_output=True,
            )
        )
    dataset = Dataset(name="bench", cases=cases, evaluators=judges)
    report = await dataset.evaluate(answer, max_concurrency=CONNECTIONS, progress=False)
    Path(out).write_bytes(EvaluationReportAdapter.dump_json(report))  # noqa: ASYNC240 - the same
    wrong = [case for case in report.cases if not all(a.value for a in case.assertions.values())]
    if report.failures or wrong or any(case.evaluator_failures for case in report.cases):
        raise SystemExit("a case failed")


if __name__ == "__main__":
    told = sys.argv[1:]
    asyncio.run(main(*told[:3], judged=told[3:] == ["judge"]))
