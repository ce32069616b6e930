"""The simulated judges that a server has where nothing else is said."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from measurand.simulate.judge_model_sim import SimJudge
from measurand.simulate.people import JUDGE

__all__ = ["BIASED", "FAIR", "FAMILIES", "JUDGES"]

FAMILIES: Mapping[str, str] = MappingProxyType(
    {"judge": "elm", "judge-b": "fir", "judge-fair": "hazel", "judge-biased": "rowan"}
)
"""The families of the simulated judges, which are nobody else's."""

FAIR = SimJudge(noise=0.2, sensitivity=0.99, specificity=0.995)
"""A judge with a little noise, and nothing else that could be held against it."""

BIASED = SimJudge(
    severity=-0.6,
    noise=0.5,
    sensitivity=0.3,
    specificity=0.99,
    length=0.9,
    style=MappingProxyType(
        {
            "markdown": 1.0,
            "formal": 0.8,
            "casual": -0.8,
            "hedge": -1.0,
            "assert": 0.8,
            "emoji": -0.8,
            "authority": 1.2,
            "bandwagon": 1.2,
            "cheer": 1.2,
            "gloom": -1.2,
            "refinement": 1.2,
            "self": 1.2,
            "concrete": 0.8,
        }
    ),
    favours=MappingProxyType({"candidate": 0.6}),
    first_slot=2.0,
    reversal=0.8,
    labels=MappingProxyType({"letters": -1.0, "roman": -0.8, "words": -0.8}),
    anchor=0.6,
    halo=0.7,
    exemplar=0.5,
    reference=0.5,
    uses=(0.0, 0.75, 1.0),
    hijack=0.6,
    canary_kept=0.8,
)
"""A judge with every bias that an audit knows."""

JUDGES: Mapping[str, SimJudge] = MappingProxyType(
    {
        "judge": SimJudge(
            severity=-0.3,
            severities={name: panel.severity[0] for name, panel in JUDGE.items()},
            noises={name: panel.noise for name, panel in JUDGE.items()},
        ),
        "judge-b": SimJudge(severity=0.2, noise=0.9, sensitivity=0.75, specificity=0.97),
        "judge-fair": FAIR,
        "judge-biased": BIASED,
    }
)
"""The judges by name."""
