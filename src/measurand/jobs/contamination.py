"""The act ``contamination``: had the set been seen before it was asked?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from measurand.analysis.exposure import Exposure, not_run, together, worst_first
from measurand.analysis.forecast import Forecast
from measurand.core.plan import Plan
from measurand.errors import UsageError
from measurand.jobs.answer import Answer
from measurand.jobs.canary import known_canary, search_canary
from measurand.jobs.exposing.asked import AskedTests
from measurand.jobs.exposing.corpora import prompts_of
from measurand.jobs.exposing.options import ContaminationOptions
from measurand.jobs.exposing.overlapping import overlap_test
from measurand.jobs.exposing.reading import Progress, Telling, reading
from measurand.jobs.exposing.recorded import date_test, gaming_test, logprob_tests
from measurand.jobs.run import paced
from measurand.jobs.set_place import SetPlace
from measurand.models.environment import Environment
from measurand.report.contamination_json import contamination_part
from measurand.report.contamination_page import contamination_document
from measurand.store.dataset import Dataset
from measurand.store.plans import load_plan

__all__ = ["ContaminationAnswer", "answer_of", "contamination", "contamination_forecast"]

_TOO_LITTLE = 3
_NO_PLAN = "It takes a plan, whose systems are asked or were rated."


@dataclass(frozen=True, slots=True, kw_only=True)
class ContaminationAnswer(Answer):
    """What the tests found.

    Args:
        tests: Each test, worst first, also those that were not run.
        spent: US dollars that asking has cost, all times together.
    """

    tests: tuple[Exposure, ...] = ()
    spent: float = 0.0

    @property
    def exit_code(self) -> int:
        """1 where any test failed, 3 where any is open or none was run, else 0.

        0 says that the tests which were run found nothing, and not that there is nothing.
        """
        outcomes = {one.outcome for one in self.tests if one.ran}
        if "fail" in outcomes:
            return 1
        return _TOO_LITTLE if "inconclusive" in outcomes or not outcomes else 0

    def to_json(self) -> Mapping[str, Any]:
        """The published document, with every test and what it cannot see."""
        return {**super(ContaminationAnswer, self).to_json(), "contamination": self._part}

    @property
    def _part(self) -> Mapping[str, Any]:
        return contamination_part(self.tests)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What the tests are run on."""

    place: SetPlace
    file: Path | None
    plan: Plan | None
    options: ContaminationOptions
    environment: Environment
    dataset: Dataset = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "dataset", Dataset.load(self.place.data))

    @property
    def asking(self) -> AskedTests | None:
        """The tests that ask systems; None where none does."""
        if not self.options.asks:
            return None
        if self.plan is None or self.file is None:
            raise UsageError(
                "--twins, --rewrite and --style ask the systems of a plan: name it with --plan"
            )
        return AskedTests(
            plan=self.plan,
            file=self.file,
            dataset=self.dataset,
            options=self.options,
            environment=self.environment,
        )


def contamination(
    data: Path | str | None = None,
    options: ContaminationOptions | None = None,
    *,
    plan: Path | str | None = None,
    telling: Telling | None = None,
    environment: Environment | None = None,
) -> ContaminationAnswer:
    """Run the tests that the inputs allow, and list those that were not run, and why.

    Args:
        data: The evaluation set, a folder or a file; by default that of the plan, or ``data/``.
        options: Texts, twins, cut-offs, log-probabilities: what the tests need.
        plan: The plan whose systems, prompts and ratings are looked at.
        telling: Who is told what asking will cost, and how far it is.
        environment: Where keys and addresses come from; by default the process's.

    Raises:
        UsageError: There is no set, or an option makes no sense.
        DataError: The set, or another file, is wrong.
        PlanError: The plan is wrong.
        LedgerError: A ledger cannot be read or written.
    """
    case = _case(data, options, plan=plan, environment=environment)
    told = telling or Telling()
    tests = [*_texts(case, told.progress), *_recorded(case)]
    spent = 0.0
    if (asking := case.asking) is None:
        tests += _nothing_asked(case)
    else:
        found = asking.run(watch=told.watch, tell=told.ahead)
        tests += found.tests
        spent = found.spent
    subtitle = f"{len(case.dataset):,} examples of {case.place.data}"
    if case.plan is not None:
        subtitle = f"{case.plan.name}: {subtitle}"
    return replace(answer_of(tests, subtitle=subtitle), spent=spent)


