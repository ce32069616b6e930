"""No secret stands in a plan, and none that does is repeated in an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurand.errors import PlanError
from measurand.store.plans import load_plan

LEAST = "name: x\nrubric: [{dimension: tone}]\n"
KEY = "sk-proj-" + "a1B2c3D4" * 4
HEX = "9f86d081884c7d659a2feaa0c55ad015"
RANDOM = "Zm9vYmFyMTIzNDU2Nzg5MA"
WEB = "systems: [{{name: a, target: 'http://b', request: {{{}}}}}]"
MODEL = "systems: [{{name: a, target: a/b, parameters: {{{}}}}}]"
LOCAL = "providers: {{local: {{base_url: 'http://a', key: {}}}}}"


def load(folder: Path, text: str) -> str:
    path = folder / "measurand.yaml"
    path.write_text(LEAST + text, encoding="utf-8")
    try:
        load_plan(path)
    except PlanError as problem:
        return str(problem)
    return ""


@pytest.mark.parametrize(
    ("text", "secret", "key"),
    [
        (LOCAL.format(KEY), KEY, "providers.local.key"),
        (LOCAL.format(HEX), HEX, "providers.local.key"),
        (LOCAL.format(RANDOM), RANDOM, "providers.local.key"),
        (LOCAL.format("hunter2"), "hunter2", "providers.local.key"),
        (LOCAL.format("AKIAIOSFODNN7EXAMPLE"), "AKIA", "providers.local.key"),
        (WEB.format(f"headers: {{X-Any: {KEY}}}"), KEY, "systems[0].request.headers.X-Any"),
        (WEB.format(f"headers: {{X-Any: 'a {HEX}'}}"), HEX, "systems[0].request.headers.X-Any"),
        (WEB.format("headers: {Authorization: Bearer abc}"), "abc", "headers.Authorization"),
        (WEB.format("headers: {Authorization: Bearer $TOKEN}"), "", "headers.Authorization"),
        (WEB.format("headers: {x-api-key: abc}"), "abc", "headers.x-api-key"),
        (WEB.format("headers: {Cookie: abc}"), "abc", "headers.Cookie"),
        (WEB.format(f"body: {{deep: [{{token: x, k: {RANDOM}}}]}}"), RANDOM, "body.deep[0].k"),
        (MODEL.format("api_key: abcd"), "abcd", "systems[0].parameters.api_key"),
        (MODEL.format(f"extra: {{headers: {{A: {KEY}}}}}"), KEY, "parameters.extra.headers.A"),
        (f"judge: {{model: a/b, parameters: {{user: {KEY}}}}}", KEY, "judge.parameters.user"),
        (
            f"judge: {{models: [{{model: a/b, parameters: {{secret: {HEX}}}}}]}}",
            HEX,
            "judge.models[0].parameters.secret",
        ),
        ("systems: [{name: a, target: 'http://u:hunter2@b'}]", "hunter2", "systems[0].target"),
        ("providers: {a: {base_url: 'http://u:hunter2@b'}}", "hunter2", "providers.a.base_url"),
    ],
)
def test_a_secret_is_refused_and_not_shown(
    tmp_path: Path, text: str, secret: str, key: str
) -> None:
    said = load(tmp_path, text)
    assert f"{key}: " in said
    assert "ame an environment variable" in said
    assert not secret or secret not in said


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("providers: {local: hunter2}", "hunter2"),
        ("providers: {local: {base_url: hunter2}}", "hunter2"),
        ("providers: {local: {base_url: 'http://a', key: [hunter2]}}", "hunter2"),
        ("providers: {local: {base_url: 'http://a', api: hunter2}}", "hunter2"),
        (WEB.format("headers: {Authorization: [hunter2]}"), "hunter2"),
        (WEB.format("headers: hunter2"), "hunter2"),
        (MODEL.format("a: b").replace("{a: b}", "hunter2"), "hunter2"),
        (f"judge: {{model: {KEY}}}", KEY),
        (f"seed: {KEY}", KEY),
        (f"systems: [{{name: {KEY}}}, {{name: {KEY}}}]", KEY),
    ],
)
def test_other_faults_do_not_show_what_may_be_a_secret(
    tmp_path: Path, text: str, secret: str
) -> None:
    said = load(tmp_path, text)
    assert said
    assert secret not in said


@pytest.mark.parametrize(
    "text",
    [
        LOCAL.format("LOCAL_API_KEY"),
        "providers: {local: {base_url: 'http://a'}}",
        f"providers: {{cf: {{base_url: 'https://a/accounts/{HEX}/ai/v1', key: CF_TOKEN}}}}",
        WEB.format(
            "headers: {Authorization: 'Bearer ${BOT_TOKEN}', X-Version: 2024-06-01-preview}"
        ),
        WEB.format("headers: {Cookie: 'session=${SESSION}', Accept: application/json}"),
        WEB.format("body: {q: '{{question}}', token_limit: '500', stop_token: '</s>'}"),
        MODEL.format(
            "max_tokens: 5, prompt_cache_key: shop-bot, model: claude-3-5-sonnet-20241022"
        ),
        MODEL.format("stop: ['\\n\\n', END], user: shop, model: meta-llama/Llama-3-70B-Instruct"),
        "systems: [{name: a, target: 'http://${USER}:${PASS}@b/${ID}'}]",
        f"systems: [{{name: a, target: 'file:outputs/{HEX}.jsonl'}}]",
        "judge: {model: mistral/Mixtral8x7BInstructV01}",
    ],
)
def test_what_is_no_secret_may_stand(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text) == ""
