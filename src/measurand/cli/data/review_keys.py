"""Keys, one at a time, as a person presses them in a terminal."""

from __future__ import annotations

import os
import sys

__all__ = ["pressed"]

_WAIT = 0.05
"""Seconds in which the rest of an arrow's bytes comes, where Escape was not pressed by itself."""
_LONGEST = 8
_LEADS = (0xC0, 0xE0, 0xF0)
"""Bytes of UTF-8 from which on one more, two more and three more follow."""


def pressed() -> str:
    """One key, without Enter where the system can.

    Keys that were pressed meanwhile, or came together, wait for the next call or the next prompt.
    Enter by itself is no key: somebody who types `a` and Enter has accepted one example.

    Raises:
        EOFError: There will be no more keys.
    """
    sys.stdout.write("> ")
    sys.stdout.flush()
    key = _key()
    while key in {"\r", "\n"}:
        key = _key()
    sys.stdout.write("\n")
    return key


def _key() -> str:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - there alone

        return msvcrt.getwch()
    import termios  # noqa: PLC0415 - not on every system
    import tty  # noqa: PLC0415

    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    try:
        # Not the default, which throws away what was pressed already.
        tty.setcbreak(number, termios.TCSADRAIN)
        return _read(number)
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)


def _read(number: int) -> str:
    """The bytes of one key: a character of UTF-8, or the sequence of an arrow."""
    import select  # noqa: PLC0415 - not of every file on every system

    found = os.read(number, 1)
    if not found:
        raise EOFError
    if found == b"\x1b":
        while len(found) < _LONGEST and select.select([number], [], [], _WAIT)[0]:
            found += os.read(number, 1)
            if found[1:2] not in b"[O" or (len(found) > 2 and found[-1:].isalpha()):  # noqa: PLR2004
                break
    else:
        for _ in range(sum(found[0] >= lead for lead in _LEADS)):
            found += os.read(number, 1)
    return found.decode("utf-8", "replace")
