import pytest

from measurand.core.model import Finish
from measurand.core.scale import NOMINAL, Scale
from measurand.errors import UsageError
from measurand.raters.judge.legacy import FORMATS, hear_legacy


@pytest.mark.parametrize(
    ("name", "text", "status", "level"),
    [
        ("llmbar.choice", "Output (a)", "ok", "a"),
        ("llmbar.choice", " Output (b).\n", "ok", "b"),
        ("llmbar.choice", "Output (a) or Output (b)", "invalid", None),
        ("llmbar.choice", "output (a)", "invalid", None),
        ("llmbar.choice", "", "invalid", None),
        ("llmbar.sentence", "It is terse. Therefore, Output (a) is better.", "ok", "a"),
        ("llmbar.sentence", "Output (b) is better.\n\nOutput (a) is too short.", "ok", "b"),
        (
            "llmbar.sentence",
            "In detail, Output (a) is better. So, Output (b) is better.",
            "ok",
            "b",
        ),
        ("llmbar.sentence", "I do not think that Output (a) is better.", "invalid", None),
        ("llmbar.sentence", "Therefore, both Output (a) and Output (b) are good.", "invalid", None),
        ("llmbar.sentence", "Therefore, Output (b)", "invalid", None),
        ("llmbar.sentence", "Output (a) is betterish", "invalid", None),
        ("rating", "4", "ok", 4),
        ("rating", " 4\n", "ok", 4),
        ("rating", "9", "out_of_range", None),
        ("rating", "3.5", "out_of_range", None),
        ("rating", "4/4", "invalid", None),
        ("rating", "Score: 4", "invalid", None),
        ("rating", "４", "invalid", None),  # noqa: RUF001 - the point
        ("ice_score", "1. It decodes UTF-8.\n\nUsefulness: 3", "ok", 3),
        ("ice_score", "Score: 0. It does not decode a hex string to UTF-8.", "ok", 0),
        ("ice_score", "Step 2 scores 1 for usefulness. Usefulness Score: 2", "ok", 2),
        ("ice_score", "the usefulness score for this code snippet is 2.", "ok", 2),
        ("ice_score", "rated as 2 for usefulness", "ok", 2),
        ("ice_score", "Usefulness: 8", "out_of_range", None),
        ("ice_score", "Usefulness: 2.5", "out_of_range", None),
        ("ice_score", "Usefulness: 3/4", "invalid", None),
        ("ice_score", "the usefulness as 2 out of 4", "invalid", None),
        ("ice_score", "Usefulness: N/A", "invalid", None),
        ("ice_score", "underscore: 3", "invalid", None),
        ("ice_score", "It needs 4 changes.", "invalid", None),
        ("ice_score", "I'm sorry, but I can't evaluate this.", "refused", None),
    ],
)
def test_each_reply_in_its_declared_format(
    name: str, text: str, status: str, level: object
) -> None:
    found = hear_legacy(name, text, Scale.of("0-4"))
    assert (found.status, found.level) == (status, level)


@pytest.mark.parametrize(
    ("finish", "status"), [("length", "truncated"), ("refused", "refused"), ("stop", "ok")]
)
def test_how_a_reply_ended_counts_first(finish: Finish, status: str) -> None:
    assert hear_legacy("rating", "3", Scale.of("0-4"), finish=finish).status == status


def test_formats_are_chosen_and_never_guessed() -> None:
    with pytest.raises(UsageError, match="did you mean 'ice_score'"):
        hear_legacy("ice-score", "Score: 3", NOMINAL)
    assert set(FORMATS) == {"llmbar.choice", "llmbar.sentence", "rating", "ice_score"}
