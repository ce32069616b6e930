import string
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.rating import Measurement
from measurand.errors import MissingExtra, UsageError
from measurand.raters.checks import Bleu, Chrf, Rouge
from measurand.raters.checks.overlap import Variant, _tokens, rouge_l, rouge_n

Rate = Callable[..., Measurement]

PAIRS = [
    ("the cat sat on the mat", "the cat is on the mat"),
    ("police kill the gunman", "police killed the gunman"),
    ("Don't over-think it: 3.5 is OK!", "do not overthink; 3.5 is fine"),
    ("a", "a"),
    ("one two three", "four five six"),
    ("the the the the", "the cat the"),
]


def _oracle(variant: Variant) -> Any:
    scorer = pytest.importorskip("rouge_score.rouge_scorer")
    return scorer.RougeScorer([variant], use_stemmer=False)


@pytest.mark.parametrize("variant", ["rouge1", "rouge2", "rougeL"])
@pytest.mark.parametrize(("answer", "reference"), PAIRS)
def test_rouge_equals_rouge_score(
    rate: Rate, variant: Variant, answer: str, reference: str
) -> None:
    expected = _oracle(variant).score(reference, answer)[variant].fmeasure
    rating = rate(Rouge("completeness", variant), answer, references=(reference,))
    if variant == "rouge2" and reference == "a":
        assert rating.value is None
    else:
        assert rating.value == pytest.approx(expected, abs=1e-12)


TEXT = st.text(st.sampled_from(string.ascii_letters[:4] + string.punctuation + "12  "), max_size=60)


@given(TEXT, TEXT)
def test_rouge_equals_rouge_score_on_any_ascii(answer: str, reference: str) -> None:
    mine, theirs = _tokens(answer), _tokens(reference)
    for variant, score in (
        ("rouge1", rouge_n(mine, theirs, 1)),
        ("rouge2", rouge_n(mine, theirs, 2)),
        ("rougeL", rouge_l(mine, theirs)),
    ):
        expected = _oracle(variant).score(reference, answer)[variant].fmeasure  # type: ignore[arg-type]
        assert score == pytest.approx(expected, abs=1e-12)


def test_rouge_reads_other_scripts(rate: Rate) -> None:
    check = Rouge("completeness", "rouge1")
    assert rate(check, "Grüße aus Köln", references=("grüße von köln",)).value == pytest.approx(
        2 / 3
    )
    assert rate(check, "東京都", references=("東京",)).value == pytest.approx(4 / 5)


@pytest.mark.parametrize(("answer", "reference"), [*PAIRS, ("", "a b"), ("Köln", "Grüße, Köln")])
def test_bleu_and_chrf_equal_sacrebleu(rate: Rate, answer: str, reference: str) -> None:
    sacrebleu = pytest.importorskip("sacrebleu")
    references = [reference]
    bleu = sacrebleu.sentence_bleu(answer, references, use_effective_order=True).score / 100
    chrf = sacrebleu.sentence_chrf(answer, references).score / 100
    assert rate(Bleu("accuracy"), answer, references=(reference,)).value == pytest.approx(
        min(bleu, 1)
    )
    assert rate(Chrf("accuracy"), answer, references=(reference,)).value == pytest.approx(chrf)


CHECKS = [Rouge("d"), Rouge("d", "rouge1"), Rouge("d", "rouge2"), Bleu("d"), Chrf("d")]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: getattr(check, "variant", check.short))
def test_the_best_reference_counts_and_none_is_no_rating(
    rate: Rate, check: Rouge | Bleu | Chrf
) -> None:
    text = "the cat sat on the mat"
    assert rate(check, text).value is None
    assert rate(check, text, references=("", " ")).value is None
    both = rate(check, text, references=("nothing like it", text)).value
    assert both == pytest.approx(1.0)
    assert rate(check, "", references=(text,)).value == 0
    assert rate(check, "x " * 200_000, references=("y " * 200_000,)).value is None


def test_a_missing_package_is_said_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("measurand.raters.checks.base.find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"measurand\[text\]"):
        Bleu("accuracy")
    assert Rouge("accuracy").name == "check.rouge"


def test_unknown_variants_are_refused() -> None:
    with pytest.raises(UsageError):
        Rouge("d", "rouge9")  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        Bleu("d", "words")
