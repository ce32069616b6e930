"""Which column of a table of scores is what: as it is named, or as such columns usually are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from measurand.errors import DataError, Fault, nearest

__all__ = ["BENCHMARK", "ERRORS", "FAMILY", "SCORE", "SYSTEM", "Headers", "listed"]

SYSTEM = ("system", "model", "deployment", "llm_model", "model_name", "system_name", "name")
BENCHMARK = ("benchmark", "scenario", "task", "dataset", "metric")
SCORE = ("score", "value", "result")
FAMILY = ("family", "model_family")
ERRORS = ("_se", "_stderr", "_std_error")
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of a file, what was guessed of them, and what is wrong with the file.

    Args:
        file: The file.
        names: The headers, in order.
        faults: What is wrong, to which `blame` adds.
        notes: What was guessed, to which `column` adds.
    """

    file: str
    names: tuple[str, ...]
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def blame(self, problem: str, line: int | None = None, **more: str | None) -> None:
        """Note a fault."""
        self.faults.append(Fault(problem, self.file, line, **more))

    def stop(self) -> None:
        """Go no further where anything is wrong.

        Raises:
            DataError: Something is; all of it is told.
        """
        if self.faults:
            raise DataError(self.faults)

    def usual(self, names: Sequence[str]) -> str | None:
        """The first header with one of these names, whatever its case."""
        by = {header.casefold(): header for header in reversed(self.names)}
        return next((by[name] for name in names if name in by), None)

    def column(self, what: str, given: str | None, *, usual: Sequence[str], option: str) -> str:
        """The header that is given, or the first with a usual name; the empty text is a fault."""
        if given is not None:
            if given not in self.names:
                self.blame(
                    f"there is no column {given}",
                    allowed=", ".join(self.names),
                    remedy=nearest(given, self.names),
                )
            return given
        found = self.usual(usual)
        if found is None:
            self.blame(
                f"no column is called as the {what} usually is",
                allowed=", ".join(usual),
                remedy=f"name it with {option}; the columns are: {', '.join(self.names)}",
            )
            return ""
        self.notes.append(f"{found} was taken for the {what}")
        return found


def listed(names: Sequence[str]) -> str:
    """The first names of a list, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
