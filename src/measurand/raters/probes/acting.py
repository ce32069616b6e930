"""Acts on an output's text as a probe asks, and takes it back where anything but that changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from measurand.core.example import Example
from measurand.core.probes import PROBES
from measurand.core.sampling import draw
from measurand.raters.judge.plain import is_code, is_json
from measurand.raters.judge.rules import says_nothing
from measurand.raters.probes import marking, padding, style
from measurand.raters.probes.claims import CLAIMS, claimed
from measurand.raters.probes.invariants import Keeps, broken
from measurand.raters.probes.pieces import is_english, word_count

__all__ = ["Probed", "apply"]

_FEWEST = 5
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_KEY = re.compile(r"\s*:")

_ACTS: Mapping[str, Callable[[str, float], str | None]] = MappingProxyType(
    {
        "pad-restate": padding.restated,
        "pad-list": padding.listed,
        "pad-boilerplate": padding.boilerplate,
        "truncate-last-third": padding.truncated,
        "markdown-add": marking.marked,
        "markdown-strip": marking.unmarked,
        "emoji": marking.decorated,
        "formal": style.formal,
        "casual": style.casual,
        "hedge": style.hedged,
        "assert": style.asserted,
    }
)
_KEEPS: Mapping[str, Keeps] = MappingProxyType(
    {
        **dict.fromkeys(("pad-restate", "pad-list", "pad-boilerplate"), "said"),
        "truncate-last-third": "part",
        **dict.fromkeys(CLAIMS, "said"),
    }
)
"""What stays, where it is not all and the length with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """An output as a probe shows it.

    Args:
        text: What is shown; the output as it was where the probe did not act.
        kept: Whether it acted, and broke nothing.
        why: Why not, in words.
        words: How many words the text has.
    """

    text: str
    kept: bool
    why: str = ""
    words: int


def apply(
    probe: str, example: Example, output: str, *, seed: int, family: str | None = None
) -> Probed:
    """Act on an output's text: the same for the same output and seed.

    In an output that is one JSON object, its longest text is acted on, and the rest stays byte for
    byte.

    Args:
        probe: The name of a probe that acts on texts.
        example: What the output answers.
        output: The text.
        seed: Chooses among wordings.
        family: The judge's family, for the probe that claims it.

    Raises:
        KeyError: There is no such probe on texts.
    """
    known = PROBES.get(probe)
    if known is None or known.acts != "text":
        raise KeyError(f"there is no probe {probe!r} that acts on texts")
    pick = draw("probe", seed, probe, example.id, output)
    act = partial(_acted, probe, pick=pick, family=family, english=known.english)
    if (refused := _unfit(output, probe, family)) is not None:
        return _left(output, refused)
    if not is_json(output):
        return act(output)
    return _within(output, act)


def _acted(probe: str, text: str, *, pick: float, family: str | None, english: bool) -> Probed:
    """One text, changed and held against the invariants."""
    if says_nothing(text) or word_count(text) < _FEWEST:
        return _left(text, f"it has fewer than {_FEWEST} words")
    if is_code(text):
        return _left(text, "it is code")
    if english and not is_english(text):
        return _left(text, "it does not read as English, and the words of this probe are")
    added = ""
    changed: str | None
    if probe in CLAIMS:
        found = claimed(probe, text, pick, family=family)
        changed, added = found or (None, "")
    else:
        changed = _ACTS[probe](text, pick)
    if changed is None or changed == text:
        return _left(text, "there is nothing to act on, or it is so already")
    if (fault := broken(text, changed, _KEEPS.get(probe, "all"), added=added)) is not None:
        return _left(text, fault)
    return Probed(text=changed, kept=True, words=word_count(changed))


def _unfit(output: str, probe: str, family: str | None) -> str | None:
    """Why a probe cannot act whatever the words are; None where it may."""
    if probe == "self-identification" and not family:
        return "no family is known for the judge"
    if not is_json(output):
        return None
    if not output.lstrip().startswith("{"):
        return "it is JSON without an object"
    if PROBES[probe].bias == "style" and probe.startswith("markdown"):
        return "it is JSON, which has no Markdown"
    return None


def _within(output: str, act: Callable[[str], Probed]) -> Probed:
    """Acts on the longest text of a JSON object, where it is written."""
    values = [found for found in _STRING.finditer(output) if not _KEY.match(output, found.end())]
    if not values:
        return _left(output, "it is a JSON object without a text")
    longest = max(values, key=lambda found: len(found[0]))
    probed = act(json.loads(longest[0]))
    if not probed.kept:
        return _left(output, probed.why)
    written = json.dumps(probed.text, ensure_ascii=longest[0].isascii())
    text = f"{output[: longest.start()]}{written}{output[longest.end() :]}"
    if not is_json(text):
        return _left(output, "its JSON would break")
    return replace(probed, text=text, words=word_count(text))


def _left(text: str, why: str) -> Probed:
    return Probed(text=text, kept=False, why=why, words=word_count(text))
