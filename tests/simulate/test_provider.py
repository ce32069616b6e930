from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest

from measurand.core.example import Message
from measurand.core.model import ModelRequest
from measurand.core.protocols import ChatModel
from measurand.core.running import RedactPlan
from measurand.privacy.redaction import Redactor
from measurand.simulate.answers import UNSAFE_PATTERNS
from measurand.simulate.faults import FAILURE_OF, FaultPlan, FaultScript
from measurand.simulate.provider import CannedModels, Provider, SimulatedModel
from measurand.simulate.provider_asked import Asked, input_tokens, tokens
from measurand.simulate.provider_schema import fitting
from measurand.simulate.provider_world import World, quality_of
from measurand.simulate.support_bot import SupportBot


def provider(world: SupportBot, faults: object = (), **settings: Any) -> Provider:
    plan = FaultPlan(FaultScript.of(faults), 7)
    return Provider(CannedModels.of(world, None, 7), plan, **settings)


def request(text: str, key: str = "k", **more: Any) -> ModelRequest:
    return ModelRequest(messages=(Message("user", text),), key=key, **more)


def test_systems_say_what_they_say_in_the_world(world: SupportBot) -> None:
    shared = provider(world)
    outputs = {(output.example, output.system): output.text for output in world.outputs}
    for example in world.examples[::17]:
        for system in ("expert", "today", "candidate", "floor"):
            model = SimulatedModel(f"sim/{system}", shared)
            call = asyncio.run(model.ask(ModelRequest(messages=example.messages)))
            assert call.reply is not None
            assert call.reply.text == outputs[example.id, system]


def test_a_question_inside_a_template_is_found_and_a_strange_one_is_not(world: SupportBot) -> None:
    example = world.examples[3]
    expected = next(o.text for o in world.outputs if (o.example, o.system) == (example.id, "today"))
    known = World(world)
    inside = Asked(
        model="today", turns=(("user", f"Answer this:\n{example.question}\nIn JSON."),), key="k"
    )
    assert known.answer(inside) == expected
    strange = Asked(model="today", turns=(("user", "What is the airspeed of a swallow?"),), key="k")
    assert set(json.loads(known.answer(strange))) == {"reply", "next_step"}
    assert known.answer(strange) == known.answer(replace(strange, key="other"))


def test_quality_is_found_by_text_redacted_or_not(world: SupportBot) -> None:
    known = World(world)
    columns = [system.name for system in world.systems]
    rows = {example.id: row for row, example in enumerate(world.examples)}
    said = Counter(output.text for output in world.outputs)
    own = {"address": UNSAFE_PATTERNS["e-mail address"]}  # .example is nobody's, so it may stand
    hide = Redactor(RedactPlan(patterns=own), b"0123456789abcdef")
    leaks = 0
    for output in world.outputs:
        assert output.text is not None
        found = known.known(output.text)
        assert found is not None
        if "personal_data" in world.planted[output.example, output.system]:
            hidden = hide(output.text)
            leaks += hidden != output.text
            assert known.known(hidden) == found
        if said[output.text] == 1:
            place = rows[output.example], columns.index(output.system)
            assert found.quality["accuracy"] == pytest.approx(world.latent["accuracy"][place])
            assert found.quality["safety"] == world.latent["safety"][place]
    assert leaks > 10
    assert known.known("Nobody ever said this.") is None


def test_quality_of_strange_text_follows_from_it() -> None:
    values = [quality_of(f"text {number}", "tone") for number in range(400)]
    assert values == [quality_of(f"text {number}", "tone") for number in range(400)]
    assert 0.4 < sum(values) / 400 < 0.6
    assert quality_of("Write to dana@mail.example.", "safety") == 0.0
    assert quality_of("Write to us.", "safety") == 1.0


def test_tokens_are_counted_as_documented() -> None:
    assert [tokens(text) for text in ("", "a", "abcd", "abcde")] == [0, 1, 1, 2]
    assert input_tokens((("system", "abcde"), ("user", "a"))) == 2 + 1 + 2 * 4


def test_usage_and_limits(world: SupportBot) -> None:
    model = SimulatedModel("echo", provider(world))
    call = asyncio.run(model.ask(request("twelve chars", parameters={"max_tokens": 2})))
    assert call.reply is not None
    assert call.reply.text == "twelve c"
    assert call.reply.finish == "length"
    assert call.usage.input_tokens == 3 + 4
    assert call.usage.output_tokens == 2


def test_a_warm_cache_counts_the_system_message(world: SupportBot) -> None:
    long = Message("system", "x" * 4096)
    asked = ModelRequest(messages=(long, Message("user", "Hi")), key="k")
    cold = asyncio.run(SimulatedModel("echo", provider(world)).ask(asked))
    warm = asyncio.run(SimulatedModel("echo", provider(world, warm_cache=True)).ask(asked))
    assert cold.usage.cached_tokens == 0
    assert warm.usage.cached_tokens == 1024 + 4
    short = asyncio.run(SimulatedModel("echo", provider(world, warm_cache=True)).ask(request("Hi")))
    assert short.usage.cached_tokens == 0


@pytest.mark.parametrize("fault", FAILURE_OF)
def test_a_model_without_a_network_fails_as_planted(world: SupportBot, fault: str) -> None:
    role = "any" if fault not in {"out_of_range", "bad_quote", "no_canary"} else "judge"
    row = {"fault": fault, "share": 1.0, "mode": "lasting", "role": role}
    shared = provider(world, [row])
    model = SimulatedModel("judge", shared)
    assert isinstance(model, ChatModel)
    call = asyncio.run(model.ask(request("Hi")))
    assert shared.counter.read().keys["k"].faults == {fault: 1}
    assert shared.planted.lasting == {"k": fault}
    if call.failure is not None:
        assert call.failure.kind == FAILURE_OF[fault]
        assert call.usage.input_tokens == 0
    elif fault in {"truncated", "refused"}:
        assert call.reply is not None
        assert call.reply.finish == {"truncated": "length"}.get(fault, fault)


def test_an_unknown_model_is_not_found(world: SupportBot) -> None:
    call = asyncio.run(SimulatedModel("nobody", provider(world)).ask(request("Hi")))
    assert call.failure is not None
    assert call.failure.kind == "not_found"


def test_one_text_or_a_function_answers_for_any_name() -> None:
    said = asyncio.run(SimulatedModel.of("gpt-9", "Hello.").ask(request("Hi")))
    assert said.reply is not None
    assert said.reply.text == "Hello."
    loud = SimulatedModel.of("gpt-9", lambda asked: asked.question.upper())
    replied = asyncio.run(loud.ask(request("Hi")))
    assert replied.reply is not None
    assert replied.reply.text == "HI"


def test_a_schema_is_honoured() -> None:
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "maxLength": 5},
            "level": {"anyOf": [{"type": "integer", "enum": [1, 2]}, {"type": "null"}]},
            "share": {"type": "number", "minimum": 0, "maximum": 1},
            "ok": {"type": "boolean"},
            "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}, "minItems": 2},
            "kind": {"const": "x"},
        },
        "required": ["name", "level", "parts"],
        "$defs": {"part": {"type": "object", "properties": {"a": {"type": ["null", "string"]}}}},
    }
    for number in range(30):
        made = json.loads(fitting("some words", schema, f"k{number}"))
        jsonschema_rs.validate(schema, made)
        assert made["name"] == "some "
    kept = '{"name": "a", "level": 1, "parts": [], "more": 0}'
    assert fitting(kept, schema, "k") == kept
