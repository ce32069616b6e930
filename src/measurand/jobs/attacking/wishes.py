"""What a model is asked for, so that its attacks are balanced as those by template are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from measurand.core.sampling import drawn
from measurand.curation.attacks import CATALOGUE, AttackTask, attacks
from measurand.curation.attacks.making import usable
from measurand.curation.attacks.writing import Wish

__all__ = ["wishes"]

_AT_ONCE = 5
"""Attacks that one request asks for."""
_SCENE = 8


def wishes(task: AttackTask, *, count: int, seed: int) -> Iterator[Wish]:
    """The requests: as many attacks of each form as there would be by template.

    Args:
        task: What attacks are made for.
        count: How many; a harmless question and its contrast are two.
        seed: Of the questions that set the scene.
    """
    forms = Counter[tuple[str, str]]()
    for one in attacks(task, count=count, seed=seed):
        told = one.example.metadata["attack"]
        paired = told["contrast"] is not None and told["expects"] == "refuse"
        forms[told["family"], told["form"]] += not paired
    questions = usable(task.questions, seed)
    for family in CATALOGUE:
        for form in family.forms:
            left, place = forms[family.name, form.name], 0
            while left > 0:
                scene = drawn(questions, _SCENE, seed, family.name, form.name, place)
                yield Wish(
                    family=family.name,
                    form=form,
                    count=min(left, _AT_ONCE),
                    place=place,
                    questions=sorted(scene),
                )
                left, place = left - _AT_ONCE, place + 1
