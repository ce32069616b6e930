"""What other tools swallow: each trap of the field, set for the command line, that must spring."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from tests.loud.conftest import Run

COLUMNS = ("example", "system", "dimension", "rater", "kind", "value", "reason", "cluster")
GRADES = ("--scale", "1-5")


def table(*rows: Iterable[tuple[object, ...]]) -> str:
    """Write rows of (example, system, dimension, rater, kind, value, reason, cluster)."""
    lines = [
        ",".join(map(str, row)) + "," * (len(COLUMNS) - len(row)) for part in rows for row in part
    ]
    Path("r.csv").write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    return "r.csv"


def rated(
    system: str,
    value: Callable[[int], object],
    *,
    count: int = 40,
    dimension: str = "quality",
    rater: str = "Ann",
    kind: str = "people",
) -> list[tuple[object, ...]]:
    return [(f"e{e}", system, dimension, rater, kind, value(e)) for e in range(count)]


def test_a_better_score_does_not_outweigh_a_veto(run: Run) -> None:
    file = table(
        rated("bold", lambda e: 5 - e % 2),
        rated("meek", lambda e: 2 + e % 2),
        rated("bold", lambda e: "no" if e % 3 == 0 else "yes", dimension="safety"),
        rated("meek", lambda _: "yes", dimension="safety"),
    )
    words = ("--scale", "quality=1-5", "--scale", "safety=yes/no", "--blocking", "safety")
    ended = run(
        "compare",
        file,
        *words,
        "--weight",
        "quality=99",
        "--require",
        "better",
        "--baseline",
        "meek",
        "--json",
    )
    assert ended.code == 1
    verdicts = {v["name"]: v for v in reversed(ended.document["verdicts"])}
    assert verdicts["overall"]["value"] > 0.4
    assert verdicts["overall"]["verdict"] == "inconclusive"
    assert "blocking is never averaged away" in verdicts["overall"]["reason"]
    assert verdicts["blocking"]["verdict"] == "fail"
    assert ended.one("mean", system="bold", dimension="overall")["n"] == 26


def test_not_having_looked_is_not_a_pass(run: Run) -> None:
    file = table(
        rated("seen", lambda _: "yes", count=100, dimension="safety"),
        rated("unseen", lambda e: 1 + e % 5),
        rated("seen", lambda e: 1 + e % 5),
    )
    words = ("--scale", "quality=1-5", "--scale", "safety=yes/no", "--blocking", "safety")
    ended = run("compare", file, *words, "--require", "better", "--baseline", "seen", "--json")
    found = {v["system"]: v for v in ended.document["verdicts"] if v["name"] == "blocking"}
    assert found["seen"]["verdict"] == "pass"
    assert (found["unseen"]["verdict"], found["unseen"]["value"]) == ("inconclusive", None)
    assert "nobody rated unseen on a dimension that blocks" in found["unseen"]["reason"]
    assert ended.code == 3


def test_the_first_integer_in_a_text_is_not_the_rating(run: Run) -> None:
    wordy = ("4 out of 5", "Score: 3", "I would give 5", "3/5", "4.", "five")
    rows = rated("a", lambda e: 1 + e % 5, kind="judge")
    said = [(f"w{at}", "a", "quality", "Ann", "judge", text) for at, text in enumerate(wordy)]
    taken = run("import", table(rows, said), *GRADES, "--json").document
    refused = [refusal["found"] for refusal in taken["refusals"]]
    assert refused == [text for text in wordy if text != "4."]
    assert taken["kept"] == 41


def test_what_is_missing_is_neither_zero_nor_shifts_the_pairs(run: Run) -> None:
    def given(system: str, missing: int, shift: int) -> list[tuple[object, ...]]:
        return [
            (f"e{e}", system, "quality", "Ann", "people", "", "could not say")
            if e == missing
            else (f"e{e}", system, "quality", "Ann", "people", 1 + (e * 3 + shift * (e % 2)) % 5)
            for e in range(12)
        ]

    ended = run("compare", table(given("a", 2, 0), given("b", 7, 1)), *GRADES, "--json")
    both = [e for e in range(12) if e not in {2, 7}]
    expected = np.mean([(e * 3) % 5 - (e * 3 + e % 2) % 5 for e in both])
    found = ended.one("difference", dimension="quality")
    assert found["value"] == pytest.approx(expected)
    assert found["n"] == 10
    mean = ended.one("mean", system="a", dimension="quality")
    assert (mean["n"], mean["value"]) == (
        11,
        pytest.approx(np.mean([1 + (e * 3) % 5 for e in range(12) if e != 2])),
    )


def test_a_check_that_could_not_say_is_neither_a_pass_nor_a_failure(run: Run) -> None:
    crashed = [(f"x{e}", "a", "format", "json", "check", "", "it broke") for e in range(20)]
    file = table(
        rated("a", lambda _: "yes", dimension="format", rater="json", kind="check"), crashed
    )
    ended = run("compare", file, "--scale", "yes/no", "--json")
    mean = ended.one("mean", dimension="format")
    assert (mean["value"], mean["n"]) == (1.0, 40)
    assert ended.document["data"]["files"][0]["kept"] == 60
    assert any("(a 40)" in limit for limit in ended.document["limits"])


def test_paired_data_are_tested_as_pairs(run: Run) -> None:
    file = table(rated("a", lambda e: 2 + e % 4 - (e == 0)), rated("b", lambda e: 1 + e % 4))
    ended = run("compare", file, *GRADES, "--json")
    paired = ended.one("difference", dimension="quality")
    arms = [ended.one("mean", system=name, dimension="quality") for name in "ab"]
    unpaired = np.hypot(*((arm["high"] - arm["low"]) / 2 for arm in arms))
    assert (paired["high"] - paired["low"]) / 2 < unpaired / 4
    assert ended.document["verdicts"][0]["verdict"] == "a better"


def test_a_tied_vote_goes_to_nobody(run: Run) -> None:
    labels = {"Ann": "apple", "Ben": "zebra"}
    rows = [
        (f"e{e}", "a", "kind", rater, "people", label if e < 10 else "apple")
        for e in range(30)
        for rater, label in labels.items()
    ]
    ended = run("agreement", table(rows), "--json")
    (votes,) = ended.document["data"]["votes"]
    assert {v["label"]: v["count"] for v in votes["counts"]} == {"apple": 20, "zebra": 0}
    assert votes["ties"] == 10
    tied = [
        (f"e{e}", "a", "ok", rater, "people", answer if e < 10 else "yes")
        for e in range(30)
        for rater, answer in (("Ann", "no"), ("Ben", "yes"))
    ]
    ended = run("compare", table(tied), "--scale", "yes/no", "--json")
    assert ended.one("mean", dimension="ok")["n"] == 20
    assert any("10 votes are tied" in limit for limit in ended.document["limits"])


@pytest.mark.parametrize("verb", ["agreement", "compare"])
def test_a_bootstrap_is_seeded(verb: str, run: Run) -> None:
    draw = np.random.default_rng(8).integers(1, 6, (40, 2, 3))
    file = table(
        (f"e{e}", s, "quality", r, "people", draw[e, i, j])
        for e in range(40)
        for i, s in enumerate("ab")
        for j, r in enumerate(("Ann", "Ben", "Cem"))
    )
    first, again, other = (
        run(verb, file, *GRADES, "--seed", seed, "--resamples", "200", "--json").document["results"]
        for seed in ("1", "1", "2")
    )
    assert first == again
    assert first != other


def test_kappa_on_an_ordinal_scale_is_weighted(run: Run) -> None:
    near = [
        (
            f"e{e}",
            "a",
            "quality",
            rater,
            "people",
            1 + e % 5 if rater == "Ann" else 1 + min(e % 5 + e % 2, 4),
        )
        for e in range(40)
        for rater in ("Ann", "Ben")
    ]
    ended = run("agreement", table(near), *GRADES, "--json")
    kappa = ended.one("cohen_kappa")
    assert "quadratic" in kappa["method"]
    assert kappa["value"] > 0.85
    assert ended.one("percent_agreement")["value"] < 0.7


def test_examples_that_share_a_cluster_are_not_independent(run: Run) -> None:
    def answers(system: str, threshold: int) -> list[tuple[object, ...]]:
        return [
            (
                f"e{c}-{e}",
                system,
                "ok",
                "Ann",
                "people",
                "yes" if (c * 7) % 10 < threshold else "no",
                "",
                f"c{c}",
            )
            for c in range(40)
            for e in range(5)
        ]

    ended = run("compare", table(answers("a", 6), answers("b", 5)), "--scale", "yes/no", "--json")
    for name, cells in (("mean", {"system": "a"}), ("difference", {})):
        clustered, naive = (
            r
            for r in ended.document["results"]
            if r["name"] == name
            and r["dimension"] == "ok"
            and all(r.get(k) == v for k, v in cells.items())
        )
        assert naive["method"].endswith("; naive")
        ratio = (clustered["high"] - clustered["low"]) / (naive["high"] - naive["low"])
        assert 1.9 < ratio < 2.6  # five equal answers a cluster: the root of 5


def test_a_hair_s_breadth_is_not_a_win(run: Run) -> None:
    file = table(rated("a", lambda e: 1 + e % 5), rated("b", lambda e: 1 + (e % 5 if e else 1)))
    ended = run(
        "compare",
        file,
        *GRADES,
        "--margin",
        "0",
        "--require",
        "better",
        "--baseline",
        "b",
        "--json",
    )
    assert ended.document["verdicts"][0]["verdict"] == "inconclusive"
    assert ended.code == 3


def test_reports_of_numbers_hold_no_nan(run: Run) -> None:
    file = table(rated("a", lambda _: 3, count=3), rated("b", lambda _: 3, count=2))
    words = ("--html", "p.html", "--markdown", "p.md")
    ended = run("compare", file, *GRADES, *words)
    shown = (ended.out, *(Path(name).read_text(encoding="utf-8") for name in ("p.html", "p.md")))
    assert not any(re.search(r"\b(nan|inf)\b", text, re.IGNORECASE) for text in shown)
    assert json.loads(run("compare", file, *GRADES, "--json").out)["verb"] == "compare"
