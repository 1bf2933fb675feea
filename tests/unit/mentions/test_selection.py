from __future__ import annotations

from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.domain.mentions import Candidate
from dti.mentions import select


def candidate(name, *starts, kind=EntityKind.DRUG, rank=0, in_title=False):
    return Candidate(kind, (("surface", name),), tuple(Span(s, s + 2) for s in starts), 0.5, rank, in_title)


def names(found, most=9):
    return [candidate.name for candidate in select(found, most)]


def test_best_readings_come_first_then_the_title_then_the_frequent():
    found = [candidate("other", 1, 2, 3, rank=1, in_title=True), candidate("rare", 4), candidate("often", 5, 6)]
    assert names([*found, candidate("title", 0, in_title=True)]) == ["title", "often", "rare", "other"]


def test_each_kind_has_its_own_limit_and_drugs_come_first():
    targets = [candidate(f"t{n}", n, kind=EntityKind.TARGET) for n in range(3)]
    assert names([*targets, *(candidate(f"d{n}", n) for n in range(3))], 2) == ["d0", "d1", "t0", "t1"]


def test_candidates_that_print_alike_are_one_with_all_mentions_in_order():
    [one] = select([candidate("same", 9, rank=1, in_title=True), candidate("same", 3, 9)], 9)
    assert one.spans == (Span(3, 5), Span(9, 11))
    assert (one.rank, one.in_title) == (0, True)
