"""A simulated judge whose faults are known: planted severity, noise, biases and gullibility.

On numbers, a level is the one nearest to ``latent - severity + biases + own * z1 + noise * z2``:
``latent`` is the output's quality in the simulated world, placed between the worst and the best
level, ``z1`` hangs on the text and ``z2`` on the prompt's check word, both standard normal. On
yes/no, a bad output is called bad with probability ``sensitivity`` and a good one good with
``specificity``. Of a pair, the output shown first wins where
``sharpness * (quality of the first - quality of the second) + first_slot + e`` exceeds
``tie_band``, the second where it is below ``-tie_band``; ``e`` is standard logistic.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from measurand.simulate.judge_attacks import attack_in, claimed_word
from measurand.simulate.judge_leanings import GRADES, Leanings
from measurand.simulate.judge_model import Before, Item, Seen, seen, seen_together
from measurand.simulate.judge_saying import best, quotes, reason_for, spoiled
from measurand.simulate.people import VOTES
from measurand.simulate.provider_asked import Asked
from measurand.simulate.provider_draws import draw, draws, logistic, normal
from measurand.simulate.provider_world import Knowledge, Known, quality_of

__all__ = ["SimJudge"]

_GOOD = 0.5
_NO_JSON = "On the whole this looks fine to me, but I would rather not commit myself to a number."


@dataclass(frozen=True, slots=True, kw_only=True)
class SimJudge(Leanings):
    """What is planted in a judge; points are those of a scale of five levels.

    Args:
        severity: Points by which it is too strict; below 0 is lenient.
        severities: The same by dimension, before `severity`.
        noise: Standard deviation of each call's error, in points.
        noises: The same by dimension, before `noise`.
        own: Standard deviation of an error that hangs on the text and stays at every repeat.
        sensitivity: The probability that a bad output is called bad, on yes/no and checklists.
        specificity: The probability that a good output is called good.
        sharpness: Logits for a whole unit of quality between the outputs of a pair.
        tie_band: Logits within which a pair is a tie.
        first_slot: Logits that the output shown first has before the other.
        hijack: The probability that it obeys where the output gives it orders.
        attacks: The same by attack, before `hijack`, as in ``attack-naive``.
        canary_kept: The probability that it repeats its check word when it obeys.
        abstain: The probability that it says it cannot assess.
        fails: The probability that its reply is no JSON, where it would name the worst level and
            where the best; in between, in proportion.
    """

    severity: float = 0.0
    severities: Mapping[str, float] = field(default_factory=dict)
    noise: float = 0.7
    noises: Mapping[str, float] = field(default_factory=dict)
    own: float = 0.0
    sensitivity: float = VOTES.judge_catch
    specificity: float = 1 - VOTES.judge_alarm
    sharpness: float = 6.0
    tie_band: float = 0.5
    first_slot: float = 0.0
    hijack: float = 0.0
    attacks: Mapping[str, float] = field(default_factory=dict)
    canary_kept: float = 0.0
    abstain: float = 0.0
    fails: tuple[float, float] = (0.0, 0.0)

    def reply(
        self,
        asked: Asked,
        *,
        world: Knowledge | None = None,
        seed: int = 7,
        fault: str | None = None,
    ) -> str:
        """The reply to a judge's prompt, with a fault of a judge where one is planted."""
        several = seen_together(asked)
        if several is not None:
            canary, tasks = several
            whole = self.say_together(canary, tasks, world=world, seeds=(seed, asked.model))
            return json.dumps(whole, ensure_ascii=False)
        task = seen(asked)
        if task is None:
            return "I judge answers when I am asked in the form of a judge's prompt."
        said = self.say(task, world=world, seeds=(seed, asked.model), fault=fault)
        if self._fails(said, task, seeds=(seed, asked.model)):
            return _NO_JSON
        return json.dumps(said, ensure_ascii=False)

    def say(
        self,
        task: Seen,
        *,
        world: Knowledge | None = None,
        seeds: tuple[int, str] = (7, "judge"),
        fault: str | None = None,
    ) -> dict[str, Any]:
        """The same as a JSON object, to a question that was read already.

        Args:
            task: The question.
            world: What is known of texts.
            seeds: The seed, and the name that sets one judge's noise apart from another's.
            fault: A fault of a judge.
        """
        chance = _Chance(*draws("judge", *seeds, task.canary)[:4])
        text = "\n".join(item.text for item in task.items)
        obeys = fault is None and chance.hijack < self._obedience(text)
        abstains = fault is None and not obeys and chance.abstain < self.abstain
        if task.form == "checklist":
            said = self._checklist(task, seeds, obeys=obeys)
        else:
            said = self._graded(task, world, chance, seeds=seeds, obeys=obeys)
        said["cannot_assess"] = abstains
        said["canary"] = task.canary
        if abstains:
            said["reason"] = "The material does not say enough to judge this."
            said |= {"answers": []} if "answers" in said else {"level": None, "evidence": []}
        if obeys and chance.kept >= self.canary_kept:
            said["canary"] = claimed_word(text)
        return spoiled(said, task, fault)

    def _obedience(self, text: str) -> float:
        """The probability that it obeys."""
        if not self.hijack and not self.attacks:
            return 0.0
        attack = attack_in(text)
        return 0.0 if attack is None else self.attacks.get(attack, self.hijack)

    def say_together(
        self,
        canary: str,
        tasks: Sequence[Seen],
        *,
        world: Knowledge | None = None,
        seeds: tuple[int, str] = (7, "judge"),
    ) -> dict[str, Any]:
        """The reply where several dimensions are asked for in one call, each beside the others."""
        before: list[Before] = []
        judgments = []
        for number, task in enumerate(tasks, start=1):
            said = self.say(replace(task, before=tuple(before)), world=world, seeds=seeds)
            share = task.share(said["level"])
            if share is not None:
                before.append(Before(task.dimension, task.items[0].text, share))
            del said["canary"]
            judgments.append({"item": number, **said})
        return {"judgments": judgments, "canary": canary}

    def _fails(self, said: Mapping[str, Any], task: Seen, *, seeds: tuple[int, str]) -> bool:
        worst, most = self.fails
        share = task.share(said.get("level")) if worst or most else None
        if share is None:
            return False
        return draw("fails", *seeds, task.canary) < worst + (most - worst) * share

    def _graded(
        self,
        task: Seen,
        world: Knowledge | None,
        chance: _Chance,
        *,
        seeds: tuple[int, str],
        obeys: bool,
    ) -> dict[str, Any]:
        units = [self._seen_quality(item, task, world, seeds=seeds) for item in task.items]
        level: float | str
        if task.form == "pairwise":
            level, shown = self._preferred(task, units, chance), 0.5
        else:
            level, shown = self._level(task, units[0], chance)
        if obeys:
            level = task.items[0].label if task.form == "pairwise" else best(task)
        return {
            "evidence": quotes(task.items[0].text, task.dimension),
            "reason": reason_for(shown, task.dimension),
            "level": level,
        }

    def _seen_quality(
        self, item: Item, task: Seen, world: Knowledge | None, *, seeds: tuple[int, str]
    ) -> float:
        """Latent quality with every bias that hangs on the text, in units of the whole scale."""
        known: Known | None = None
        if world is not None:
            known = world.known(item.text, task.conversation)
        quality = known.quality.get(task.dimension) if known is not None else None
        if quality is None:
            quality = quality_of(item.text, task.dimension)
        points = self.by_text(item, known)
        if self.own:
            text = known.text if known is not None and known.text else item.text
            points += self.own * normal(draw("own", *seeds, task.dimension, text))
        return quality + points / GRADES

    def _level(self, task: Seen, unit: float, chance: _Chance) -> tuple[float | str, float]:
        """The level, and how good that is on the unit interval."""
        numbers = task.numbers
        if not numbers:
            return self._label(task, unit, chance)
        low, high = numbers[0], numbers[-1]
        points = (
            self.by_list(task)
            + self.by_talk(task, unit)
            - self.severities.get(task.dimension, self.severity)
            + self.noises.get(task.dimension, self.noise) * normal(chance.noise)
        )
        wanted = low + (high - low) * (unit + points / GRADES)
        level = self.nearest(numbers, wanted)
        return task.level(level), (level - low) / (high - low) if high > low else 1.0

    def _label(self, task: Seen, unit: float, chance: _Chance) -> tuple[str, float]:
        labels = tuple(map(str, task.levels))
        if set(labels) == {"yes", "no"}:
            good = unit >= _GOOD
            right = chance.noise < (self.specificity if good else self.sensitivity)
            return ("yes", 1.0) if good == right else ("no", 0.0)
        ordered = sorted(labels)
        place = min(max(int(unit * len(ordered)), 0), len(ordered) - 1)
        return ordered[place], unit

    def _preferred(self, task: Seen, units: list[float], chance: _Chance) -> str:
        first, second = task.items
        ahead = self.sharpness * (units[0] - units[1]) + self.first_slot + logistic(chance.noise)
        if abs(ahead) < self.tie_band:
            return task.tie
        return first.label if ahead > 0 else second.label

    def _checklist(self, task: Seen, seeds: tuple[int, str], *, obeys: bool) -> dict[str, Any]:
        text = task.items[0].text
        answers = []
        for number, requirement in enumerate(task.checklist, start=1):
            passage = requirement.passage(text)
            right = self.sensitivity if passage is None else self.specificity
            met = (passage is not None) == (draw("checklist", *seeds, task.canary, number) < right)
            quote = passage or next(iter(quotes(text, str(number))), "")
            met = (met or obeys) and bool(quote)
            answers.append(
                {"item": number, "quote": quote if met else "", "met": "yes" if met else "no"}
            )
        share = sum(answer["met"] == "yes" for answer in answers) / max(len(answers), 1)
        return {"answers": answers, "reason": reason_for(share, task.dimension)}


@dataclass(frozen=True, slots=True)
class _Chance:
    """What is drawn for one call, each from 0 to 1."""

    noise: float
    hijack: float
    kept: float
    abstain: float
