import time
from collections.abc import Callable

import pytest

from measurand.core.rating import Measurement
from measurand.errors import UsageError
from measurand.raters.checks import JsonParse, MarkdownStructure, PythonParses

Rate = Callable[..., Measurement]

SOUND = """# Title
Text

## Part
- one
- two

| a | b |
|---|:-:|
| 1 | `x|y` |

```python
# not a heading
x = 1
```
"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Sure:\n```python\nx = 1\n```", 1),
        ("```py\nx = (\n```", 0),
        ("```python\nx = 1\n```\n~~~python\ny =\n~~~", 0),
        ("  ```python\n  def f():\n      return 1\n  ```", 1),
        ('```python\nre.match("\\d", x)\n```', 1),
        ("```python\nx = '\x00'\n```", 0),
        ("```json\n{]\n```", None),
        ("```\nx = 1\n```", None),
        ("yes", None),
        ("", None),
        ("```python\n\n```", None),
    ],
)
def test_python(rate: Rate, text: str, value: float | None) -> None:
    assert rate(PythonParses("format"), text).value == value


def test_an_unclosed_block_of_python_is_not_taken_for_whole(rate: Rate) -> None:
    assert rate(PythonParses("format"), "```python\nx = 1").value is None


@pytest.mark.parametrize(
    "code", ["-" * 100_000 + "1", "a" + ".b" * 50_000, "not " * 50_000 + "1", "x = 1\n" * 50_000]
)
def test_code_beyond_the_parser_is_not_rated(rate: Rate, code: str) -> None:
    assert rate(PythonParses("format", bare=True), code).value is None


def test_bare_code_names_the_line(rate: Rate) -> None:
    rating = rate(PythonParses("format", bare=True), "x = 1\ny = = 2")
    assert rating.value == 0
    assert rating.evidence == ("line 2: invalid syntax",)
    assert rate(PythonParses("format", bare=True), " \n").value is None


def test_sound_markdown_passes(rate: Rate) -> None:
    whole = MarkdownStructure("format", ("heading", "list", "table", "code"), ("title", "Part"))
    assert rate(whole, SOUND).value == 1
    assert rate(MarkdownStructure("format"), SOUND).value == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("# A\n### B", "heading 'B' skips from level 1 to 3"),
        ("#\ntext", "a heading is empty"),
        ("```\ncode", "a fenced block is not closed"),
        ("| a | b |\n|---|---|\n| 1 |", "row 2 of a table has 1 cells, not 2"),
        ("| a | b |\n|---|\n| 1 | 2 |", "row 1 of a table has 1 cells, not 2"),
    ],
)
def test_unsound_markdown_names_the_fault(rate: Rate, text: str, fault: str) -> None:
    rating = rate(MarkdownStructure("format"), text)
    assert rating.value == 0
    assert rating.evidence == (fault,)


def test_what_is_required_is_missed(rate: Rate) -> None:
    check = MarkdownStructure("format", ("list",), ("Part", "Title"))
    rating = rate(check, "# Title\n## Part")
    assert rating.value == 0
    assert rating.evidence == ("no list", "no heading 'Title' in its place")
    assert rate(check, "").value == 0


def test_prose_is_not_rated_when_nothing_is_required(rate: Rate) -> None:
    for text in ("", "Just a sentence.", "a | b", "#hashtag", "1 - 2"):
        assert rate(MarkdownStructure("format"), text).value is None


def test_an_unknown_element_is_refused() -> None:
    with pytest.raises(UsageError):
        MarkdownStructure("format", ("picture",))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "|-|\n" * 100_000,
        "a|b\n-|-\n\n" * 60_000,
        "```json\n" * 100_000,
        "# " + " " * 300_000 + "x",
        "a|b\n" + " " * 300_000 + "|x",
        "~" * 300_000 + "`",
        "``` " + " " * 300_000 + "`",
        "- " * 200_000,
    ],
    ids=["rules", "tables", "fences", "heading", "rule", "tildes", "info", "list"],
)
def test_long_texts_take_time_in_proportion(rate: Rate, text: str) -> None:
    began = time.process_time()
    rate(MarkdownStructure("format", ("table",)), text)
    rate(JsonParse("format", allow_fence=True), text)
    rate(PythonParses("format"), text)
    assert time.process_time() - began < 3
