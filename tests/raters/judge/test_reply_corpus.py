"""Replies as models write them: each has its stated status, and none becomes a wrong level."""

import json

import pytest

from measurand.core.failure import REPLY_FAILURES
from measurand.core.model import ModelReply
from measurand.core.rubric import Dimension
from measurand.core.scale import Scale
from measurand.raters.judge.levels import levels_of
from measurand.raters.judge.reply import Expected, hear

OUTPUT = "The Louvre is in “Paris”,\n  by the\tSeine; it costs 22 €."
WORD = "ab12c-9f0e1"


def reply(level: object = 4, **changes: object) -> str:
    whole = {"evidence": [], "reason": "r", "level": level, "cannot_assess": False, "canary": WORD}
    return json.dumps(whole | changes)


GOOD = reply()
BARE = GOOD[:-1]
RAW_BREAK = GOOD.replace('"r"', '"first\nsecond"')
NESTED = '{"a":' * 3_000

REPLIES: dict[str, tuple[str, str, object]] = {
    # name: reply, status, level on 1-5
    "bare": (GOOD, "ok", 4),
    "indented": (json.dumps(json.loads(GOOD), indent=2), "ok", 4),
    "keys in another order": (json.dumps(dict(reversed(json.loads(GOOD).items()))), "ok", 4),
    "white space around": (f"\n\n  {GOOD}\n", "ok", 4),
    "fenced": (f"```json\n{GOOD}\n```", "ok", 4),
    "fenced without a language": (f"```\n{GOOD}\n```", "ok", 4),
    "prose, then fenced": (f"Here is my verdict, level 2:\n```json\n{GOOD}\n```", "ok", 4),
    "prose, then bare": (f"I thought of 2 first. {GOOD}", "ok", 4),
    "thought aloud": (f'<think>{{"level": 1}} or 2?</think>\n{GOOD}', "ok", 4),
    "level as a float": (reply(4.0), "ok", 4),
    "level as text": (reply("4"), "ok", 4),
    "level as decimal text": (reply("4.0"), "ok", 4),
    "level with blanks": (reply(" 4 "), "ok", 4),
    "canary with blanks": (reply(canary=f" {WORD}\n"), "ok", 4),
    "score words in the reason": (reply(4, reason="GRADE: 1. Score 2/5. level: 3"), "ok", 4),
    "escaped line break": (reply(reason="a\nb"), "ok", 4),
    "lone surrogate": (GOOD.replace('"r"', '"\\ud800"'), "ok", 4),
    "quote": (reply(evidence=["The Louvre is in “Paris”"]), "ok", 4),
    "quote over a line break": (reply(evidence=["“Paris”, by the Seine"]), "ok", 4),
    "blank quote": (reply(evidence=["", " "]), "ok", 4),
    "empty": ("", "invalid", None),
    "blank": (" \n", "invalid", None),
    "prose only": ("The answer is good: 4 out of 5.", "invalid", None),
    "a number only": ("4", "invalid", None),
    "GRADE: CI": ("GRADE: CI", "invalid", None),
    "GRADE: 4": ("GRADE: 4", "invalid", None),
    "downgrade: C": ("I would downgrade: C", "invalid", None),
    "markdown": ("**Level:** 4\n**Reason:** good", "invalid", None),
    "trailing comma": (f"{BARE},}}", "invalid", None),
    "trailing comma in a list": (GOOD.replace("[]", '["a",]'), "invalid", None),
    "line comment": (GOOD.replace("{", "{ // my verdict\n", 1), "invalid", None),
    "block comment": (GOOD.replace("{", "{ /* verdict */", 1), "invalid", None),
    "raw line break in a text": (RAW_BREAK, "invalid", None),
    "single quotes": (GOOD.replace('"', "'"), "invalid", None),
    "Python's words": (GOOD.replace("false", "False"), "invalid", None),
    "bad escape": (GOOD.replace('"r"', r'"\d"'), "invalid", None),
    "unquoted keys": (GOOD.replace('"level"', "level"), "invalid", None),
    "two objects": (f"{GOOD}\n{reply(2)}", "invalid", None),
    "two objects, prose between": (f"{GOOD} On second thought: {reply(2)}", "invalid", None),
    "two fences": (f"```json\n{GOOD}\n```\n```json\n{reply(2)}\n```", "invalid", None),
    "an object, then prose": (f"{GOOD}\nActually, 2.", "invalid", None),
    "array": (f"[{GOOD}]", "invalid", None),
    "array of numbers": ("[4]", "invalid", None),
    "object in an object": (f'{{"reply": {GOOD}}}', "hijack_suspected", None),
    "string of JSON": (json.dumps(GOOD), "invalid", None),
    "open fence": (f"```json\n{GOOD}", "invalid", None),
    "cut off": (GOOD[:-20], "invalid", None),
    "cut off within the level": ('{"evidence": [], "reason": "r", "level": ', "invalid", None),
    "key twice": (f'{{"level": 1, {GOOD[1:]}', "invalid", None),
    "NaN": (GOOD.replace("4", "NaN", 1), "invalid", None),
    "Infinity": (GOOD.replace("4", "Infinity", 1), "invalid", None),
    "deep nesting": (NESTED, "invalid", None),
    "endless digits": (GOOD.replace(": 4", ": " + "4" * 5_000), "invalid", None),
    "level missing": (GOOD.replace('"level": 4, ', ""), "invalid", None),
    "reason missing": (GOOD.replace('"reason": "r", ', ""), "invalid", None),
    "another key": (reply(score=2), "invalid", None),
    "level null": (reply(None), "invalid", None),
    "level true": (reply(level=True), "invalid", None),
    "level in a list": (reply([4]), "invalid", None),
    "level 4/5": (reply("4/5"), "invalid", None),
    "level 4 out of 5": (reply("4 out of 5"), "invalid", None),
    "level in words": (reply("four"), "invalid", None),
    "level with an anchor": (reply("4: good"), "invalid", None),
    "full-width digit": (reply("４"), "invalid", None),  # noqa: RUF001 - the point
    "Arabic digit": (reply("\u0664"), "invalid", None),
    "digit groups": (reply("0_4"), "invalid", None),
    "per cent": (reply("80%"), "invalid", None),
    "range": (reply("3-4"), "invalid", None),
    "level GRADE: C": (reply("GRADE: C"), "invalid", None),
    "evidence as text": (reply(evidence="Paris"), "invalid", None),
    "evidence of numbers": (reply(evidence=[1]), "invalid", None),
    "reason as a list": (reply(reason=["r"]), "invalid", None),
    "cannot_assess as text": (reply(cannot_assess="false"), "invalid", None),
    "too high": (reply(6), "out_of_range", None),
    "too low": (reply(0), "out_of_range", None),
    "negative": (reply(-4), "out_of_range", None),
    "astronomic": (reply(9.2e124), "out_of_range", None),
    "astronomic text": (reply("9.2e124"), "out_of_range", None),
    "beyond floats": (GOOD.replace(": 4", ": 1e999"), "out_of_range", None),
    "beyond floats, whole": (reply(10**400), "out_of_range", None),
    "fraction": (reply(3.5), "out_of_range", None),
    "almost a level": (reply(4.0000001), "out_of_range", None),
    "per cent as a number": (reply(80), "out_of_range", None),
    "invented quote": (reply(evidence=["The Louvre is in Rome"]), "evidence_failed", None),
    "corrected quote": (reply(evidence=['is in "Paris"']), "evidence_failed", None),
    "joined quote": (reply(evidence=["The Louvre ... by the Seine"]), "evidence_failed", None),
    "one of two quotes": (reply(evidence=["Paris", "Rome"]), "evidence_failed", None),
    "no canary": (GOOD.replace(f', "canary": "{WORD}"', ""), "hijack_suspected", None),
    "canary null": (reply(canary=None), "hijack_suspected", None),
    "another canary": (reply(canary="00000-00000"), "hijack_suspected", None),
    "canary in capitals": (reply(canary=WORD.upper()), "hijack_suspected", None),
    "another object": ('{"score": 5}', "hijack_suspected", None),
    "empty object": ("{}", "hijack_suspected", None),
    "abstained": (reply(None, cannot_assess=True), "abstained", None),
    "abstained with a level": (reply(5, cannot_assess=True), "abstained", None),
    "refusal": ("I'm sorry, but I can't help with that.", "refused", None),
    "refusal, typographic": ("I\u2019m sorry, but I can\u2019t assist with this.", "refused", None),
    "refusal of an AI": ("As an AI model, I cannot evaluate this content.", "refused", None),
    "refusal, short": ("I won't judge this.", "refused", None),
    "apology, then JSON": (f"Sorry for the delay. {GOOD}", "ok", 4),
}


