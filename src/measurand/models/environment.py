"""The environment: the only place where keys and addresses come from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from measurand.errors import UsageError
from measurand.models.known import KNOWN

__all__ = ["Environment"]

_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SHORTEST = 6
"""Characters of a secret that is taken out of texts; shorter ones are words, as ``EMPTY``."""

_MASKED = re.compile(r"[\w.\-]{0,40}\*{3,80}[\w.\-]{0,40}")
"""A key that a provider quotes with stars in the middle."""


class Environment:
    """Environment variables; what has been read as a secret never shows.

    Args:
        variables: The variables; by default, those of the process.
    """

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables = os.environ if variables is None else variables
        self._secret: set[str] = set()

    def __repr__(self) -> str:
        return "Environment()"

    def get(self, *names: str) -> str | None:
        """The value of the first of these variables that is set and not blank."""
        for name in names:
            if value := self._variables.get(name, "").strip():
                return value
        return None

    def with_defaults(self, values: Mapping[str, str]) -> Environment:
        """The same, with these values where a variable is not set."""
        unset = {name: value for name, value in values.items() if self.get(name) is None}
        return Environment({**self._variables, **unset})

    def secret(self, *names: str) -> str | None:
        """The same, for a value that must not show anywhere."""
        self._secret.update(names)
        return self.get(*names)

    def expand(self, text: str) -> str:
        """Put secrets in the place of ``${NAME}``, as in the headers of a request.

        Raises:
            UsageError: A variable is not set; all that lack are named.
        """
        names = _NAME.findall(text)
        if lacking := sorted({name for name in names if self.secret(name) is None}):
            raise UsageError(
                f"the environment variable {', '.join(lacking)} is not set; "
                f"it is wanted for ${{{lacking[0]}}}"
            )
        return _NAME.sub(lambda found: self.get(found[1]) or "", text)

    def secrets(self) -> tuple[str, ...]:
        """The values that must not show: longest first, short words not among them."""
        names = self._secret.union(*(known.keys for known in KNOWN.values()))
        values = {value for name in names if (value := self.get(name))}
        return tuple(sorted((v for v in values if len(v) >= _SHORTEST), key=_order))

    def hide(self, text: str) -> str:
        """Take the secrets out of what a provider says."""
        for value in self.secrets():
            text = text.replace(value, "***")
        return _MASKED.sub("***", text)

    def lacking(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of these variables that are not set."""
        return tuple(name for name in names if self.get(name) is None)


def _order(value: str) -> tuple[int, str]:
    return -len(value), value
