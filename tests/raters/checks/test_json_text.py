import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.rating import Measurement
from measurand.errors import UsageError
from measurand.raters.checks import JsonParse, JsonSchema
from measurand.raters.checks.base import Unanswered
from measurand.raters.checks.values import parse, same

Rate = Callable[..., Measurement]

ORDER = {
    "type": "object",
    "required": ["id", "items"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer"},
        "items": {"type": "array", "items": {"$ref": "#/$defs/item"}, "minItems": 1},
    },
    "$defs": {"item": {"type": "object", "required": ["price"], "properties": {"price": {}}}},
}
FENCED = 'Here:\n```json\n{"a": 1}\n```\nBye.'
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize("text", ['{"a": [1, 2.5e3, null]}', " 0 ", '"\\u0000"', "[]"])
def test_json_passes(rate: Rate, text: str) -> None:
    assert rate(JsonParse("format"), text).value == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Expecting value"),
        ("\x00", "Expecting value"),
        ("NaN", "NaN is not JSON"),
        ("[-Infinity]", "-Infinity is not JSON"),
        ('{"a": 1, "a": 2}', "the key 'a' occurs twice"),
        ("{'a': 1}", "property name"),
        ('{"a": 1} and more', "Extra data"),
        ("[1,]", "line 1"),
        (FENCED, "Expecting value"),
        ('\ufeff{"a": 1}', "BOM"),
    ],
)
def test_what_is_not_json_fails_and_says_why(rate: Rate, text: str, why: str) -> None:
    rating = rate(JsonParse("format"), text)
    assert rating.value == 0
    assert why in rating.reason


@pytest.mark.parametrize("text", ["[" * 100_000, "1e999", "9" * 5000])
def test_json_that_cannot_be_read_here_is_not_rated(rate: Rate, text: str) -> None:
    assert rate(JsonParse("format"), text).value is None
    assert rate(JsonSchema("format", {"type": "integer"}), text).value is None


def test_a_fence_counts_only_where_allowed_and_only_one(rate: Rate) -> None:
    assert rate(JsonParse("format", allow_fence=True), FENCED).value == 1
    assert rate(JsonParse("format", allow_fence=True), FENCED + "\n" + FENCED).value == 0
    assert rate(JsonParse("format", allow_fence=True), '{"a": 1}').value == 1


@given(JSON)
def test_every_json_value_is_read_as_it_was_written(value: object) -> None:
    try:
        read = parse(json.dumps(value))
    except Unanswered:
        return
    assert same(read, value)


def test_faults_are_listed_with_their_paths(rate: Rate) -> None:
    rating = rate(JsonSchema("format", ORDER), '{"id": "7", "items": [{"price": 1}, {}], "x": 1}')
    assert rating.value == 0
    assert {fault.partition(":")[0] for fault in rating.evidence} == {
        "id",
        "items[1]",
        "the whole value",
    }
    assert rate(JsonSchema("format", ORDER), '{"id": 7, "items": [{"price": 1}]}').value == 1
    assert rate(JsonSchema("format", ORDER), "Sorry!").reason.startswith("not JSON")


def test_formats_are_asserted(rate: Rate) -> None:
    check = JsonSchema("format", {"type": "string", "format": "date"})
    assert rate(check, '"2024-02-30"').value == 0
    assert rate(check, '"2024-02-29"').value == 1


@pytest.mark.parametrize(
    "reference",
    ["http://example.com/x.json", "https://example.com/x", "file:///etc/hostname", "x.json"],
)
def test_nothing_outside_the_schema_is_fetched(reference: str) -> None:
    with pytest.raises(UsageError, match="nothing is fetched"):
        JsonSchema("format", {"properties": {"a": {"$ref": reference}}})


@pytest.mark.parametrize("schema", [{}, {"title": "Reply", "$defs": {"a": {"type": "string"}}}])
def test_a_schema_that_asserts_nothing_is_refused(schema: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="asserts nothing"):
        JsonSchema("format", schema)


@pytest.mark.parametrize("schema", [{"type": "strin"}, {"type": 5}, {"pattern": "("}])
def test_a_broken_schema_is_refused(schema: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="no usable JSON Schema"):
        JsonSchema("format", schema)


def test_a_runaway_pattern_in_a_schema_gives_no_rating(rate: Rate) -> None:
    check = JsonSchema("format", {"type": "string", "pattern": r"^(?=a)(a|aa)+\1$"})
    began = time.monotonic()
    rating = rate(check, json.dumps("a" * 5000 + "b"))
    assert time.monotonic() - began < 5
    assert rating.value is None
    assert "too many steps" in rating.reason


def test_a_schema_is_read_from_its_file_and_its_content_is_the_version(tmp_path: Path) -> None:
    file = tmp_path / "reply.schema.json"
    file.write_text(json.dumps(ORDER), encoding="utf-8")
    check = JsonSchema("format", file)
    assert check == JsonSchema("format", str(file)) == JsonSchema("format", ORDER)
    assert check.version == JsonSchema("format", ORDER).version
    assert check.version != JsonSchema("format", {"type": "object"}).version


@pytest.mark.parametrize("content", [None, "{", "[]", '{"type": "a", "type": "b"}', "true"])
def test_a_schema_file_that_is_none_is_refused(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "reply.schema.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError):
        JsonSchema("format", file)


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        ("1", 1, False),
        ([1, [2]], [1, [2.0]], True),
        ([1, 2], [2, 1], False),
        ({"a": True}, {"a": 1}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        (None, False, False),
        ("ab", ["a", "b"], False),
    ],
)
def test_same_tells_types_apart(first: object, second: object, equal: bool) -> None:  # noqa: FBT001
    assert same(first, second) is equal


def test_a_schema_file_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("measurand.raters.checks.values.LARGEST", 10)
    file = tmp_path / "reply.schema.json"
    file.write_text(json.dumps(ORDER), encoding="utf-8")
    with pytest.raises(UsageError, match="larger than 10 bytes"):
        JsonSchema("format", file)
