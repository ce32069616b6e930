"""Every probe changes one thing, keeps what it must, and leaves alone what it cannot act on."""

import json
import re
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from measurand.core.example import Example, Message
from measurand.core.probes import PROBES, SURFACE
from measurand.raters.judge.plain import plain_text
from measurand.raters.probes import Probed, apply
from measurand.raters.probes.claims import CLAIMS
from measurand.raters.probes.pieces import word_count

E = Example(id="e", messages=(Message("user", "How do I get in?"),))
CODE = "```python\nx = 1  # don't\n```"
TEXT = (
    "The Louvre is in Paris, and it opens at 9:00. It has about 35,000 works. Perhaps you should "
    "book at https://louvre.fr/en first, and don't be late. You can't get in without a ticket.\n\n"
    f"Take metro line 1. There is also a bus.\n\n{CODE}\n\nThat is all that you need `to_know`."
)
GERMAN = (
    "Der Louvre steht in Paris. Er öffnet um 9 Uhr und schließt um 18 Uhr. Man sollte vorher eine "
    "Karte kaufen. Ohne Karte kommt man nicht hinein."
)
AGAIN = (
    *("markdown-add", "markdown-strip", "formal", "casual", "emoji"),
    *CLAIMS,
)
"""What a probe has done once, it does not do again."""
KEEPS_LENGTH = ("markdown-add", "markdown-strip", "formal", "casual", "hedge", "assert", "emoji")
ANY_LANGUAGE = ("truncate-last-third", "markdown-add", "markdown-strip", "emoji")


def act(probe: str, text: str, seed: int = 1) -> Probed:
    return apply(probe, E, text, seed=seed, family="fir")


def numbers(text: str) -> Counter[str]:
    return Counter(re.findall(r"\d+", text))


@pytest.mark.parametrize("probe", [one for one in SURFACE if one != "markdown-strip"])
def test_each_acts_on_a_usual_answer(probe: str) -> None:
    made = act(probe, TEXT)
    assert made.kept
    assert made.text != TEXT
    assert made.words == word_count(made.text)


@pytest.mark.parametrize(
    ("probe", "shape"),
    [
        ("pad-restate", r"(summary|sum up).*: The Louvre is in Paris"),
        ("pad-list", r"points.*:\nThe Louvre is in Paris, and it opens at 9:00\.\nIt has about"),
        ("pad-boilerplate", r"^Thank you"),
        ("markdown-add", r"- The \*\*Louvre\*\* is in Paris"),
        ("formal", r"do not be late\. .*ou cannot get in"),
        ("hedge", r"(Perhaps|Possibly,|Arguably,) the Louvre is in Paris"),
        ("assert", r"(Certainly|Undoubtedly|Clearly), the Louvre .* [Yy]ou should book"),
        ("authority", r"study"),
        ("bandwagon", r"[Mm]ost (people|users)"),
        ("sentiment-positive", r"delighted"),
        ("sentiment-negative", r"sad"),
        ("refinement-tag", r"^(This is the revised answer|Below is the improved version)"),
        ("self-identification", r"^(This answer was written|Answer) by fir"),
        ("concreteness", r"For (example|instance),"),
        ("emoji", r"9:00\. [\u2728\U0001f300-\U0001faff]"),
    ],
)
def test_each_does_what_it_says(probe: str, shape: str) -> None:
    assert re.search(shape, act(probe, TEXT).text, re.DOTALL)


def test_casual_contracts_what_is_written_out() -> None:
    text = "The museum is large. It is open, and you do not need a coat. There is a guide."
    assert re.search(
        r"it's open.*you don't need.*there's a guide", act("casual", text).text, re.IGNORECASE
    )


def test_markdown_is_taken_away_and_put_on() -> None:
    made = act("markdown-add", TEXT)
    back = act("markdown-strip", made.text)
    assert back.kept
    assert "**" not in back.text
    assert sorted(re.findall(r"\w+", back.text)) == sorted(re.findall(r"\w+", TEXT))
    assert not act("markdown-strip", TEXT).kept


