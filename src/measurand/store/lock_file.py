"""``data.lock`` beside a plan: the version of the set that results are to be of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from pydantic import Field

from measurand.core.example import Component
from measurand.core.set_version import SetLock
from measurand.errors import DataError, Fault
from measurand.store.codec import Form, Origin, Text, Whole, Word, decode, encode
from measurand.store.lines import parse_json, whole

__all__ = ["lock_path", "read_lock", "remove_lock", "write_lock"]


class LockForm(Form):
    """What is locked."""

    fingerprint: Word
    sizes: dict[Component, Annotated[Whole, Field(ge=0)]] = Field(default_factory=dict)
    at: Text
    by: Text = ""

    def build(self) -> SetLock:
        """The lock."""
        return SetLock(fingerprint=self.fingerprint, sizes=self.sizes, at=self.at, by=self.by)


def lock_path(plan: Path) -> Path:
    """Where the lock of a plan's set is."""
    return plan.parent / "data.lock"


def read_lock(plan: Path) -> SetLock | None:
    """The lock of a plan's set; None where it is not locked.

    Raises:
        DataError: The file cannot be read: nothing is taken for unlocked because of that.
    """
    path = lock_path(plan)
    remedy = "write it anew: measurand data lock; or remove it: measurand data lock --off"
    try:
        raw = parse_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise DataError([Fault("the lock cannot be read", str(path), remedy=remedy)]) from None
    return decode(LockForm, raw, Origin(str(path))).build()


def write_lock(plan: Path, lock: SetLock) -> None:
    """Lock a plan's set."""
    with whole(lock_path(plan)) as scratch:
        text = json.dumps(encode(lock), ensure_ascii=False, indent=2)
        scratch.write_text(text + "\n", encoding="utf-8")


def remove_lock(plan: Path) -> bool:
    """Unlock a plan's set; returns whether it was locked."""
    there = lock_path(plan).exists()
    lock_path(plan).unlink(missing_ok=True)
    return there
