"""Answers of ``measurand power`` that were once beside the question."""

from __future__ import annotations

import json
from typing import Any

import pytest

from measurand.cli import main


def document(words: str, capsys: pytest.CaptureFixture[str], *, code: int = 0) -> dict[str, Any]:
    assert main(["power", *words.split(), "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def value(found: dict[str, Any], name: str) -> float:
    results = [r for r in found["results"] if r["name"] == name]
    assert results, f"{name} is not among them"
    answer = results[0]["value"]
    assert isinstance(answer, float | int)
    return float(answer)


def test_clusters_count_with_miller_s_parts_too(capsys: pytest.CaptureFixture[str]) -> None:
    parts = "--between 1/9 --difference .03"
    assert value(document(parts, capsys), "n") == 969
    clustered = value(document(f"{parts} --icc .1 --cluster-size 4", capsys), "n")
    assert 1.3 * 969 < clustered < 1.32 * 969  # and t instead of z
    margin = "--between 1/9 --margin .03"
    alone = value(document(margin, capsys), "n")
    assert value(document(f"{margin} --icc .1 --cluster-size 4", capsys), "n") > 1.29 * alone


def test_clusters_and_their_size_say_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    words = "--icc .1 --discordance .14"
    both = document(f"{words} --difference .05 --clusters 50 --cluster-size 10", capsys)
    same = document(f"{words} --difference .05 --clusters 50 --n 500", capsys)
    assert both["results"] == same["results"]
    assert value(document(f"{words} --clusters 50 --cluster-size 10", capsys), "difference") > 0.05


@pytest.mark.parametrize("words", ["--discordance .02 --n 50", "--discordance .01 --n 200"])
def test_clusters_find_nothing_that_independent_examples_do_not(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = document(words, capsys, code=3)
    clustered = document(f"{words} --icc .1 --cluster-size 2", capsys, code=3)
    for found in (alone, clustered):
        assert "no difference" in next(
            r["reason"] for r in found["results"] if r["name"] == "difference"
        )
    wide = "--discordance .14 --n 430"
    assert value(document(f"{wide} --icc .01 --cluster-size 2", capsys), "difference") >= value(
        document(wide, capsys), "difference"
    )


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("--difference .05 --discordance .14 --n 1e12", "no more than 100,000,000"),
        ("--sd 1e-300 --difference 1e-300", "between 1e-12 and 1e+12"),
        ("--sd 1e200 --difference 1", "between 1e-12 and 1e+12"),
        ("--rates .8,.8000000000001", "equal rates"),
        ("--power .01", "where there is nothing"),
        ("--difference .05 --discordance .14 --level .1", "where there is nothing"),
        ("--margin .05 --discordance .14 --level .5", "more than .5"),
        ("--judge-correlation .9 --effective .5 --label-cost 3 --judge-cost .1", "two labels"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    words: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["power", *words.split()]) == 2
    assert fault in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        "--difference .00001 --discordance .9",
        "--rates .8,.8001",
        "--margin .0005 --discordance .5",
        "--between 1e12 --difference 1e-12",
        "--sd .3 --difference 1e-6",
        "--blocking 1e-9",
    ],
)
def test_what_nobody_could_collect_has_its_reason(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = document(words, capsys, code=3)
    assert all("more than 1" in r["reason"] for r in found["results"] if r["value"] is None)
    assert "clusters" not in json.dumps(found["results"])


def test_a_margin_at_the_most_pairs_has_a_curve_as_far_as_it_goes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = document("--margin .05 --discordance .14 --n 10000000", capsys)
    assert max(r["n"] for r in found["results"] if r["name"] == "power_at") == 10_000_000


def test_a_failure_rate_is_told_at_the_number_found(capsys: pytest.CaptureFixture[str]) -> None:
    found = document("--blocking .01 --level .99", capsys)
    assert value(found, "n") == 459
    assert "among 459 examples in 90%" in " ".join(found["limits"])
    found = document("--blocking .01 --failures 2", capsys)
    assert "more than 2 failures among 628 examples" in " ".join(found["limits"])


def test_failures_prove_a_rate_or_do_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = " ".join(document("--blocking .05 --n 200 --failures 5", capsys)["readings"])
    assert "5 failures among 200 do not prove a rate below 5%: the bound is 5.18%" in told
    told = " ".join(document("--blocking .05 --n 200 --failures 4", capsys)["readings"])
    assert "4 failures among 200 prove" in told
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["power", *["--blocking", ".05", "--n", "200", "--failures", "5"]]) == 0
    page = capsys.readouterr().out
    assert "What so many failures prove" in page
    assert "What no failure proves" not in page


def test_a_correlation_is_looked_for_on_its_own_side(capsys: pytest.CaptureFixture[str]) -> None:
    words = "--correlation .63 --against .90 --between-them .5 --n 12"
    found = document(words, capsys)
    assert "find so often is 0.324" in " ".join(found["readings"])
    assert "Plan a study with the number that has the power" in " ".join(found["limits"])


def test_a_power_has_the_digits_that_it_was_asked_with(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = " ".join(document("--power .999999999", capsys)["limits"])
    assert "do not detect 5 points with a power of 99.9999999%" in told


def test_the_number_alone_asks_for_its_column_of_the_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table, one = document("", capsys), document("--n 200", capsys)
    column = [r for r in table["results"] if r["name"] == "detectable" and r["n"] == 200]
    assert column == [r for r in one["results"] if r["name"] == "detectable"]
    assert value(one, "power") < value(table, "power")
    shared = document("--n 200 --comparisons 5", capsys)
    assert value(shared, "power") < value(one, "power")


def test_a_margin_says_what_its_test_gets_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    told = " ".join(document("--margin .05 --discordance .05 --n 430", capsys)["limits"])
    assert "said to be no worse in 5.4% of all studies, where 5.0% is meant" in told


def test_a_judge_that_runs_against_people_is_looked_at_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words in ("--labels 200 --n 1000", "--effective 430 --label-cost 3 --judge-cost .085"):
        told = " ".join(document(f"--judge-correlation -.9 {words}", capsys)["limits"])
        assert "upside down" in told
