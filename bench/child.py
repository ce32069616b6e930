"""Run a command and print what it took, as JSON.

A script of its own: a process counts the memory of the one that started it until it has loaded
its own program, so the starter must be small.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time


def main() -> None:
    """Run the command that the arguments are."""
    start = time.perf_counter()
    done = subprocess.run(
        sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    wall = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = {
        "code": done.returncode,
        "errors": done.stderr[-2000:],
        "wall": wall,
        "processor": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    }
    json.dump(took, sys.stdout)


if __name__ == "__main__":
    main()
