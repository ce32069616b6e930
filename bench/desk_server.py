"""The rating desk of a project, in a process of its own: ``python -m bench.desk_server PLAN PORT``.

It prints its port, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from measurand.jobs.desk import open_desk
from measurand.server.serve import serve


def main() -> None:
    """Serve until nobody holds the pipe any more."""
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))


async def _serve(plan: Path, port: int) -> None:
    async with open_desk(plan) as desk:
        serving = asyncio.create_task(
            serve(desk, port=port, started=lambda taken: print(taken, flush=True))
        )
        await asyncio.to_thread(sys.stdin.read)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


if __name__ == "__main__":
    main()
