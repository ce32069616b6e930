"""Content addresses: the same content has the same name, everywhere and for ever."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

__all__ = ["fingerprint"]

_DIGITS = 16
_LEAVES = frozenset({str, int, float, bool, type(None)})


def fingerprint(content: object) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the content's canonical JSON.

    Args:
        content: Dataclasses, mappings, sequences, text, numbers, booleans and None, nested.

    Raises:
        TypeError: The content holds something that has no canonical JSON.
    """
    text = json.dumps(
        _plain(content), sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def _plain(content: object) -> Any:
    if type(content) in _LEAVES:  # most of what there is; the questions below are slow
        return content
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if is_dataclass(content) and not isinstance(content, type):
        return {
            part.name: _plain(getattr(content, part.name)) for part in fields(content) if part.init
        }
    if isinstance(content, Mapping):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, Sequence) and not isinstance(content, str):
        return [_plain(value) for value in content]
    return content
