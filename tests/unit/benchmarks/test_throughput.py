from __future__ import annotations

from benchmarks._quality.identity import Case
from benchmarks.throughput import _compare, one_by_one
from dti.domain.documents import Document
from dti.domain.triplets import Triplet

RIGHT = Triplet("drug", "binder", "target")
CASES = [Case(Document(source="pmid", id=str(n), title="T"), (RIGHT,)) for n in range(4)]


def test_one_by_one_gives_what_batches_give_in_order():
    seen = []

    def system(documents):
        seen.append(len(documents))
        return [(Triplet(document.id, "binder", "target"),) for document in documents]

    documents = [case.document for case in CASES]
    assert one_by_one(system)(documents) == system(documents)
    assert seen == [1, 1, 1, 1, 4]


def test_speed_and_f1_are_of_the_same_documents():
    def slow(documents):
        return [(RIGHT,) if document.id < "2" and sum(range(200_000)) else () for document in documents]

    (speed, f1), ratios = _compare(CASES, lambda documents: [(RIGHT,) for _ in documents], "slow", slow, 3)
    assert len(ratios) == 3
    assert speed.alternative == f1.alternative == "slow"
    assert min(speed.value, speed.alternative_value) > 0
    assert (f1.value, f1.alternative_value) == (100.0, 50.0)
