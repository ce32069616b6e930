"""An overlap among other tests: the system's own prompt first, and loose likeness is no failure."""

from measurand.analysis.exposure_overlap import overlap_exposure
from measurand.analysis.overlap_result import Overlap, OverlapHit, OverlapTier
from measurand.analysis.result import Findings
from measurand.core.record import Place
from measurand.errors import Fault
from measurand.stats.proportion import wilson

TIER = OverlapTier(
    name="verbatim",
    rule="every word",
    examples=("a",),
    looked=4,
    share=wilson(1, 4),
    reach="Finds all.",
    blind="Blind to rewording.",
)


def hit(example: str, tier: str, kind: str) -> OverlapHit:
    return OverlapHit(
        example=example,
        part="question",
        tier=tier,  # type: ignore[arg-type]
        place=Place(f"{kind}.txt", 3),
        kind=kind,
        words=14,
        span="the secret span",
    )


def overlap(*hits: OverlapHit, unread: tuple[Fault, ...] = (), read: int = 2_000_000) -> Overlap:
    return Overlap(
        tiers=(TIER,),
        hits=hits,
        findings=Findings(results=()),
        searched=(("x.txt", read),) if read else (),
        read=read,
        unread=unread,
        remarks=(Fault("half a line", "y.txt", 7),),
    )


def test_its_own_prompt_comes_before_training_texts() -> None:
    found = overlap_exposure(
        overlap(
            hit("a", "verbatim", "training"), hit("b", "rows", "prompt"), hit("c", "span", "prompt")
        ),
        size=4,
        least=8,
    )
    assert [(v.design, v.outcome) for v in found.findings.verdicts] == [
        ("prompt", "fail"),
        ("training", "fail"),
    ]
    assert found.told.startswith("1 of 4 examples stand in the system's own prompt; what stands")
    assert "copying" not in found.findings.verdicts[1].reason
    assert [name for name, _ in found.items] == ["b", "a"]
    assert "secret" not in str(found.items)


def test_a_loose_likeness_is_a_hint_and_nothing_is_no_pass() -> None:
    loose = overlap_exposure(overlap(hit("a", "embedding", "training")), size=4, least=8)
    assert (loose.outcome, loose.findings.verdicts) == ("hint", ())
    short = overlap_exposure(overlap(hit("a", "verbatim", "training")), size=4, least=20)
    assert short.outcome == "hint"
    nothing = overlap_exposure(overlap(), size=4, least=8)
    assert nothing.outcome == "nothing found"
    assert "1 files of 2.0 MB" in nothing.told


def test_a_context_may_stand_anywhere() -> None:
    context = OverlapHit(
        example="a",
        part="context[0]",
        tier="verbatim",
        place=Place("index.txt", 1),
        kind="retrieval",
        words=40,
    )
    assert overlap_exposure(overlap(context), size=4, least=8).outcome == "nothing found"


def test_what_was_not_read_leaves_it_open_and_nothing_read_is_no_test() -> None:
    gone = (Fault("it is damaged", "a.gz"), Fault("it is too long", "b.jsonl", 7))
    open_ = overlap_exposure(overlap(unread=gone), size=4, least=8)
    assert open_.outcome == "inconclusive"
    assert "a.gz (it is damaged); b.jsonl (it is too long in line 7)" in open_.told
    assert open_.items == (
        ("a.gz", "not read: it is damaged"),
        ("b.jsonl", "not read: it is too long in line 7"),
    )
    loose = overlap(hit("a", "embedding", "training"), unread=gone)
    assert overlap_exposure(loose, size=4, least=8).outcome == "inconclusive"
    sure = overlap(hit("a", "rows", "training"), unread=gone)
    assert overlap_exposure(sure, size=4, least=8).outcome == "fail"
    for faults in (gone, ()):
        none = overlap_exposure(overlap(unread=faults, read=0), size=4, least=8)
        assert (none.outcome, none.findings.results) == ("not run", ())
        assert ("a.gz" in none.told) == bool(faults)
