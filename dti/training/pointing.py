"""Labelled corpora as examples for a codec that points: gold names become candidates of their documents."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from dti.codecs import Codec
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.mentions import Candidate
from dti.domain.triplets import Triplet
from dti.evaluation.matching.compat import normalise
from dti.evaluation.names import abbreviation, body
from dti.lexicon import Lexicon
from dti.training.corpora import Corpora, Example, Record, development_example, main_triplets, mapped, preferred, read_records
from dti.training.surface import fold, forms

_STYLES = {"kd_dti": "kd", "drugbank_distant": "distant", "drugprot": "curated", "chemprot": "curated"}
_MOST_TRIPLETS = 8
_EQUIVALENT = 1  # canonical names and synonyms tell who is meant, symbols and brands only hint at it

Find = Callable[[Document], tuple[Candidate, ...]]


def read_pointed(folder: Path, codec: Codec, find: Find, lexicon: Lexicon) -> Corpora:
    """Documents of a data folder with their candidates, which are found once; development as for any other codec.

    A gold name that no candidate matches costs its triplet, a document that so loses all of them is left out: it is
    no document without interaction.
    """
    records = list(read_records(folder / "labelled" / "documents.jsonl.xz"))
    development = tuple(
        replace(example, document=record.document, candidates=find(record.document), style="kd")
        for record in records
        if (example := development_example(record, codec))
    )
    held_out = {example.pmid for example in development}
    usable = (record for record in preferred(records) if record.document.pmid not in held_out and record.corpus in _STYLES)
    aligner = Aligner(lexicon)
    documents = tuple(example for record in usable for example in _pointed(record, find(record.document), aligner))
    counts = Counter(f"document/{example.corpus}" for example in documents)
    return Corpora((), documents, development, counts=dict(sorted(counts.items())))


def varied(example: Example, shuffle: float, drop: float, rng: random.Random) -> Example:
    """The example without a share `drop` of its wrong candidates and, in a share `shuffle` of all draws, in another order."""
    asked = {name for triplet in example.triplets for name in (triplet.drug, triplet.target)}
    kept = [candidate for candidate in example.candidates if candidate.name in asked or rng.random() >= drop]
    if rng.random() < shuffle:
        rng.shuffle(kept)
    return replace(example, candidates=tuple(kept))


def _pointed(record: Record, candidates: tuple[Candidate, ...], aligner: Aligner) -> Iterator[Example]:
    distant = record.corpus in {"kd_dti", "drugbank_distant"}
    gold = record.triplets if distant else main_triplets(mapped(record.triplets), record.document)
    aligned = aligner.triplets(gold, candidates, record.document)
    if aligned or not record.triplets:
        document = record.document
        style = _STYLES[record.corpus]
        yield Example(
            str(document.key),
            document.pmid,
            record.corpus,
            document.text,
            aligned[:_MOST_TRIPLETS],
            document,
            candidates,
            style,
        )


class Aligner:
    """Matches gold names to candidates: by what would be printed, by the text's own spelling, by identity."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def triplets(self, gold: Iterable[Triplet], candidates: Sequence[Candidate], document: Document) -> tuple[Triplet, ...]:
        """Gold triplets by candidates' names, in the order of the candidates' first mentions."""
        found = []
        for triplet in gold:
            drug = self.match(triplet.drug, EntityKind.DRUG, candidates, document)
            target = self.match(triplet.target, EntityKind.TARGET, candidates, document)
            if drug and target:
                place = (drug.spans[0].start, target.spans[0].start)
                found.append((place, Triplet(drug.name, triplet.interaction.lower(), target.name)))
        ordered = (triplet for _, triplet in sorted(found, key=lambda item: item[0]))
        return tuple({(t.drug, t.target): t for t in ordered}.values())

    def match(self, name: str, kind: EntityKind, candidates: Sequence[Candidate], document: Document) -> Candidate | None:
        """The best match, of equals the best reading of its mention, then the most salient."""
        meant = self._meant(name, kind)

        def fit(candidate: Candidate) -> int:
            if any(_alike(name, printed) for _, printed in candidate.names):
                return 3
            if any(fold(document.text[span.start : span.end]) == fold(name) for span in candidate.spans):
                return 2
            return int(candidate.entity is not None and candidate.entity.curie in meant)

        ranked = [(fit(c), -c.rank, -at, c) for at, c in enumerate(candidates) if c.kind is kind]
        best = max(ranked, key=lambda item: item[:3], default=None)
        return best[3] if best and best[0] else None

    def _meant(self, name: str, kind: EntityKind) -> set[str]:
        postings = (posting for form in (name, *forms(name)) for posting in self._lexicon.lookup(form, kind))
        return {self._lexicon.entity(posting.entity).curie for posting in postings if posting.type <= _EQUIVALENT}


def _alike(gold: str, printed: str) -> bool:
    """Whether the benchmark would take one for the other in some reading."""
    return any(normalise(view(gold)) == normalise(view(printed)) for view in (body, abbreviation))
