"""Labelled documents with their candidates, and which pairs of them the annotators took."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

from dti.codecs.pointer import LABELS
from dti.codecs.tagged import Tagged
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.domain.mentions import Candidate
from dti.domain.triplets import Triplet
from dti.lexicon import Lexicon
from dti.training.corpora import INTERACTIONS, Record, development_example, preferred, read_records
from dti.training.pointing import Aligner

PSEUDO, VERDICTS = "pseudo", "verdicts"  # what a parent labelled in KD-DTI's style, and what curators said of such labels
STYLES: Mapping[str, int] = {"kd_dti": 0, "drugbank_distant": 1, "drugprot": 2, "chemprot": 2, PSEUDO: 0, VERDICTS: 0}
SERVED = STYLES["kd_dti"]
UNLABELLED = -1  # a pair that interacts in a way that has no label of ours
_DISTANT = ("kd_dti", "drugbank_distant")
_UNSEEN = ("kd_dti",)  # by the mention tagger; the others' abstracts are DrugProt's, which it was trained on
_DENIED = frozenset({"NOT", "UNDEFINED"})
_SAME_NAME = 0.5  # share of the longer of two names that must be common to both
_LABEL = {label: number for number, label in enumerate(LABELS)}

Pair = tuple[int, int]
FindAll = Callable[[Sequence[Document]], Iterable[tuple[Candidate, ...]]]


@dataclass(frozen=True, slots=True)
class PairExample:
    """`right` are the pairs that were taken, with their label or UNLABELLED; `unclear` ones are neither right nor wrong.

    `weight` multiplies what the document adds to the loss.
    `other` is the same document with the candidates of another lexicon, where its right pairs were found by that too.
    """

    corpus: str
    document: Document
    candidates: tuple[Candidate, ...]
    right: Mapping[Pair, int]
    unclear: frozenset[Pair]
    gold: tuple[Triplet, ...] = ()
    weight: float = 1.0
    other: PairExample | None = None


@dataclass(frozen=True, slots=True)
class PairCorpora:
    """What a run reads; `development` keeps the benchmark's own names in `gold`."""

    training: tuple[PairExample, ...]
    development: tuple[PairExample, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finders:
    """Ways to candidates: as served, without the tagger for what it was trained on, by another lexicon."""

    served: FindAll
    untagged: FindAll
    other: FindAll | None = None


def read_pairs(folder: Path, finders: Finders, lexicon: Lexicon) -> PairCorpora:
    """Documents of a data folder that have candidates of both kinds; the development split is that of all our models.

    A document whose every gold triplet was lost on the way to candidates is left out: it is no document without interaction.
    """
    codec = Tagged()
    records = [
        record
        for record in preferred(list(read_records(folder / "labelled" / "documents.jsonl.xz")))
        if record.corpus in STYLES
    ]
    held_out = {record.document.pmid for record in records if development_example(record, codec)}
    used = [record for record in records if record.corpus == "kd_dti" or record.document.pmid not in held_out]
    aligner = Aligner(lexicon)
    examples = [_example(record, candidates, aligner) for record, candidates in _found(used, finders)]
    training = _with_others([e for e in examples if e.document.pmid not in held_out and _teaches(e)], finders.other)
    development = tuple(e for e in examples if e.document.pmid in held_out)
    return PairCorpora(training, development, dict(sorted(Counter(example.corpus for example in training).items())))


def _found(records: Sequence[Record], finders: Finders) -> Iterator[tuple[Record, tuple[Candidate, ...]]]:
    for find, unseen in ((finders.served, True), (finders.untagged, False)):
        part = [record for record in records if (record.corpus in _UNSEEN) is unseen]
        yield from zip(part, find([record.document for record in part]), strict=True)


def _with_others(examples: Sequence[PairExample], find: FindAll | None) -> tuple[PairExample, ...]:
    if find is None:
        return tuple(examples)
    found = find([example.document for example in examples])
    return tuple(replace(e, other=_moved(e, candidates)) for e, candidates in zip(examples, found, strict=True))


def _moved(example: PairExample, candidates: tuple[Candidate, ...]) -> PairExample | None:
    """The example with other candidates: the best that stands where a right one did is right, others there are unclear."""
    right: dict[Pair, int] = {}
    unclear: set[Pair] = set()
    for pair in (*example.right, *example.unclear):
        drugs, targets = (_sharing(example.candidates[end].spans, example.candidates[end].kind, candidates) for end in pair)
        unclear.update(product(drugs, targets))
        if drugs and targets and pair in example.right:
            right.setdefault((drugs[0], targets[0]), example.right[pair])
    moved = replace(example, candidates=candidates, right=right, unclear=frozenset(unclear - right.keys()))
    return moved if _teaches(moved) and bool(right) == bool(example.right) else None


def _teaches(example: PairExample) -> bool:
    kinds = {candidate.kind for candidate in example.candidates}
    return len(kinds) == len(EntityKind) and (bool(example.right) or (not example.gold and example.corpus not in _DISTANT))


def _example(record: Record, candidates: tuple[Candidate, ...], aligner: Aligner) -> PairExample:
    align = _by_identity if record.corpus in _DISTANT else _by_place
    right, unclear = align(record, candidates, aligner)
    return PairExample(record.corpus, record.document, candidates, right, unclear, record.triplets)


def _by_identity(record: Record, candidates: Sequence[Candidate], aligner: Aligner) -> tuple[dict[Pair, int], frozenset[Pair]]:
    """Names of a table: matched by what would be printed, by spelling, by identity."""
    right: dict[Pair, int] = {}
    for triplet in record.triplets:
        drug = aligner.match(triplet.drug, EntityKind.DRUG, candidates, record.document)
        target = aligner.match(triplet.target, EntityKind.TARGET, candidates, record.document)
        if drug and target:
            right.setdefault((candidates.index(drug), candidates.index(target)), _label(triplet.interaction.lower()))
    return right, frozenset()


def _by_place(record: Record, candidates: Sequence[Candidate], _: Aligner) -> tuple[dict[Pair, int], frozenset[Pair]]:
    """Names from the text: matched by where they stand. The best candidate of a name is right, others there are unclear."""
    text = record.document.text.lower()
    right: dict[Pair, int] = {}
    unclear: set[Pair] = set()
    for triplet in record.triplets:
        drugs = _standing(triplet.drug, EntityKind.DRUG, candidates, text)
        targets = _standing(triplet.target, EntityKind.TARGET, candidates, text)
        if drugs and targets and triplet.interaction not in _DENIED:
            right.setdefault((drugs[0], targets[0]), _label(INTERACTIONS.get(triplet.interaction, "")))
            unclear.update((drug, target) for drug in drugs for target in targets)
    return right, frozenset(unclear - right.keys())


def _label(interaction: str) -> int:
    """Labels of tables that are not ours are "other"; a curator's label without counterpart is none."""
    return _LABEL.get(interaction, _LABEL["other"] if interaction else UNLABELLED)


def _standing(name: str, kind: EntityKind, candidates: Sequence[Candidate], text: str) -> list[int]:
    """Candidates of a kind that stand where `name` does, the best first."""
    places = re.finditer(rf"(?<!\w){re.escape(name.lower())}(?!\w)", text)
    return _sharing([Span(*match.span()) for match in places], kind, candidates)


def _sharing(places: Sequence[Span], kind: EntityKind, candidates: Sequence[Candidate]) -> list[int]:
    """Candidates of a kind whose mention shares half of the longer name with one of the places, the best first."""

    def shared(candidate: Candidate) -> float:
        overlaps = (
            (min(span.end, place.end) - max(span.start, place.start)) / max(span.end - span.start, place.end - place.start)
            for span in candidate.spans
            for place in places
        )
        return max(overlaps, default=0.0)

    rows = [(shared(c), -c.rank, -at) for at, c in enumerate(candidates) if c.kind is kind]
    return [-at for share, _, at in sorted(rows, reverse=True) if share >= _SAME_NAME]
