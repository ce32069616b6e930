"""From logs to a set: redacted, folded, drawn, each example with where it comes from."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand.cli import main
from measurand.core.example import COMPONENTS, Component
from measurand.errors import DataError, InsufficientData, UsageError
from measurand.jobs.build import Built, build
from measurand.jobs.building.options import BuildOptions, seconds_of
from measurand.models.environment import Environment
from measurand.store.built_set import load_set, save_set

SIZES: dict[Component, int] = {
    "core": 40,
    "edge": 12,
    "adversarial": 12,
    "regression": 10,
    "golden": 6,
}
KEY = Environment({"MEASURAND_KEY": "a key of placeholders for tests"})
THINGS = ("invoice", "router", "contract", "delivery", "password", "refund", "tariff", "moving")
ASKS = ("Where is my {}?", "How do I cancel the {} that I ordered {}?", "My {} fails since {}!")
DAYS = ("Monday", "Tuesday", "Friday", "last week", "yesterday", "noon", "the update", "May")


def rows(count: int = 600, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Rows of a log: a fifth asks the same, some hold an address, some are rated, some fail."""
    rng = np.random.default_rng(seed)
    for at in range(count):
        often = rng.random() < 0.2
        ask = ASKS[0] if often else ASKS[1 + at % 2]
        words = (THINGS[at % 8 if not often else 0], f"{rng.choice(DAYS)} {at}")
        question = ask.format(*words[: ask.count("{}")])
        if at % 50 == 0:
            question += f" Write to jane{at}@acme-shop.com."
        row: dict[str, Any] = {
            "id": f"r{at}",
            "timestamp": f"2026-0{1 + at % 3}-{1 + at % 27:02d}T10:{at % 60:02d}:00Z",
            "input": question,
            "output": f"About your {words[0]}: see {at}.",
            "segment": "business" if at % 30 == 0 else "private",
            "conversation_id": f"c{at // 2}",
        }
        if at % 40 == 7:
            row |= {"output": None, "error": "timeout"}
        if rng.random() < 0.4:
            row["rating"] = int(rng.choice([1, 2, 4, 5], p=[0.06, 0.06, 0.38, 0.5]))
        yield row


