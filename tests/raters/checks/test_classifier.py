import json
import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand.core.rating import Measurement
from measurand.errors import InsufficientData, MissingExtra, UsageError
from measurand.raters.checks import HeldOut, Learned, TextClassifier, Training, build, train
from measurand.raters.checks.ngrams import GRAMS, Vocabulary
from measurand.raters.checks.training import _folds, _platt

pytest.importorskip("sklearn")

Rate = Callable[..., Measurement]

OPENINGS = ("Dear Ms", "Dear Mr", "Good day", "Hello team", "Greetings")
FORMAL = ("we regret to inform you", "please find enclosed", "we remain at your disposal",
          "kindly confirm receipt", "your request has been processed")  # fmt: skip
CASUAL = ("no worries mate", "gonna sort it out", "that's so cool lol", "hang on a sec",
          "yeah it kinda works")  # fmt: skip
TOPICS = (
    "router",
    "invoice",
    "contract",
    "speed",
    "outage",
    "modem",
    "refund",
    "line",
    "bill",
    "tv",
)

QUICK = Training(folds=3, limit=500, fewest=15)


def corpus(*, noise: float, count: int = 200, seed: int = 3) -> tuple[list[str], list[str]]:
    """Texts whose register is told by one phrase; a share of the labels is drawn blindly."""
    rng = np.random.default_rng(seed)
    texts, labels = [], []
    for number in range(count):
        label = "formal" if number % 2 else "casual"
        phrase = rng.choice(FORMAL if number % 2 else CASUAL)
        topic, other = rng.choice(TOPICS, 2)
        texts.append(f"{rng.choice(OPENINGS)}, {phrase}: {topic} {other} {number}")
        blind = rng.choice(["formal", "casual"])
        labels.append(str(blind) if rng.random() < noise else label)
    return texts, labels


def trained(*, noise: float = 0.1, count: int = 120) -> TextClassifier:
    texts, labels = corpus(noise=noise, count=count)
    return train(texts, labels, good="formal", rng=np.random.default_rng(7))


@pytest.fixture(scope="module")
def register() -> TextClassifier:
    return trained()


@pytest.mark.parametrize(
    ("ours", "analyzer", "sizes"), [("word", "word", (1, 2)), ("char", "char_wb", (2, 4))]
)
def test_vectors_equal_those_of_scikit_learn(
    ours: Any, analyzer: str, sizes: tuple[int, int]
) -> None:
    text = pytest.importorskip("sklearn.feature_extraction.text")
    texts = [*corpus(noise=0)[0][:60], "", "Ünïcode  a b\tç\n東京", "x", "\x00 nul", "AB ab Ab"]
    oracle = text.TfidfVectorizer(
        analyzer=analyzer, ngram_range=sizes, sublinear_tf=True, min_df=2, norm="l2"
    )
    expected = oracle.fit_transform(texts).toarray()
    vocabulary = Vocabulary.fit(texts, ours, limit=10**6)
    assert list(vocabulary.terms) == list(oracle.get_feature_names_out())
    for row, one in zip(expected, texts, strict=True):
        places, values = vocabulary.vector(one)
        dense = np.zeros(len(vocabulary.terms))
        dense[places] = values
        np.testing.assert_allclose(dense, row, atol=1e-12)


def test_the_limit_keeps_the_most_common_terms() -> None:
    vocabulary = Vocabulary.fit(["bb aa", "bb aa", "bb cc", "cc dd"], "word", limit=2)
    assert vocabulary.terms == ("aa", "bb")
    assert list(GRAMS["char"]("a")) == [" a", "a ", " a "]


def test_platt_equals_scikit_learn() -> None:
    calibration = pytest.importorskip("sklearn.calibration")
    rng = np.random.default_rng(5)
    positive = rng.random(300) < 0.4
    scores = rng.normal(positive * 1.5, 1.0)
    slope, shift = _platt(scores, positive)
    a, b = calibration._sigmoid_calibration(scores, positive.astype(float))
    assert slope == pytest.approx(-a, abs=1e-4)
    assert shift == pytest.approx(-b, abs=1e-4)


