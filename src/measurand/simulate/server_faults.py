"""Planted failures of a call as the real providers word them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from measurand.simulate.faults import FaultName, PlannedFault
from measurand.simulate.server_wire import Refused, Wire, Written

__all__ = ["NOT_JSON", "failure", "no_model", "refusal"]

NOT_JSON = b"upstream connect error or disconnect/reset before headers. reset reason: overflow"
"""The body of a response that is not in the provider's form, though its header says so."""

_SAYS: Mapping[FaultName, tuple[int, str, str | None]] = MappingProxyType(
    {
        "429": (
            429,
            "Rate limit reached for requests, try again later.",
            "rate_limit_exceeded",
        ),
        "500": (500, "The server had an error while processing your request. Sorry!", None),
        "503": (503, "The engine is currently overloaded, please try again later.", None),
        "529": (529, "Overloaded", None),
    }
)


def failure(fault: PlannedFault, wire: Wire) -> Written:
    """The response of a call that fails; of a batch's line, what stands in for a broken one."""
    written = wire.error(refusal(fault.fault))
    if fault.fault != "429":
        return written
    return replace(written, headers={"Retry-After": f"{fault.retry_after:g}"})


def refusal(fault: FaultName) -> Refused:
    """What the provider says is wrong."""
    status, message, code = _SAYS.get(fault, _SAYS["500"])
    return Refused(status, message, code=code)


def no_model(name: str) -> Refused:
    """What the provider says of a model that nobody has heard of."""
    message = f"The model `{name}` does not exist or you do not have access to it."
    return Refused(404, message, code="model_not_found")
