"""Something done once by several processes of one session: the first does it, the others read."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from measurand.errors import UsageError
from measurand.jobs.engine.lock import alone

__all__ = ["once"]

T = TypeVar("T")

_WAIT = 0.1


def once(place: Path, compute: Callable[[], T], kind: type[T]) -> T:
    """Compute a value, unless another process of this session has.

    Args:
        place: Where it is kept, as JSON, with ``.lock`` and ``.json`` added to the name.
        compute: Gives the value.
        kind: What the value is.
    """
    done, form = place.with_suffix(".json"), TypeAdapter(kind)
    with _waiting(place):
        if done.exists():
            with suppress(ValidationError):
                return form.validate_json(done.read_bytes())
        value = compute()
        new = done.with_suffix(f".{os.getpid()}")
        new.write_bytes(form.dump_json(value))
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
