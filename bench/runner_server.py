"""``python -m bench.runner_server SECONDS``: a provider that answers after so long, and counts.

It speaks OpenAI's chat completions as far as the runners need it, costs as little as it can, and
knows nothing of who asks. What the reply says follows from the model's name alone: each tool has a
judge's reply in the form it wants. ``GET`` tells what was asked for so far, and the processor time
that took.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time

from aiohttp import web

__all__ = ["ANSWER", "WANTED"]

ANSWER = "We open at nine, every day of the week."
WANTED = "nine"
"""What the check looks for in every answer."""

_CHECK_WORD = re.compile(rb"CHECK WORD: ([0-9A-Za-z-]+)")
_MODEL = re.compile(rb'"model": ?"([a-z-]+)"')
_GRADE = {"reason": "It says when.", "pass": True, "score": 1.0}
_JUDGES: dict[bytes, dict[str, object]] = {
    b"judge-inspect-ai": {"content": "It says when.\n\nGRADE: C"},
    b"judge-deepeval": {"content": json.dumps({"score": 10, "reason": "It says when."})},
    b"judge-promptfoo": {"content": json.dumps(_GRADE)},
    b"judge-pydantic-evals": {
        "content": None,
        "tool_calls": [
            {
                "id": "call-1",
                "type": "function",
                "function": {"name": "final_result", "arguments": json.dumps(_GRADE)},
            }
        ],
    },
}
_WORD = b"00000-00000"


def _completion(message: dict[str, object]) -> bytes:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "refusal": None, **message},
        "finish_reason": "tool_calls" if "tool_calls" in message else "stop",
        "logprobs": None,
    }
    usage = {"prompt_tokens": 40, "completion_tokens": 12, "total_tokens": 52}
    told = {"id": "c-1", "object": "chat.completion", "created": 1_700_000_000, "model": "fixed"}
    return json.dumps({**told, "choices": [choice], "usage": usage}).encode()


def _judgment() -> bytes:
    """The reply that measurand's judges ask for, on which the check word is still to be put."""
    told = {
        "evidence": ["We open at nine"],
        "reason": "It says when.",
        "level": 4,
        "cannot_assess": False,
        "canary": _WORD.decode(),
    }
    return _completion({"content": json.dumps(told)})


class Provider:
    """Answers, and counts.

    Args:
        delay: Seconds before each answer.
    """

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.answers = 0
        self.judgments = 0
        self._answer = _completion({"content": ANSWER})
        self._judgment = _judgment()
        self._judges = {name: _completion(message) for name, message in _JUDGES.items()}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request."""
        if request.method == "GET":
            told = {
                "answers": self.answers,
                "judgments": self.judgments,
                "processor": time.process_time(),
            }
            return web.json_response(told)
        body = await request.read()
        if self.delay:
            await asyncio.sleep(self.delay)
        return web.Response(body=self._reply(body), content_type="application/json")

    def _reply(self, body: bytes) -> bytes:
        named = _MODEL.search(body)
        if named is None or not named[1].startswith(b"judge"):
            self.answers += 1
            return self._answer
        self.judgments += 1
        if named[1] in self._judges:
            return self._judges[named[1]]
        words = _CHECK_WORD.findall(body) or [_WORD]
        return self._judgment.replace(_WORD, words[-1])


async def _serve(delay: float) -> None:
    provider = Provider(delay)
    server = await asyncio.get_running_loop().create_server(
        web.Server(provider.handle, access_log=None), "127.0.0.1", 0, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)  # until whoever started it has gone


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
