"""Language models as raters: what they are shown, and how strictly they are heard."""

from __future__ import annotations

from measurand.raters.judge.prompt import Asked, Prompt, read_back, render

__all__ = ["Asked", "Prompt", "read_back", "render"]
