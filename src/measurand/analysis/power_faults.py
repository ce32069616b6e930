"""What of a question about sizes is impossible, contradicts itself, or is missing: all at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from measurand.analysis.power_options import (
    JUDGED,
    TABLE,
    PowerKind,
    PowerOptions,
    kind_of,
    option,
)
from measurand.stats.power_parts import MOST

__all__ = ["power_faults", "range_faults"]

_TWO, _FOUR = 2, 4

_TEST = frozenset({"n", "power", "level", "side", "comparisons"})
_CLUSTERS = frozenset({"icc", "cluster_size", "clusters"})
_USED: Mapping[PowerKind, frozenset[str]] = MappingProxyType(
    {
        "table": TABLE,
        "paired": _TEST | _CLUSTERS | JUDGED | {"difference", "discordance", "margin"},
        "unpaired": _TEST | {"unpaired", "rates", "difference"},
        "graded": _TEST
        | _CLUSTERS
        | JUDGED
        | {"graded", "unpaired", "sd", "between", "within", "repeats", "difference", "margin"},
        "blocking": frozenset({"blocking", "failures", "n", "level", "rates"}),
        "correlation": _TEST | {"correlation", "against", "between_them"},
        "labels": frozenset({"judge_correlation", "labels", "n"}),
        "split": frozenset({"judge_correlation", "effective", "label_cost", "judge_cost"}),
    }
)

_SHARES = ("discordance", "icc", "blocking")
_WHOLE: Mapping[str, int] = MappingProxyType(
    {"n": 1, "comparisons": 1, "repeats": 1, "clusters": 2, "failures": 0, "labels": 2}
)
_ABOVE = ("sd", "label_cost", "judge_cost")
_NOT_BELOW = ("between", "within")
_CORRELATIONS = ("correlation", "against", "between_them", "judge_correlation")
_BETWEEN = ("power", "level")
_SMALLEST, _LARGEST = 1e-12, 1e12
"""Numbers beyond these are slips of the keyboard, and sums of them overflow."""
_COUNTS = frozenset({"n", "labels", "failures", "clusters"})
_HALF = 0.5
_NEAR = 1e-9


def power_faults(asked: PowerOptions) -> tuple[str, ...]:
    """Everything that is impossible, contradicts something else, or is missing."""
    kind = kind_of(asked)
    odd = sorted(asked.given - _USED[kind])
    about = _ABOUT[kind]
    strange = [f"{option(name)} says nothing about {about}; leave it out" for name in odd]
    ranges = range_faults(asked)
    return (*ranges, *strange, *_by_chance(asked, kind), *_COMBINED.get(kind, _nothing)(asked))


def _by_chance(asked: PowerOptions, kind: PowerKind) -> Iterator[str]:
    """A power that a test has where there is nothing to find."""
    error = 1 - asked.error_level
    if "power" in _USED[kind] and 0 < asked.wanted <= error < 1:
        yield (
            f"--power {asked.wanted:g} and an error rate of {error:g}: tests find as much where "
            "there is nothing; the power wanted is above that"
        )


def range_faults(asked: PowerOptions) -> tuple[str, ...]:
    """Numbers that lie where no such number can."""
    return tuple(_ranges(asked))


def _ranges(asked: PowerOptions) -> Iterator[str]:
    for name in sorted(asked.given - {"rates", "side", "unpaired", "graded"}):
        value = getattr(asked, name)
        if problem := _wrong(name, float(value)):
            yield f"{option(name)} {value:g}: {problem}"
    if len(asked.rates) > _TWO:
        yield f"--rates: one or two rates are compared; found {len(asked.rates)}"
    for rate in asked.rates:
        if not 0 <= rate <= 1:
            yield f"--rates {rate:g}: a rate lies from 0 to 1"


def _wrong(name: str, value: float) -> str | None:
    """What is wrong with a number; None where nothing is."""
    checks = (
        (not math.isfinite(value), "a number is finite"),
        (name in _COUNTS and value > MOST, f"no more than {MOST:,} are reckoned with"),
        (
            bool(value) and not _SMALLEST <= abs(value) <= _LARGEST,
            f"numbers lie between {_SMALLEST:g} and {_LARGEST:g} in size",
        ),
        (name in _SHARES and not 0 <= value <= 1, "a share lies from 0 to 1"),
        (name in _BETWEEN and not 0 < value < 1, "it lies strictly between 0 and 1"),
        (name in _CORRELATIONS and not -1 < value < 1, "it lies strictly between -1 and 1"),
        (name in _ABOVE and not value > 0, "it is above 0"),
        (name in _NOT_BELOW and value < 0, "it is 0 or more"),
        (name == "effective" and value < _TWO, "an interval takes two labels"),
        (name == "cluster_size" and value < 1, "a cluster has at least one example"),
        (name == "margin" and not value > 0, "a margin is above 0"),
    )
    if (found := next((told for bad, told in checks if bad), None)) is not None:
        return found
    least = _WHOLE.get(name)
    if least is not None and not (value >= least and value == round(value)):
        return f"it is a whole number, at least {least}"
    return None


def _nothing(_: PowerOptions) -> Iterator[str]:
    return iter(())


def _paired(asked: PowerOptions) -> Iterator[str]:
    d, share = asked.difference, asked.discordance
    if d is not None and share is not None and abs(d) > share:
        yield (
            f"--difference {d:g} and --discordance {share:g}: two systems that differ on a share "
            "of the examples cannot differ by more than that share"
        )
    if share == 0:
        yield "--discordance 0: systems that never differ have no difference to find"
    if d is not None and not -1 <= d <= 1:
        yield f"--difference {d:g}: a difference of rates lies from -1 to 1"
    three = {"difference", "discordance", "n"} - asked.given
    if asked.margin is not None:
        yield from _of_margin(asked)
        three -= {"difference"}
        if "discordance" in three:
            yield "--margin needs --discordance: on how many examples do the two differ?"
    elif len(three) > 1:
        told = " and ".join(sorted(map(option, three)))
        yield f"only one of difference, discordance and n can be found; {told} are missing"
    if d == 0 and asked.margin is None:
        yield "--difference 0: no sample finds a difference of 0; --margin asks what shows it small"
    if "discordance" in three and asked.given & (_CLUSTERS | JUDGED):
        yield "--discordance is needed where examples share clusters or a judge is corrected"
    yield from _clustered(asked)
    yield from _judged(asked)


def _unpaired(asked: PowerOptions) -> Iterator[str]:
    if not asked.rates:
        yield "--unpaired needs --rates: the success rates of the two systems, as .80,.85"
        return
    if len(asked.rates) == _TWO and asked.difference is not None:
        yield "--difference and two --rates say the same twice; leave one out"
    if len(asked.rates) == _TWO and abs(asked.rates[0] - asked.rates[1]) < _NEAR:
        yield "--rates: no sample tells equal rates apart"
    if len(asked.rates) == 1 and asked.difference is None and asked.n is None:
        yield "one rate needs --difference, or --n to find the difference"
    if len(asked.rates) == 1 and asked.difference is not None:
        if not 0 <= asked.rates[0] + asked.difference <= 1:
            yield f"--rates and --difference: {asked.rates[0] + asked.difference:g} is no rate"
        if abs(asked.difference) < _NEAR:
            yield f"--difference {asked.difference:g}: no sample finds a difference of 0"


def _graded(asked: PowerOptions) -> Iterator[str]:
    if asked.sd is None and asked.between is None:
        yield "--graded needs --sd (of an example's difference), or --between for Miller's formula"
    if asked.sd is not None and asked.between is not None:
        yield "--sd and --between: give the whole spread or its parts, not both"
    if asked.between is None and asked.given & {"within", "repeats"}:
        yield "--within and --repeats go with --between: they are parts of the spread"
    if asked.repeats is not None and asked.within is None:
        yield "--repeats needs --within: how much does one system's score vary by itself?"
    if asked.between == 0 and not asked.within:
        yield "--between 0: scores that never differ need no test"
    if asked.margin is not None:
        yield from _of_margin(asked)
    elif asked.difference == 0:
        yield "--difference 0: no sample finds a difference of 0; --margin asks what shows it small"
    elif asked.difference is None and asked.n is None:
        yield "only one of difference and n can be found; both are missing"
    if asked.unpaired and asked.given & (JUDGED | {"between", "margin"} | _CLUSTERS):
        yield "--unpaired goes with --sd alone"
    yield from _clustered(asked)
    yield from _judged(asked)


def _of_margin(asked: PowerOptions) -> Iterator[str]:
    if asked.level is not None and asked.level <= _HALF:
        yield f"--level {asked.level:g}: each side of a margin is tested one-sided, at more than .5"
    if asked.side == "one":
        yield "--side and --margin: a margin is tested from its own side"
    if asked.margin is not None and asked.margin >= 1 and not asked.graded:
        yield f"--margin {asked.margin:g}: a margin of rates is below 1"
    if asked.given & JUDGED:
        yield "--margin with a judge that is corrected is not foretold; leave one out"


def _clustered(asked: PowerOptions) -> Iterator[str]:
    if asked.icc is None and asked.given & {"cluster_size", "clusters"}:
        yield "clusters need --icc: how alike are examples of one cluster?"
    if asked.icc is not None and asked.cluster_size is None and asked.clusters is None:
        yield "--icc needs --cluster-size, or --clusters: how many are there?"
    if asked.cluster_size is not None and asked.clusters is not None and asked.n is not None:
        yield "--n, --clusters and --cluster-size say the same twice; leave one out"
    if asked.clusters is not None and asked.n is not None and asked.n < asked.clusters:
        yield f"--clusters {asked.clusters:g} of --n {asked.n:g} examples: some would be empty"


def _judged(asked: PowerOptions) -> Iterator[str]:
    if not asked.given & JUDGED:
        return
    for name in sorted(JUDGED - asked.given):
        yield f"a corrected judge needs {option(name)}"
    if asked.n is None:
        yield "a corrected judge needs --n: how many outputs does it score?"
    elif asked.labels is not None and asked.labels > asked.n:
        yield f"--labels {asked.labels:g} of --n {asked.n:g}: labelled outputs are among them"
    if asked.given & _CLUSTERS:
        yield "clusters with a judge that is corrected are not foretold; leave one out"


def _blocking(asked: PowerOptions) -> Iterator[str]:
    if not asked.blocking and asked.n is None:
        yield "--blocking needs the rate to prove, or --n to find what so many examples prove"
    if asked.blocking == 1:
        yield "--blocking 1: everything may fail; there is nothing to prove"
    if asked.rates and (len(asked.rates) > 1 or asked.n is None or not asked.blocking):
        yield "--rates says the true failure rate, one, beside --blocking RATE and --n"
    if asked.failures is not None and asked.n is not None and asked.failures > asked.n:
        yield f"--failures {asked.failures:g} of --n {asked.n:g}: more than there are"


def _correlation(asked: PowerOptions) -> Iterator[str]:
    if asked.n is not None and asked.n < _FOUR:
        yield f"--n {asked.n:g}: a correlation needs at least four units"
    if (asked.against is None) != (asked.between_them is None):
        yield "--against and --between-them go together"
    if asked.against is None and asked.correlation == 0:
        yield "--correlation 0: no sample shows that 0 differs from 0"
    if asked.against is not None and asked.against == asked.correlation:
        yield "--correlation and --against: no sample tells equal correlations apart"
    a, b, c = asked.correlation, asked.against, asked.between_them
    if a is None or b is None or c is None:
        return
    if 1 - a * a - b * b - c * c + 2 * a * b * c <= 0:
        yield f"no three variables correlate by {a:g}, {b:g} and {c:g}"


def _labels(asked: PowerOptions) -> Iterator[str]:
    for name in sorted(JUDGED - asked.given):
        yield f"a corrected judge needs {option(name)}"
    if asked.n is not None and asked.labels is not None and asked.labels > asked.n:
        yield f"--labels {asked.labels:g} of --n {asked.n:g}: labelled outputs are among them"


def _split(asked: PowerOptions) -> Iterator[str]:
    for name in sorted(_USED["split"] - asked.given):
        yield f"the split between judge and people needs {option(name)}"


_COMBINED: Mapping[PowerKind, Callable[[PowerOptions], Iterator[str]]] = MappingProxyType(
    {
        "paired": _paired,
        "unpaired": _unpaired,
        "graded": _graded,
        "blocking": _blocking,
        "correlation": _correlation,
        "labels": _labels,
        "split": _split,
    }
)

_ABOUT: Mapping[PowerKind, str] = MappingProxyType(
    {
        "table": "the table",
        "paired": "two systems on the same examples",
        "unpaired": "systems with examples of their own",
        "graded": "graded scores",
        "blocking": "a failure rate",
        "correlation": "a correlation",
        "labels": "what labels are worth",
        "split": "the split between judge and people",
    }
)
