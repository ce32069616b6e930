"""For Inspect: a dataset that ``json_dataset`` reads, and a log for each system.

The log is one that ``read_eval_log`` reads and ``inspect view`` shows. On scales of yes and no a
score is C or I, so that Inspect's own accuracy is that of this package; a rating that could not be
given is NaN, which Inspect counts as not scored.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from measurand.core.example import Example, Message, ToolCall
from measurand.core.output import Output
from measurand.core.rating import Rating
from measurand.core.scale import Scale
from measurand.store.codec import encode
from measurand.store.evals.leaving import Leaving, rest_of
from measurand.store.evals.reading import OWN

__all__ = ["dataset_rows", "logs"]

_ID_BYTES = 11


def dataset_rows(leaving: Leaving) -> Iterator[dict[str, Any]]:
    """One sample an example; what Inspect has no field for goes into its metadata."""
    for example in leaving.examples:
        if not any(message.content for message in example.messages):
            leaving.note(f"left out: example {example.id!r} asks nothing, which Inspect refuses")
            continue
        yield {
            "id": example.id,
            "input": _input(example),
            "target": _target(example),
            "metadata": _metadata(example),
        }


def logs(leaving: Leaving) -> Iterator[tuple[str, dict[str, Any]]]:
    """One log a system: the system's name, and the document."""
    left = sum(rating.against is not None for rating in leaving.ratings)
    if left:
        leaving.note(f"left out: {left:,} ratings of pairs, which a log of one model cannot hold")
    for system in leaving.systems:
        yield system, _log(leaving, system)


def _input(example: Example) -> str | list[dict[str, str]]:
    first = example.messages[0]
    if len(example.messages) == 1 and first.role == "user" and first.content:
        return first.content
    return [{"role": message.role, "content": message.content} for message in example.messages]


def _target(example: Example) -> str | list[str]:
    return example.references[0] if len(example.references) == 1 else list(example.references)


def _metadata(example: Example) -> dict[str, Any]:
    own = rest_of(example, "id", "messages", "references", "metadata")
    return {**encode(example.metadata), **({OWN: own} if own else {})}


def _log(leaving: Leaving, system: str) -> dict[str, Any]:
    outputs = [output for output in leaving.outputs if output.system == system]
    examples = {example.id: example for example in leaving.examples}
    ratings: dict[tuple[str, int], list[Rating]] = {}
    trials = {(output.example, output.trial) for output in outputs}
    for rating in leaving.ratings:
        if rating.system != system or rating.against is not None:
            continue
        if (rating.example, rating.repeat) not in trials:
            leaving.note("left out: a rating of a repeat that no output has the trial of")
            continue
        ratings.setdefault((rating.example, rating.repeat), []).append(rating)
    samples = []
    for output in outputs:
        example = examples.get(output.example)
        if example is None:
            leaving.note("left out: an output to an example that the set does not hold")
            continue
        said = ratings.get((output.example, output.trial), [])
        samples.append(_sample(example, output, _scores(said, leaving.scales)))
    epochs = max((output.trial for output in outputs), default=0) + 1
    return {
        "version": 2,
        "status": "success",
        "eval": _spec(leaving, system, samples, epochs=epochs),
        "plan": {},
        "results": _results(samples),
        "stats": {"started_at": leaving.now, "completed_at": leaving.now},
        "samples": samples,
    }


def _spec(
    leaving: Leaving, system: str, samples: Sequence[Mapping[str, Any]], *, epochs: int
) -> dict[str, Any]:
    names = list(dict.fromkeys(sample["id"] for sample in samples))
    scorers = dict.fromkeys(name for sample in samples for name in sample["scores"])
    return {
        "eval_id": _id(leaving.name, system, "eval"),
        "run_id": _id(leaving.name, system, "run"),
        "created": leaving.now,
        "task": leaving.name,
        "task_id": _id(leaving.name, system, "task"),
        "dataset": {
            "name": leaving.name,
            "samples": len(names),
            "sample_ids": names,
            "shuffled": False,
        },
        "model": system,
        "config": {"epochs": epochs},
        "scorers": [{"name": name} for name in scorers],
    }


