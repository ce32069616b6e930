"""Spans of Phoenix: rows of its REST interface, of its trace files and of its tables.

References:
    github.com/Arize-ai/phoenix, skills/phoenix-tracing/rules/export-python.md (columns of
    ``get_spans_dataframe``) and the schema of ``GET /v1/projects/{project}/spans`` and
    ``/v1/span_annotations``.
"""

from __future__ import annotations

from collections.abc import Iterator

from measurand.store.logs import otlp
from measurand.store.logs.account import Beside
from measurand.store.logs.dialect import Cells, Dialect
from measurand.store.logs.draft import Draft, said
from measurand.store.logs.remarks import Remark

__all__ = ["PHOENIX"]


def fits(row: Cells) -> bool:
    """A span with the kind that Phoenix gives it, or an annotation of one."""
    if "span_kind" in row or "context.span_id" in row:
        return otlp.is_span(row)
    return "annotator_kind" in row and "span_id" in row


def units(row: Cells) -> Iterator[tuple[str, Cells]]:
    """The span, or the annotation."""
    if "annotator_kind" in row and "attributes" not in row:
        yield "", {"annotation": row}
    else:
        yield from otlp.units(row)


def drafts(unit: Cells) -> Iterator[Draft]:
    """The call of a model that a span is."""
    return _of_span(unit, roots=False)


def root_drafts(unit: Cells) -> Iterator[Draft]:
    """The request that a root is."""
    return _of_span(unit, roots=True)


def _of_span(unit: Cells, *, roots: bool) -> Iterator[Draft]:
    if "annotation" in unit:
        raise Beside(otlp.SCORE)
    return (otlp.root_drafts if roots else otlp.drafts)(unit)


def remarks(row: Cells) -> Iterator[Remark]:
    """What an annotation says of its span."""
    if "annotator_kind" not in row or not isinstance(row.get("span_id"), str):
        return
    told = row.get("result")
    result = dict(told) if isinstance(told, dict) else {}
    for part in ("label", "score", "explanation"):
        if row.get(f"result.{part}", row.get(part)) not in (None, ""):
            result[part] = row.get(f"result.{part}", row.get(part))
    name = row.get("name") or row.get("annotation_name") or "annotation"
    whole = {"name": name, "annotator_kind": row["annotator_kind"], **result}
    yield Remark(row["span_id"], tuple(said(str(name), whole)))


PHOENIX = Dialect(
    name="phoenix",
    title="spans of Phoenix",
    marks=frozenset({"span_kind", "context.span_id", "annotator_kind"}),
    fits=fits,
    drafts=drafts,
    units=units,
    roots=root_drafts,
    remarks=remarks,
)
