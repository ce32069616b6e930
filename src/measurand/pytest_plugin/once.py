"""Something done once by several processes of one session: the first does it, the others read."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from measurand.errors import UsageError
from measurand.jobs.engine.lock import alone

__all__ = ["once"]

T = TypeVar("T")

_WAIT = 0.1


def once(place: Path, compute: Callable[[], T], kind: type[T]) -> T:
    """Compute a value, unless another process of this session has.

    Args:
        place: Where it is kept, with ``.lock`` and ``.pickle`` added to the name: in a folder of
            this session that only its user can write to, since a pickle is read as code.
        compute: Gives the value.
        kind: What the value is.
    """
    done = place.with_suffix(".pickle")
    with _waiting(place):
        if done.exists():
            value = pickle.loads(done.read_bytes())  # noqa: S301 - this session wrote it
            if isinstance(value, kind):
                return value
        value = compute()
        new = done.with_suffix(f".{os.getpid()}")
        new.write_bytes(pickle.dumps(value))
        new.replace(done)
        return value


@contextmanager
def _waiting(place: Path) -> Iterator[None]:
    """Hold the lock, however long another process holds it before; it goes with its process."""
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(alone(place))
                break
            except UsageError:
                time.sleep(_WAIT)
        yield
