"""What is left out of a request, and how that is learnt."""

import json
from typing import Any

import pytest

from measurand.core.example import Message
from measurand.core.model import ModelRequest
from measurand.models.openai_body import Body

ASK = (Message("user", "Hm?"),)
PARAMETERS = {"temperature": 0, "top_p": 0.5, "max_tokens": 9, "seed": 3, "effort": "low"}
SCHEMA = {"type": "object", "properties": {"level": {"type": "integer"}}}


def request(**parameters: object) -> ModelRequest:
    return ModelRequest(messages=ASK, parameters=parameters or PARAMETERS)


def body(made: Body, asked: ModelRequest) -> dict[str, Any]:
    found = json.loads(made.frame(asked).fill(asked.messages))
    assert isinstance(found, dict)
    return found


def refuse(made: Body, asked: ModelRequest, said: object, status: int = 400) -> bool:
    text = said if isinstance(said, str) else json.dumps(said)
    return made.learn(status, text.encode(), made.frame(asked))


@pytest.mark.parametrize(
    ("model", "reasons"),
    [
        ("openai/o1", True),
        ("openai/o3-mini", True),
        ("openai/gpt-5", True),
        ("openai/gpt-5.1-mini", True),
        ("openrouter/openai/o4-mini", True),
        ("openai/gpt-5-chat-latest", False),
        ("openai/gpt-4o", False),
        ("vllm/gpt-oss-120b", False),
        ("ollama/olmo", False),
        ("xai/grok-3", False),
    ],
)
def test_models_that_reason_are_asked_their_way(model: str, reasons: bool) -> None:  # noqa: FBT001 - a column of the table
    made = Body(model)
    told = body(made, request())
    assert ("max_completion_tokens" in told) is reasons
    assert ("temperature" in told) is not reasons
    notes = made.frame(request()).notes
    assert (f"temperature is not taken by {model} and was left out" in notes) is reasons


UNSUPPORTED = [
    {
        "error": {
            "message": "Unsupported value: 'temperature' does not support 0 with this model.",
            "param": "temperature",
            "code": "unsupported_value",
        }
    },
    {"error": {"message": "`temperature` is deprecated for this model."}},
    {"error": {"message": "temperature is not supported by this model"}},
    {
        "detail": [
            {"type": "extra_forbidden", "loc": ["body", "temperature"], "msg": "Extra inputs"}
        ]
    },
    [{"error": {"message": 'Unknown name "temperature": Cannot find field.', "code": 400}}],
]


@pytest.mark.parametrize("said", UNSUPPORTED)
def test_a_parameter_that_is_not_taken_is_left_out_from_then_on(said: object) -> None:
    made = Body("some/model")
    assert refuse(made, request(), said)
    frame = made.frame(request())
    assert set(frame.sent) == {"top_p", "max_tokens", "seed", "reasoning_effort"}
    assert frame.notes == ("temperature is not taken by some/model and was left out",)
    assert not refuse(made, request(), said)


def test_of_many_calls_at_once_each_may_go_again() -> None:
    made = Body("some/model")
    frame = made.frame(request())
    said = json.dumps(UNSUPPORTED[0]).encode()
    assert made.learn(400, said, frame)
    assert made.learn(400, said, frame)


def test_a_parameter_under_another_name() -> None:
    made = Body("some/model")
    said = {
        "error": {
            "message": "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            "param": "max_tokens",
            "code": "unsupported_parameter",
        }
    }
    assert refuse(made, request(max_tokens=9), said)
    assert body(made, request(max_tokens=9))["max_completion_tokens"] == 9
    assert made.frame(request(max_tokens=9)).notes == (
        "max_tokens is called max_completion_tokens by some/model",
    )


def test_the_limit_of_the_answer_is_never_left_out() -> None:
    made = Body("vllm/gpt-5-copy")
    new = {"error": {"message": "extra fields not permitted: max_completion_tokens"}}
    old = {"error": {"message": "unsupported parameter max_tokens"}}
    assert refuse(made, request(max_tokens=9), new)
    assert body(made, request(max_tokens=9))["max_tokens"] == 9
    assert not refuse(made, request(max_tokens=9), old)
    assert body(made, request(max_tokens=9))["max_tokens"] == 9


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, {"error": {"message": "temperature must be at most 2", "param": "temperature"}}),
        (400, {"error": {"message": "the seed of doubt is not supported", "param": None}}),
        (400, {"error": {"message": "maximum context length exceeded"}}),
        (400, {"error": {"message": "unsupported messages", "param": "messages"}}),
        (400, {"error": {"message": "unsupported parameter 'logprobs'", "param": "logprobs"}}),
        (404, UNSUPPORTED[0]),
        (500, UNSUPPORTED[0]),
        (400, ""),
    ],
)
def test_other_refusals_teach_nothing(status: int, said: object) -> None:
    made = Body("some/model")
    assert not refuse(made, request(), said, status)
    assert set(made.frame(request()).sent) == {
        "temperature",
        "top_p",
        "max_tokens",
        "seed",
        "reasoning_effort",
    }


def test_a_format_is_stepped_down_and_noted() -> None:
    made = Body("some/model")
    asked = ModelRequest(messages=ASK, schema=SCHEMA)
    assert body(made, asked)["response_format"]["json_schema"]["strict"] is True
    first = made.frame(asked)
    strict = {"error": {"message": "Invalid schema for response_format 'reply': ..."}}
    assert refuse(made, asked, strict)
    assert made.learn(400, json.dumps(strict).encode(), first), "another call, sent before"
    assert body(made, asked)["response_format"]["json_schema"] == {
        "name": "reply",
        "schema": SCHEMA,
    }
    assert "strict" in made.frame(asked).notes[0]
    unknown = {"error": {"message": "This response_format type is unavailable now"}}
    assert refuse(made, asked, unknown)
    assert body(made, asked)["response_format"] == {"type": "json_object"}
    word = {"error": {"message": "'messages' must contain the word 'json' in some form"}}
    assert refuse(made, asked, word)
    assert "response_format" not in body(made, asked)
    assert made.frame(asked).notes == ("some/model takes no response_format, and it was left out",)
    assert not refuse(made, asked, unknown)


def test_a_model_without_schemas_is_asked_for_json_at_once() -> None:
    made = Body("some/model")
    asked = ModelRequest(messages=ASK, schema=SCHEMA)
    said = {"error": {"message": "json_schema is not supported", "param": "response_format"}}
    assert refuse(made, asked, said)
    assert body(made, asked)["response_format"] == {"type": "json_object"}


def test_an_azure_deployment_is_named_by_its_address() -> None:
    assert "model" not in body(Body("azure/mine", named=False), request())
