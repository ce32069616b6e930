"""Whose child a model is: a judge favours its own family, so families must be known."""

from __future__ import annotations

import re

__all__ = ["family_of"]

_FAMILIES: tuple[tuple[str, str], ...] = (
    (r"gpt|chatgpt|o[1-9](-|$)|davinci|codex", "gpt"),
    (r"claude", "claude"),
    (r"gemini|gemma|palm", "gemini"),
    (r"llama", "llama"),
    (r"mi[sx]tral|ministral|codestral|magistral|pixtral|devstral", "mistral"),
    (r"qwen|qwq", "qwen"),
    (r"deepseek", "deepseek"),
    (r"grok", "grok"),
    (r"command", "command"),
    (r"phi-?\d", "phi"),
    (r"nova", "nova"),
    (r"kimi|moonshot", "kimi"),
    (r"glm|chatglm", "glm"),
    (r"falcon", "falcon"),
    (r"granite", "granite"),
)
_KNOWN = tuple((re.compile(rf"(?:^|[/:._-])(?:{shape})"), name) for shape, name in _FAMILIES)


def family_of(model: str) -> str | None:
    """The family of a model by its name, as ``gpt`` of ``openai/gpt-4o-mini``; None if unknown.

    A distilled model is taken for the family it was distilled into, the last that its name says.
    """
    name = model.lower().partition("/")[2] or model.lower()
    found = [(match.start(), family) for shape, family in _KNOWN if (match := shape.search(name))]
    return max(found)[1] if found else None
