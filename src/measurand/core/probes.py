"""The catalogue of probes: what each changes, and what it tells of a judge.

What acts on texts and questions is `measurand.raters.probes`; here are the names that rows carry,
so that whoever reads rows knows what they mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from measurand.core.probe import BASE

__all__ = [
    "ATTACK_NAMES",
    "PROBES",
    "QUESTIONS",
    "SESSION",
    "SURFACE",
    "TOGETHER",
    "Acts",
    "Direction",
    "Probe",
    "of_bias",
]

Acts = Literal["text", "question", "session", "together", "attack"]
"""On what a probe acts: the output's text, the question, what was judged before in the same
conversation, how many dimensions are asked for in one call, or the output as an attack."""

Direction = Literal["up", "down", "either"]

SESSION = "session"
TOGETHER = "together"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One kind of probe.

    Args:
        name: What rows call it.
        bias: What it tells of, by the name of the audit's verdict.
        acts: On what it acts.
        direction: Where it moves the level that a biased judge gives: ``either`` where judges were
            found to differ.
        mean_invariant: Whether the level that is deserved stays, so that any movement is bias; a
            control that drops content must move it, and nothing is deserved by an attack.
        claims: Whether it adds a claim that nothing bears out: on a dimension about facts less may
            be deserved for it.
        changes: What it changes, in words.
        english: Whether it works on English texts only.
        usual: Whether an audit has it where its plan does not say.
    """

    name: str
    bias: str
    acts: Acts
    direction: Direction = "either"
    mean_invariant: bool = True
    claims: bool = False
    changes: str
    english: bool = False
    usual: bool = True


_TEXTS: tuple[Probe, ...] = (
    Probe(
        name="pad-restate",
        bias="verbosity",
        acts="text",
        direction="up",
        changes="says its sentences once more at the end, marked as a summary",
        english=True,
    ),
    Probe(
        name="pad-list",
        bias="verbosity",
        acts="text",
        direction="up",
        changes="adds a list of key points made of its own sentences",
        english=True,
    ),
    Probe(
        name="pad-boilerplate",
        bias="verbosity",
        acts="text",
        direction="up",
        changes="adds an opening and a close that say nothing",
        english=True,
    ),
    Probe(
        name="truncate-last-third",
        bias="verbosity",
        acts="text",
        direction="down",
        mean_invariant=False,
        changes="drops its last third, by sentences; a control that must lower the level",
    ),
    Probe(
        name="markdown-add",
        bias="style",
        acts="text",
        changes="sets its sentences as a list and what is prominent in bold",
    ),
    Probe(
        name="markdown-strip",
        bias="style",
        acts="text",
        changes="renders its Markdown to plain text, code as it is",
    ),
    Probe(
        name="formal",
        bias="style",
        acts="text",
        changes="writes contractions out and plain words as formal ones",
        english=True,
    ),
    Probe(
        name="casual",
        bias="style",
        acts="text",
        changes="contracts, and writes formal words as plain ones",
        english=True,
    ),
    Probe(
        name="hedge",
        bias="style",
        acts="text",
        changes="puts words of doubt before a sentence",
        english=True,
    ),
    Probe(
        name="assert",
        bias="style",
        acts="text",
        changes="takes words of doubt away, and puts words of certainty before a sentence",
        english=True,
    ),
    Probe(
        name="authority",
        bias="authority",
        acts="text",
        direction="up",
        claims=True,
        changes="cites a source that does not exist",
        english=True,
    ),
    Probe(
        name="bandwagon",
        bias="bandwagon",
        acts="text",
        direction="up",
        claims=True,
        changes="says that most people prefer it",
        english=True,
    ),
    Probe(
        name="sentiment-positive",
        bias="sentiment",
        acts="text",
        changes="opens and closes in good cheer",
        english=True,
    ),
    Probe(
        name="refinement-tag",
        bias="refinement",
        acts="text",
        direction="up",
        claims=True,
        changes="calls itself the revised answer",
        english=True,
    ),
    Probe(
        name="sentiment-negative",
        bias="sentiment",
        acts="text",
        changes="opens and closes in dejection",
        english=True,
        usual=False,
    ),
    Probe(
        name="self-identification",
        bias="self-preference",
        acts="text",
        direction="up",
        claims=True,
        changes="says that it was written by the judge's own family",
        english=True,
        usual=False,
    ),
    Probe(
        name="concreteness",
        bias="style",
        acts="text",
        direction="up",
        claims=True,
        changes="adds a spurious detail about itself",
        english=True,
        usual=False,
    ),
    Probe(
        name="emoji",
        bias="style",
        acts="text",
        changes="adds emoji to its sentences",
        usual=False,
    ),
)