def test_scores_against_the_labels_are_not_turned_round() -> None:
    """Held-out scores of meaningless labels lean against them; that is no skill."""
    scores = np.r_[np.full(30, 1.0), np.full(10, -1.0)]
    slope, shift = _platt(scores, scores < 0)
    assert slope == 0
    assert 1 / (1 + math.exp(-shift)) == pytest.approx(0.25, abs=0.02)


def test_platt_exists_where_scores_separate_the_sides() -> None:
    scores = np.r_[np.full(20, -1000.0), np.full(20, 1000.0)]
    slope, shift = _platt(scores, scores > 0)
    assert math.isfinite(slope)
    assert slope > 0
    assert abs(shift) < 1e-6


def test_what_was_learned_is_said_of_new_texts(register: TextClassifier, rate: Rate) -> None:
    check = Learned("tone", register)
    assert rate(check, "Hello Sam, we regret to inform you of the outage.").value == 1
    assert rate(check, "Hello Sam, no worries mate, gonna fix the modem lol").value == 0
    assert "p(formal) = " in rate(check, "please find enclosed the invoice").reason


def test_the_held_out_accuracy_is_that_of_new_texts() -> None:
    """With a tenth of the labels blind, 95 % can be had: held out, and of new texts."""
    classifier = trained(noise=0.1, count=400)
    accuracy = classifier.held_out.accuracy()
    assert accuracy.low is not None
    assert accuracy.high is not None
    assert accuracy.low <= 0.95 <= accuracy.high + 0.01
    texts, labels = corpus(noise=0.1, count=400, seed=99)
    said = [(classifier.probability(text) or 0.0) > 0.5 for text in texts]
    right = [good == (label == "formal") for good, label in zip(said, labels, strict=True)]
    assert accuracy.low - 0.03 <= np.mean(right) <= accuracy.high + 0.03


def test_labels_without_meaning_are_not_rated(rate: Rate) -> None:
    classifier = trained(noise=1.0)
    rating = rate(Learned("tone", classifier), "please find enclosed the invoice")
    assert rating.value is None
    assert "at least 0.70 is needed" in rating.reason


def _mean_area(runs: int) -> float:
    """The mean held-out area under the curve where labels have no meaning; the truth is 0.5."""
    areas = []
    for seed in range(runs):
        texts, labels = corpus(noise=1.0, count=60, seed=seed)
        held_out = train(
            texts, labels, good="formal", rng=np.random.default_rng(seed), training=QUICK
        ).held_out
        areas.append(held_out.auc().value or 0.5)
    return float(np.mean(areas))


def test_noise_does_not_look_like_skill() -> None:
    assert _mean_area(8) < 0.6


@pytest.mark.long
def test_noise_does_not_look_like_skill_in_many_runs() -> None:
    assert _mean_area(150) < 0.52


def test_a_rare_label_does_not_pass_for_accuracy(rate: Rate) -> None:
    """Always saying the frequent label is right in 90 %: no merit, and no rating."""
    rng = np.random.default_rng(1)
    texts = [f"{rng.choice(TOPICS)} {rng.choice(TOPICS)} {n}" for n in range(400)]
    labels = ["unsafe" if rng.random() < 0.1 else "safe" for _ in range(400)]
    classifier = train(texts, labels, good="safe", rng=rng)
    rating = rate(Learned("safety", classifier, undecided=0.0), "the router")
    assert rating.value is None
    assert "more frequent label" in rating.reason


def test_undecided_and_unknown_texts_are_not_rated(register: TextClassifier, rate: Rate) -> None:
    check = Learned("tone", register, undecided=0.45)
    rating = rate(check, "Hello team, your router")
    assert rating.value is None
    assert "undecided" in rating.reason
    for text in ("", "\x00", "\u0645\u0631\u062d\u0628\u0627"):
        assert "known" in rate(check, text).reason
        assert rate(check, text).value is None


