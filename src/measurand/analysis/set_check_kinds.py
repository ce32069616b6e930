"""Everything that can be the matter with an evaluation set: how bad it is, why, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from measurand.analysis.set_check_terms import Kind, Weight

__all__ = ["KINDS"]


def _kind(name: str, weight: Weight, *told: str, lacking: bool = False) -> Kind:
    title, why, do = told
    return Kind(name=name, weight=weight, title=title, why=why, do=do, lacking=lacking)


_EVERY = (
    _kind(
        *("secret", "wrong", "Secrets stand in the set"),
        "Whoever is given the set, and every model that is asked it, is given the secret.",
        "Revoke the secret first; then replace it by a placeholder in every version that is kept.",
    ),
    _kind(
        *("personal-data", "wrong", "Personal data stand in the set"),
        "They go to every model that is asked, to raters and into reports.",
        "Replace them by placeholders; texts that may stand go into the plan as redact.allow.",
    ),
    _kind(
        *("same-in-two-parts", "wrong", "The same question stands in two parts of the set"),
        "What is tuned on one part is then tested on the other, and the question counts twice.",
        "Keep one: measurand data rotate --retire ID puts the next in reserve in its place.",
    ),
    _kind(
        *("same-twice", "wrong", "The same question stands twice in a part of the set"),
        "It counts twice, and intervals are narrower than they should be.",
        "Keep one: measurand data rotate --retire ID puts the next in reserve in its place.",
    ),
    _kind(
        *("question-in-prompt", "wrong", "A system is shown questions of the set"),
        "A system that has seen the question is not tested by it.",
        "Take the question out of the prompt, or retire it: measurand data rotate --retire ID.",
    ),
    _kind(
        *("locked-shown", "wrong", "A judge is shown what it is to be tested on"),
        "Its agreement with people would then be too good.",
        "Choose exemplars anew from the development set: measurand improve, or by hand.",
    ),
    _kind(
        *("calibration-leak", "wrong", "The same question is on both sides of a calibration"),
        "A judge is then tested on what it was made on.",
        "Keep one of the two: measurand data rotate --retire ID; then calibrate anew.",
    ),
    _kind(
        *(
            "references-disagree",
            "wrong",
            "One question has right answers that contradict each other",
        ),
        "Whatever is answered, one of the two references calls it wrong.",
        "Find out which is right, and give both questions all references that are.",
    ),
    _kind(
        *("blank-question", "wrong", "Nothing is asked"),
        "An example without a question has no right answer.",
        "Write the question, or take the example out.",
    ),
    _kind(
        *("blank-text", "wrong", "A reference or a passage is blank"),
        "An empty reference makes an empty answer right.",
        "Write it, or take it out.",
    ),
    _kind(
        *("unfinished-reference", "wrong", "A reference is only a placeholder"),
        "No answer can agree with it.",
        "Write the reference, or take it out.",
    ),
    _kind(
        *("weight-of-no-dimension", "wrong", "Weights are of dimensions that the rubric lacks"),
        "They count nowhere, so that the example is not weighted as it says.",
        "Name a dimension of the plan's rubric, or take the weight out.",
    ),
    _kind(
        *("lock-differs", "wrong", "The set is not the one that is locked"),
        "Runs, comparisons and gates refuse it.",
        "Take the change over with measurand data lock, or put the locked version back with "
        "measurand data versions --restore.",
    ),
    _kind(
        *("component-short", "doubtful", "Parts of the set are smaller than their minimum"),
        "With fewer examples a part says little, and a failure in it is missed.",
        "measurand data build makes core and edge, data attacks adversarial examples, data regress "
        "regression items; another minimum goes into the plan as data.minimum.",
        lacking=True,
    ),
    _kind(
        *("kind-missing", "doubtful", "Production asks what the set does not"),
        "Scores say nothing of these questions.",
        "measurand data mismatch shows what to add, and weights that help until then.",
        lacking=True,
    ),
    _kind(
        *("golden-unanswered", "doubtful", "Golden questions have no expert's answer"),
        "Until they have, nothing can be held against them.",
        "Have experts answer them at the desk, or write references into golden.jsonl.",
        lacking=True,
    ),
    _kind(
        *("near-in-two-parts", "doubtful", "Nearly the same question is in two parts of the set"),
        "What is tuned on one part is then nearly tested on the other.",
        "Look at both; where they ask the same, keep one: measurand data rotate --retire ID.",
    ),
    _kind(
        *("near-leak", "doubtful", "Nearly the same is on both sides of a calibration"),
        "A judge is then nearly tested on what it was made on.",
        "Look at both; where they ask the same, keep one, and calibrate anew.",
    ),
    _kind(
        *("golden-answer-shown", "doubtful", "A golden answer can be read elsewhere"),
        "A system that is shown the answer is not tested by the question.",
        "Take it out there, or choose another golden question.",
    ),
    _kind(
        *("answer-in-prompt", "doubtful", "A system is shown references of the set"),
        "It may copy the answer. Where its instructions must say so, this is as it should be.",
        "Look whether the prompt was written from the set.",
    ),
    _kind(
        *("answer-in-question", "doubtful", "The answer stands in what is asked"),
        "Repeating the question is then enough.",
        "Take the answer out of the question, or the example out of the set.",
    ),
    _kind(
        *("references-differ", "doubtful", "Nearly the same question has other right answers"),
        "One of the references may be wrong or out of date.",
        "Look at both; mend the reference, or say in the question what differs.",
    ),
    _kind(
        *("references-contradict", "doubtful", "References of one example contradict each other"),
        "Any one of them counts as right, so that a wrong answer passes.",
        "Keep those that are right.",
    ),
    _kind(
        *("checklist-unmet", "doubtful", "No reference has what the checklist requires"),
        "The right answer would fail the checklist, or the checklist asks for the wrong thing.",
        "Mend the checklist or the references.",
    ),
    _kind(
        *("tools-disagree", "doubtful", "One question expects different tools"),
        "Whatever is called, one of the two calls it wrong.",
        "Find out which is right.",
    ),
    _kind(
        *("ends-with-answer", "doubtful", "Somebody else than the user speaks last"),
        "Nothing is asked of the system.",
        "End the conversation with what the user asks.",
    ),
    _kind(
        *("nothing-asked", "doubtful", "Chosen questions that ask nothing"),
        "To thanks or goodbye any polite answer is right: the example tells nothing of quality.",
        "Put another in its place: measurand data rotate --retire ID.",
    ),
    _kind(
        *("cut-off", "doubtful", "A question seems to be cut off"),
        "What is asked is not there, so that no answer is right.",
        "Complete it from the log, or keep it as an edge case with a note of what is right.",
    ),
    _kind(
        *("absent-thing", "doubtful", "A question refers to what is not there"),
        "Without it no answer can be right but to ask for it.",
        "Add it as context, or say in a note that asking for it is right.",
    ),
    _kind(
        *("placeholder", "doubtful", "A text has places that were never filled in"),
        "The system is asked what no user asks.",
        "Fill them in.",
    ),
    _kind(
        *("context-empty", "doubtful", "References quote a context that is not there"),
        "The system cannot know what the reference quotes.",
        "Add the passages as context.",
    ),
    _kind(
        *("failure-lost", "doubtful", "Regression items do not say what had failed"),
        "Nobody can tell whether it stays mended.",
        "Capture failures with measurand data regress, which keeps them.",
    ),
    _kind(
        *("other-language", "doubtful", "The reference is in another language than the question"),
        "An answer in the user's language is held against one in another.",
        "Translate the reference, or say in a note which language is right.",
    ),
    _kind(
        *("label-against-raters", "doubtful", "A right rating that raters contradict"),
        "Where the rating that counts as right is wrong, raters and judges who are right look bad.",
        "Look at the answer again; nothing is changed by this check.",
    ),
    _kind(
        *("every-system-fails", "doubtful", "Every system fails"),
        "Where all fail, the reference is more often wrong than the systems.",
        "Look at the reference first.",
    ),
    _kind(
        *("judges-against-people", "doubtful", "Judges agree with each other against people"),
        "Either the people's vote is wrong, or the judges share a blind spot.",
        "Look at the answer again: measurand rate asks more people.",
    ),
    _kind(
        *("may-be-personal", "doubtful", "What may be personal data"),
        "Numbers that look like a telephone, a card or an address may be some.",
        "Look; what may stand goes into the plan as redact.allow.",
    ),
    _kind(
        *("licence-restricted", "doubtful", "The licence may not allow this use"),
        "Texts under such a licence may not be used, or not be passed on.",
        "Ask whoever answers for it, or take the examples out.",
    ),
    _kind(
        *("note-of-no-dimension", "doubtful", "Notes are on dimensions that the rubric lacks"),
        "Nobody is shown them.",
        "Add the dimension to the plan's rubric, or name another.",
    ),
    _kind(
        *("probability-partly", "doubtful", "Some of core has a probability, some has not"),
        "Core cannot be weighted to production, so that it counts as if all were drawn alike.",
        "Take examples that were chosen by hand into edge.",
    ),
    _kind(
        *("probability-differs", "doubtful", "A probability is not the one it was drawn with"),
        "Weighted means are wrong where the probability is.",
        "Put back the one that lineage.jsonl has.",
    ),
    _kind(
        *("probability-uneven", "doubtful", "Few examples carry most of core's weight"),
        "Weighted means rest on them, and their intervals are wide.",
        "Build with more examples of core.",
    ),
    _kind(
        *("dated-ahead", "doubtful", "Examples have a date in the future"),
        "Dates are wrong, so that windows, rotation and the date test are.",
        "Mend the dates.",
    ),
    _kind(
        *("date-unread", "doubtful", "A date that is none"),
        "Nobody can tell whether the example is stale.",
        "Write it as 2026-03-01 or as an ISO 8601 time.",
    ),
    _kind(
        *("kind-thin", "note", "Fewer than three examples of what production asks"),
        "Nothing can be said of these questions by themselves.",
        "measurand data mismatch shows what to add; or take more examples from the reserve.",
    ),
    _kind(
        *("near-twice", "note", "Nearly the same question twice in a part"),
        "The two are worth less than two.",
        "Look at both; where they ask the same, keep one: measurand data rotate --retire ID.",
    ),
    _kind(
        *("conversation-in-two-parts", "note", "Turns of one conversation are in two parts"),
        "What the later turn is told of the conversation holds an answer to the earlier one.",
        "Where the parts are to be apart, keep one: measurand data rotate --retire ID.",
    ),
    _kind(
        *("people-divided", "note", "People disagree most"),
        "The question, the reference or the instructions may be unclear.",
        "Look at these first when you mend the instructions.",
    ),
    _kind(
        *("no-truth", "note", "Nothing in the example tells what is right"),
        "Only judges and people can rate answers to it.",
        "Add references or a checklist where checks are to rate.",
    ),
    _kind(
        *("unreviewed", "note", "Nobody has accepted these examples"),
        "What is unclear, out of place or private is seen by somebody who looks.",
        "Look through them: measurand data review.",
    ),
    _kind(
        *("licence-unknown", "note", "Of examples from elsewhere no licence is told"),
        "Whether the set may be passed on is not known.",
        "Say it as metadata.licence.",
    ),
    _kind(
        *("probability-absent", "note", "Core has no probabilities"),
        "Core counts as if all of production had the same chance to be in it.",
        "measurand data build draws core with probabilities that it keeps.",
    ),
    _kind(
        *("old", "note", "Examples are older than a year"),
        "Production may ask other things by now.",
        "measurand data mismatch tells; measurand data rotate --older-than 365 replaces them.",
    ),
    _kind(
        *("canary-absent", "note", "No canary is planted"),
        "When the set leaks into training data, nobody will be able to tell.",
        "Plant one: measurand data canary plant.",
    ),
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _EVERY})
"""By name, the worst first."""
