"""Markdown as plain text: nothing said is lost, code and JSON stay as they are."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurand.core.rubric import Dimension
from measurand.raters.judge.plain import concerns_format, is_code, plain_text

RUN = re.compile(r"[^\W_]+")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("# The *Louvre*\n\nIt is in **Paris**.", "The Louvre\n\nIt is in Paris."),
        ("Title\n=====\n\ntext", "Title\n\ntext"),
        ("- one\n- two\n  - three", "one\ntwo\nthree"),
        ("1. one\n2. two", "1. one\n2. two"),
        ("3) one\n4) two", "3) one\n4) two"),
        ("> quoted ~~not~~", "quoted not"),
        ("see [it](https://a.b/c)", "see it (https://a.b/c)"),
        ("see <https://a.b/c>", "see https://a.b/c"),
        ("![alt](x.png)", "alt (x.png)"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a\tb\n1\t2"),
        ("one\n\n---\n\ntwo", "one\n\ntwo"),
        ("two  \nlines", "two\nlines"),
        ("Plain text stays.", "Plain text stays."),
        ("Das ist **gut**, \u00e4hnlich \u4f60\u597d.", "Das ist gut, \u00e4hnlich \u4f60\u597d."),
    ],
)
def test_marks_go_and_words_stay(text: str, plain: str) -> None:
    assert plain_text(text) == plain
    assert plain_text(plain) == plain


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "**bold**", "b": [1, 2]}',
        "def f(x):\n    # a comment\n    return __init__",
        "SELECT *\nFROM t\nWHERE a*b*c > 1;",
        "2*3*4 = 24",
        "un*believ*able",
        "$a_i \\(x\\)$ and AT&amp;T",
        "[a][1]\n\n[1]: https://a.b",
        "[a](https://a.b 'a title')",
        "",
        "   ",
        "**",
    ],
)
def test_what_cannot_be_rendered_without_loss_stays(text: str) -> None:
    assert plain_text(text) == text


@pytest.mark.parametrize("fence", ["```", "~~~~"])
def test_code_stays_with_its_fence(fence: str) -> None:
    code = f"{fence}python\n# **not** bold\nx  =  __init__\n{fence}"
    assert plain_text(f"# Run\n\n{code}\n\n*then* `a_b_c`") == f"Run\n\n{code}\n\nthen `a_b_c`"
    assert plain_text("*a*\n\n    indented **code**\n") == "a\n\n    indented **code**"


markdown = st.lists(
    st.one_of(
        st.text(max_size=15),
        st.sampled_from(
            [
                "**",
                "*",
                "_",
                "# ",
                "\n",
                "\n\n",
                "- ",
                "1. ",
                "`",
                "```\n",
                "> ",
                "[a](b)",
                "|",
                "---",
            ]
        ),
    ),
    max_size=14,
).map("".join)


@settings(max_examples=200, deadline=None)
@given(markdown)
def test_no_word_and_no_number_is_lost(text: str) -> None:
    plain = plain_text(text)
    assert Counter(RUN.findall(plain)) == Counter(RUN.findall(text))
    assert bool(plain) == bool(text)


def test_code_is_told_from_prose() -> None:
    assert is_code("import os\nprint(os.name);\nfor x in y:\n    pass")
    assert not is_code("It is in Paris.\nFor a visit, take the metro.")
    assert not is_code("    indented\n    prose")


def test_dimensions_about_format_are_known() -> None:
    assert concerns_format(Dimension("format", "It is well laid out."))
    assert concerns_format(Dimension("house_style", "As we write."))
    assert concerns_format(Dimension("clarity", "Headings and lists where they help."))
    assert not concerns_format(Dimension("accuracy", "Every statement is right."))
    assert not concerns_format(Dimension("information", "What is needed is there."))
