"""The least that asks a model about every example, checks, and writes it down: what runners race.

    python runner_bare.py DATA OUT ADDRESS [RULES]

With a file of rules a judge is asked about each answer, with as long a prompt as measurand's.
Nothing here survives a crash, is tried again, costed, redacted or looked up.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, TextIO

import aiohttp

CONNECTIONS = 100


class Loop:
    """Asks, checks, writes.

    Args:
        session: What asks.
        out: Where the results go.
        rules: What a judge is told; None where none is asked.
    """

    def __init__(self, session: aiohttp.ClientSession, out: TextIO, rules: str | None) -> None:
        self.session = session
        self.out = out
        self.rules = rules

    async def ask(self, model: str, messages: list[Any]) -> Any:
        """One call."""
        body = {"model": model, "messages": messages}
        async with self.session.post("chat/completions", json=body) as response:
            return await response.json()

    async def judge(self, question: str, text: str) -> Any:
        """One call more, about the answer."""
        asked = f"Question: {question}\nAnswer: {text}\nReply in JSON.\nCHECK WORD: none"
        messages = [
            {"role": "system", "content": self.rules},
            {"role": "user", "content": asked},
        ]
        told = await self.ask("judge", messages)
        return json.loads(told["choices"][0]["message"]["content"])["level"]

    async def work(self, lines: TextIO) -> None:
        """Take examples until there are no more."""
        for line in lines:
            example = json.loads(line)
            question = example["question"]
            told = await self.ask("answer", [{"role": "user", "content": question}])
            text = told["choices"][0]["message"]["content"]
            row = {"id": example["id"], "text": text, "usage": told["usage"]}
            row["ok"] = example["reference"] in text
            if self.rules is not None:
                row["level"] = await self.judge(question, text)
            self.out.write(json.dumps(row) + "\n")


async def main(lines: TextIO, out: TextIO, address: str, *, rules: str | None) -> None:
    """Run the examples, a hundred at a time."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(f"{address}/", connector=connector) as session:
        loop = Loop(session, out, rules)
        await asyncio.gather(*(loop.work(lines) for _ in range(CONNECTIONS)))


if __name__ == "__main__":
    data, out, address, *judge = sys.argv[1:]
    told = Path(judge[0]).read_text(encoding="utf-8") if judge else None
    with Path(data).open(encoding="utf-8") as lines, Path(out).open("w") as written:
        asyncio.run(main(lines, written, address, rules=told))
