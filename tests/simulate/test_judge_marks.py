"""What probes put on a text is what simulated judges are moved by; the text stays as good."""

from __future__ import annotations

import pytest

from measurand.core.probes import SURFACE
from measurand.raters.probes.acting import apply
from measurand.simulate.judge_leanings import Leanings
from measurand.simulate.judge_marks import MARKS, marks_of
from measurand.simulate.provider_world import World
from measurand.simulate.support_bot import SupportBot

PUTS = {
    **dict.fromkeys(("pad-restate", "pad-list", "pad-boilerplate"), ""),
    "truncate-last-third": "",
    "formal": "formal",
    "casual": "casual",
    "hedge": "hedge",
    "assert": "assert",
    "authority": "authority",
    "bandwagon": "bandwagon",
    "sentiment-positive": "cheer",
    "sentiment-negative": "gloom",
    "refinement-tag": "refinement",
    "self-identification": "self",
    "concreteness": "concrete",
    "emoji": "emoji",
}
"""By probe, the mark that it puts on these texts, which are JSON, so Markdown has no place."""


@pytest.mark.parametrize("probe", PUTS)
def test_a_probe_puts_its_own_mark_and_no_other(world: SupportBot, probe: str) -> None:
    examples = {example.id: example for example in world.examples}
    known = World(world)
    acted = 0
    for output in world.outputs[::107]:
        assert output.text is not None
        example = examples[output.example]
        probed = apply(probe, example, output.text, seed=1, family="rowan")
        if not probed.kept:
            continue
        acted += 1
        assert marks_of(probed.text) - marks_of(output.text) == set(filter(None, (PUTS[probe],)))
        told = [message.content for message in example.messages]
        before, after = known.known(output.text), known.known(probed.text, told)
        assert before is not None
        assert after is not None
        for name, unit in before.quality.items():
            lost = probe == "truncate-last-third" and name in {"accuracy", "relevance"}
            assert (
                after.quality[name] < unit
                if lost and unit
                else name == "completeness" or (after.quality[name] == unit)
            )
    assert acted > 10


def test_every_probe_on_texts_is_accounted_for() -> None:
    assert set(PUTS) == set(SURFACE) - {"markdown-add", "markdown-strip"}


@pytest.mark.parametrize(
    ("text", "mark"),
    [("- one\n- two", "markdown"), ("It is **here**.", "markdown"), ("# Title\ntext", "markdown")],
)
def test_markdown_is_seen_in_prose(text: str, mark: str) -> None:
    assert marks_of(text) == {mark}


def test_few_answers_of_the_world_bear_a_mark_by_themselves(world: SupportBot) -> None:
    texts = [output.text or "" for output in world.outputs]
    for name in MARKS:
        assert sum(name in marks_of(text) for text in texts) <= 0.02 * len(texts)


def test_a_text_of_another_conversation_is_not_known_again(world: SupportBot) -> None:
    known = World(world)
    first = world.outputs[0]
    assert first.text is not None
    changed = f"{first.text} And so on."
    other = [m.content for e in world.examples if e.id != first.example for m in e.messages][-1:]
    assert known.known(changed, other) is None
    assert known.known(changed) is None


def test_a_mark_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no mark 'loudness'"):
        Leanings(style={"loudness": 1.0})
