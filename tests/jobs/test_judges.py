"""The verb ``judges`` from Python: a file, a project's overlap metrics, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurand.analysis.judges import JudgesOptions
from measurand.core.example import Example, Message
from measurand.core.output import Output
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO
from measurand.errors import UsageError
from measurand.jobs.audit_file import audit_file
from measurand.jobs.judges import judges
from measurand.jobs.source import Source

WORDS = ("the", "line", "is", "down", "restart", "your", "router", "now")


def source() -> Source:
    """Answers that hold more and more of the reference, and people who grade them by that."""
    examples = {
        f"e{i}": Example(
            id=f"e{i}", messages=(Message("user", "Help"),), references=(" ".join(WORDS),)
        )
        for i in range(32)
    }
    outputs = tuple(
        Output(example=f"e{i}", system="s", text=" ".join(WORDS[: 1 + i % 8])) for i in range(32)
    )
    rows = [
        Rating(
            example=f"e{i}",
            system="s",
            dimension=dimension,
            rater=rater,
            kind=kind,  # type: ignore[arg-type]
            value=value,
        )
        for i in range(32)
        for rater, kind, shift in (("a", "people", 0), ("b", "people", 1), ("j", "judge", 3))
        for dimension, value in (
            ("tone", float(1 + min(4, (i % 8 + (shift * i) % 3) // 2))),
            ("safe", float((i + shift) % 3 > 0)),
        )
    ]
    rubric = Rubric(Dimension("tone"), Dimension("safe", scale=YES_NO))
    return Source(
        ratings=Ratings.of(rows), rubric=rubric, intakes=(), examples=examples, outputs=outputs
    )


def test_overlap_with_the_references_stands_beside_the_judges() -> None:
    found = judges(source())
    raters = {r.raters[0] for r in found.findings.named("rank") if r.dimension == "tone"}
    assert raters == {"j", "check.rouge", "check.bleu"}
    (rouge,) = [
        r.estimate
        for r in found.findings.named("correlation_with_people")
        if r.raters == ("check.rouge",) and r.dimension == "tone"
    ]
    assert rouge.value is not None
    assert rouge.value > 0.8
    yes_no = {r.raters[0] for r in found.findings.named("agreement_with_people")}
    assert yes_no == {"j", "a", "b"}
    assert found.to_json()["verb"] == "judges"


def test_where_nothing_can_be_told_apart_the_exit_code_is_three(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    said = {"a": (0, "people"), "good": (0, "judge"), "bad": (2, "judge"), "alike": (0, "judge")}
    lines = [
        f"e{i},s,tone,{rater},{kind},{1 + (i * (1 + shift)) % 5}"
        for i in range(40)
        for rater, (shift, kind) in said.items()
    ]
    header = "example,system,dimension,rater,kind,value"
    file.write_text("\n".join([header, *lines]), encoding="utf-8")
    for named, outcome, code in (
        (("good", "bad"), "one best", 0),
        (("good", "alike"), "inconclusive", 3),
    ):
        found = judges(file, options=JudgesOptions(only=named))
        assert [verdict.outcome for verdict in found.findings.verdicts] == [outcome]
        assert found.exit_code == code


def test_who_rated_nothing_is_refused() -> None:
    for options in (JudgesOptions(reference="gold"), JudgesOptions(only=("j", "k"))):
        with pytest.raises(UsageError, match="rated nothing"):
            judges(source(), options=options)


def test_without_people_there_is_nothing_to_choose_by(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    lines = [f"e{i},s,tone,{rater},judge,{1 + i % 5}" for i in range(9) for rater in "ab"]
    header = "example,system,dimension,rater,kind,value"
    file.write_text("\n".join([header, *lines]), encoding="utf-8")
    found = judges(file)
    assert found.exit_code == 3
    assert any("no people rated" in limit for limit in found.findings.limits)
    (verdict,) = found.findings.verdicts
    assert (verdict.outcome, "no people rated" in verdict.reason) == ("inconclusive", True)


def test_without_a_judge_the_verdict_says_that_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    lines = [
        f"e{i},s,{dimension},{rater},people,{1 + i % 5}"
        for i in range(9)
        for dimension in ("tone", "depth")
        for rater in "ab"
    ]
    header = "example,system,dimension,rater,kind,value"
    file.write_text("\n".join([header, *lines]), encoding="utf-8")
    (verdict,) = judges(file).findings.verdicts
    assert verdict.reason.startswith("tone, depth: nobody can be compared: no judge and no check")
    for told in (audit_file(file), judges(file)):
        assert "no people beside" not in told.to_markdown()
