"""Planted gaps between a set and production, and what is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from measurand.analysis.mismatch import Mismatch, MismatchOptions, mismatch
from measurand.analysis.mismatch_cells import cells
from measurand.analysis.mismatch_channels import ChannelTest
from measurand.analysis.mismatch_kinds import Kinds, lengths
from measurand.analysis.mismatch_sides import Side
from measurand.analysis.mismatch_verdicts import decided
from measurand.analysis.score import score
from measurand.core.example import Example, Message
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import Scale
from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import Estimate
from measurand.texts.encoder import hashed_encoder
from measurand.texts.language import language_of

ASKED = {
    "refund": "I want a refund for my order of {} please",
    "login": "my password for the account does not work since {}",
    "delivery": "when will the parcel with the {} arrive at my house",
    "invoice": "the invoice for {} has a wrong tax number on it",
}
THINGS = ("shoes", "books", "monday", "lamps", "chairs", "phones", "april", "plants", "glasses")
QUICK = MismatchOptions(permutations=99, intents=4)
ENCODE = hashed_encoder(128)


def side(counts: dict[str, int], *, seed: int = 0, **more: object) -> Side:
    """Questions of these kinds, each kind its own segment."""
    rng = np.random.default_rng(seed)
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    texts = [ASKED[kind].format(" and ".join(rng.choice(THINGS, 2))) for kind in kinds]
    columns: dict[str, object] = {
        "ids": tuple(f"{kind}{place}" for place, kind in enumerate(kinds)),
        "texts": tuple(texts),
        "vectors": ENCODE(texts),
        "languages": tuple(map(language_of, texts)),
        "words": np.asarray([len(text.split()) for text in texts]),
        "segments": tuple((kind,) for kind in kinds),
        "clusters": (None,) * len(kinds),
    }
    return Side(**(columns | more))  # type: ignore[arg-type]


def told(found: Mismatch) -> dict[str, str]:
    return {one.name.removeprefix("mismatch of "): one.outcome for one in found.findings.verdicts}


def named(found: Mismatch, name: str, dimension: str) -> Estimate:
    (one,) = [r.estimate for r in found.findings.named(name) if r.dimension == dimension]
    return one


PRODUCTION = side({"refund": 200, "login": 150, "delivery": 100, "invoice": 50}, seed=1)
LACKING = side({"refund": 90, "login": 80, "delivery": 30}, seed=2)


@pytest.fixture(scope="module")
def lacking() -> Mismatch:
    return mismatch(LACKING, PRODUCTION, options=QUICK)


def test_a_missing_topic_is_found_named_and_counted(lacking: Mismatch) -> None:
    assert told(lacking)["mismatch"] == "fail"
    assert told(lacking)["text"] == told(lacking)["segment"] == told(lacking)["intent"] == "fail"
    assert "language" not in told(lacking)
    assert any("no test of language" in line for line in lacking.findings.limits)
    missing = {gap.channel: gap for gap in lacking.gaps if gap.state == "missing"}
    assert missing["segment"].kind == "invoice"
    assert "invoice" in missing["intent"].kind
    assert missing["segment"].add == 20  # a tenth of 200
    assert all("invoice" in text for text in missing["intent"].texts)
    assert {name.rstrip("0123456789") for name in missing["intent"].ids} == {"invoice"}
    assert any("Add 20, as:" in line for line in lacking.findings.readings)
    over = {gap.kind for gap in lacking.gaps if gap.state == "too many"}
    assert "login" in over or "refund" in over


def test_what_no_weight_repairs_is_said(lacking: Mismatch) -> None:
    lost = named(lacking, "share_out_of_reach", "overall")
    assert lost.value == pytest.approx(0.1)
    assert any(line.startswith("No weight repairs 10.0%") for line in lacking.findings.readings)
    worth = named(lacking, "effective_examples", "overall")
    assert worth.value is not None
    assert 100 < worth.value < 200


def test_the_same_mix_passes_and_weights_leave_nothing() -> None:
    same = side({"refund": 80, "login": 60, "delivery": 40, "invoice": 20}, seed=3)
    found = mismatch(same, PRODUCTION, options=QUICK)
    assert told(found)["mismatch"] in {"pass", "inconclusive"}
    assert not [gap for gap in found.gaps if gap.state != "as in production"]
    assert named(found, "psi_reweighted", "segment").value == 0


def test_weights_take_the_shift_away(lacking: Mismatch) -> None:
    reached = PRODUCTION.only(np.asarray([tags != ("invoice",) for tags in PRODUCTION.segments]))
    found = mismatch(LACKING, reached, options=QUICK)
    before, after = (named(found, name, "segment") for name in ("psi", "psi_reweighted"))
    assert (before.value or 0) > 0
    assert after.value == 0
    assert named(lacking, "psi", "segment").low != 0


def test_too_few_to_tell_is_inconclusive_and_says_how_many_would_do() -> None:
    few = side({"refund": 12, "login": 9, "delivery": 6, "invoice": 3}, seed=4)
    found = mismatch(few, PRODUCTION, options=QUICK)
    (first,) = [v for v in found.findings.verdicts if v.name == "mismatch"]
    assert first.outcome == "inconclusive"
    (segment,) = [v for v in found.findings.verdicts if v.dimension == "segment"]
    assert segment.outcome == "inconclusive"
    assert segment.n_needed is not None
    assert 80 < segment.n_needed < 400
    assert "No shift was found, and one of 0.1 is not ruled out" in segment.reason
    assert f"{segment.n_needed:,} examples would mostly do" in segment.reason


def test_fewer_than_ten_are_refused() -> None:
    nine = side({"refund": 9})
    with pytest.raises(InsufficientData, match="the set has 9 questions"):
        mismatch(nine, PRODUCTION)
    with pytest.raises(InsufficientData, match="the window of production has 9"):
        mismatch(LACKING, nine)


def test_order_changes_no_share_and_the_seed_decides(lacking: Mismatch) -> None:
    again = mismatch(LACKING, PRODUCTION, options=QUICK)
    assert again.findings == lacking.findings
    order = np.random.default_rng(5).permutation(len(PRODUCTION))
    turned = mismatch(LACKING, PRODUCTION.only(order), options=QUICK)
    for name in ("psi", "share_in_production"):
        one, two = (
            {(r.dimension, r.segment): r.estimate.value for r in m.findings.named(name)}
            for m in (lacking, turned)
        )
        kept = [key for key in one if key[0] != "intent"]
        assert [one[key] for key in kept] == pytest.approx([two[key] for key in kept])


def test_unequal_chances_are_undone_by_weights() -> None:
    """A core with twice the refunds, each drawn twice as often: weighted, it is as production."""
    drawn = side({"refund": 160, "login": 60, "delivery": 40, "invoice": 20}, seed=6)
    weights = np.asarray([0.5] * 160 + [1.0] * 120)
    plain = mismatch(drawn, PRODUCTION, options=QUICK)
    weighed = mismatch(replace(drawn, weights=weights), PRODUCTION, options=QUICK)
    assert told(plain)["segment"] == told(plain)["text"] == "fail"
    assert "fail" not in told(weighed).values()
    assert any("unequal chances" in line for line in weighed.findings.limits)


def test_conversations_count_as_one() -> None:
    """Questions told five times in a conversation prove no more than once."""
    few = side({"refund": 24, "login": 18, "delivery": 12, "invoice": 6}, seed=7)
    rows = np.repeat(np.arange(len(few)), 5)
    many = replace(few.only(rows), clusters=tuple(f"talk {row}" for row in rows.tolist()))
    once, often = (mismatch(one, PRODUCTION, options=QUICK) for one in (few, many))
    assert "fail" not in told(often).values()
    a, b = (named(m, "psi", "segment").high or 0.0 for m in (once, often))
    assert b == pytest.approx(a, rel=0.35)


def test_other_components_have_a_distance_and_no_verdict() -> None:
    attacks = side({"invoice": 30}, seed=8)
    found = mismatch(
        LACKING, PRODUCTION, others={"edge": attacks, "golden": side({"login": 3})}, options=QUICK
    )
    far = {r.component: r.estimate for r in found.findings.named("text_shift")}
    assert (far["edge"].low or 0) > 0
    assert "3 questions" in (far["golden"].reason or "")
    assert not [v for v in found.findings.verdicts if v.component]


def test_the_distance_of_text_is_on_one_scale_whatever_the_size() -> None:
    """Sets of one kind each: as many topics of production are looked for, few or many examples."""
    few, many = (side({"login": n}, seed=8) for n in (30, 200))
    found = mismatch(LACKING, PRODUCTION, others={"edge": few, "golden": many}, options=QUICK)
    far = {r.component: r.estimate for r in found.findings.named("text_shift")}
    assert far["edge"].value == pytest.approx(far["golden"].value, rel=0.05)
    assert {r.dimension for r in found.findings.results if r.component} == {"text"}


def kinds(channel: str, first: Sequence[int], second: Sequence[int], count: int) -> Kinds:
    return Kinds(
        channel=channel,  # type: ignore[arg-type]
        names=tuple("abcdefgh"[:count]),
        first=np.asarray(first),
        second=np.asarray(second),
    )


def test_cells_by_hand() -> None:
    """Two intents; in the first, two segments stand alone, in the second there are too few."""
    intent = kinds("intent", [0] * 14 + [1] * 6, [0] * 60 + [1] * 40, 2)
    segment = kinds(
        "segment", [0] * 8 + [1] * 6 + [0] * 4 + [1] * 2, [0] * 20 + [1] * 40 + [0] * 40, 2
    )
    made = cells((intent, segment), None)
    found = dict(zip(made.names, np.round(made.shares, 9).tolist(), strict=True))
    assert found == {"a / b": 0.4, "b": 0.4, "a / a": 0.2}
    assert made.weights[0] == pytest.approx(0.2 * 20 / 8)
    assert made.weights.mean() == pytest.approx(1)
    assert made.worth == pytest.approx(20**2 / (8 * 0.5**2 + 6 * (4 / 3) ** 2 + 6 * (4 / 3) ** 2))
    assert made.reach == 1


def test_the_cap_holds_and_what_is_asked_by_nobody_counts_nothing() -> None:
    made = cells((kinds("intent", [0] * 5 + [1] * 90 + [2] * 5, [0] * 99 + [1], 3),), None, cap=4)
    assert made.capped == ("a",)
    assert made.weights[:5] == pytest.approx(made.shares[0] * 95 / 5)
    assert made.shares[0] == pytest.approx(4 * 5 / 95)
    assert made.weights[-5:].tolist() == [0] * 5
    with pytest.raises(InsufficientData, match="no kind of question"):
        cells((kinds("intent", [0, 0], [1, 1], 2),), None)


def test_a_conversation_is_no_cell() -> None:
    """Ten examples of one conversation count as one, and are joined with others."""
    intent = kinds("intent", [0] * 10 + [1] * 10 + [2] * 10, [0, 1, 2] * 20, 3)
    talks = np.asarray([0] * 10 + list(range(1, 21)))
    assert cells((intent,), None).names == ("a", "b", "c")
    made = cells((intent,), None, clusters=talks)
    assert made.names == ("b and others", "c")
    assert made.joined == 1
    assert made.mixed == pytest.approx(1 / 3)
    with pytest.raises(InsufficientData, match="no kind of question"):
        cells((intent,), None, clusters=np.zeros(30, dtype=np.intp))


def test_lengths_are_parts_of_as_many_questions() -> None:
    found = lengths(LACKING, PRODUCTION)
    counts = np.bincount(np.concatenate((found.first, found.second)))
    assert counts.min() > 0
    assert len(found.names) == counts.size
    assert found.names[-1].endswith("or more")


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(UsageError, match="one entry for each"):
        replace(LACKING, texts=LACKING.texts[1:])


def channel(high: float, p: float, **more: object) -> ChannelTest:
    estimate = Estimate(value=high / 2, low=0.0, high=high, level=0.95, n=200, method="PSI")
    told: dict[str, object] = {"channel": "segment", "estimate": estimate, "p": p} | more
    return ChannelTest(**told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("test", "outcome", "said"),
    [
        (channel(0.17, 0.02, n_needed=300), "inconclusive", "A shift is not shown after Holm"),
        (channel(0.17, 0.2, n_needed=300), "inconclusive", "300 examples would mostly do"),
        (channel(0.17, 0.2, passing=0.9), "inconclusive", "would mostly be shown to be"),
        (channel(0.17, 0.2, passing=0.2), "inconclusive", "no number of examples would do"),
        (channel(0.09, 0.2), "pass", "No shift was found, and any is less than the 0.1"),
        (channel(0.09, 0.001), "pass", "differs from production, by less than the 0.1"),
        (channel(0.17, 0.001), "fail", "not as in production"),
    ],
)
def test_a_pass_rests_on_its_interval(test: ChannelTest, outcome: str, said: str) -> None:
    quiet = (channel(0.05, 0.9, channel=name) for name in ("text", "length", "language", "intent"))
    overall, *each = decided((test, *quiet), level=0.95)
    assert each[0].outcome == overall.outcome == outcome
    assert said in each[0].reason
    assert ("after Holm" in overall.reason) == (test.p == 0.02)


def test_the_headline_is_re_weighted_by_hand() -> None:
    """Refunds score 0.8, others 0.2; the set has more of them than production."""
    rubric = Rubric(Dimension("accuracy", scale=Scale.of("0..1")))
    rng = np.random.default_rng(9)
    rows = [
        Rating(
            example=name,
            system="today",
            dimension="accuracy",
            rater="Ann",
            kind="people",
            value=float(np.clip((0.8 if name.startswith("refund") else 0.2) + noise, 0, 1)),
        )
        for name, noise in zip(LACKING.ids, rng.normal(0, 0.05, len(LACKING)), strict=True)
    ]
    known = {
        name: Example(id=name, messages=(Message("user", text),))
        for name, text in zip(LACKING.ids, LACKING.texts, strict=True)
    }
    scores = score(Ratings.of(rows), rubric, examples=known)
    reached = PRODUCTION.only(np.asarray([tags != ("invoice",) for tags in PRODUCTION.segments]))
    found = mismatch(LACKING, reached, scores=scores, options=replace(QUICK, intents=3))
    before, after, gap = (
        named(found, name, "overall")
        for name in ("mean", "mean_reweighted", "reweighting_difference")
    )
    values = np.asarray([row.value for row in rows], dtype=float)
    means = [values[start:end].mean() for start, end in ((0, 90), (90, 170), (170, 200))]
    expected = float(np.dot(means, [4 / 9, 3 / 9, 2 / 9]))
    assert after.value == pytest.approx(expected, abs=1e-9)
    assert before.value == pytest.approx(values.mean(), abs=1e-9)
    assert gap.value == pytest.approx(expected - values.mean(), abs=1e-9)
    assert after.low is not None
    assert before.low is not None
    assert after.low < expected < (after.high or 0)
    few = LACKING.only(np.arange(0, 200, 3))
    short = mismatch(few, reached, scores=scores, options=replace(QUICK, intents=3))
    for name in ("mean_reweighted", "reweighting_difference"):
        absent = named(short, name, "overall")
        assert absent.value is None
        assert "67 independent examples have a score" in (absent.reason or "")
    assert named(short, "mean", "overall").value is not None
    assert any("67 independent examples, and with fewer" in line for line in short.findings.limits)