def test_a_file_says_the_same_without_scikit_learn(
    register: TextClassifier, tmp_path: Path
) -> None:
    file = tmp_path / "register.json"
    register.write(file)
    again = TextClassifier.read(file)
    assert again == register
    assert Learned("tone", file).version == Learned("tone", register).version
    script = (
        "import sys; sys.modules['sklearn'] = None\n"
        "from pathlib import Path\n"
        "from measurand.raters.checks import TextClassifier\n"
        f"print(TextClassifier.read(Path({str(file)!r})).probability('please find enclosed'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    assert float(done.stdout) == register.probability("please find enclosed")


def test_the_same_seed_gives_the_same_classifier() -> None:
    assert trained(count=60) == trained(count=60)


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "[]",
        "{}",
        '{"format": "other"}',
        "PICKLE",
        '{"format": "measurand text classifier 1"}',
    ],
)
def test_a_file_that_is_no_classifier_is_refused(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "register.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError):
        Learned("tone", file)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("weights", [1.0]),
        ("slope", None),
        ("good", "kind"),
        ("vocabularies", [{"analyzer": "byte"}]),
        ("held_out", {"probabilities": [2], "good": [True]}),
    ],
)
def test_a_file_whose_parts_do_not_fit_is_refused(
    register: TextClassifier, tmp_path: Path, key: str, value: object
) -> None:
    file = tmp_path / "register.json"
    register.write(file)
    raw = json.loads(file.read_text(encoding="utf-8")) | {key: value}
    file.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(UsageError, match="no text classifier"):
        TextClassifier.read(file)


def test_equal_texts_share_a_fold_and_count_once() -> None:
    keys = [f"text {n % 50}" for n in range(100)]
    positive = np.array([n < 50 for n in range(100)])
    folds = _folds(keys, positive, 5, rng=np.random.default_rng(0))
    assert (folds[:50] == folds[50:]).all()
    texts, labels = corpus(noise=0, count=60)
    once = train(texts, labels, good="formal", rng=np.random.default_rng(0))
    shouted = [text.upper() for text in texts]
    twice = train(texts + shouted, labels * 2, good="formal", rng=np.random.default_rng(0))
    assert len(once.held_out.good) == len(twice.held_out.good) == 60


def test_too_little_to_learn_from_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, labels = corpus(noise=0, count=60)
    rng = np.random.default_rng(0)
    with pytest.raises(UsageError, match="no example has the good label"):
        train(texts, labels, good="kind", rng=rng)
    with pytest.raises(UsageError, match="60 texts have 59 labels"):
        train(texts, labels[1:], good="formal", rng=rng)
    with pytest.raises(InsufficientData, match="20 different texts"):
        train(texts[:30], labels[:30], good="formal", rng=rng)
    with pytest.raises(InsufficientData, match="30 with the label"):
        train(texts * 9, labels * 9, good="formal", rng=rng, training=Training(fewest=31))
    with pytest.raises(UsageError):
        Training(folds=1)
    monkeypatch.setattr("measurand.raters.checks.base.find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"measurand\[classifiers\]"):
        train(texts, labels, good="formal", rng=rng)


@pytest.mark.parametrize(
    "bounds",
    [{"minimum_accuracy": 0.4}, {"minimum_accuracy": 1.0}, {"undecided": 0.5}, {"undecided": -0.1}],
)
def test_bounds_that_mean_nothing_are_refused(
    register: TextClassifier, bounds: dict[str, float]
) -> None:
    with pytest.raises(UsageError):
        Learned("tone", register, **bounds)  # type: ignore[arg-type]


def test_nothing_held_out_is_no_rating(register: TextClassifier, rate: Rate) -> None:
    empty = HeldOut((), ())
    for estimate in (empty.accuracy(), empty.decided(), empty.auc(), empty.brier()):
        assert not estimate.present
    assert rate(Learned("tone", replace(register, held_out=empty)), "no worries").value is None


def test_a_plan_names_the_file_and_the_bounds(register: TextClassifier, tmp_path: Path) -> None:
    register.write(tmp_path / "register.json")
    built = build("check.learned", "tone", "register.json", base=tmp_path)
    assert built.version == Learned("tone", register).version
    strict = {"classifier": "register.json", "minimum_accuracy": 0.9}
    built = build("check.learned", "tone", strict, base=tmp_path)
    assert built.version == Learned("tone", register, minimum_accuracy=0.9).version
