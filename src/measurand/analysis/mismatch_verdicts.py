"""What may be concluded of the channels of a mismatch, the error of the family held by Holm."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.analysis.mismatch_channels import ENOUGH, ChannelTest
from measurand.analysis.result import Verdict
from measurand.stats.multiple import holm

__all__ = ["decided"]


def decided(tests: Sequence[ChannelTest], *, level: float) -> tuple[Verdict, ...]:
    """A verdict on every channel, and before them one on all.

    * ``fail``: a shift is shown after Holm over the channels, and may be one that matters.
    * ``pass``: the interval of the shift ends below what matters.
    * ``inconclusive``: neither. ``n_needed`` examples would probably show that a set is as
      production, if it is.

    All channels pass where each does, so that a pass needs no correction: at a shift of the very
    size that matters one is false in 2.5 of 100 at 95 %.
    """
    known = [(test, test.p) for test in tests if test.p is not None]
    adjusted = holm([p for _, p in known])
    each = [_verdict(test, float(p), level) for (test, _), p in zip(known, adjusted, strict=True)]
    hinted = any(p <= 1 - level for _, p in known)
    return (_overall(each, hinted=hinted), *each)


def _verdict(test: ChannelTest, p: float, level: float) -> Verdict:
    high = test.estimate.high
    small = high is not None and high < test.matters
    found = p <= 1 - level
    needed = None
    if found and not small:
        outcome, said = "fail", "It is not as in production"
    elif small:
        outcome = "pass"
        seen = "It differs from production, by" if found else "No shift was found, and any is"
        said = f"{seen} less than the {test.matters:g} that matters"
    else:
        outcome, needed = "inconclusive", test.n_needed
        said = _open(test, level)
    return Verdict(
        name=f"mismatch of {test.channel}",
        outcome=outcome,
        reason=f"{said}. In numbers: p {_p(p)} after Holm; {test.note}.",
        estimate=test.estimate,
        bound=test.matters,
        dimension=test.channel,
        n_needed=needed,
    )


def _open(test: ChannelTest, level: float) -> str:
    alone = test.p is not None and test.p <= 1 - level
    seen = (
        "A shift is not shown after Holm, as it would be alone" if alone else "No shift was found"
    )
    if test.n_needed is not None:
        more = f"of a set that is as production, {test.n_needed:,} examples would mostly do"
    elif test.passing >= ENOUGH:
        more = "a set that is as production would mostly be shown to be"
    else:
        more = "with this window no number of examples would do; take a longer one"
    return f"{seen}, and one of {test.matters:g} is not ruled out: {more}"


def _p(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"= {p:.3f}"  # noqa: PLR2004 - three digits


def _overall(each: Sequence[Verdict], *, hinted: bool) -> Verdict:
    by = {
        outcome: [one.dimension for one in each if one.outcome == outcome and one.dimension]
        for outcome in ("fail", "inconclusive", "pass")
    }
    if by["fail"]:
        told = f"The set differs from production in {_and(by['fail'])}."
        if by["inconclusive"]:
            told += f" In {_and(by['inconclusive'])} too little is known."
        return Verdict(name="mismatch", outcome="fail", reason=told)
    if by["inconclusive"] or not each:
        what = _and(by["inconclusive"]) or "anything"
        seen = "No shift is shown after Holm" if hinted else "No shift was found"
        told = f"{seen}, but one that matters is not ruled out in {what}."
        if by["pass"]:
            told += f" In {_and(by['pass'])} the set is as production."
        needed = [one.n_needed for one in each if one.n_needed is not None]
        return Verdict(
            name="mismatch",
            outcome="inconclusive",
            reason=told,
            n_needed=max(needed) if needed else None,
        )
    told = f"The set is as production in {_and(by['pass'])}, as far as shifts go that matter."
    return Verdict(name="mismatch", outcome="pass", reason=told)


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
