"""Nothing that must not leave the house leaves it, and no judge learns whose output it judges."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.runs.conftest import Project, world

from measurand.core.example import Example, Message
from measurand.jobs.compare import run_report
from measurand.jobs.run import run
from measurand.models.environment import Environment
from measurand.simulate.server import SimulatedProvider
from measurand.store.dataset import Dataset

SECRETS = (
    "jane.roe@acme-mail.com",
    "4111 1111 1111 1111",
    "sk-proj-Zq8vT2mXw4LkR7pYb3NcH6sDf9GjA1eU",
    "+49 30 901820 55",
)
PROVIDER_KEY = "prov-key-8f3kQ2mZx7Lw9Rt4"
BOT = """
def leaky(question):
    return "Sure. " + question

def broken(question):
    raise ValueError("cannot handle " + question)
"""


def examples() -> tuple[Example, ...]:
    said = "; ".join(SECRETS)
    return tuple(
        Example(
            id=f"q{at}",
            messages=(Message("user", f"Question {at}. My data: {said}"),),
            references=(f"Do not repeat {said}",),
            context=(f"The customer: {said}",),
            metadata={"told": said},
        )
        for at in range(4)
    )


def project(tmp_path: Path, server: SimulatedProvider) -> Project:
    made = Project(tmp_path / "project", server.base_url)
    made.write(
        1,
        systems=[
            {"name": "echoing", "target": "house/echo"},
            {"name": "leaky", "target": "bot.py:leaky"},
            {"name": "broken", "target": "bot.py:broken"},
            {
                "name": "web",
                "target": f"{server.base_url}/chat/completions",
                "request": {
                    "headers": {"Authorization": "Bearer ${HOUSE_KEY}"},
                    "body": {"model": "echo", "messages": "{{messages}}"},
                },
                "answer": "choices[0].message.content",
            },
        ],
        judge={"model": "house/judge", "repeats": 1},
        providers={"house": {"base_url": server.base_url, "key": "HOUSE_KEY"}},
        prices={},
    )
    for file in (made.folder / "data").iterdir():
        file.unlink()
    Dataset(examples()).save(made.folder / "data")
    (made.folder / "bot.py").write_text(BOT, encoding="utf-8")
    return made


def places(text: str, secrets: tuple[str, ...]) -> list[str]:
    """Which of the secrets a text holds, in whatever spacing."""
    bare = re.sub(r"[ \\-]", "", text)
    return [one for one in secrets if one in text or re.sub(r"[ -]", "", one) in bare]


def test_secrets_reach_neither_requests_nor_ledger_nor_report_nor_log(tmp_path: Path) -> None:
    with SimulatedProvider(world(), keep_requests=True, api_key=PROVIDER_KEY) as server:
        made = project(tmp_path, server)
        command = [sys.executable, "-m", "measurand", "run", str(made.plan), "--json"]
        done = subprocess.run(
            command,
            env={**os.environ, **made.variables, "HOUSE_KEY": PROVIDER_KEY},
            capture_output=True,
            check=False,
            timeout=120,
        )
        sent = "\n".join(json.dumps(vars_of(request)) for request in server.requests)
        assert server.counts.total.received >= 4 * 4
    assert done.returncode in {0, 3}, done.stderr
    kept = [*made.folder.joinpath(".measurand").iterdir(), made.folder / "report.html"]
    everything = {
        "requests": sent,
        "stdout": done.stdout.decode(),
        "stderr": done.stderr.decode(),
        **{path.name: path.read_bytes().decode("latin-1") for path in kept},
    }
    found = {name: places(text, (*SECRETS, PROVIDER_KEY)) for name, text in everything.items()}
    assert not any(found.values()), found
    tags = set(re.findall(r"\[redacted email [0-9a-f]{8}\]", "\n".join(everything.values())))
    assert len(tags) == 1
    assert "[redacted email" in sent
    assert "[redacted email" in everything["ledger.db"]


def vars_of(request: object) -> dict[str, str]:
    names = getattr(request, "__slots__", ())
    return {name: str(getattr(request, name)) for name in names}


@pytest.mark.parametrize("pairwise", [False, True])
def test_no_judge_learns_whose_output_it_judges(tmp_path: Path, pairwise: bool) -> None:  # noqa: FBT001 - a case
    names = ("zebra-nine", "quokka-two")
    prompts = []
    for order in (names, names[::-1]):
        with SimulatedProvider(world(), keep_requests=True) as server:
            made = Project(tmp_path / order[0], server.base_url)
            lines = {
                names[0]: [f'{{"example": "core-{n:03d}", "text": "first {n}"}}' for n in (1, 2)],
                names[1]: [f'{{"example": "core-{n:03d}", "text": "second {n}"}}' for n in (1, 2)],
            }
            form = [{"judge": {"form": "pairwise"}}] if pairwise else ["judge"]
            scale = "win/tie/loss" if pairwise else "1-5"
            made.write(
                2,
                rubric=[{"dimension": "d", "weight": 100, "scale": scale, "raters": form}],
                systems=[
                    {"name": name, "family": "wombat-family", "role": role,
                     "target": f"file:{name}.jsonl"}
                    for name, role in zip(order, ("current", "candidate"), strict=True)
                ],
            )  # fmt: skip
            for at, name in enumerate(order):
                text = "\n".join(lines[names[at]])
                (made.folder / f"{name}.jsonl").write_text(text + "\n", encoding="utf-8")
            run(made.plan, environment=made.environment)
            sent = [json.dumps(vars_of(request)) for request in server.requests]
        whole = "\n".join(sent)
        assert len(sent) == 8
        for word in (*names, "wombat", "candidate"):
            assert word not in whole
        prompts.append(sorted(str(request.body) for request in server.requests))
    assert prompts[0] == prompts[1]


def test_the_report_can_be_written_from_what_is_kept(tmp_path: Path) -> None:
    with SimulatedProvider(world(), api_key=PROVIDER_KEY) as server:
        made = project(tmp_path, server)
        made_env = {**made.variables, "HOUSE_KEY": PROVIDER_KEY}
        run(made.plan, environment=Environment(made_env))
    page = run_report(made.plan, environment=Environment(made_env)).to_html()
    assert not places(page, (*SECRETS, PROVIDER_KEY))
