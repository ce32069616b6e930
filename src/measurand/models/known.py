"""Providers that are known by name: where they are reached, and which variables say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = ["KNOWN", "Api", "Known"]

Api = Literal["openai", "azure", "library"]
"""What a provider speaks; ``library`` means that a library speaks for us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One provider.

    Args:
        base_url: Its address; empty where there is no usual one.
        addresses: Variables that name another address; the first that is set counts.
        keys: Variables that hold its key; the first that is set counts.
        free: Whether it may be asked without a key in the environment.
        api: What it speaks.
        module: The package that the library needs for it, where a library speaks for us.
        absent: What to do where nobody is there, where that can be known.
    """

    base_url: str = ""
    addresses: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    free: bool = False
    api: Api = "openai"
    module: str = ""
    absent: str = ""


_GEMINI = ("GEMINI_API_KEY", "GOOGLE_API_KEY")

KNOWN: Mapping[str, Known] = MappingProxyType(
    {
        "openai": Known(
            base_url="https://api.openai.com/v1",
            addresses=("OPENAI_BASE_URL",),
            keys=("OPENAI_API_KEY",),
        ),
        "azure": Known(
            addresses=("AZURE_OPENAI_ENDPOINT",), keys=("AZURE_OPENAI_API_KEY",), api="azure"
        ),
        "openrouter": Known(
            base_url="https://openrouter.ai/api/v1",
            addresses=("OPENROUTER_BASE_URL",),
            keys=("OPENROUTER_API_KEY",),
        ),
        "gemini": Known(
            base_url="https://generativelanguage.googleapis.com/v1beta/openai",
            addresses=("GEMINI_BASE_URL",),
            keys=_GEMINI,
        ),
        "mistral": Known(base_url="https://api.mistral.ai/v1", keys=("MISTRAL_API_KEY",)),
        "groq": Known(base_url="https://api.groq.com/openai/v1", keys=("GROQ_API_KEY",)),
        "together": Known(base_url="https://api.together.xyz/v1", keys=("TOGETHER_API_KEY",)),
        "deepseek": Known(base_url="https://api.deepseek.com/v1", keys=("DEEPSEEK_API_KEY",)),
        "xai": Known(base_url="https://api.x.ai/v1", keys=("XAI_API_KEY",)),
        "fireworks": Known(
            base_url="https://api.fireworks.ai/inference/v1", keys=("FIREWORKS_API_KEY",)
        ),
        "cerebras": Known(base_url="https://api.cerebras.ai/v1", keys=("CEREBRAS_API_KEY",)),
        "nebius": Known(base_url="https://api.studio.nebius.com/v1", keys=("NEBIUS_API_KEY",)),
        "moonshotai": Known(
            base_url="https://api.moonshot.ai/v1",
            addresses=("MOONSHOTAI_BASE_URL",),
            keys=("MOONSHOTAI_API_KEY", "MOONSHOT_API_KEY"),
        ),
        "ollama": Known(
            base_url="http://127.0.0.1:11434/v1",
            addresses=("OLLAMA_BASE_URL", "OLLAMA_HOST"),
            free=True,
        ),
        "vllm": Known(
            base_url="http://127.0.0.1:8000/v1",
            addresses=("VLLM_BASE_URL",),
            keys=("VLLM_API_KEY",),
            free=True,
        ),
        "sim": Known(
            base_url="http://127.0.0.1:8765/v1",
            addresses=("SIM_BASE_URL",),
            free=True,
            absent="the simulated provider is not there: start it with measurand simulate, and set "
            "SIM_BASE_URL where it says another address",
        ),
        "anthropic": Known(
            addresses=("ANTHROPIC_BASE_URL",),
            keys=("ANTHROPIC_API_KEY",),
            api="library",
            module="anthropic",
        ),
        "google": Known(keys=_GEMINI, api="library", module="google.genai"),
        "vertex": Known(free=True, api="library", module="google.genai"),
        "bedrock": Known(
            keys=("AWS_BEARER_TOKEN_BEDROCK", "AWS_SECRET_ACCESS_KEY"),
            free=True,  # credentials may come from files and from the machine's own role, too
            api="library",
            module="boto3",
        ),
        "cohere": Known(keys=("CO_API_KEY", "COHERE_API_KEY"), api="library", module="cohere"),
    }
)
"""Every provider that needs no entry under ``providers:`` in the plan."""
