"""Whether the sentence shown for a triplet holds both of its names, on DrugProt's development documents with gold triplets.

The alternative is the first sentence that holds either name as it is spelled, found by `str.find`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks._corpora import DATA, labelled
from benchmarks._report import Measurement, Report, publish
from dti.domain.documents import Document
from dti.domain.evidence import Evidence, Span
from dti.domain.triplets import Triplet
from dti.grounding.evidence import Grounder
from dti.grounding.sentences import sentences

_Case = tuple[Document, tuple[Triplet, ...]]


def main(data: Path = DATA) -> Report:
    """Measure on a folder of shared data."""
    cases = list(labelled(data, "drugprot", frozenset(("dev",))))
    triplets = sum(len(gold) for _, gold in cases)
    ours, theirs = _measured(_grounded, cases), _measured(_first, cases)
    rows = tuple(
        Measurement(name, value / triplets, "of triplets", "first sentence by str.find", other / triplets)
        for name, value, other in (
            ("chosen sentence holds both gold mentions", ours[0], theirs[0]),
            ("both names found in the text", ours[1], theirs[1]),
        )
    )
    rate = Measurement("speed", triplets / ours[2], "triplets/core-s", "first sentence by str.find", triplets / theirs[2])
    return Report("evidence", (*rows, rate), {"documents": len(cases), "triplets": triplets})


def _measured(choose: Callable[[_Case], Sequence[Evidence]], cases: Sequence[_Case]) -> tuple[int, int, float]:
    """Sentences that hold both gold names, evidence with both spans, seconds."""
    begin = time.process_time()
    found = [choose(case) for case in cases]
    seconds = time.process_time() - begin
    pairs = [pair for case, evidence in zip(cases, found, strict=True) for pair in zip(case[1], evidence, strict=True)]
    return sum(_holds(*pair) for pair in pairs), sum(evidence.grounded for _, evidence in pairs), seconds


def _holds(triplet: Triplet, evidence: Evidence) -> bool:
    """Whether both names stand in the sentence as the annotators marked them."""
    return triplet.drug in evidence.sentence and triplet.target in evidence.sentence


def _grounded(case: _Case) -> list[Evidence]:
    grounder = Grounder(case[0])
    return [grounder.ground(triplet).evidence for triplet in case[1]]


def _first(case: _Case) -> list[Evidence]:
    document, triplets = case
    spans = sentences(document)
    return [_first_sentence(document.text, spans, triplet) for triplet in triplets]


def _first_sentence(text: str, spans: Sequence[Span], triplet: Triplet) -> Evidence:
    drug, target = (_found(text, name) for name in (triplet.drug, triplet.target))
    first = min((span for span in (drug, target) if span), key=lambda span: span.start, default=None)
    if first is None:
        return Evidence()
    sentence = next((span for span in spans if span.start <= first.start < span.end), first)
    return Evidence(text[sentence.start : sentence.end], sentence, drug, target)


def _found(text: str, name: str) -> Span | None:
    start = text.find(name)
    return Span(start, start + len(name)) if start >= 0 else None


if __name__ == "__main__":
    publish(main())