def test_the_control_drops_a_third_at_the_end_of_a_sentence() -> None:
    for text in (TEXT, GERMAN, "你好。我在巴黎。这里很好。我们走吧。明天再见。谢谢你们。"):
        made = act("truncate-last-third", text)
        assert made.kept
        assert text.startswith(made.text)
        assert 0.4 <= len(made.text) / len(text) <= 0.8
        assert made.text[-1] in ".。"
    assert not act("truncate-last-third", "One sentence that goes on and on without an end").kept


@pytest.mark.parametrize("probe", SURFACE)
def test_texts_in_other_languages_are_left_where_the_words_are_english(probe: str) -> None:
    made = act(probe, GERMAN)
    if probe not in ANY_LANGUAGE:
        assert not made.kept
        assert made.text == GERMAN
        assert "English" in made.why
    assert PROBES[probe].english == (probe not in ANY_LANGUAGE)


@pytest.mark.parametrize("probe", SURFACE)
@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "Paris",
        "42",
        "It is Paris.",
        "[1, 2, 3]",
        '{"n": 1}',
        '{"a": "b"}',
        "def f(x):\n    y = x\n    return y;",
        CODE,
        "\u4f60\u597d",
    ],
)
def test_what_cannot_be_acted_on_is_left_with_a_reason(probe: str, text: str) -> None:
    made = act(probe, text)
    assert not made.kept
    assert made.text == text
    assert made.why
    assert made.words == word_count(text)


@pytest.mark.parametrize("probe", [one for one in SURFACE if not one.startswith("markdown")])
def test_of_a_json_object_its_longest_text_is_changed_and_nothing_else(probe: str) -> None:
    inner = json.dumps(TEXT.replace(CODE, "").replace("\n\n", " "))
    output = f'{{ "id" : 7,\n  "answer": {inner}, "tags": ["a", "b"], "note": "Short, it is." }}'
    made = act(probe, output)
    assert made.kept
    before, after = json.loads(output), json.loads(made.text)
    assert {**before, "answer": ""} == {**after, "answer": ""}
    assert after["answer"] != before["answer"]
    assert made.text.startswith('{ "id" : 7,\n  "answer": "')
    assert made.text.endswith(', "tags": ["a", "b"], "note": "Short, it is." }')


def test_a_family_is_claimed_only_where_it_is_known() -> None:
    made = apply("self-identification", E, TEXT, seed=1)
    assert (made.kept, made.text) == (False, TEXT)
    assert "family" in made.why


def test_there_is_no_other_probe_of_texts() -> None:
    for name in ("session", "attack-naive", "level-reversed", "nonsense"):
        with pytest.raises(KeyError, match="no probe"):
            apply(name, E, TEXT, seed=1)


@pytest.mark.parametrize("probe", AGAIN)
def test_what_is_done_is_not_done_again(probe: str) -> None:
    text = act("markdown-add", TEXT).text if probe == "markdown-strip" else TEXT
    made = act(probe, text)
    again = act(probe, made.text)
    assert made.kept
    assert (again.kept, again.text) == (False, made.text)


def test_a_seed_chooses_the_wording_and_nothing_else_does() -> None:
    texts = {act("authority", TEXT, seed).text for seed in range(12)}
    assert len(texts) == 2
    assert act("authority", TEXT, 3) == act("authority", TEXT, 3)


