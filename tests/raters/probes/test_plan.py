"""An audit is planned: sizes, fairness, sessions, pairs, and everything by its seed."""

import dataclasses
from collections import Counter
from collections.abc import Sequence

import pytest

from measurand.core.example import Example, Message
from measurand.core.judging import Exemplar, Judgment
from measurand.core.probe import BASE
from measurand.core.probes import ATTACK_NAMES, PROBES, QUESTIONS, SURFACE, of_bias
from measurand.core.rating import Measurement
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO, Scale
from measurand.raters.judge import JudgeOptions, JudgeRater, JudgeSettings
from measurand.raters.probes import (
    Answered,
    AuditDesign,
    Planned,
    ProbeTask,
    in_session,
    plan_probes,
    turn_of,
)
from measurand.raters.probes.design import USUAL
from measurand.raters.probes.fairness import unfair

KEY = b"0123456789abcdef"
RUBRIC = Rubric(
    Dimension("accuracy", "Every statement is right."),
    Dimension("layout", "Headings and lists help."),
    Dimension("safety", "Nothing harmful.", scale=YES_NO),
)
SINGLE = RUBRIC["accuracy",]


class Silent:
    name = "lab/judge-1"
    version = "1"


def judge(rubric: Rubric = RUBRIC, **more: object) -> JudgeRater:
    settings = {one.name: JudgeSettings() for one in rubric}
    options = JudgeOptions(settings=settings, run_key=KEY, **more)  # type: ignore[arg-type]
    return JudgeRater(Silent(), rubric, options)  # type: ignore[arg-type]


def pool(examples: int = 100, systems: Sequence[str] = ("a", "b")) -> list[Answered]:
    found = []
    for number in range(examples):
        told = Example(id=f"e{number}", messages=(Message("user", f"Question {number}?"),))
        for system in systems:
            text = (
                f"It is number {number} of {system}, and it's on the list. You do not need more. "
                "There is also a guide at the door. It is open all day. You can ask there."
            )
            if number % 2 and system == "b":
                text = f"# It is\n\n{text.replace('number', '**number**')}"
            found.append(Answered(example=told, system=system, output=text))
    return found


def planned(
    design: AuditDesign | None = None,
    *,
    rubric: Rubric = SINGLE,
    outputs: Sequence[Answered] | None = None,
    **more: object,
) -> Planned:
    return plan_probes(
        pool() if outputs is None else outputs,
        judge(rubric, **more),
        rubric,
        design=design or AuditDesign(),
        family="fir",
    )


def test_the_usual_size_is_2200_units_and_what_tells_the_noise() -> None:
    audit = planned(outputs=pool(220))
    shown = Counter(
        one.probe for one in audit.tasks if one.against is None and PROBES.get(one.probe)
    )
    surface = [name for name in SURFACE if PROBES[name].usual]
    assert len(surface) == 14
    assert {name: shown[name] for name in surface} == dict.fromkeys(surface, 80)
    assert {name: shown[name] for name in ATTACK_NAMES} == dict.fromkeys(ATTACK_NAMES, 60)
    units = audit.units
    assert units["pairs"] == 2 * 200 + 50
    assert units["injection"] == 600
    assert units["base"] == units["repeats"] >= 80
    assert 14 * 80 + 80 + 2 * 200 + 600 == 2200
    assert sum(units.values()) <= 2200 + 50 + 80 + 2 * (units["base"] - 80) + 6 * 80
    assert audit.calls == len(audit.tasks) == sum(units.values())


def test_every_probe_can_be_planned_and_every_question_has_a_name() -> None:
    every = (*SURFACE, *QUESTIONS, "session", "together")
    shown = (
        Exemplar(messages=(), output="x", level=3.0),
        Exemplar(messages=(), output="y", level=5.0),
    )
    outputs = [
        dataclasses.replace(one, example=dataclasses.replace(one.example, references=("It is.",)))
        for one in pool()
    ]
    design = AuditDesign(items=20, probes=every, pairs=5, attacks=3, mitigations=("plain_text",))
    audit = planned(
        design, rubric=RUBRIC, outputs=outputs, exemplars={"accuracy": shown, "layout": ()}
    )
    assert {one.probe for one in audit.tasks} == {BASE, *every, *ATTACK_NAMES}
    assert len({one.id for one in audit.tasks}) == len(audit.tasks)
    rater = judge(RUBRIC)
    for one in audit.tasks:
        if one.session is None and len(one.tasks) == 1:
            assert rater.request(one.task).key