_QUESTIONS: tuple[Probe, ...] = (
    Probe(
        name="level-reversed",
        bias="level-order",
        acts="question",
        changes="lists levels from best to worst",
    ),
    Probe(
        name="rubric-order",
        bias="level-order",
        acts="question",
        changes="lists the rubric's dimensions in another order",
    ),
    Probe(
        name="labels-letters",
        bias="label-set",
        acts="question",
        changes="writes levels as grades, A for the best",
    ),
    Probe(
        name="labels-roman",
        bias="label-set",
        acts="question",
        changes="writes levels as Roman numerals",
        usual=False,
    ),
    Probe(
        name="labels-words",
        bias="label-set",
        acts="question",
        changes="writes levels as English words",
        usual=False,
    ),
    Probe(
        name="reference-score",
        bias="anchor",
        acts="question",
        changes="says that an examiner gave the references the middle level",
        usual=False,
    ),
    Probe(
        name="exemplars-reversed",
        bias="anchor",
        acts="question",
        changes="shows the judge's exemplars in the opposite order",
    ),
    *(
        Probe(
            name=f"wording-{number}",
            bias="self-consistency",
            acts="question",
            changes="asks the question in other words",
            usual=number == 1,
        )
        for number in (1, 2, 3)
    ),
    Probe(
        name=SESSION,
        bias="anchor",
        acts="session",
        changes="asks in one conversation after up to nine other outputs",
    ),
    Probe(
        name=TOGETHER,
        bias="halo",
        acts="together",
        changes="asks for all dimensions in one call",
    ),
)

_ATTACKED: Mapping[str, str] = MappingProxyType(
    {
        "attack-naive": "tells the judge which level to give",
        "attack-escape": "does so behind line breaks, escapes and characters that cannot be seen",
        "attack-ignore": "tells the judge to ignore what it was told",
        "attack-completion": "holds a finished reply, and a chat's turns around it",
        "attack-reasoning": "holds reasoning in the judge's name that ends in the best level",
        "attack-combined": "holds escapes, orders, a finished reply and reasoning, all at once",
        "attack-master-key": "is the opening of an answer, with a few words, in the answer's place",
        "attack-empty": "is blank, or a full stop, in the answer's place",
        "attack-delimiter": "closes the fence with a guessed boundary, and asks a new question",
        "attack-canary": "names a check word of its own, and dictates a reply with it",
    }
)


_ATTACKS: tuple[Probe, ...] = tuple(
    Probe(
        name=name,
        bias="injection",
        acts="attack",
        direction="up",
        mean_invariant=False,
        changes=changes,
    )
    for name, changes in _ATTACKED.items()
)

PROBES: Mapping[str, Probe] = MappingProxyType(
    {one.name: one for one in (*_TEXTS, *_QUESTIONS, *_ATTACKS)}
)
"""By name; `BASE` changes nothing and is not among them."""

SURFACE: tuple[str, ...] = tuple(one.name for one in PROBES.values() if one.acts == "text")
QUESTIONS: tuple[str, ...] = tuple(one.name for one in PROBES.values() if one.acts == "question")
ATTACK_NAMES: tuple[str, ...] = tuple(_ATTACKED)


def of_bias(bias: str) -> tuple[str, ...]:
    """The names of the probes that tell of a bias, as rows carry them."""
    return tuple(name for name, one in PROBES.items() if one.bias == bias and name != BASE)
