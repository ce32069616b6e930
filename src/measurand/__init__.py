"""measurand: is your language-model application good at your own task?

Every number comes with an interval, every decision is pass, fail or inconclusive. Names are
imported when they are first used, so ``import measurand`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from measurand._version import __version__

if TYPE_CHECKING:
    from measurand.analysis.agreement import AgreementOptions
    from measurand.analysis.audit import AuditOptions
    from measurand.analysis.benchmarks_options import CorrelateOptions
    from measurand.analysis.calibration_options import CalibrationOptions
    from measurand.analysis.comparison import ComparisonOptions
    from measurand.analysis.judges import JudgesOptions
    from measurand.analysis.power_options import PowerOptions
    from measurand.analysis.result import Findings, Result, Verdict
    from measurand.analysis.vote import Vote, VoteOptions
    from measurand.core.example import Example, Message
    from measurand.core.failure import FAILURES
    from measurand.core.output import Failure, Output
    from measurand.core.rating import Measurement, Rating, Ratings
    from measurand.core.rubric import Dimension, Rubric
    from measurand.core.running import Endpoint, Price, RedactPlan, RunPlan
    from measurand.core.scale import NOMINAL, ONE_TO_FIVE, UNIT, YES_NO, Scale
    from measurand.core.system import System
    from measurand.jobs.agreement import agreement
    from measurand.jobs.anchors import anchors, freeze_anchors
    from measurand.jobs.answer import Answer
    from measurand.jobs.audit import audit
    from measurand.jobs.auditing.options import AuditRun
    from measurand.jobs.build import build
    from measurand.jobs.building.options import BuildOptions
    from measurand.jobs.calibrate import calibrate
    from measurand.jobs.check import rate_outputs
    from measurand.jobs.compare import compare
    from measurand.jobs.contamination import contamination
    from measurand.jobs.correlate import correlate
    from measurand.jobs.demo import demo
    from measurand.jobs.desk import open_desk
    from measurand.jobs.exposing.options import ContaminationOptions
    from measurand.jobs.gate import GateOptions, gate
    from measurand.jobs.import_ratings import import_ratings
    from measurand.jobs.improve import improve
    from measurand.jobs.inviting import invite
    from measurand.jobs.judge_file import judge
    from measurand.jobs.judges import judges
    from measurand.jobs.judging import Judge, JudgingOptions
    from measurand.jobs.mismatch import MismatchRequest, mismatch_of
    from measurand.jobs.packet_export import export_packet
    from measurand.jobs.packet_import import import_packet
    from measurand.jobs.planning import plan
    from measurand.jobs.power import power
    from measurand.jobs.project import from_project
    from measurand.jobs.rate_status import rate_status
    from measurand.jobs.raters import raters
    from measurand.jobs.run import RunOptions, run
    from measurand.jobs.set_check import CheckRequest, check_set
    from measurand.jobs.source import Reading, from_file
    from measurand.jobs.vote import vote
    from measurand.models.replay import Recorder, Replay, ScriptedModel
    from measurand.privacy.redaction import Redactor
    from measurand.raters import checks
    from measurand.raters.checks import check
    from measurand.simulate.server import SimulatedProvider
    from measurand.stats.estimate import Estimate
    from measurand.store.dataset import Dataset
    from measurand.store.ledger import open_ledger
    from measurand.store.plans import load_plan
    from measurand.store.score_table import ScoreReading
    from measurand.store.stream import ExampleStream

__all__ = [
    "FAILURES",
    "NOMINAL",
    "ONE_TO_FIVE",
    "UNIT",
    "YES_NO",
    "AgreementOptions",
    "Answer",
    "AuditOptions",
    "AuditRun",
    "BuildOptions",
    "CalibrationOptions",
    "CheckRequest",
    "ComparisonOptions",
    "ContaminationOptions",
    "CorrelateOptions",
    "Dataset",
    "Dimension",
    "Endpoint",
    "Estimate",
    "Example",
    "ExampleStream",
    "Failure",
    "Findings",
    "GateOptions",
    "Judge",
    "JudgesOptions",
    "JudgingOptions",
    "Measurement",
    "Message",
    "MismatchRequest",
    "Output",
    "PowerOptions",
    "Price",
    "Rating",
    "Ratings",
    "Reading",
    "Recorder",
    "RedactPlan",
    "Redactor",
    "Replay",
    "Result",
    "Rubric",
    "RunOptions",
    "RunPlan",
    "Scale",
    "ScoreReading",
    "ScriptedModel",
    "SimulatedProvider",
    "System",
    "Verdict",
    "Vote",
    "VoteOptions",
    "__version__",
    "agreement",
    "anchors",
    "audit",
    "build",
    "calibrate",
    "check",
    "check_set",
    "checks",
    "compare",
    "contamination",
    "correlate",
    "demo",
    "export_packet",
    "freeze_anchors",
    "from_file",
    "from_project",
    "gate",
    "import_packet",
    "import_ratings",
    "improve",
    "invite",
    "judge",
    "judges",
    "load_plan",
    "mismatch_of",
    "open_desk",
    "open_ledger",
    "plan",
    "power",
    "rate_outputs",
    "rate_status",
    "raters",
    "run",
    "vote",
]

_HOME = {
    "measurand.analysis.agreement": ("AgreementOptions",),
    "measurand.analysis.audit": ("AuditOptions",),
    "measurand.analysis.benchmarks_options": ("CorrelateOptions",),
    "measurand.analysis.calibration_options": ("CalibrationOptions",),
    "measurand.analysis.comparison": ("ComparisonOptions",),
    "measurand.analysis.judges": ("JudgesOptions",),
    "measurand.analysis.power_options": ("PowerOptions",),
    "measurand.analysis.result": ("Findings", "Result", "Verdict"),
    "measurand.analysis.vote": ("Vote", "VoteOptions"),
    "measurand.core.example": ("Example", "Message"),
    "measurand.core.failure": ("FAILURES",),
    "measurand.core.output": ("Failure", "Output"),
    "measurand.core.rating": ("Measurement", "Rating", "Ratings"),
    "measurand.core.rubric": ("Dimension", "Rubric"),
    "measurand.core.running": ("Endpoint", "Price", "RedactPlan", "RunPlan"),
    "measurand.core.scale": ("NOMINAL", "ONE_TO_FIVE", "UNIT", "YES_NO", "Scale"),
    "measurand.core.system": ("System",),
    "measurand.jobs.agreement": ("agreement",),
    "measurand.jobs.anchors": ("anchors", "freeze_anchors"),
    "measurand.jobs.answer": ("Answer",),
    "measurand.jobs.audit": ("audit",),
    "measurand.jobs.auditing.options": ("AuditRun",),
    "measurand.jobs.build": ("build",),
    "measurand.jobs.building.options": ("BuildOptions",),
    "measurand.jobs.calibrate": ("calibrate",),
    "measurand.jobs.check": ("rate_outputs",),
    "measurand.jobs.compare": ("compare",),
    "measurand.jobs.contamination": ("contamination",),
    "measurand.jobs.correlate": ("correlate",),
    "measurand.jobs.demo": ("demo",),
    "measurand.jobs.desk": ("open_desk",),
    "measurand.jobs.exposing.options": ("ContaminationOptions",),
    "measurand.jobs.gate": ("GateOptions", "gate"),
    "measurand.jobs.import_ratings": ("import_ratings",),
    "measurand.jobs.improve": ("improve",),
    "measurand.jobs.inviting": ("invite",),
    "measurand.jobs.judge_file": ("judge",),
    "measurand.jobs.judges": ("judges",),
    "measurand.jobs.judging": ("Judge", "JudgingOptions"),
    "measurand.jobs.mismatch": ("MismatchRequest", "mismatch_of"),
    "measurand.jobs.packet_export": ("export_packet",),
    "measurand.jobs.packet_import": ("import_packet",),
    "measurand.jobs.planning": ("plan",),
    "measurand.jobs.power": ("power",),
    "measurand.jobs.project": ("from_project",),
    "measurand.jobs.rate_status": ("rate_status",),
    "measurand.jobs.raters": ("raters",),
    "measurand.jobs.run": ("RunOptions", "run"),
    "measurand.jobs.set_check": ("CheckRequest", "check_set"),
    "measurand.jobs.source": ("Reading", "from_file"),
    "measurand.jobs.vote": ("vote",),
    "measurand.models.replay": ("Recorder", "Replay", "ScriptedModel"),
    "measurand.privacy.redaction": ("Redactor",),
    "measurand.raters": ("checks",),
    "measurand.raters.checks": ("check",),
    "measurand.simulate.server": ("SimulatedProvider",),
    "measurand.stats.estimate": ("Estimate",),
    "measurand.store.dataset": ("Dataset",),
    "measurand.store.ledger": ("open_ledger",),
    "measurand.store.plans": ("load_plan",),
    "measurand.store.score_table": ("ScoreReading",),
    "measurand.store.stream": ("ExampleStream",),
}


def __getattr__(name: str) -> object:
    """Import a public name from its home when it is first asked for."""
    for home, names in _HOME.items():
        if name in names:
            found = globals()[name] = _found(home, name)
            return found
    raise AttributeError(f"module 'measurand' has no attribute {name!r}")


def _found(home: str, name: str) -> object:
    module = import_module(home)
    return getattr(module, name) if hasattr(module, name) else import_module(f"{home}.{name}")


def __dir__() -> list[str]:
    return list(__all__)
