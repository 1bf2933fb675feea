"""The way of a document, on one screen: source text, generation, triplets, confidence, evidence."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from dti.codecs import CODECS, Codec, Grammar
from dti.codecs.pointer import MOST
from dti.decoding import DECODERS
from dti.domain.documents import Document, DocumentStatus
from dti.domain.entities import EntityKind, Link
from dti.domain.evidence import Claim, Extraction, Outcome
from dti.domain.identity import Run, TripletKey, triplet_key
from dti.domain.mentions import Candidate
from dti.domain.sequences import Generation
from dti.domain.triplets import Located
from dti.grounding.evidence import Grounded, Grounder
from dti.lexicon import Lexicon
from dti.linking import Contextual, Linker, Unlinked, entity_of
from dti.mentions import Naming, Recogniser, selector
from dti.model.checkpoint import Checkpoint
from dti.model.engine import Engine
from dti.prefetch import arrived
from dti.vocabulary import Vocabulary, default_vocabulary

logger = logging.getLogger(__name__)

WINDOW = 64  # documents a stream decodes at once: enough to sort by length, few enough to stay small

SERVED_STYLE = "kd"  # what the benchmark's annotators would list, rather than everything that is stated

_UNFIT = {
    DocumentStatus.DELETED: (Outcome.SKIPPED, "deleted"),
    DocumentStatus.RETRACTED: (Outcome.SKIPPED, "retracted"),
    DocumentStatus.NO_ABSTRACT: (Outcome.NO_ABSTRACT, "no abstract"),
}


def _no_candidates(_: Document) -> tuple[Candidate, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extractor:
    """Documents to claims under one run. A document that fails is a result; it never fails the others."""

    run: Run
    codec: Codec
    generate: Callable[[Sequence[str], Sequence[Grammar]], Sequence[Generation]]
    confidence: Callable[[Sequence[float]], float]
    linker: Linker = field(default_factory=Unlinked)
    candidates: Callable[[Document], tuple[Candidate, ...]] = _no_candidates
    naming: Naming = field(default_factory=Naming.read)
    vocabulary: Vocabulary = field(default_factory=default_vocabulary)

    @classmethod
    def open(cls, model_dir: Path, threads: int = 1, lexicon: Lexicon | None = None) -> Extractor:
        """Load a checkpoint folder for serving; raises CheckpointError if a file is missing or differs from its sum.

        Names are linked by the lexicon, and a codec that points finds its candidates by it; without one there are neither.
        """
        checkpoint = Checkpoint.open(model_dir)
        decoder = DECODERS.build(checkpoint.decoding.name, **checkpoint.decoding.settings)
        engine = Engine(checkpoint, threads=threads)
        codec = CODECS.build(checkpoint.codec)
        return cls(
            run=Run(
                checkpoint.name,
                checkpoint.sha256,
                version("dti"),
                str(decoder),
                lexicon.sha256 if lexicon else "",
            ),
            codec=codec,
            generate=lambda sources, grammars: decoder.decode(engine, sources, grammars),
            confidence=checkpoint.calibration.confidence,
            candidates=selector(Recogniser(lexicon), MOST) if lexicon and codec.points else _no_candidates,
            linker=Contextual(lexicon=lexicon) if lexicon else Unlinked(),
        )

    def extract(self, documents: Sequence[Document]) -> list[Extraction]:
        """One result per document, in order; the decoder sorts by length and cuts into batches."""
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
            sources = [self.codec.source(d, c, SERVED_STYLE) for d, c in zip(documents, candidates, strict=True)]
            generations = self.generate(sources, [self.codec.grammar(c) for c in candidates])
            rows = list(zip(documents, candidates, generations, strict=True))
        except Exception as error:
            if len(documents) == 1:
                return [self._failure(documents[0], error)]
            logger.warning("%d documents failed together (%s); reading them one by one", len(documents), error)
            return [result for document in documents for result in self._read_all([document])]
        return [self._read(*row) for row in rows]

    def _read(self, document: Document, candidates: Sequence[Candidate], generation: Generation) -> Extraction:
        try:
            claims, reason = self._claims(document, candidates, generation)
        except Exception as error:  # one document's fault stays its own
            return self._failure(document, error)
        outcome = Outcome.EXTRACTED if claims else Outcome.NO_TRIPLET
        return Extraction(document, self.run, outcome, claims, reason, generation.truncated)

    def _claims(
        self, document: Document, candidates: Sequence[Candidate], generation: Generation
    ) -> tuple[tuple[Claim, ...], str]:
        """Claims of the best hypothesis, the most confident of equal triplets; a reason where there are none."""
        best = generation.hypotheses[0]
        parsed = self.codec.parse(best.text, candidates)
        grounder = Grounder(document)
        claims: dict[TripletKey, Claim] = {}
        for located in parsed.located:
            drugs, targets = (() if at is None else candidates[at].spans for at in (located.drug, located.target))
            grounded = grounder.ground(self.naming.printed(located, candidates), drugs, targets)
            confidence = self.confidence(best.logprobs(located.start, located.end))
            links = self._link(document, grounded, located, candidates)
            key = triplet_key(grounded.triplet, *(link.curie for link in links))
            if key not in claims or claims[key].confidence < confidence:
                claims[key] = self._claim(grounded, confidence, links)
        if claims:
            return tuple(claims.values()), ""
        faults = "; ".join(fault.reason for fault in parsed.faults)
        return (), f"unreadable generation: {faults}" if faults else "the model states no interaction"

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
