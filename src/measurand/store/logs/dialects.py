"""Every dialect of logs that is read: one row each, the more telling first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from measurand.store.logs.dialect import Dialect
from measurand.store.logs.helicone import HELICONE
from measurand.store.logs.langfuse import LANGFUSE
from measurand.store.logs.langsmith import LANGSMITH
from measurand.store.logs.mlflow import MLFLOW
from measurand.store.logs.named import NAMED
from measurand.store.logs.openai import OPENAI
from measurand.store.logs.otlp import OTLP
from measurand.store.logs.phoenix import PHOENIX
from measurand.store.logs.transcript import TRANSCRIPT

__all__ = ["DIALECTS", "NAMES"]

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        one.name: one
        for one in (
            PHOENIX,
            OTLP,
            MLFLOW,
            HELICONE,
            LANGSMITH,
            LANGFUSE,
            OPENAI,
            TRANSCRIPT,
            NAMED,
        )
    }
)
"""By name. A row is read in the first that fits it: those with marks of their own stand before
those that only need a question."""

NAMES = tuple(DIALECTS)
