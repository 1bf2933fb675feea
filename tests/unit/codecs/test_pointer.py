from __future__ import annotations

import pytest

from dti.codecs import Pointer
from dti.codecs.pointer import MOST
from dti.domain.documents import Document
from dti.domain.entities import Curie, EntityKind
from dti.domain.evidence import Span
from dti.domain.lexicon import Hint, LexiconEntity
from dti.domain.mentions import Candidate
from dti.domain.triplets import Triplet

TEXT = Document(source="file", id="1", title="Zelo blocks kinase <d1>.", abstract="Zelo is a drug.")
BOTH = (Triplet("Zelorantib", "inhibitor", "Kinase Q7"),)


def candidate(kind, name, *starts, hints=None, rank=0):
    entity = None if hints is None else LexiconEntity(Curie(f"x:{name}"), kind, (), hints=hints)
    spans = tuple(Span(start, start + 4) for start in starts)
    return Candidate(kind, (("drugbank", name), ("surface", "zelo")), spans, 1.0, rank, in_title=False, entity=entity)


ZELO = candidate(EntityKind.DRUG, "Zelorantib", 0, 25, hints=Hint.APPROVED | Hint.NUTRIENT)
KINASE = candidate(EntityKind.TARGET, "Kinase Q7", 12)
OTHER = candidate(EntityKind.TARGET, "Kinase Q8", 12, hints=Hint.NONE, rank=1)


def test_the_source_lists_candidates_before_the_text_and_marks_every_mention():
    assert Pointer().source(TEXT, (ZELO, KINASE, OTHER), "kd") == (
        "<kd> <d0> <approved> <nutrient> <t0> <unlisted> <t1> Kinase Q8"
        " <d0> Zelo blocks <t0> <t1> kinase <\\d1>. <d0> Zelo is a drug."
    )


def test_triplets_point_at_candidates_and_spell_out_the_rest():
    candidates = (ZELO, KINASE)
    assert Pointer().render(BOTH, candidates) == "<d0> <t0> <r:inhibitor>"
    assert Pointer().render(BOTH) == "<d> Zelorantib <t> Kinase Q7 <r:inhibitor>"
    assert Pointer().render([Triplet("Zelorantib", "kinks", "x")], candidates) == "<d0> <t> x <r> kinks"
    assert Pointer().render([]) == "<none>"


def test_parsing_gives_names_and_whom_they_point_at():
    [located] = Pointer().parse("<d0> <t1> <r:agonist>", (ZELO, KINASE, OTHER)).located
    assert located.triplet == Triplet("Zelorantib", "agonist", "Kinase Q8")
    assert (located.drug, located.target, located.start, located.end) == (0, 2, 0, 21)


@pytest.mark.parametrize(
    "text", ["<d3> <t0> <r:agonist>", "<d0> <t0>", "<d0> x <t0> <r:agonist>", "<t0> <d0> <r:agonist>", "<none> <none>", "<kd>"]
)
def test_what_is_no_triplet_is_a_fault(text):
    parsed = Pointer().parse(text, (ZELO, KINASE))
    assert parsed.faults
    assert not parsed.triplets


def test_a_broken_group_does_not_cost_its_neighbours():
    parsed = Pointer().parse("<d0> <t0> <r:agonist> <d0> <r:agonist> <d0> <t0> <r:inhibitor>", (ZELO, KINASE))
    assert [triplet.interaction for triplet in parsed.triplets] == ["agonist", "inhibitor"]
    assert len(parsed.faults) == 1


def test_candidates_beyond_the_pointers_are_not_shown_and_are_spelled_out():
    many = tuple(candidate(EntityKind.DRUG, f"drug {n}", 0) for n in range(MOST + 1))
    assert f"<d{MOST - 1}>" in Pointer().source(TEXT, many)
    assert Pointer().render([Triplet(f"drug {MOST}", "inhibitor", "x")], many).startswith("<d> drug")


def test_names_may_be_held_to_candidates():
    closed = Pointer(free=False).grammar((ZELO, KINASE))
    assert closed(()).markers == {"<d0>", "<none>"}
    assert closed(["<d0>"]).markers == {"<t0>"}
    assert "<r>" not in closed(["<d0>", "<t0>"]).markers
    assert Pointer(free=False).grammar((ZELO,))(()).markers == {"<none>"}