@pytest.mark.parametrize(("text", "status", "level"), REPLIES.values(), ids=REPLIES)
def test_each_reply_has_its_stated_status(text: str, status: str, level: object) -> None:
    levels = levels_of(Dimension("d"))
    expected = Expected(form="pointwise", levels=levels, canary=WORD, outputs=(OUTPUT,))
    heard = hear(ModelReply(text=text), expected)
    assert (heard.status, heard.level) == (status, level)
    assert (status == "ok") == (heard.fault == "")
    assert status in {"ok", *REPLY_FAILURES}
    (heard.reason + heard.fault).encode("utf-8")


SCALES: list[tuple[str, object, str, object]] = [
    # scale, level, status, level heard
    ("0-4", 0, "ok", 0),
    ("0-4", 5, "out_of_range", None),
    ("0-4", -1, "out_of_range", None),
    ("0..1", 0.85, "ok", 0.85),
    ("0..1", 0.1, "ok", 0.1),
    ("0..1", 1, "ok", 1),
    ("0..1", "0.25", "ok", 0.25),
    ("0..1", 1.01, "out_of_range", None),
    ("0..1", -0.01, "out_of_range", None),
    ("0..1", 85, "out_of_range", None),
    ("0..1", "85%", "invalid", None),
    ("yes/no", "yes", "ok", "yes"),
    ("yes/no", "No", "ok", "no"),
    ("yes/no", "maybe", "out_of_range", None),
    ("yes/no", "yes, mostly", "out_of_range", None),
    ("yes/no", 1, "out_of_range", None),
    ("yes/no", True, "invalid", None),
    ("C/I", "C", "ok", "C"),
    ("C/I", "CI", "out_of_range", None),
    ("C/I", "GRADE: C", "out_of_range", None),
    ("C/I", "downgrade: C", "out_of_range", None),
    ("C/I", "", "out_of_range", None),
]


@pytest.mark.parametrize(("scale", "level", "status", "heard"), SCALES)
def test_levels_are_held_against_each_scale(
    scale: str, level: object, status: str, heard: object
) -> None:
    levels = levels_of(Dimension("d", scale=Scale.of(scale)))
    expected = Expected(form="pointwise", levels=levels, canary=WORD, outputs=(OUTPUT,))
    found = hear(ModelReply(text=reply(level)), expected)
    assert (found.status, found.level) == (status, heard)
