"""Inspect AI over the examples: ``run_inspect_ai.py DATA OUT ADDRESS [judge]``."""

from __future__ import annotations

import sys

from inspect_ai import Task
from inspect_ai import eval as run
from inspect_ai.dataset import FieldSpec, json_dataset
from inspect_ai.model import Model, get_model
from inspect_ai.scorer import includes, model_graded_qa
from inspect_ai.solver import generate

CONNECTIONS = 100


def main(data: str, out: str, address: str, *, judged: bool) -> None:
    """One call each, `includes`, and `model_graded_qa` where a judge is wanted."""

    def named(name: str) -> Model:
        return get_model(f"openai-api/bench/{name}", base_url=address, api_key="none")

    scorers = [includes()]
    if judged:
        scorers.append(model_graded_qa(model=named("judge-inspect-ai")))
    task = Task(
        dataset=json_dataset(data, FieldSpec(input="question", target="reference", id="id")),
        solver=generate(cache=False),
        scorer=scorers,
    )
    (log,) = run(
        task,
        model=named("answer"),
        display="none",
        log_dir=out,
        max_connections=CONNECTIONS,
        max_samples=CONNECTIONS,
    )
    if log.status != "success":
        raise SystemExit(str(log.error))


if __name__ == "__main__":
    told = sys.argv[1:]
    main(*told[:3], judged=told[3:] == ["judge"])
