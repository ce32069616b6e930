"""How numbers and names are written, the same in every rendering."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from measurand.analysis.result import Verdict
from measurand.core.scale import Value
from measurand.figures.text import MINUS, numbers, one_sided
from measurand.report.document import Outcome, Percent
from measurand.report.power_words import POWER_LABELS
from measurand.stats.estimate import Estimate

__all__ = [
    "SHARES",
    "TONES",
    "Tone",
    "basis",
    "beside",
    "cell",
    "described",
    "explained",
    "headline_about",
    "label",
    "methods",
    "money",
    "pair",
    "rank_range",
    "rating",
    "tone",
    "verdict_about",
]

Tone = Literal["good", "bad", "unsure", "plain"]

TONES: Mapping[str, Tone] = MappingProxyType(
    {
        "pass": "good",
        "a better": "good",
        "b better": "good",
        "a better predictor": "good",
        "b better predictor": "good",
        "equivalent within margin": "good",
        "not worse": "good",
        "fail": "bad",
        "inconclusive": "unsure",
        "nothing found": "plain",
        "not run": "plain",
        "VERIFIED": "good",
        "PASS": "good",
        "FAIL": "bad",
        "qualified": "good",
        "failed": "bad",
        "adopted": "good",
        "better": "good",
        "worse": "bad",
        "carries over": "good",
        "does not carry over": "bad",
        "material": "bad",
        "negligible": "good",
        "mitigated": "good",
        "not mitigated": "bad",
        "one best": "good",
        "several best": "unsure",
        "none": "good",
        "on the front": "good",
        "dominated": "bad",
        "survives every weighting": "good",
        "system": "bad",
        "judge": "bad",
    }
)

_LABELS = {
    "percent_agreement": "Raw agreement",
    "any_flag_rate": "Flagged by anyone",
    "discordance": "Examples that differ",
    "changed_to_worse": "Changed for the worse",
    "changed_to_better": "Changed for the better",
    "changed_by_chance": "Each way by chance",
    "cost_per_output": "US dollars an output",
    "seconds_median": "Seconds an output, median",
    "difference_at_least_favourable_weights": "At the least favourable weights",
    "difference_at_most_favourable_weights": "At the most favourable weights",
    "pass_hat_k": "All of k trials pass",
    "pass_at_k": "Any of k trials passes",
    "trial_variance": "Variance between trials",
    "trial_variance_share": "Share of variance between trials",
    "trials_worth": "Trials that are worth it",
    "posterior_difference": "Difference, posterior",
    "probability_better": "Probability that it is better",
    "probability_within_margin": "Probability of less than the margin",
    "kendall": "Kendall's tau-b",
    "explained_variance": "Variance explained",
    "pearson_disattenuated": "Pearson, corrected for noise",
    "pearson_difference": "Pearson's r, first minus second",
    "pearson_mean": "Mean Pearson",
    "regret": "Lost by its pick",
    "regret_sd": "Lost, in SD",
    "probability_best": "Picks the best",
    "expected_regret": "Loses on average",
    "pick_rank": "Mean rank of the pick",
    "pairwise_concordance": "Pairs in the right order",
    "screening_loss": "Screening drops the best",
    "screening_regret": "Screening loses on average",
    "blocking_rate": "Blocked outputs",
    "cohen_kappa": "Cohen's kappa",
    "fleiss_kappa": "Fleiss' kappa",
    "krippendorff_alpha": "Krippendorff's alpha",
    "gwet_ac1": "Gwet's AC1",
    "icc1": "ICC(1), one rater",
    "icc1k": "ICC(1,k), their mean",
    "ceiling_majority": "Ceiling, majority vote",
    "ceiling_majority_bounds": "Ceiling, majority vote, from four votes or more",
    "disagreement_share": "Share of disagreement",
    "ceiling_correlation": "Ceiling, correlation",
    "leave_one_out": "One rater against the rest",
    "correlation_bound": "Correlation, lower bound",
    "rank_correlation_bound": "Rank correlation, lower bound",
    "icc_absolute": "ICC(A,1)",
    "ceiling_ratio": "Share of the ceiling",
    "alt_test_winning_rate": "Alt-test, people it could replace",
    "alt_test_advantage": "Alt-test, advantage over a person",
    "repeats_needed": "Repeats for a reliable mean",
    "minimum_detectable_difference": "Smallest detectable difference",
    "place": "Place between floor and expert",
    "blocking_rate_of_outputs": "Blocked, of all outputs",
    "blocking_rate_if_unknown": "Blocked, if all unknown were",
    "blocking_rate_of_traffic": "Blocked, of traffic",
    "blocking_rate_of_traffic_if_unknown": "Blocked, of traffic, if all unknown were",
    "mean_if_worst": "Mean, if failures were the worst",
    "mean_if_best": "Mean, if failures were the best",
    "preference_failure_rate": "Judgments of pairs that failed",
    "preference_if_worst": "Preference, if failures were against the first",
    "preference_if_best": "Preference, if failures were for the first",
    "first_slot_excess": "Preference for the first place",
    "order_consistency": "Both orders alike",
    "repeat_consistency": "Repeats alike",
    "rating_visits": "Items to be shown",
    "rating_seconds": "Seconds an item",
    "rating_hours": "Hours of people",
    "rating_cost": "US dollars",
    "rating_days": "Working days",
    "golden_accuracy": "Golden, exactly right",
    "golden_accuracy_within_one": "Golden, within one level",
    "golden_passed": "Golden, passed",
    "self_agreement": "Same when seen again",
    "self_kappa": "Kappa with oneself",
    "rater_accuracy": "One-coin accuracy",
    "same_on_all_dimensions": "One value on all dimensions, more than others",
    "cannot_judge": "Could not judge",
    "rater_seconds": "Seconds an output",
    "fast_share": "In under a third of the time",
    "mean_vote": "Mean of the votes",
    "out_of_fold_r": "Correlation with people, out of fold",
    "out_of_fold_loss": "Error, out of fold",
    "loss_difference": "Error minus that of the judge as it is",
    "r_before": "Correlation with people, before",
    "r_after": "Correlation with people, after",
    "r_difference": "Correlation after minus before",
    "judge_mean_raw": "The judge's own mean",
    "judge_difference_raw": "The judge's own difference",
    "difference_simultaneous": "Difference, all pairs at once",
    "difference_of_all": "Difference over all pools",
    "mean_of_all": "Mean over all pools",
    "effective_examples": "Worth, in examples that count alike",
    "labels_saved": "Worth of a label",
    "rogan_gladen": "Rogan-Gladen",
    "transport_gap": "Missed by others' calibration",
    "flip_rate": "Flips",
    "noise_floor": "Flips by noise alone",
    "flips_beyond_noise": "Flips beyond noise",
    "modal_share": "On the favourite level",
    "effective_levels": "Levels really used",
    "tie_rate": "Two outputs with one score",
    "repeat_difference": "Two judgments of one output differ by",
    "people_difference": "Two people's ratings differ by",
    "discriminant_gap": "Same dimension over others, correlation with people",
    "anchor_slope": "Points per point of the score before",
    "shift_per_doubling": "Points per doubling of words",
    "correlation_with_people": "Correlation with people",
    "agreement_of_constant": "Of the commonest answer",
    "kappa_with_people": "Kappa with people",
    "error_after_mapping": "Error after mapping",
    "leniency": "Leniency",
    "advantage_over_person": "Better than one person by",
    "repeat_reliability": "Reliability of one call",
    "rated_share": "Rated",
    "cost_per_thousand_outputs": "US dollars, 1,000 outputs",
    "seconds_per_output": "Seconds an output",
    "anchor_gap": "Above people by",
    "anchor_flips": "Judged otherwise than in the last run",
    "anchor_shift": "Moved by, share of the scale",
    "stream_shift": "The system's outputs moved by",
    "anchor_evidence": "Evidence",
    "strength": "Strength, log-odds",
    "win_rate_length_controlled": "Win rate at equal length",
    "style_effect": "Added log-odds of winning",
    "tied_votes": "Ties, of all votes",
    "overlap": "Found in the texts",
    "overlap_mostly_covered": "Most of its words found",
    "twin_gap": "Lost in other words",
    "twin_gap_detectable": "Smallest gap that is found",
    "twin_gap_beyond_reference": "Lost beyond the reference",
    "style_gap": "Lost in another phrasing",
    "placebo_gap": "Lost by a trivial edit",
    "style_excess": "Lost beyond a trivial edit",
    "style_excess_beyond_reference": "Lost beyond the reference",
    "date_gap": "Before less after",
    "date_gap_adjusted": "Within segments and components",
    "date_gap_detectable": "Smallest difference that is found",
    "date_gap_beyond_control": "Beyond the control",
    "optimised_change": "Optimised, first to last",
    "held_out_change": "Held out, first to last",
    "gaming_divergence": "Optimised less held out",
    "canary_completed": "Askings in which it goes on",
    "order_shift": "Log-probability above shuffled",
    "min_k_auc": "Set before unseen, of pairs",
    **POWER_LABELS,
}

_EXPLAINED = {
    "any_flag_rate": "Flagged by anyone: the share of outputs that at least one rater blocked.",
    "discordance": (
        "Examples that differ (discordance): the share of examples on which the two systems differ."
    ),
}

SHARES = frozenset(
    {
        *("blocking", "blocking_rate", "blocking_rate_if_unknown", "any_flag_rate"),
        *("blocking_rate_of_outputs", "blocking_rate_of_traffic"),
        "blocking_rate_of_traffic_if_unknown",
        *("discordance", "percent_agreement", "disagreement_share"),
        *("output_failure_rate", "judge_failure_rate", "check_failure_rate"),
        *("output_failure_difference", "judge_failure_difference", "check_failure_difference"),
        *("preference", "preference_wins", "preference_ties", "preference_losses"),
        *("preference_failure_rate", "preference_if_worst", "preference_if_best"),
        *("order_consistency", "repeat_consistency", "first_slot_excess"),
        *("golden_accuracy", "golden_accuracy_within_one", "golden_passed", "self_agreement"),
        *("sensitivity", "specificity", "rogan_gladen"),
        *("changed_to_worse", "changed_to_better", "changed_by_chance", "pass_hat_k", "pass_at_k"),
        *("trial_variance_share", "probability_better", "probability_within_margin"),
        *("explained_variance", "probability_best", "pairwise_concordance", "screening_loss"),
        *("rater_accuracy", "same_on_all_dimensions", "cannot_judge", "fast_share"),
        *("qualification", "pace"),
        *("gate: blocking", "gate: regressions", "regression_rate", "flaky_rate"),
        *("position", "clumping", "injection", "flip_rate", "noise_floor", "flips_beyond_noise"),
        *("sensitivity", "specificity", "modal_share", "tie_rate"),
        *("agreement_of_constant", "rated_share", "anchor_flips"),
        *("agreement_with_people", "sensitivity", "specificity", "alt_test_winning_rate"),
        *("win_rate", "win_rate_length_controlled", "tied_votes"),
        *("canary_completed", "min_k_auc", "overlap", "overlap_mostly_covered"),
    }
)
"""Results and decisions that are about a share of units, written in percent."""

_CENT = 0.01
_NARROW = "\N{NO-BREAK SPACE}"
_NAMES = 3
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DETAIL = re.compile(
    r" \((?:n0 = [\d.]+|nominal|ordinal|interval|ratio)\)|, \d+ resamples|, upper bound"
)


def tone(outcome: str) -> Tone:
    """What an outcome means; an unknown one is never good news."""
    return TONES.get(outcome, "unsure")


def label(name: str) -> str:
    """A published name as a heading."""
    return _LABELS.get(name) or name[:1].upper() + name[1:].replace("_", " ")


def explained(names: Iterable[str]) -> str:
    """What results of these names are, for those whose heading does not say it."""
    known = (_EXPLAINED[name] for name in dict.fromkeys(names) if name in _EXPLAINED)
    return " ".join(known)


def cell(name: str, estimate: Estimate) -> Estimate | Percent:
    """An estimate as a table shows it: shares in percent."""
    return Percent(estimate) if name in SHARES else estimate


def money(dollars: float) -> str:
    """US dollars, with as many decimals as small sums need."""
    small = dollars < _CENT and dollars
    return f"${Decimal(f'{dollars:.1e}'):f}" if small else f"${dollars:,.2f}"


def rank_range(estimate: Estimate) -> str | None:
    """The ranks that something may have; None where there is no rank."""
    if estimate.low is None or estimate.high is None:
        return None
    low, high = round(estimate.low), round(estimate.high)
    return f"{low}" if low == high else f"{low}{_NARROW}to{_NARROW}{high}"


def rating(value: Value | None, *, yes_no: bool = False) -> str:
    """A rating as it was given."""
    if value is None:
        return "none"
    if yes_no and value in {0, 1}:
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:g}"


def basis(estimates: Iterable[Estimate], *, method: str | None = None) -> str:
    """What numbers rest on: level, number of units, method unless it is said elsewhere."""
    present = [estimate for estimate in estimates if estimate.present]
    method = methods(present) if method is None else method
    if not present:
        return ""
    levels = " and ".join(f"{level:.4g}%" for level in sorted({100 * e.level for e in present}))
    least, most = min(e.n for e in present), max(e.n for e in present)
    units = f"n = {least:,}" if least == most else f"n from {least:,} to {most:,}"
    kind = "upper bounds" if all(map(one_sided, present)) else "intervals"
    return "; ".join(filter(None, (f"{levels} {kind}", units, method))) + "."


def methods(estimates: Iterable[Estimate]) -> str:
    """By what methods, each once; what differs between units only by a number is a range."""
    kinds: dict[tuple[str, ...], list[list[str]]] = {}
    for method in dict.fromkeys(_short(e.method) for e in estimates if e.present):
        kinds.setdefault(tuple(_NUMBER.split(method)), []).append(_NUMBER.findall(method))
    return " or ".join(_merged(kind, found) for kind, found in kinds.items())


def _short(method: str) -> str:
    """A method without the settings and the details that only JSON needs."""
    return _DETAIL.sub("", method.partition(";")[0])


def _merged(texts: Sequence[str], found: Sequence[Sequence[str]]) -> str:
    ranges = ["" for _ in texts]
    for place, values in enumerate(zip(*found, strict=True)):
        least, most = min(values, key=float), max(values, key=float)
        ranges[place] = least if least == most else f"{least} to {most}"
    return "".join(text + part for text, part in zip(texts, ranges, strict=True))


def described(estimate: Estimate, *, percent: bool = False) -> str:
    """A present estimate in full: its numbers, level, size and method."""
    level = f"{100 * estimate.level:.4g}%"
    kind = f" ({level})" if one_sided(estimate) else f", {level} interval"
    return f"{numbers(estimate, percent=percent)}{kind}, n = {estimate.n:,}, {methods([estimate])}"


def beside(verdict: Verdict) -> Estimate | None:
    """The estimate that a headline shows below its reason; None where the reason has told it.

    A difference is told of the better system less the other, as the reason is.
    """
    estimate = verdict.estimate
    if estimate is None or estimate.value is None:
        return None
    if verdict.outcome == "b better":
        estimate = estimate.scaled(-1)
    ends = (estimate.value, estimate.low or 0.0, estimate.high or 0.0)
    value, low, high = (f"({re.escape(f'{end:.2f}')}|{re.escape(f'{end:.3f}')})" for end in ends)
    return None if re.search(rf"{value} \({low} to {high}", verdict.reason) else estimate


def pair(systems: tuple[str, ...]) -> str:
    """One system, or two as a difference; of a longer list the first."""
    listed = len(systems) > 2  # noqa: PLR2004 - a difference is of two
    return ", ".join(_few(systems)) if listed else f" {MINUS} ".join(systems)


def verdict_about(verdict: Verdict) -> str:
    """What a verdict is about, beyond its name: its systems and its dimension."""
    parts = (pair(verdict.systems), *_few(verdict.raters), verdict.dimension)
    return ", ".join(part for part in parts if part and part != verdict.name)


def headline_about(verdict: Verdict) -> str:
    """What a headline is about: the decision, the systems beside its winner, the dimension."""
    systems = verdict.systems
    if winner := Outcome.of(verdict).winner:
        against = ", ".join(name for name in systems if name != winner)
        about = f"against {against}"
    else:
        about = " and ".join((*_few(systems), *_few(verdict.raters)))
    named = dict.fromkeys((verdict.name, verdict.dimension, about))
    return ", ".join(part for part in named if part)


def _few(names: Sequence[str]) -> tuple[str, ...]:
    """The first names of a long list, and how many more there are."""
    if len(names) <= _NAMES:
        return tuple(names)
    return (*names[:_NAMES], f"{len(names) - _NAMES} more")