words = st.sampled_from(
    [
        *[
            "the",
            "a",
            "it",
            "is",
            "are",
            "you",
            "there",
            "we",
            "this",
            "that",
            "in",
            "on",
            "of",
            "and",
            "to",
            "not",
            "with",
            "as",
        ],
        *[
            "don't",
            "can't",
            "it's",
            "Paris",
            "Dr.",
            "McKay",
            "also",
            "many",
            "perhaps",
            "however",
            "3.5",
            "1,000",
            "12:30",
            "7%",
        ],
        *[
            "https://a.example/x?y=1",
            "me@example.org",
            "`x",
            "=",
            "1`",
            "**bold**",
            "_it_",
            "$a_b$",
            "café",
        ],
        *[
            "I'm",
            "do not",
            "I think",
            "\n",
            "\n\n",
            "\n- ",
            "\n# ",
            "\n1. ",
            "\n```\ncode 4\n```\n",
        ],
    ]
)
whole = st.sampled_from(
    [
        "It is open from 9:00 to 18:00. ",
        "You do not need a ticket, but you can't bring a bag. ",
        "There is a bus because of the rain, and it's also late! ",
        "Perhaps we should go to Paris. ",
        "I'm sure that Dr. McKay will help to fix it. ",
        "The file is at https://a.example/x?y=1. ",
        "Ask me@example.org, or call `open()` with $a_b$. ",
        "In 1889 they've built a tower of 330.5 m? ",
        "It is **bold**, and the NASA knows. ",
        "\n\n",
        "\n- ",
        "\n```\nIt is 4. Don't.\n```\n",
    ]
)
marks = st.sampled_from([". ", "! ", "? ", ", ", " "])
texts = st.lists(st.one_of(whole, whole, st.tuples(words, marks).map("".join)), max_size=16).map(
    "".join
)


def code(text: str) -> list[str]:
    return re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)


def addresses(text: str) -> set[str]:
    return {one.rstrip(".,!?") for one in re.findall(r"https?://\S+|\S+@\S+", text)}


@settings(max_examples=150, deadline=None)
@given(
    text=st.one_of(texts, st.text(max_size=80)),
    probe=st.sampled_from(SURFACE),
    seed=st.integers(0, 9),
)
@example(text=TEXT, probe="formal", seed=0)
def test_invariants_hold_for_whatever_is_kept(text: str, probe: str, seed: int) -> None:
    made = act(probe, text, seed)
    assert made == act(probe, text, seed)
    if not made.kept:
        assert made.text == text
        return
    if probe == "truncate-last-third":
        assert text.startswith(made.text)
        return
    assert set(numbers(made.text)) == set(numbers(text))
    assert code(made.text) == code(text)
    assert addresses(text) <= addresses(made.text.replace("*", "")) | addresses(made.text)
    mine = {word for word in re.findall(r"\b[A-Z]\w+", text) if word.lower() == "paris"}
    assert all(name in made.text for name in mine)
    if probe in KEEPS_LENGTH:
        assert numbers(made.text) == numbers(text)
        assert abs(made.words - word_count(text)) <= max(0.05 * word_count(text), 3)
    else:
        assert made.words > word_count(text)
    if probe == "markdown-strip":
        assert made.text == plain_text(text)


@pytest.mark.parametrize(
    ("probe", "text", "stays"),
    [
        ("formal", "It is the best of all, don't you think? You can't miss it.", "don't you"),
        ("formal", "If you want to get involved in it, you can't do it today.", "to get involved"),
        ("formal", "It has to help find what it is, and it can't do that.", "to help find"),
        ("formal", "This is the kind of thing that they can't do in the town.", "kind of thing"),
        ("casual", "It is therefore not the one that you are to take.", "therefore not"),
        ("casual", "To be born with it is a gift, and you are not the first.", "with it is"),
        ("casual", "Find out how many of these there are, as you are to buy all.", "how many of"),
        ("casual", "This is what that is, and that is, in the end, all of it.", "that is, in"),
    ],
)
def test_words_are_left_where_another_would_say_something_else(
    probe: str, text: str, stays: str
) -> None:
    made = act(probe, text)
    assert made.kept
    assert stays in made.text


def test_small_letters_where_capitals_are_usual_are_no_fault() -> None:
    made = act("casual", "so i am here, and it is the best that there is in the town.")
    assert made.kept
    assert "i'm here" in made.text


def test_items_are_lines_of_their_own() -> None:
    made = act("markdown-add", "Oh, no! It is in the town. You can see it there. Why? It is old.")
    assert made.text == (
        "Oh, no!\n- It is in the town.\n- You can see it **there**. Why?\n- It is old."
    )
