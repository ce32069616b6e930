"""How large an audit is: which probes, on how many outputs, pairs, attacks and conversations."""

from __future__ import annotations

from dataclasses import dataclass

from measurand.core.example import Example
from measurand.core.probes import ATTACK_NAMES, PROBES

__all__ = ["IN_A_SESSION", "MITIGABLE", "USUAL", "Answered", "AuditDesign"]

USUAL: tuple[str, ...] = tuple(
    one.name for one in PROBES.values() if one.usual and one.acts != "attack"
)
"""The probes that an audit has where its plan does not say: 14 of texts, and those of questions."""

IN_A_SESSION = 10
"""How many outputs are judged in one conversation."""

MITIGABLE = ("plain_text",)
"""The mitigations that change what a judge is asked, so that they need questions of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An output and the example that it answers."""

    example: Example
    system: str
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDesign:
    """How large an audit is.

    The usual sizes come from what they can tell: 77 outputs show that a probe moves a judge by less
    than 0.15 points on 1-5 where paired differences vary by 0.4, 200 pairs find a preference of
    5 points for the first place, and 60 attacks without a success leave at most 4.9 %.

    Args:
        items: Outputs that each probe is asked about.
        probes: Which probes of texts and questions.
        pairs: Pairs of outputs, each in both orders.
        repeated_pairs: Of these, how many are judged once more in the same order: the noise.
        attacks: Outputs that each attack is made on.
        attack_names: Which attacks.
        sessions: Conversations of ten outputs.
        base_repeats: How often the unchanged outputs are judged: how far these differ is the noise.
        mitigations: Those that change the question, to be measured with and without.
        seed: Chooses outputs, pairs, wordings.

    Raises:
        ValueError: A number is negative, nothing is judged as it is, or a name is unknown.
    """

    items: int = 80
    probes: tuple[str, ...] = USUAL
    pairs: int = 200
    repeated_pairs: int = 50
    attacks: int = 60
    attack_names: tuple[str, ...] = ATTACK_NAMES
    sessions: int = 8
    base_repeats: int = 2
    mitigations: tuple[str, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        sizes = (self.items, self.pairs, self.repeated_pairs, self.attacks, self.sessions)
        if min(sizes) < 0 or self.base_repeats < 1:
            raise ValueError("sizes are 0 or more, and unchanged outputs are judged at least once")
        for name in self.probes:
            if name not in PROBES or PROBES[name].acts == "attack":
                raise ValueError(f"there is no probe {name!r} of texts and questions")
        for name in self.attack_names:
            if name not in ATTACK_NAMES:
                raise ValueError(f"there is no attack {name!r}")
        for name in self.mitigations:
            if name not in MITIGABLE:
                raise ValueError(f"{name!r} does not change what a judge is asked")