def answer_of(
    tests: Sequence[Exposure], *, verb: str = "data contamination", subtitle: str = ""
) -> ContaminationAnswer:
    """The answer that these tests make up.

    Args:
        tests: Each test, also those that were not run.
        verb: What was done.
        subtitle: Of which set.
    """
    ordered = worst_first(tests)
    findings = together(ordered)
    return ContaminationAnswer(
        verb=verb,
        findings=findings,
        document=contamination_document(ordered, findings, subtitle=subtitle),
        tests=ordered,
    )


def contamination_forecast(
    data: Path | str | None = None,
    options: ContaminationOptions | None = None,
    *,
    plan: Path | str | None = None,
    environment: Environment | None = None,
) -> tuple[Forecast, ...]:
    """What asking would cost; nothing is sent. Of twins that are to be written, only the writing.

    Raises:
        MeasurandError: As for `contamination`.
    """
    asking = _case(data, options, plan=plan, environment=environment).asking
    return () if asking is None else asking.foretell()


def _case(
    data: Path | str | None,
    options: ContaminationOptions | None,
    *,
    plan: Path | str | None,
    environment: Environment | None,
) -> _Case:
    chosen = options or ContaminationOptions()
    file = None if plan is None else Path(plan)
    read = None if file is None else load_plan(file)
    if read is not None:
        read = paced(read, connections=chosen.connections, budget=chosen.budget)
        chosen = _with_reference(chosen, read)
    place = SetPlace.of(file, read, data)
    if data is None and not place.data.exists():
        raise UsageError(f"there is no evaluation set {place.data}; name it, or its plan: --plan")
    return _Case(
        place=place,
        file=file,
        plan=read,
        options=chosen,
        environment=environment or Environment(),
    )


def _with_reference(options: ContaminationOptions, plan: Plan) -> ContaminationOptions:
    """The plan's seed and level, and its current system as the reference, unless others are."""
    deciding = options.deciding
    current = next((one.name for one in plan.systems if one.role == "current"), None)
    reference = deciding.reference or current
    if reference is not None and reference not in {one.name for one in plan.systems}:
        raise UsageError(f"--reference {reference} is no system of the plan")
    return replace(options, deciding=replace(deciding, reference=reference, seed=plan.seed))


def _texts(case: _Case, progress: Progress | None) -> Iterator[Exposure]:
    """What is compared with texts that systems may have seen."""
    prompts = () if case.plan is None or case.file is None else prompts_of(case.plan, case.file)
    corpora = (*prompts, *case.options.corpora)
    if not corpora:
        why = "There was no text to compare with: name some with --corpus."
        yield not_run("overlap", why)
        yield not_run("canary_search", why)
    else:
        digits = known_canary(case.place.data)
        read = reading(corpora, progress, times=1 if digits is None else 2)
        yield overlap_test(case.dataset, corpora, case.options.deciding, tell=read)
        yield search_canary(digits, corpora, where=case.place.where, tell=read)
    why = "Systems are asked for the canary, which costs calls, by: measurand data canary ask."
    yield not_run("canary_ask", case.place.commands(why))


def _recorded(case: _Case) -> Iterator[Exposure]:
    """What is found in what was rated, and in log-probabilities."""
    options = case.options
    if case.plan is None or case.file is None:
        yield not_run("date_split", _NO_PLAN)
        yield not_run("gaming", _NO_PLAN)
    else:
        yield date_test(case.plan, case.file, options, environment=case.environment)
        yield gaming_test(case.plan, case.file, options, dataset=case.dataset)
    yield from logprob_tests(options)


def _nothing_asked(case: _Case) -> Sequence[Exposure]:
    """The tests that ask systems, where none is asked."""
    if case.plan is None:
        return (not_run("twins", _NO_PLAN), not_run("style", _NO_PLAN))
    return (
        not_run(
            "twins",
            "No twins: name a file of them with --twins, or a model that writes them with "
            "--rewrite.",
        ),
        not_run("style", "Asking in another phrasing costs calls: --style does it."),
    )
