r"""For promptfoo: tests with variables, and with asserts where references and checklist allow.

promptfoo renders templates (``{{ }}``, ``{% %}``, ``{# #}``) in variables and in the values of
asserts, with the environment at hand; reads what begins with ``file://``; and loads what begins
with ``package:``. Texts of an evaluation set are data. So a variable that could be taken for one
of these stands in a list of one list, which promptfoo prints and does not render; such an assert is
left out; and an example that even so would be rendered, for promptfoo replaces ``{{ env.NAME }}``
wherever it stands in its configuration, is left out. The file is JSON, which is YAML too: every
text is in quotes, so that none is a tag, an alias or a key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from measurand.core.example import Example, Requirement
from measurand.store.evals.leaving import Leaving, rest_of
from measurand.store.evals.reading import OWN, WORD

__all__ = ["tests"]

_MARK = re.compile(r"\{[{%#]")
_LOADED = ("file://", "package:")
_ENVIRONMENT = re.compile(r"\benv\b")
_SHORT = 80
"""Characters up to which a reference may stand in an answer word for word."""
_NAMES = frozenset({"question", "messages"})
_UNASKED = (
    "an example has no reference or checklist that an assert can hold: its test has no assert, and "
    "promptfoo passes whatever is answered"
)


def tests(leaving: Leaving) -> Iterator[dict[str, Any]]:
    """One test an example, with its question, its conversation and what a right answer holds."""
    for example in leaving.examples:
        texts = [message.content for message in example.messages]
        if any(_runs(text) for text in texts) or _runs(example.id):
            leaving.note(
                "left out: an example holds a template of the environment, which promptfoo "
                "would fill in wherever it stands"
            )
            continue
        test: dict[str, Any] = {}
        if not _risky(example.id):
            test["description"] = example.id
        test["vars"] = _variables(example, leaving)
        if asserts := [*_asserts(example, leaving)]:
            test["assert"] = asserts
        else:
            leaving.note(_UNASKED)
        test["metadata"] = {OWN: _own(example)}
        yield test
    if leaving.outputs or leaving.ratings:
        leaving.note("outputs and ratings are not written: promptfoo reads none")


def _risky(text: str) -> bool:
    """Whether promptfoo could take a text for more than a text."""
    return _MARK.search(text) is not None or text.lstrip().startswith(_LOADED)


def _runs(text: str) -> bool:
    """Whether promptfoo would fill a text in wherever it stands."""
    if _MARK.search(text) is None:
        return False
    return _ENVIRONMENT.search(text) is not None or text.lstrip().startswith(_LOADED)


def _variables(example: Example, leaving: Leaving) -> dict[str, Any]:
    variables: dict[str, Any] = {"question": _guarded(example.question, leaving)}
    if len(example.messages) > 1 or example.messages[0].role != "user":
        leaving.note(
            "a conversation is in the variable messages; its prompt is {{messages | dump}}"
        )
        variables["messages"] = [
            {"role": message.role, "content": message.content} for message in example.messages
        ]
    return variables


def _guarded(text: str, leaving: Leaving) -> object:
    if not _risky(text):
        return text
    leaving.note("a question that looks like a template stands in a list, which is not rendered")
    return [[text]]


def _asserts(example: Example, leaving: Leaving) -> Iterator[dict[str, Any]]:
    for requirement in example.checklist:
        made = _required(requirement)
        if made is None or any(map(_risky, requirement.any_of)):
            leaving.note("left out: an element of a checklist that no assert can hold safely")
        else:
            yield made
    references = list(example.references)
    if not references:
        return
    if any(map(_risky, references)):
        leaving.note("left out: references that look like templates have no assert")
    elif all(len(text) <= _SHORT for text in references):
        yield {"type": "icontains-any", "value": references, "metric": "reference"}
    else:
        longest = max(references, key=len)
        yield {"type": "factuality", "value": longest, "metric": "reference"}
        if len(references) > 1:
            leaving.note("of several references the longest has an assert; all are in the metadata")


def _required(requirement: Requirement) -> dict[str, Any] | None:
    named = (
        {"metric": requirement.name} if requirement.name and not _risky(requirement.name) else {}
    )
    phrases = list(requirement.any_of)
    if not requirement.regex:
        return {"type": "icontains-any", "value": phrases, **named}
    return {"type": "regex", "value": phrases[0], **named} if len(phrases) == 1 else None


def _own(example: Example) -> str:
    """The example as one text in which nothing is a template.

    It begins with a word, so that it is no JSON as a whole: promptfoo writes JSON that stands in
    texts anew, with other spaces.
    """
    text = json.dumps(rest_of(example), ensure_ascii=False, sort_keys=True)
    # Two opening braces, or a brace with % or #, stand within texts alone: JSON itself has none.
    safe = _MARK.sub(lambda found: "".join(f"\\u{ord(char):04x}" for char in found[0]), text)
    return WORD + safe
