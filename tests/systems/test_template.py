import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.example import Example, Message
from measurand.errors import PlanError
from measurand.systems.template import JsonTemplate, Lacking, Template

BRACES = st.text(st.sampled_from("{}\\ question.metadata\n\"'"), max_size=40) | st.sampled_from(
    ["{{question}}", "{{context}}", "{{metadata.city}}", "${HOME}", "{% x %}", "\\{{"]
)


def asked(question: str = "Why?", **rest: Any) -> Example:
    return Example(
        id="q1", messages=(Message("system", "Be kind."), Message("user", question)), **rest
    )


def test_names_become_what_the_example_says() -> None:
    text = "{{id}}: {{ question }} ({{context}}) in {{metadata.city}}, {{metadata.n}}: {{messages}}"
    example = asked(context=("one", "two"), metadata={"city": "Köln", "n": [1, "é"]})
    assert Template.parse(text).render(example) == (
        'q1: Why? (one\n\ntwo) in Köln, [1, "é"]: [{"role": "system", "content": "Be kind."}, '
        '{"role": "user", "content": "Why?"}]'
    )


@given(question=BRACES, context=BRACES, city=BRACES)
def test_what_is_put_in_is_never_looked_at_again(question: str, context: str, city: str) -> None:
    example = asked(question, context=(context,), metadata={"city": city})
    template = Template.parse("<{{question}}|{{context}}|{{metadata.city}}>")
    assert template.render(example) == f"<{question}|{context}|{city}>"
    body = JsonTemplate.parse({"a": "{{question}}", "b": ["x {{context}}", "{{metadata.city}}"]})
    rendered = json.loads(json.dumps(body.render(example)))
    assert rendered == {"a": question, "b": [f"x {context}", city]}


@given(st.text(max_size=60))
def test_a_text_without_braces_stays_as_it_is(text: str) -> None:
    text = text.replace("{{", "")
    assert Template.parse(text).render(asked()) == text


def test_escaped_braces_are_braces() -> None:
    assert (
        Template.parse(r"\{{question}} is {{question}}").render(asked()) == "{{question}} is Why?"
    )


def test_every_unknown_name_is_an_error_with_file_and_line() -> None:
    text = "Hello\n{{questions}}\n{{ metadata. }} and {{1+1}}\n{{open\n}}"
    with pytest.raises(PlanError) as caught:
        Template.parse(text, file="p.md")
    assert [(fault.file, fault.line) for fault in caught.value.faults] == [
        ("p.md", 2),
        ("p.md", 3),
        ("p.md", 3),
        ("p.md", 4),
    ]
    first = str(caught.value.faults[0])
    assert "question, context, id, messages, metadata.NAME" in first
    assert "Did you mean 'question'?" in first


def test_metadata_that_an_example_lacks_is_told() -> None:
    template = Template.parse("{{metadata.city}}")
    assert template.missing(asked()) == ("metadata.city",)
    assert template.missing(asked(metadata={"city": None})) == ()
    with pytest.raises(Lacking, match="'q1' has no metadata 'city'; it has: town"):
        template.render(asked(metadata={"town": "x"}))


def test_in_json_a_place_alone_is_the_value_itself() -> None:
    body = JsonTemplate.parse(
        {
            "messages": "{{messages}}",
            "n": "{{metadata.n}}",
            "t": "n={{metadata.n}}",
            "k": [1, None, True],
        }
    )
    assert body.render(asked(metadata={"n": 3})) == {
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "Why?"},
        ],
        "n": 3,
        "t": "n=3",
        "k": [1, None, True],
    }
    assert body.missing(asked()) == ("metadata.n",)


def test_a_body_may_be_written_as_json_text() -> None:
    assert JsonTemplate.parse('{"q": ["{{question}}"]}').render(asked('"')) == {"q": ['"']}
    assert JsonTemplate.parse("{{messages}}").render(asked())[1]["role"] == "user"
    assert JsonTemplate.parse("Q: {{question}}").render(asked()) == "Q: Why?"


@pytest.mark.parametrize(
    ("body", "key", "words"),
    [
        ({"a": [{"b": "{{x}}"}]}, "body.a[0].b", "unknown name"),
        ({"{{id}}": 1}, "body", "no template"),
        ({"a": {1, 2}}, "body.a", "no value of JSON"),
        ('{"m": {{messages}}}', "body", "in quotes"),
    ],
)
def test_faults_of_a_body_name_the_place(body: Any, key: str, words: str) -> None:
    with pytest.raises(PlanError, match=words) as caught:
        JsonTemplate.parse(body)
    assert [fault.key for fault in caught.value.faults] == [key]
