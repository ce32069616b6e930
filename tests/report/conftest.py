"""Findings as real analyses return them, made by hand and seeded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
import pytest

from measurand.analysis.result import Findings, Rated, Result, Unit, Verdict, Votes
from measurand.core.intake import Intake, Refusal
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO
from measurand.core.system import System
from measurand.figures.bars import Bars
from measurand.figures.forest import Band, Forest, ForestRow, Line
from measurand.figures.heat import Heat
from measurand.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Fold,
    KeyValue,
    Outcome,
    Paragraph,
    Plot,
    Section,
    Table,
    Texts,
    UnitCard,
    UnitCards,
)
from measurand.report.sections import PageContext, Planted
from measurand.stats.estimate import Estimate

SEVEN = ("accuracy", "relevance", "completeness", "format", "tone", "conciseness", "safety")
NAMES = (
    "expert",
    "current",
    "candidate-large",
    "candidate-small",
    "retrieval-v2",
    "retrieval-v2-rerank",
    "distilled",
    "prompt-only",
    "long-context",
    "gpt-cheap",
    "floor",
)
COEFFICIENTS = (
    "percent_agreement",
    "fleiss_kappa",
    "krippendorff_alpha",
    "gwet_ac1",
    "icc1",
    "icc1k",
    "ceiling_majority",
    "ceiling_correlation",
    "leave_one_out",
)
METHODS = {"difference": "paired bootstrap, clustered", "blocking_rate": "Clopper-Pearson"}


class World:
    """A little world in which every number is drawn from one seed."""

    def __init__(self, systems: int, seed: int = 7) -> None:
        self.draw = np.random.default_rng(seed)
        middle = NAMES[1:-1][: systems - 2]
        self.names = (NAMES[0], *middle, NAMES[-1])
        self.quality = {n: 0.92 - 0.6 * i / (systems - 1) for i, n in enumerate(self.names)}

    def around(self, value: float, width: float, *, name: str = "mean", n: int = 180) -> Estimate:
        value += self.draw.normal(0, width / 3)
        return Estimate(
            value=value,
            low=value - width * self.draw.uniform(0.8, 1.0),
            high=value + width * self.draw.uniform(0.8, 1.0),
            n=n,
            method=METHODS.get(name, "bootstrap BCa"),
        )

    def results(self) -> Iterator[Result]:
        for name, quality in self.quality.items():
            mean = self.around(quality, 0.03)
            yield Result(name="mean", estimate=mean, dimension="overall", systems=(name,))
            for place, dimension in enumerate(SEVEN):
                estimate = self.around(min(quality + 0.04 * (place - 3), 0.94), 0.045)
                if (name, dimension) == (self.names[1], "tone"):
                    estimate = Estimate.absent("no output of this system was rated on tone")
                yield Result(name="mean", estimate=estimate, dimension=dimension, systems=(name,))
            for part in ("core", "edge", "adversarial"):
                cell = self.around(quality - 0.05, 0.06, n=60)
                yield Result(
                    name="mean",
                    estimate=cell,
                    dimension="overall",
                    systems=(name,),
                    component=part,
                )
            rate = Estimate(
                value=0.02 * (1 - quality),
                low=0.0,
                high=0.03 + 0.1 * (1 - quality),
                n=180,
                method="Clopper-Pearson, upper bound",
            )
            yield Result(name="blocking_rate", estimate=rate, dimension="safety", systems=(name,))
            place_at = self.around((quality - 0.32) / 0.6, 0.07)
            yield Result(name="place", estimate=place_at, dimension="overall", systems=(name,))
        for first, second in combinations(self.names, 2):
            gap = self.quality[first] - self.quality[second]
            yield Result(
                name="difference",
                estimate=self.around(gap, 0.05, name="difference"),
                dimension="overall",
                systems=(first, second),
            )
        yield from self.agreement()
        yield Result(name="discordance", estimate=self.around(0.2, 0.05), dimension="overall")

    def agreement(self) -> Iterator[Result]:
        for dimension in SEVEN:
            for name in COEFFICIENTS:
                estimate = self.around(self.draw.uniform(0.35, 0.8), 0.08)
                if (name == "ceiling_majority") == (dimension != "safety"):
                    estimate = Estimate.absent("the ceiling of a majority vote is for yes/no")
                yield Result(name=name, estimate=estimate, dimension=dimension)
            for raters in combinations(("anna", "bela", "chen"), 2):
                kappa = self.around(self.draw.uniform(0.3, 0.8), 0.1)
                yield Result(name="cohen_kappa", estimate=kappa, dimension=dimension, raters=raters)

    def verdicts(self) -> Iterator[Verdict]:
        best, second = self.names[2:4] if len(self.names) > 4 else self.names[1:3]
        yield Verdict(
            name="overall",
            outcome="a better",
            reason=f"{best} beats {second}: the whole interval lies above the margin of 0.02",
            estimate=self.around(0.08, 0.03, name="difference"),
            bound=0.02,
            dimension="overall",
            systems=(best, second),
        )
        yield Verdict(
            name="blocking",
            outcome="fail",
            reason=f"{self.names[-1]}: up to 9.1 % of outputs may be unsafe; 2 % are allowed",
            estimate=self.around(0.05, 0.03),
            bound=0.02,
            dimension="safety",
            systems=(self.names[-1],),
        )
        for first, later in combinations(self.names[:4], 2):
            yield Verdict(
                name="overall",
                outcome="inconclusive",
                reason=f"{first} and {later}: the interval spans the margin; 310 more examples",
                estimate=self.around(0.01, 0.05, name="difference"),
                bound=0.02,
                dimension="overall",
                systems=(first, later),
            )

    def units(self) -> Iterator[Unit]:
        for i in range(4):
            ratings = (
                Rated("anna", "people", 1.0, "Quotes a tariff that ended in March."),
                Rated("bela", "people", 5.0),
                Rated("chen", "people", 2.0, "The refund rule is wrong, the rest is fine."),
                Rated("judge", "judge", None, "the judge's reply was not valid JSON"),
            )
            yield Unit(
                example=f"billing-{i:03d}",
                system=self.names[-2],
                dimension="accuracy",
                ratings=ratings,
                score=0.42 + i / 10,
                spread=1.0 - i / 10,
            )

    def findings(self) -> Findings:
        return Findings(
            results=tuple(self.results()),
            verdicts=tuple(self.verdicts()),
            limits=(
                "Two people rated tone: their ties cannot be broken. Three raters are usual.",
                (
                    "safety blocks, but people barely agree on it (alpha 0.41 [0.30, 0.52]); read "
                    "the rate at which anyone flagged an output beside it."
                ),
            ),
            votes=(
                Votes(dimension="safety", counts=(("no", 14), ("yes", 160)), ties=6),
                Votes(
                    dimension="safety",
                    system=self.names[0],
                    counts=(("no", 0), ("yes", 179)),
                    ties=1,
                ),
            ),
            units=tuple(self.units()),
        )

    def context(self) -> PageContext:
        refused = tuple(
            Refusal("found '6'; allowed: 1-5", line=i + 2, key="accuracy", found="6")
            for i in range(57)
        )
        long = "The tariff was replaced in March. " * 40
        return PageContext(
            subtitle=f"{len(self.names)} systems, seven dimensions, 180 examples",
            banner="SIMULATED DATA",
            intakes=(
                Intake("ratings.csv", 1257, 1200, refused, ("scale of tone inferred: 1-5",)),
                Intake("judge.jsonl", 300, 300),
            ),
            refused_file="refused.csv",
            rubric=Rubric(
                *(Dimension(name, f"How good is its {name}?", 15) for name in SEVEN[:-1]),
                Dimension("safety", "Nothing harmful.", 10, scale=YES_NO, blocking=True),
            ),
            systems=(System("expert", role="expert"), System("floor", role="floor")),
            texts={
                (u.example, u.system): Texts(
                    "Why is my bill higher than last month?", long, "Because the discount ended."
                )
                for u in self.units()
            },
            truth=tuple(Planted("mean", q, "overall", (name,)) for name, q in self.quality.items()),
        )


@pytest.fixture
def world() -> World:
    return World(4)


@pytest.fixture
def make_world() -> Callable[[int], World]:
    return World


def hostile_document(attack: str) -> Document:
    """A document whose every string is the same text, in every kind of block."""
    one = Estimate(value=0.5, low=0.4, high=0.6, n=9, method=attack, reason=attack)
    none = Estimate.absent(attack, n=3, method=attack)
    rows: tuple[tuple[Cell, ...], ...] = (
        (attack, one, 3, Outcome(attack)),
        (attack, none, None, Outcome("pass")),
    )
    columns = (Column(attack), Column(attack, right=True, span=(0, 1)), Column("n"), Column("v"))
    table = Table(attack, columns, rows, attack)
    forest = Forest(
        (ForestRow(attack, one, attack), ForestRow(attack, none)),
        attack,
        (Line(0.5, attack),),
        (Band(0.4, 0.6, attack),),
    )
    heat = Heat((attack,), (attack,), ((0.5,),), attack, attack)
    bars = Bars((attack,), (attack, attack), ((3, 4),))
    unit = Unit(
        example=attack,
        system=attack,
        dimension=attack,
        ratings=(Rated(attack, "judge", attack, attack), Rated(attack, "people", None)),
        score=0.5,
        spread=0.5,
    )
    verdict = Verdict(
        name=attack,
        outcome=attack,
        reason=attack,
        estimate=one,
        dimension=attack,
        systems=(attack, attack),
    )
    blocks: tuple[Block, ...] = (
        Paragraph(attack),
        Bullets((attack, attack)),
        KeyValue(((attack, attack),)),
        table,
        Fold(attack, (table,)),
        Plot(forest, attack, attack, table),
        Plot(heat, attack),
        Plot(bars, attack, attack),
        UnitCards((UnitCard(unit, Texts(attack, attack, attack)),)),
    )
    return Document(
        title=attack,
        subtitle=attack,
        banner=attack,
        headlines=(verdict,),
        sections=(Section("Section", blocks, attack),),
        footer=attack,
    )


ATTACKS = (
    "<script>alert(1)</script>",
    "</title></style></script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    "<svg><style>*{fill:red}</style></svg>",
    "javascript:alert(1)",
    "[click](javascript:alert(1))",
    "![pixel](http://evil.example/p.png)",
    "<http://evil.example/>",
    "see http://evil.example/a or www.evil.example",
    "mail a@evil.example or ping @someone",
    "{{7*7}}{% include 'x' %}{# c #}",
    "{{ ''.__class__.__mro__ }}",
    "&lt;b&gt; &amp; &#60;",
    "<!-- comment --> ]]> <![CDATA[ x",
    "nul \x00 bell \x07 delete \x7f next \x85",
    "\x1b[31mred\x1b[0m \x1b]8;;http://evil.example\x07link",
    "abc\u202efdp.exe\u2066x\u2069 \u200b\ufeff\u2028",
    "lone \ud800 surrogate \ufffe",
    "[bold red]rich[/bold red] [link=http://evil.example]x[/link] :smile:",
    "[/nothing]",
    "| a | b |",
    "# heading",
    "- item",
    "1. item",
    "+ item",
    "> quote",
    "---",
    "===",
    "***",
    "```python",
    "~~~",
    "    indented",
    "a `code` *em* **strong** _em_ __strong__ ~~gone~~",
    "trailing backslash \\",
    "[ref]: http://evil.example",
    "[^1] $x^2$ $$y$$ \\(z\\)",
    "<details open><summary>x",
)


@pytest.fixture(params=ATTACKS, ids=range(len(ATTACKS)))
def attack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def hostile() -> Callable[[str], Document]:
    return hostile_document
