"""What users call the fields of an example."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ALIASES", "FIELD_OF", "OUTPUT_NAMES"]

ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("example_id",),
    "messages": ("input", "inputs", "question", "prompt"),
    "component": (),
    "references": (
        "ideal",
        "target",
        "expected",
        "expected_output",
        "reference",
        "reference_outputs",
    ),
    "checklist": (),
    "context": ("contexts", "retrieval_context"),
    "tools": ("expected_tools",),
    "expected_length": (),
    "notes": ("rubric_notes",),
    "weights": (),
    "segments": ("segment", "tags"),
    "cluster": ("cluster_id", "conversation_id", "document_id"),
    "source": (),
    "created": ("created_at",),
    "probability": ("inclusion_probability",),
    "stratum": (),
    "metadata": (),
}
"""The other names of each field of an example; any further key is metadata."""

FIELD_OF: Mapping[str, str] = {
    name: field for field, others in ALIASES.items() for name in (field, *others)
}
"""The field that each name means."""

OUTPUT_NAMES = ("output", "outputs", "response", "actual_output")
"""Names of an answer that was recorded beside its example."""
