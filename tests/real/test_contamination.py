"""What each tier of the overlap finds of benchmarks in other words, and what it finds wrongly.

Originals are looked for in files of their rewordings, a row each: found is an original in its own
row, wrong a pair of an original and another's row. The page has this table word for word.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from measurand.analysis.overlap import OverlapOptions
from measurand.analysis.overlap_needles import Best, Tally
from measurand.analysis.overlap_reach import REACH
from measurand.analysis.overlap_result import TIERS, TierName
from measurand.core.example import Example, Message
from measurand.jobs.exposing.corpora import Corpus
from measurand.jobs.overlap import overlap
from measurand.stats.estimate import Estimate
from measurand.stats.proportion import wilson

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "contamination"
PAGE = ROOT / "docs" / "contamination.md"
SUBJECTS = {
    "algebra": "abstract_algebra",
    "sociology": "sociology",
    "history": "high_school_us_history",
}
ROWS = (13, 10, 8)

Pairs = Mapping[str, Mapping[str, set[tuple[int, int]]]]

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]


@dataclass(frozen=True)
class Case:
    """Originals and what stands in the file they are looked for in, by number."""

    name: str
    originals: tuple[str, ...]
    texts: tuple[str, ...]
    paired: bool = True

    @property
    def items(self) -> int:
        """How many can be found."""
        return sum(bool(text.strip()) for text in self.texts) if self.paired else 0

    @property
    def pairs(self) -> int:
        """How many pairs of an original and a text are unrelated."""
        return len(self.originals) * sum(bool(t.strip()) for t in self.texts) - self.items


def jsonl(name: str) -> list[dict[str, Any]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def cases() -> Iterator[Case]:
    problems = jsonl("humaneval_rephrased.jsonl.gz")
    originals = tuple(row["original"] for row in problems)
    yield Case("HumanEval, unchanged", originals, originals)
    tenth = tuple(" ".join(changed(text.split())) for text in originals)
    yield Case("HumanEval, every tenth word another", originals, tenth)
    for title, key in (("Python", "python"), ("JavaScript", "js"), ("C", "c")):
        texts = tuple(row[f"rephrased_{key}"] for row in problems)
        yield Case(f"HumanEval, rewritten in {title}", originals, texts)
    for title, name in SUBJECTS.items():
        with (DATA / f"mmlu_{name}_original.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        asked = tuple(f"{row[0]}\nAnswer: {row['ABCD'.index(row[5]) + 1]}" for row in rows)
        for how, file in (
            ("in other words", f"mmlu_{name}_rephrase_english_filtered_question.jsonl.gz"),
            ("in Chinese", f"mmlu_{name}_chinese.jsonl.gz"),
        ):
            texts = tuple(row["text"] for row in jsonl(file))
            yield Case(f"MMLU {title}, {how}", asked, texts)
    unrelated = tuple(row["text"] for row in jsonl("gsm8k_rephrased.jsonl.gz"))
    yield Case("HumanEval in GSM8K, unrelated", originals, unrelated, paired=False)


def changed(words: Sequence[str]) -> Iterator[str]:
    return ("other" if at % 10 == 9 else word for at, word in enumerate(words))


class Noted(Tally):
    """A tally that also keeps every pair."""

    noted: list[tuple[int, TierName, int, float]]

    def _add(self, key: tuple[int, TierName], found: Best) -> None:
        self.noted.append((*key, found.place.line - 1, found.strength))
        super()._add(key, found)


@pytest.fixture(scope="module")
def every() -> tuple[Case, ...]:
    return tuple(cases())


@pytest.fixture(scope="module")
def pairs(every: tuple[Case, ...], tmp_path_factory: pytest.TempPathFactory) -> Pairs:
    """The pairs that each tier found, by case."""
    folder = tmp_path_factory.mktemp("corpora")
    return {case.name: found(case, folder) for case in every}


def found(
    case: Case, folder: Path, *, near: float = 0.25, cosine: float = 0.55
) -> dict[str, set[tuple[int, int]]]:
    file = folder / f"{re.sub('[^a-z]', '', case.name.lower())}.jsonl"
    rows = (json.dumps({"text": text}) for text in case.texts)
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    noted: list[tuple[int, TierName, int, float]] = []
    options = OverlapOptions(near=near, cosine=cosine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("measurand.jobs.overlap.Tally", Noted)
        patch.setattr(Noted, "noted", noted, raising=False)
        result = overlap(
            [
                Example(id=str(at), messages=(Message("user", text),))
                for at, text in enumerate(case.originals)
            ],
            [Corpus(file)],
            options=options,
        )
    assert not result.unread
    # A text that two items share is looked for once, as the first's.
    texts = list(dict.fromkeys(case.originals))
    same = {text: [at for at, one in enumerate(case.originals) if one == text] for text in texts}
    kept: dict[str, set[tuple[int, int]]] = {
        name: set() for name in ("verbatim", *map(str, ROWS), "near-duplicate", "embedding")
    }
    for text, tier, line, strength in noted:
        owners = same[texts[text]]
        pair = (line if line in owners else owners[0], line)
        if tier in {"near-duplicate", "embedding"}:
            kept[tier].add(pair)
            continue
        if tier == "verbatim":
            kept["verbatim"].add(pair)
        for n in ROWS:
            if strength >= n:
                kept[str(n)].add(pair)
    return kept


def counts(case: Case, held: set[tuple[int, int]]) -> tuple[int, int]:
    """Items found, and pairs found wrongly."""
    own = {pair for pair in held if case.paired and pair[0] == pair[1]}
    return len(own), len(held) - len(own)


HEAD = ("whole", "13 words", "10 words", "8 words", "near duplicate", "embedding")


def table(every: Sequence[Case], pairs: Pairs) -> str:
    head = ["looked for in", "items", "unrelated pairs", *HEAD]
    lines = [f"| {' | '.join(head)} |", f"|---|{'--:|' * (len(head) - 1)}"]
    for case in every:
        cells = []
        for held in pairs[case.name].values():
            own, wrong = counts(case, held)
            cells.append(f"{own} ({wrong})" if case.paired else f"({wrong})")
        items = str(case.items) if case.paired else ""
        lines.append(f"| {case.name} | {items} | {case.pairs:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def summary(every: Sequence[Case], pairs: Pairs) -> str:
    """Recall and precision over all rewordings in the same language but those chosen on."""
    head = "| tier | recall | precision among what it found | wrong in 100,000 unrelated pairs |"
    lines = [head, "|---|--:|--:|--:|"]
    pooled = others(every)
    for name, tier in zip(HEAD, pairs[every[0].name], strict=True):
        found = [counts(case, pairs[case.name][tier]) for case in pooled]
        own, wrong = sum(one for one, _ in found), sum(other for _, other in found)
        recall = percent(wilson(own, sum(case.items for case in pooled)))
        precise = percent(wilson(own, own + wrong)) if own + wrong else "none found"
        rate = wilson(wrong, sum(case.pairs for case in pooled)).scaled(100_000)
        assert rate.value is not None
        told = f"{rate.value:.1f} ({rate.low:.1f} to {rate.high:.1f})"
        lines.append(f"| {name} | {recall} | {precise} | {told} |")
    return "\n".join(lines)


def percent(share: Estimate) -> str:
    low, value, high = (
        round(100 * (part or 0), 1) for part in (share.low, share.value, share.high)
    )
    return f"{value:g} % ({low:g} to {high:g})"


@pytest.mark.parametrize("told", [table, summary])
def test_the_page_has_the_tables(
    told: Callable[[Sequence[Case], Pairs], str], every: tuple[Case, ...], pairs: Pairs
) -> None:
    assert told(every, pairs) in PAGE.read_text(encoding="utf-8")


def test_rows_find_about_one_of_164_and_unchanged_texts_are_all_found(
    every: tuple[Case, ...], pairs: Pairs
) -> None:
    case = {case.name: case for case in every}["HumanEval, rewritten in Python"]
    shares = {tier: counts(case, held)[0] for tier, held in pairs[case.name].items()}
    assert len(case.originals) == 164
    assert (shares["verbatim"], shares["13"], shares["8"]) == (0, 1, 17)
    unchanged = pairs["HumanEval, unchanged"]
    assert all({(at, at) for at in range(164)} <= held for held in unchanged.values())
    tenth = {tier: len(held) for tier, held in pairs["HumanEval, every tenth word another"].items()}
    assert tenth["verbatim"] == 0
    assert tenth["near-duplicate"] >= 0.9 * 164


def test_the_recorded_figures_hold_however_words_are_cut() -> None:
    """By word characters 1, 5 and 17 of 164; as the janitor cuts them, fewer."""
    problems = jsonl("humaneval_rephrased.jsonl.gz")
    gone = str.maketrans("", "", string.punctuation)

    def found(cut: Callable[[str], list[str]], n: int) -> tuple[int, int]:
        def rows(text: str) -> set[tuple[str, ...]]:
            told = cut(text.lower())
            return {tuple(told[at : at + n]) for at in range(len(told) - n + 1)}

        left = [rows(row["original"]) for row in problems]
        right = [rows(row["rephrased_python"]) for row in problems]
        met = {(i, j) for i, a in enumerate(left) for j, b in enumerate(right) if a & b}
        own = sum(i == j for i, j in met)
        return own, len(met) - own

    by_characters = [found(re.compile(r"\w+").findall, n) for n in ROWS]
    as_the_janitor = [found(lambda text: text.translate(gone).split(), n) for n in ROWS]
    assert by_characters == [(1, 1), (5, 1), (17, 4)]
    assert as_the_janitor == [(1, 0), (2, 0), (9, 1)]


def test_the_thresholds_are_the_lowest_that_find_nothing_wrong_on_the_set_they_were_chosen_on(
    every: tuple[Case, ...],
    pairs: Pairs,
    tmp_path: Path,
) -> None:
    case = {case.name: case for case in every}["HumanEval, rewritten in Python"]
    lower = found(case, tmp_path, near=0.2, cosine=0.5)
    for tier in ("near-duplicate", "embedding"):
        assert counts(case, pairs[case.name][tier])[1] == 0
        assert counts(case, lower[tier])[1] > 0


def test_what_is_told_with_each_result_is_what_was_measured(
    every: tuple[Case, ...], pairs: Pairs
) -> None:
    pooled = others(every)
    items, unrelated = sum(case.items for case in pooled), sum(case.pairs for case in pooled)
    names = ("verbatim", "13", "8", "near-duplicate", "embedding")
    for told, tier in zip(TIERS, names, strict=True):
        found = [counts(case, pairs[case.name][tier]) for case in pooled]
        share = sum(own for own, _ in found) / items
        rate = 100_000 * sum(wrong for _, wrong in found) / unrelated
        expected = (
            f"Of {items} benchmark items in other words it finds {100 * share:.0f} %, and "
            f"{rate:.1f} of 100,000 unrelated pairs wrongly."
        )
        assert REACH[told].startswith(expected)
    python = pairs["HumanEval, rewritten in Python"]
    assert REACH["rows"].endswith(
        f"rewritten in Python it finds {sum(i == j for i, j in python['13'])}."
    )


def others(every: Sequence[Case]) -> list[Case]:
    """The cases in other words on which nothing was chosen, and unrelated texts."""
    left_out = ("unchanged", "tenth", "Python", "Chinese")
    return [case for case in every if not any(word in case.name for word in left_out)]
