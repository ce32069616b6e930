"""A simulated provider in a process of its own, so that it and its client do not share a core."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from measurand.errors import InfrastructureError

__all__ = ["simulated_provider"]

_ADDRESS = re.compile(r"simulated provider: (http://127\.0\.0\.1:\d+)")
_PATIENCE = 10.0


@contextmanager
def simulated_provider(seed: int) -> Iterator[str]:
    """Serve the world of this seed; gives its OpenAI-compatible address.

    Args:
        seed: Of the world and of the judges' noise.

    Raises:
        InfrastructureError: It cannot be started.
    """
    command = [sys.executable, "-m", "measurand", "simulate", "--port", "0", "--seed", str(seed)]
    process = subprocess.Popen(  # noqa: S603 - our own command line
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield f"{_address(process)}/v1"
    finally:
        process.terminate()
        try:
            process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _address(process: subprocess.Popen[str]) -> str:
    """What its first line says; waits for it."""
    line = process.stdout.readline() if process.stdout is not None else ""
    found = _ADDRESS.match(line)
    if found is None:
        _, said = process.communicate(timeout=_PATIENCE)
        raise InfrastructureError(f"the simulated provider did not start: {said.strip() or line}")
    return found[1]