def _id(*words: str) -> str:
    """The same for the same words: an export is the same file each time."""
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[: 2 * _ID_BYTES]


def _results(samples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts alone: Inspect computes its own metrics when it scores."""
    scored: Counter[str] = Counter()
    unscored: Counter[str] = Counter()
    for sample in samples:
        for name, score in sample["scores"].items():
            known = score["value"] == score["value"]
            (scored if known else unscored)[name] += 1
    return {
        "total_samples": len(samples),
        "completed_samples": sum("error" not in sample for sample in samples),
        "scores": [
            {
                "name": name,
                "scorer": name,
                "scored_samples": scored[name],
                "unscored_samples": unscored[name],
            }
            for name in dict.fromkeys((*scored, *unscored))
        ],
    }


def _sample(example: Example, output: Output, scores: Mapping[str, Any]) -> dict[str, Any]:
    asked = [_turn(message) for message in example.messages]
    sample: dict[str, Any] = {
        "id": example.id,
        "epoch": output.trial + 1,
        "input": _input(example),
        "target": _target(example),
        "messages": asked,
        "output": {"model": output.system, "choices": []},
        "scores": dict(scores),
        "metadata": _metadata(example),
    }
    if output.failure is not None:
        kind, message = output.failure.kind, output.failure.message
        told = message if kind == "exception" else f"{kind}: {message}"
        sample["error"] = {"message": told, "traceback": "", "traceback_ansi": ""}
        return {**sample, **_times(output)}
    answer: dict[str, Any] = {
        "role": "assistant",
        "content": output.text or "",
        "source": "generate",
    }
    calls = [_call(call, number) for number, call in enumerate(output.tool_calls, start=1)]
    said = [answer]
    if calls:
        called = {"role": "assistant", "content": "", "source": "generate", "tool_calls": calls}
        said = [called, answer]
    sample["messages"] = [*asked, *said]
    told_of: dict[str, Any] = {
        "model": output.system,
        "choices": [{"message": answer, "stop_reason": "stop"}],
        "completion": output.text or "",
    }
    if output.usage is not None:
        usage = output.usage
        told_of["usage"] = {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "total_tokens": usage.input_tokens + usage.output_tokens,
        }
    if output.seconds is not None:
        told_of["time"] = output.seconds
    return {**sample, **_times(output), "output": told_of}


def _times(output: Output) -> dict[str, float]:
    if output.seconds is None:
        return {}
    return {"working_time": output.seconds, "total_time": output.seconds}


def _turn(message: Message) -> dict[str, Any]:
    source = {} if message.role == "assistant" else {"source": "input"}
    return {"role": message.role, "content": message.content, **source}


def _call(call: ToolCall, number: int) -> dict[str, Any]:
    arguments = encode(call.arguments)
    return {"id": f"call_{number}", "function": call.name, "arguments": arguments}


def _scores(ratings: Sequence[Rating], scales: Mapping[str, Scale]) -> dict[str, Any]:
    """Scores by dimension; where several raters rated one, each has a score of its own."""
    raters = Counter(rating.dimension for rating in ratings)
    scores: dict[str, Any] = {}
    for rating in ratings:
        name = rating.dimension
        name = f"{name} / {rating.rater}" if raters[name] > 1 else name
        scale = scales.get(rating.dimension)
        own = {"dimension": rating.dimension, "rater": rating.rater, "kind": rating.kind}
        if scale is not None and (scale.bounded or scale.labels):
            own["scale"] = str(scale)
        if rating.failure is not None:
            own["failure"] = rating.failure
        scores[name] = {
            "value": _value(rating, scale),
            "explanation": rating.reason,
            "metadata": {OWN: own},
        }
        if rating.value is None:
            scores[name]["reason"] = "scoring_failed"
    return scores


def _value(rating: Rating, scale: Scale | None) -> float | str:
    if rating.value is None:
        return float("nan")
    if scale is not None and scale.binary:
        return "C" if rating.value else "I"
    return rating.value