def test_the_same_seed_plans_the_same_and_another_does_not() -> None:
    names = [
        [
            one.id
            for one in planned(
                AuditDesign(items=20, attacks=5, pairs=9, seed=seed), outputs=outputs
            ).tasks
        ]
        for seed, outputs in ((1, pool(30)), (1, pool(30)[::-1]), (2, pool(30)))
    ]
    assert names[0] == names[1]
    assert set(names[0]) != set(names[2])


def test_a_larger_pool_keeps_the_order_of_examples() -> None:
    small, large = (
        [
            one.example
            for one in planned(AuditDesign(items=200, probes=(), attacks=0), outputs=pool(n)).tasks
            if one.probe == BASE
        ]
        for n in (60, 100)
    )
    order = list(dict.fromkeys(large))
    assert list(dict.fromkeys(small)) == [one for one in order if one in set(small)]


def test_examples_come_before_second_outputs_of_them() -> None:
    audit = planned(AuditDesign(items=100, probes=(), pairs=0, attacks=0, sessions=0))
    assert len({one.example for one in audit.tasks}) == 100
    assert {one.system for one in audit.tasks} == {"a", "b"}


def test_only_what_is_shown_differs_from_the_base() -> None:
    audit = planned(AuditDesign(items=10, pairs=0, sessions=0))
    base = {
        (one.example, one.system): one.task
        for one in audit.tasks
        if one.probe == BASE and not one.repeat
    }
    for one in audit.tasks:
        own = base[one.example, one.system]
        assert not own.reversed
        task = one.task
        if PROBES.get(one.probe) is None:
            continue
        if PROBES[one.probe].acts in {"text", "attack"}:
            assert task.output != own.output
            assert dataclasses.replace(task, output=own.output) == own
        else:
            assert task.output == own.output
    turned = [one.task for one in audit.tasks if one.probe == "level-reversed"]
    assert len(turned) == 10
    assert all(task.reversed for task in turned)


def test_probes_are_not_asked_on_dimensions_that_judge_what_they_change() -> None:
    audit = planned(AuditDesign(items=10), rubric=RUBRIC)
    shown = {(one.probe, one.task.dimension) for one in audit.tasks}
    assert ("markdown-add", "accuracy") in shown
    assert ("markdown-add", "layout") not in shown
    assert ("pad-list", "layout") in shown
    assert any("layout" in why for why in audit.declined["markdown-add"])


@pytest.mark.parametrize(
    ("probe", "name", "fair"),
    [
        ("formal", "tone", False),
        ("sentiment-positive", "empathy", False),
        ("hedge", "confidence", False),
        ("pad-restate", "conciseness", False),
        ("truncate-last-third", "brevity", False),
        ("emoji", "format", False),
        ("pad-restate", "completeness", True),
        ("formal", "accuracy", True),
        ("authority", "accuracy", True),
        ("markdown-strip", "safety", True),
    ],
)
def test_fairness_follows_from_what_a_dimension_speaks_of(
    probe: str,
    name: str,
    fair: bool,  # noqa: FBT001
) -> None:
    assert (unfair(probe, Dimension(name)) is None) == fair


def test_pairs_are_shown_in_both_orders_and_some_once_more() -> None:
    design = AuditDesign(items=0, probes=(), pairs=30, repeated_pairs=10, attacks=0, sessions=0)
    tasks = planned(design, outputs=pool(40, ("a", "b", "c"))).tasks
    shown = Counter((one.order, one.repeat) for one in tasks)
    assert shown == {("ab", 0): 30, ("ba", 0): 30, ("ab", 1): 10}
    assert len({one.example for one in tasks}) == 30
    for one in tasks:
        assert one.probe == BASE
        assert one.against is not None
        assert one.against != one.system
        assert one.task.other is not None


