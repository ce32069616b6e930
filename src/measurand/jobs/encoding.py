"""The encoder of a project: its own, where a plan or an option names one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from measurand.errors import UsageError
from measurand.raters.checks.loading import is_target, load
from measurand.stats.arrays import Floats
from measurand.texts.encoder import Encoder, hashed_encoder

__all__ = ["encoder_of"]

_BATCH = 256


def encoder_of(target: str, *, base: Path) -> Encoder:
    """The encoder that a name means.

    A function is given a list of texts and gives one vector a text, all of one length; they are
    asked for 256 texts at a time, and brought to unit length.

    Args:
        target: As ``python:package.module:name`` or ``file.py:name``; empty for hashed words.
        base: The folder that a file's path, and a module, are looked for in.

    Raises:
        UsageError: There is no such function; or, when it is called, it fails or gives something
            else than vectors.
    """
    if not target:
        return hashed_encoder()
    if not is_target(target):
        raise UsageError(
            f"the encoder {target!r} names no code; allowed: python:package.module:name or "
            "file.py:name"
        )
    function = load(target, base=base)
    if not callable(function):
        raise UsageError(f"the encoder {target} is no function")

    def encode(texts: Sequence[str]) -> Floats:
        parts = [
            _vectors(function, texts[start : start + _BATCH], target)
            for start in range(0, len(texts), _BATCH)
        ]
        if len({part.shape[1] for part in parts}) > 1:
            raise UsageError(f"the encoder {target} gives vectors of different lengths")
        return np.concatenate(parts) if parts else np.zeros((0, 1))

    return encode


def _vectors(function: Callable[[list[str]], Any], texts: Sequence[str], target: str) -> Floats:
    """The vectors of a batch, of unit length."""
    try:
        found = np.asarray(function(list(texts)), dtype=np.float64)
    except Exception as problem:  # noqa: BLE001 - users' code; its message may hold a text
        kind = type(problem).__name__
        raise UsageError(f"the encoder {target} fails with {kind} on {len(texts)} texts") from None
    if found.ndim != 2 or len(found) != len(texts) or not found.shape[1]:  # noqa: PLR2004 - a table
        raise UsageError(
            f"the encoder {target} gives an array of shape {found.shape} for {len(texts)} texts; "
            f"allowed: ({len(texts)}, dimensions)"
        )
    lengths = np.linalg.norm(found, axis=1)
    if not np.isfinite(found).all() or not lengths.all():
        raise UsageError(f"the encoder {target} gives a vector that is zero or not finite")
    return np.asarray(found / lengths[:, None], dtype=np.float64)
