"""A project that moves to another folder stays the same project."""

from pathlib import Path

from measurand.core.system import System
from measurand.raters.checks.loading import load
from measurand.raters.checks.own import FunctionCheck, check
from measurand.systems.function import FunctionSystem

CODE = """
class Sized:
    def __call__(self, example):
        return "any"

def reply(question):
    return question.upper()

def brief(example, output):
    return len(output.text) < {most}

sized = Sized()
"""


def versions(folder: Path, *, most: int = 9) -> tuple[str, ...]:
    folder.mkdir()
    (folder / "own.py").write_text(CODE.format(most=most))
    system = System("mine", "own.py:reply")
    functions = [load(f"own.py:{name}", base=folder) for name in ("reply", "sized")]
    made: FunctionCheck = check("short")(load("own.py:brief", base=folder))
    return (*(FunctionSystem(system, one).version for one in functions), made.version)


def test_versions_do_not_depend_on_the_folder(tmp_path: Path) -> None:
    assert versions(tmp_path / "here") == versions(tmp_path / "there")


def test_versions_follow_what_the_file_says(tmp_path: Path) -> None:
    before, after = versions(tmp_path / "here"), versions(tmp_path / "there", most=8)
    assert before[:2] == after[:2]
    assert before[2] != after[2]
