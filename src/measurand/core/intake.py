"""What came in: how many ratings a file held, which were refused, and why."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Intake", "Refusal"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rating that was not taken: kept aside, never lost.

    Args:
        reason: What was found and what is allowed, in words.
        line: The line of the file, from 1.
        key: The column or key path.
        found: The refused cell as it stood in the file.
        row: The whole row as it stood, by column.
    """

    reason: str
    line: int | None = None
    key: str | None = None
    found: str | None = None
    row: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    """The account of one file: read = kept + refused, always.

    Args:
        file: The file's name.
        read: Ratings found in the file (a wide row holds several).
        kept: Ratings taken.
        refused: The rest, one entry a rating.
        notes: What was assumed, as in an inferred scale.

    Raises:
        ValueError: The account does not add up.
    """

    file: str
    read: int
    kept: int
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.read != self.kept + len(self.refused):
            raise ValueError(
                f"{self.file}: read {self.read} is not kept {self.kept} + {len(self.refused)}"
            )
