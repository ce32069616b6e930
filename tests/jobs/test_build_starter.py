"""The starter's log becomes a set: what is chosen asks something, and the project has its say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from measurand.core.example import Component
from measurand.errors import UsageError
from measurand.jobs.build import Built, build
from measurand.jobs.building.options import BuildOptions
from measurand.jobs.import_ratings import import_ratings
from measurand.jobs.init import init
from measurand.jobs.places import ledger_path
from measurand.jobs.planning import plan
from measurand.jobs.source import Reading
from measurand.models.environment import Environment
from measurand.store.outputs import read_outputs
from measurand.texts.closings import asks_nothing, closes

KEY = Environment({"MEASURAND_KEY": "a key of placeholders for tests"})
SIZES: dict[Component, int] = {
    "core": 60,
    "edge": 40,
    "adversarial": 20,
    "regression": 20,
    "golden": 40,
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter whose plan asks the set that is built, and calls safety otherwise."""
    folder = tmp_path_factory.mktemp("starter")
    init(folder)
    plan = folder / "measurand.yaml"
    told = plan.read_text(encoding="utf-8").replace("path: data/", "path: set/")
    plan.write_text(told.replace("dimension: safety", "dimension: harm"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def first(project: Path) -> Built:
    return built(project)


def built(project: Path) -> Built:
    options = BuildOptions(plan=project / "measurand.yaml", sizes=SIZES)
    return build([project / "logs"], options, environment=KEY)


def test_every_part_that_is_chosen_asks_something(first: Built) -> None:
    assert first.dataset.sizes() == SIZES
    for component in ("edge", "golden"):
        said = [example.question for example in first.dataset.component(component)]
        assert not [question for question in said if asks_nothing(question)]


@pytest.mark.long
def test_core_has_thanks_as_often_as_production_has(project: Path) -> None:
    options = BuildOptions(
        out=project / "all", sizes={**dict.fromkeys(SIZES, 0), "core": 2_000}, seed=1
    )
    core = build([project / "logs"], options, environment=KEY).dataset.component("core")
    thanks = [example for example in core if closes(example.question)]
    assert thanks
    log = (project / "logs" / "production.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["messages"][-1]["content"] for line in log]
    stand_for = sum(1 / (example.probability or 1) for example in thanks)
    assert stand_for == pytest.approx(sum(map(closes, asked)))


def test_attacks_are_noted_for_the_dimensions_of_the_plan(first: Built) -> None:
    noted = [set(example.notes) for example in first.dataset.component("adversarial")]
    assert all("harm" in names for names in noted)
    assert {"harm", "relevance"} in noted
    assert not any("safety" in names for names in noted)


def test_what_the_project_rated_makes_edge_cases_and_failures(project: Path, first: Built) -> None:
    edge_cases = [
        example
        for example in first.dataset.component("edge")
        if not {"disagreement", "low rating"} & set(example.metadata["reasons"])
    ]
    disputed, bad, good = edge_cases[:3], edge_cases[3:6], edge_cases[6:9]
    votes = [(disputed, (1, 5, 5)), (bad, (1, 1, 1)), (good, (5, 5, 5))]
    lines = ["example,system,dimension,rater,kind,value"] + [
        f"{example.id},today,accuracy,{rater},people,{value}"
        for examples, values in votes
        for example in examples
        for rater, value in zip(("ana", "ben", "chris"), values, strict=True)
    ]
    ratings = project / "rated.csv"
    ratings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    reading = Reading(plan=project / "measurand.yaml")
    import_ratings(ratings, ledger=ledger_path(project / "measurand.yaml"), reading=reading)
    found = built(project)
    assert found.account.reasons["disagreement"] == first.account.reasons["disagreement"] + 3
    assert found.account.reasons["low rating"] == first.account.reasons["low rating"] + 3
    edge = {example.id: example.metadata["reasons"] for example in found.dataset.component("edge")}
    assert all("disagreement" in edge[example.id] for example in disputed)
    failures = {example.id for example in found.dataset.component("regression")}
    assert {example.id for example in bad} <= failures | set(edge)


def test_a_field_that_no_record_has_is_no_segment(project: Path) -> None:
    options = BuildOptions(out=project / "none", segment_by="product")
    with pytest.raises(UsageError, match="no record has a field 'product'"):
        build([project / "logs"], options, environment=KEY)
    assert not (project / "none").exists()


def test_less_than_is_worth_aiming_at_can_be_asked_for_and_more(first: Built) -> None:
    told = first.to_markdown()
    assert (
        "core has 60 examples, and 200 are worth aiming at: ask for more with --sizes core=200"
        in told
    )


@pytest.mark.parametrize(
    ("text", "nothing", "closing"),
    [
        ("Thanks, that\u2019s all I need. Have a nice day!", True, True),
        ("ok bye", True, True),
        ("Merci beaucoup", True, False),
        ("\u8c22\u8c22", True, False),
        ("\u6211\u7684\u8ba2\u5355\u5728\u54ea\u91cc\u5462", False, False),
        ("Why?", False, False),
        ("Is that all?", False, False),
        ("My router is dead", False, False),
        ("Thank you for the router you sent", False, False),
        ("No, thank you. That'll do it.", True, True),
        ("No, but I appreciate the help.", True, True),
        ("I don't really care.", True, True),
        ("Yeah, that\u2019s fine by me.", True, True),
        ("No, I don't need the booking today.", True, True),
        ("no, I don't, I have enough info at the moment. take care", True, True),
        ("Thank for the info!", True, True),
        ("No. Thank you very much. You've been very helpful.", True, True),
        ("That's all I want.", True, True),
        ("No, I need help with all of that.", False, False),
        ("Thanks, I need the information now.", False, False),
        ("No thanks, do that for me today.", False, False),
        ("You are not being very helpful.", False, False),
        ("I don't want the cheap one.", False, False),
        ("No, I don't want that one. Find me a hotel.", False, False),
        ("Goodbye " * 24 + "router", False, False),
    ],
)
def test_what_asks_nothing(text: str, *, nothing: bool, closing: bool) -> None:
    assert (asks_nothing(text), closes(text)) == (nothing, closing)


def test_what_production_answered_is_outputs_of_the_set(project: Path, first: Built) -> None:
    target = first.account.answers
    assert target == "file:outputs/set-production.jsonl"
    outputs = {one.example: one for one in read_outputs(project / target[5:], system="production")}
    asked = [one for one in first.dataset if one.component != "adversarial"]
    assert set(outputs) == {one.id for one in asked}
    for one in asked:
        output = outputs[one.id]
        assert output.text == one.metadata.get("output") or output.failure is not None
    assert sum(one.text is not None for one in outputs.values()) > 100
    line = '{name: production, role: current, target: "file:outputs/set-production.jsonl"}'
    assert line in first.to_markdown().replace("\\", "")
    plan_file = project / "answered.yaml"
    told = (project / "measurand.yaml").read_text(encoding="utf-8")
    before, _, rest = told.partition("systems:")
    systems = f"systems:\n  - {line}\n\n"
    plan_file.write_text(before + systems + rest[rest.index("# Three") :], encoding="utf-8")
    notes = plan(plan_file).notes
    lacking = "outputs/set-production.jsonl has no output for 20 of 180 examples"
    assert any(note.startswith(lacking) for note in notes)


def test_a_build_without_a_plan_says_what_its_attacks_are(project: Path, first: Built) -> None:
    sizes: dict[Component, int] = {**dict.fromkeys(SIZES, 0), "core": 20, "adversarial": 5}
    bare = build([project / "logs"], BuildOptions(out=project / "b", sizes=sizes), environment=KEY)
    assert "No plan says what the task is, so the 5 attacks" in bare.to_markdown()
    assert "No plan says" not in first.to_markdown()


def test_the_page_counts_what_redaction_changed(tmp_path: Path) -> None:
    said = ["Where is parcel one?", "Write to ann.miller@gmail.com, please, when it is there"]
    rows = [
        {"id": f"r{n}", "question": q, "answer": "It is under way."} for n, q in enumerate(said)
    ]
    log = tmp_path / "log.jsonl"
    log.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    sizes: dict[Component, int] = {**dict.fromkeys(SIZES, 0), "core": 2}
    made = build([log], BuildOptions(out=tmp_path / "set", sizes=sizes), environment=KEY)
    assert made.account.came.replaced == 1
    assert "which changed 1 of 2 records" in made.to_markdown()