def written(path: Path, lines: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    home = tmp_path_factory.mktemp("logs")
    found = list(rows())
    whole = [written(home / "a.jsonl", found[:350]), written(home / "b.jsonl", found[350:])]
    with whole[1].open("a", encoding="utf-8") as log:
        log.write('{"input": "half a li\n')
    return whole


@pytest.fixture(scope="module")
def built(logs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Built:
    return made(logs, tmp_path_factory.mktemp("project") / "data")


def made(logs: Sequence[Path], out: Path, **more: Any) -> Built:
    given: dict[str, Any] = {"sizes": SIZES, "seed": 3} | more
    options = BuildOptions(out=out, **given)
    return build(logs, options, environment=KEY)


def test_each_part_has_its_size_and_each_example_a_provenance(built: Built) -> None:
    there = load_set(built.account.folder)
    assert {name: there.dataset.sizes()[name] for name in COMPONENTS} == SIZES
    assert set(there.lineage) == {example.id for example in there.dataset}
    digests = set()
    for example in there.dataset:
        lineage = there.lineage[example.id]
        assert lineage.fingerprint == example.fingerprint
        assert lineage.rule.startswith(f"{example.component}: ") or lineage.source is None
        assert lineage.accepted_by is None
        if example.component != "adversarial":
            assert lineage.source is not None
            assert lineage.source.split(":")[0] in {"a.jsonl", "b.jsonl"}
            digests.add(lineage.log)
        assert (lineage.probability is not None) == (example.component == "core")
        assert lineage.probability == example.probability
    assert len(digests) == 2
    assert Counter(one.example.component for one in there.spare)["core"] >= 4
    assert built.account.version == there.dataset.fingerprint
    assert built.exit_code == 0


def test_no_question_is_in_the_set_twice_and_what_was_folded_is_counted(built: Built) -> None:
    asked = [example.question for example in built.dataset]
    assert len(set(asked)) == len(asked)
    often = [e for e in built.dataset.component("core") if e.question == "Where is my invoice?"]
    assert len(often) == 1
    times = often[0].metadata["asked"]
    assert times > 90
    assert often[0].probability == pytest.approx(1 / times)  # in for certain
    assert built.account.came.most[0] == ("Where is my invoice?", times)


def test_parts_share_no_conversation_while_there_are_others(built: Built) -> None:
    """There are few failures in all, and golden has what is left to choose from."""
    others = {e.cluster for e in built.dataset if e.component in {"core", "edge", "regression"}}
    assert not {e.cluster for e in built.dataset.component("golden")} & others
    core = {e.cluster for e in built.dataset.component("core")}
    failures = {e.cluster for e in built.dataset.component("regression")}
    assert len(core & failures) <= 1


def test_core_stands_for_all_of_production(built: Built) -> None:
    core = built.dataset.component("core")
    stands = sum(1 / (example.probability or 1) for example in core)
    assert stands == pytest.approx(built.account.came.eligible, rel=0.25)
    assert sum(one.records for one in built.account.strata) == built.account.came.eligible
    segments = Counter(tag for example in core for tag in example.segments)
    assert segments["business"] >= 2
    assert all(example.cluster and example.cluster.startswith("c") for example in core)


def test_nothing_personal_is_kept_and_nothing_unread_is_hidden(built: Built) -> None:
    folder = Path(built.account.folder)
    text = "".join(file.read_text("utf-8") for file in folder.glob("*.jsonl"))
    page = built.to_html() + built.to_markdown() + json.dumps(built.to_json())
    assert "@acme-shop.com" not in text + page
    assert sum(built.account.came.refused.values()) == 1
    assert built.account.came.unanswered == 15


def test_failures_become_regression_items_with_what_was_wrong(built: Built) -> None:
    there = load_set(built.account.folder)
    for example in there.dataset.component("regression"):
        because = there.lineage[example.id].because
        assert because.startswith(("no answer", "low rating: rating"))
        assert example.metadata["failure"]["because"] == because
    reasons = Counter(one.metadata["reasons"][0] for one in there.dataset.component("edge"))
    assert len(reasons) >= 2
    (enriched,) = built.findings.named("enrichment")
    assert enriched.estimate.value is not None
    assert enriched.estimate.value > 2


def test_the_page_says_what_came_in_and_what_is_still_to_do(built: Built) -> None:
    page = built.to_markdown()
    for told in (
        "80 examples from 585 interactions",
        "Where core comes from",
        "Refused:",
        "Asked most often",
        "golden questions",
        "measurand data check --data ",
        "measurand data review --data ",
        "Core samples the 585 interactions that were answered",
    ):
        assert told in page, told
    assert built.to_json()["account"]["sizes"] == SIZES


def test_files_in_another_order_give_the_same_set(
    built: Built, logs: list[Path], tmp_path: Path
) -> None:
    again = made(logs[::-1], tmp_path / "data")
    assert again.dataset.examples == built.dataset.examples
    other = made(logs, tmp_path / "other", seed=4, sizes={**SIZES, "adversarial": 0})
    assert {e.id for e in other.dataset.component("core")} != {
        e.id for e in built.dataset.component("core")
    }


def test_records_that_two_exports_share_count_once(
    built: Built, logs: list[Path], tmp_path: Path
) -> None:
    again = written(tmp_path / "again.jsonl", list(rows())[:50])
    found = made([*logs, again], tmp_path / "data")
    assert found.account.came.copied == 50
    assert found.account.came.eligible == built.account.came.eligible


def test_a_window_leaves_out_what_is_outside_of_it(logs: list[Path], tmp_path: Path) -> None:
    found = made(logs, tmp_path / "data", since="2026-02-01", until="2026-03-01")
    assert found.account.came.records == 600
    assert found.account.came.outside == 400
    assert {(example.created or "2026-02")[:7] for example in found.dataset} == {"2026-02"}


def test_ratings_from_elsewhere_make_edge_cases(logs: list[Path], tmp_path: Path) -> None:
    lines = ["example,system,dimension,rater,kind,value"]
    lines += [f"r{at},live,format,check,check,{'no' if at % 9 == 0 else 'yes'}" for at in range(99)]
    ratings = tmp_path / "ratings.csv"
    ratings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = made(logs, tmp_path / "data", ratings=ratings)
    assert found.account.reasons["failed check"] >= 10
    assert found.account.part("edge").by["failed check"] >= 2
    ratings.write_text("\n".join(lines).replace("\nr", "\nunknown") + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match="none of the 99 examples"):
        made(logs, tmp_path / "other", ratings=ratings)


def test_what_people_worked_on_is_not_built_over(logs: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "data"
    few: dict[Component, int] = {
        "core": 10,
        "edge": 0,
        "adversarial": 0,
        "regression": 0,
        "golden": 0,
    }
    made(logs, out, sizes=few)
    made(logs, out, sizes=few)  # nobody has
    there = load_set(out)
    name = there.dataset.examples[0].id
    seen = replace(there.lineage[name], accepted_by="ada", accepted="2026-03-01")
    save_set(out, replace(there, lineage={**there.lineage, name: seen}), manifest={}, now="2026")
    with pytest.raises(UsageError, match="1 examples that somebody wrote, edited or accepted"):
        made(logs, out, sizes=few)


def test_without_any_word_on_answers_it_is_said_that_failures_are_unknown(tmp_path: Path) -> None:
    plain = [{k: row[k] for k in ("id", "input")} | {"output": "ok"} for row in rows(60)]
    found = made([written(tmp_path / "log.jsonl", plain)], tmp_path / "data")
    assert not found.account.part("regression").size
    assert any("no regression items" in limit for limit in found.account.limits)
    assert not next(iter(found.findings.named("enrichment"))).estimate.present
    assert found.account.part("core").size == 40


def test_what_cannot_be_built_is_refused(tmp_path: Path) -> None:
    nothing = written(tmp_path / "none.jsonl", [{"input": "Hello?"}])
    with pytest.raises(InsufficientData, match="none of the 1 records"):
        made([nothing], tmp_path / "data")
    with pytest.raises(DataError, match="no record"):
        made([written(tmp_path / "odd.jsonl", [{"a": 1}])], tmp_path / "data")
    wrong: list[dict[str, Any]] = [
        {"sizes": {"core": 0}},
        {"sizes": {"cores": 1}},
        {"since": "soon"},
    ]
    for given in wrong:
        with pytest.raises(UsageError):
            BuildOptions(**given)
    assert seconds_of("1970-01-01T01:00+01:00") == 0


def test_the_act_writes_the_set_and_its_page(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    log = str(written(tmp_path / "log.jsonl", [row | {"model": "live"} for row in rows(350)]))
    words = [
        "data",
        "build",
        log,
        "--sizes",
        "core=20,edge=5,adversarial=4,regression=3,golden=2",
    ]
    assert main([*words, "--segment-by", "system", "--report", "pages/build.html"]) == 0
    told = capsys.readouterr().out
    assert "34 examples in data, version" in told.replace("\n", " ")
    assert "Where core comes from" in (tmp_path / "pages" / "build.html").read_text("utf-8")
    assert main(["data", "build", log, "--sizes", "core"]) == 2
