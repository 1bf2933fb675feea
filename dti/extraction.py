"""The way of a document, on one screen: candidates, reading, names, evidence, identifiers, claims."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from threadpoolctl import ThreadpoolController

from dti.codecs.pointer import MOST
from dti.domain.documents import Document, DocumentStatus
from dti.domain.entities import EntityKind, Link
from dti.domain.evidence import Claim, Extraction, Outcome
from dti.domain.identity import Run, TripletKey, triplet_key
from dti.domain.mentions import Candidate
from dti.domain.triplets import Located
from dti.grounding.evidence import Grounded, Grounder
from dti.lexicon import Lexicon
from dti.linking import Contextual, Linker, Unlinked, entity_of
from dti.mentions import Naming, Recogniser, Tagger, selector
from dti.model.checkpoint import Checkpoint
from dti.prefetch import arrived
from dti.reading import READERS, Reader, Reading
from dti.vocabulary import Vocabulary, default_vocabulary

logger = logging.getLogger(__name__)

WINDOW = 64  # documents a stream decodes at once: enough to sort by length, few enough to stay small

_UNFIT = {
    DocumentStatus.DELETED: (Outcome.SKIPPED, "deleted"),
    DocumentStatus.RETRACTED: (Outcome.SKIPPED, "retracted"),
    DocumentStatus.NO_ABSTRACT: (Outcome.NO_ABSTRACT, "no abstract"),
}


def _finder(lexicon: Lexicon, tagger_dir: Path | None) -> Callable[[Document], tuple[Candidate, ...]]:
    return selector(Recogniser(lexicon, Tagger.open(tagger_dir) if tagger_dir else None), MOST)


def _no_candidates(_: Document) -> tuple[Candidate, ...]:
    return ()


@lru_cache(maxsize=1)
def _pools() -> ThreadpoolController:
    """The libraries behind numpy's matrix products, which take all cores for the smallest one unless they are told not to."""
    return ThreadpoolController()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extractor:
    """Documents to claims under one run. A document that fails is a result; it never fails the others."""

    run: Run
    reader: Reader
    linker: Linker = field(default_factory=Unlinked)
    candidates: Callable[[Document], tuple[Candidate, ...]] = _no_candidates
    naming: Naming = field(default_factory=Naming.read)
    vocabulary: Vocabulary = field(default_factory=default_vocabulary)
    threads: int = 1

    @classmethod
    def open(
        cls, model_dir: Path, threads: int = 1, lexicon: Lexicon | None = None, tagger_dir: Path | None = None
    ) -> Extractor:
        """Load a checkpoint folder for serving; raises CheckpointError if a file is missing or differs from its sum.

        Names are linked by the lexicon, and a reader that points finds its candidates by it and by the tagger; without a
        lexicon there are neither.
        """
        checkpoint = Checkpoint.open(model_dir)
        reader = READERS[checkpoint.reading].open(checkpoint, threads)
        known = lexicon.sha256 if lexicon else ""
        return cls(
            run=Run(checkpoint.name, checkpoint.sha256, version("dti"), reader.decoding, known),
            reader=reader,
            candidates=_finder(lexicon, tagger_dir) if lexicon and reader.points else _no_candidates,
            linker=Contextual(lexicon=lexicon) if lexicon else Unlinked(),
            threads=threads,
        )

    def extract(self, documents: Sequence[Document]) -> list[Extraction]:
        """One result per document, in order; numpy's matrix products take `threads`, as the model does."""
        with _pools().limit(limits=self.threads, user_api="blas"):
            return self._extracted(documents)

    def _extracted(self, documents: Sequence[Document]) -> list[Extraction]:
        results = {i: self._refusal(document) for i, document in enumerate(documents)}
        fit = [i for i, refusal in results.items() if refusal is None]
        results.update(zip(fit, self._read_all([documents[i] for i in fit]), strict=True))
        return [result for result in results.values() if result is not None]

    def extract_stream(self, documents: Iterable[Document]) -> Iterator[Extraction]:
        """Results in order; takes what has arrived, up to WINDOW documents, so that a slow source delays no result."""
        for window in arrived(documents, WINDOW):
            yield from self.extract(window)

    def _refusal(self, document: Document) -> Extraction | None:
        if (unfit := _UNFIT.get(document.status)) is None:
            return None
        outcome, reason = unfit
        return Extraction(document, self.run, outcome, reason=reason)

    def _read_all(self, documents: Sequence[Document]) -> list[Extraction]:
        try:
            candidates = [self.candidates(document) for document in documents]
            readings = self.reader.read(documents, candidates)
            rows = list(zip(documents, candidates, readings, strict=True))
        except Exception as error:
            if len(documents) == 1:
                return [self._failure(documents[0], error)]
            logger.warning("%d documents failed together (%s); reading them one by one", len(documents), error)
            return [result for document in documents for result in self._read_all([document])]
        return [self._read(*row) for row in rows]

    def _read(self, document: Document, candidates: Sequence[Candidate], reading: Reading) -> Extraction:
        try:
            claims = self._claims(document, candidates, reading)
        except Exception as error:  # one document's fault stays its own
            return self._failure(document, error)
        outcome = Outcome.EXTRACTED if claims else Outcome.NO_TRIPLET
        return Extraction(document, self.run, outcome, claims, reading.reason, reading.truncated)

    def _claims(self, document: Document, candidates: Sequence[Candidate], reading: Reading) -> tuple[Claim, ...]:
        """Claims of all proposals, the most confident of equal triplets."""
        grounder = Grounder(document)
        claims: dict[TripletKey, Claim] = {}
        for proposal in reading.proposals:
            located, confidence = proposal.located, proposal.confidence
            drugs, targets = (() if at is None else candidates[at].spans for at in (located.drug, located.target))
            grounded = grounder.ground(self.naming.printed(located, candidates), drugs, targets)
            links = self._link(document, grounded, located, candidates)
            key = triplet_key(grounded.triplet, *(link.curie for link in links))
            if key not in claims or claims[key].confidence < confidence:
                claims[key] = self._claim(grounded, confidence, links)
        return tuple(claims.values())

    def _link(
        self, document: Document, grounded: Grounded, located: Located, candidates: Sequence[Candidate]
    ) -> tuple[Link, Link]:
        """What both ends are: the candidates' own entities where the model pointed at some, else what the linker says."""

        def link(name: str, kind: EntityKind, index: int | None) -> Link:
            pointed = candidates[index] if index is not None else None
            if pointed and pointed.entity:
                return Link(entity_of(pointed.entity), pointed.score, "candidate")
            return self.linker.link(name, kind, document)

        triplet = grounded.triplet
        return link(triplet.drug, EntityKind.DRUG, located.drug), link(triplet.target, EntityKind.TARGET, located.target)

    def _claim(self, grounded: Grounded, confidence: float, links: tuple[Link, Link]) -> Claim:
        triplet = grounded.triplet
        return Claim(triplet, confidence, grounded.evidence, *links, self.vocabulary.normalise(triplet.interaction))

    def _failure(self, document: Document, error: Exception) -> Extraction:
        logger.error("%s failed", document.key, exc_info=error)
        return Extraction(document, self.run, Outcome.FAILED, reason=f"{type(error).__name__}: {error}")