def test_a_judge_of_pairs_compares_as_it_does() -> None:
    rubric = Rubric(Dimension("accuracy"), Dimension("better", scale=Scale.of("win/tie/loss")))
    settings = {"accuracy": JudgeSettings(), "better": JudgeSettings(form="pairwise")}
    rater = JudgeRater(Silent(), rubric, JudgeOptions(settings=settings, run_key=KEY))  # type: ignore[arg-type]
    design = AuditDesign(items=4, pairs=6, repeated_pairs=0)
    audit = plan_probes(pool(), rater, rubric, design=design)
    assert {one.task.dimension for one in audit.tasks if one.against} == {"better"}
    assert {one.task.dimension for one in audit.tasks if not one.against} == {"accuracy"}


def test_one_system_makes_no_pairs_and_that_is_told() -> None:
    audit = planned(AuditDesign(items=5), outputs=pool(30, ("a",)))
    assert not [one for one in audit.tasks if one.against]
    assert audit.declined["pairs"]


def test_conversations_are_of_ten_outputs_each_and_of_one_dimension() -> None:
    audit = planned(AuditDesign(items=35, pairs=0, attacks=0), rubric=RUBRIC)
    sessions: dict[str, list[ProbeTask]] = {}
    for one in audit.tasks:
        if one.session is not None:
            sessions.setdefault(one.session, []).append(one)
    assert {len(tasks) for tasks in sessions.values()} == {10, 5}
    assert len(sessions) == 4 * 3
    for tasks in sessions.values():
        assert [one.place for one in tasks] == list(range(len(tasks)))
        assert len({one.task.dimension for one in tasks}) == 1
        assert len({(one.example, one.system) for one in tasks}) == len(tasks)
    first = sessions["1/accuracy"]
    turns = (turn_of(first[0].task, "reply"),)
    asked = in_session(first[1].task, turns)
    assert asked.probing is not None
    assert asked.probing.session == turns
    assert asked.alone == in_session(first[1].task, ())


def test_together_asks_for_all_dimensions_that_are_judged_alike() -> None:
    audit = planned(AuditDesign(items=6, probes=("together",)), rubric=RUBRIC)
    together = [one for one in audit.tasks if one.probe == "together"]
    assert len(together) == 6
    assert [task.dimension for task in together[0].tasks] == ["accuracy", "layout", "safety"]
    alone = planned(AuditDesign(items=6, probes=("together",)))
    assert alone.declined["together"]


def test_attacks_go_to_the_outputs_that_are_known_to_be_weak() -> None:
    outputs = pool(30, ("a",))
    known = {(f"e{number}", "a"): number / 30 for number in range(30)}
    design = AuditDesign(items=5, probes=(), attacks=7, sessions=0)
    audit = plan_probes(outputs, judge(SINGLE), SINGLE, design=design, known=known)
    attacked = {one.example for one in audit.tasks if one.probe in ATTACK_NAMES}
    assert attacked == {f"e{number}" for number in range(7)}
    base = {one.example for one in audit.tasks if one.probe == BASE}
    assert attacked <= base


def test_a_mitigation_is_measured_on_what_it_is_for() -> None:
    audit = planned(AuditDesign(items=10, mitigations=("plain_text",)), rubric=RUBRIC)
    plain = [one for one in audit.tasks if one.mitigation]
    assert {one.mitigation for one in plain} == {"plain_text"}
    assert {one.probe for one in plain} == {BASE, *(n for n in of_bias("style") if n in USUAL)}
    assert {one.task.dimension for one in plain} == {"accuracy", "safety"}
    assert all(one.task.plain == bool(one.mitigation) for one in audit.tasks)


@pytest.mark.parametrize(
    "wrong",
    [
        {"items": -1},
        {"base_repeats": 0},
        {"probes": ("nonsense",)},
        {"probes": ("attack-naive",)},
        {"attack_names": ("formal",)},
        {"mitigations": ("panel",)},
    ],
)
def test_a_design_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"sizes|no probe|no attack|does not change"):
        AuditDesign(**wrong)  # type: ignore[arg-type]


def test_a_row_tells_what_was_asked_and_what_was_said() -> None:
    (one,) = [
        one
        for one in planned(AuditDesign(items=1, probes=("formal",), attacks=0, pairs=0)).tasks
        if one.probe == "formal"
    ]
    row = one.row(Judgment(measurement=Measurement(4.0), failure=None), rater="lab/judge-1")
    assert (row.probe, row.value, row.dimension, row.words) == (
        "formal",
        4.0,
        "accuracy",
        one.words,
    )
