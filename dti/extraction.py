"""The way of a document, on one screen: source text, generation, triplets, confidence, evidence."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from dti.codecs import CODECS, Codec
from dti.decoding import DECODERS
from dti.domain.documents import Document, DocumentStatus
from dti.domain.entities import EntityKind
from dti.domain.evidence import Claim, Extraction, Outcome
from dti.domain.identity import Run, TripletKey, triplet_key
from dti.domain.sequences import Generation
from dti.grounding.evidence import Grounded, Grounder
from dti.linking import Linker, Unlinked
from dti.model.checkpoint import Checkpoint
from dti.model.engine import Engine
from dti.prefetch import arrived

logger = logging.getLogger(__name__)

WINDOW = 64  # documents a stream decodes at once: enough to sort by length, few enough to stay small

_UNFIT = {
    DocumentStatus.DELETED: (Outcome.SKIPPED, "deleted"),
    DocumentStatus.RETRACTED: (Outcome.SKIPPED, "retracted"),
    DocumentStatus.NO_ABSTRACT: (Outcome.NO_ABSTRACT, "no abstract"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Extractor:
    """Documents to claims under one run. A document that fails is a result; it never fails the others."""

    run: Run
    codec: Codec
    generate: Callable[[Sequence[str]], Sequence[Generation]]
    confidence: Callable[[Sequence[float]], float]
    linker: Linker = field(default_factory=Unlinked)

    @classmethod
    def open(cls, model_dir: Path, threads: int = 1) -> Extractor:
        """Load a checkpoint folder for serving; raises CheckpointError if a file is missing or differs from its sum."""
        checkpoint = Checkpoint.open(model_dir)
        decoder = DECODERS.build(checkpoint.decoding.name, **checkpoint.decoding.settings)
        engine = Engine(checkpoint, threads=threads)
        run = Run(checkpoint.name, checkpoint.sha256, version("dti"), str(decoder))
        return cls(
            run=run,
            codec=CODECS.build(checkpoint.codec),
            generate=lambda sources: decoder.decode(engine, sources),
            confidence=checkpoint.calibration.confidence,
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
            generations = self.generate([self.codec.source(document) for document in documents])
            pairs = list(zip(documents, generations, strict=True))
        except Exception as error:
            if len(documents) == 1:
                return [self._failure(documents[0], error)]
            logger.warning("%d documents failed together (%s); reading them one by one", len(documents), error)
            return [result for document in documents for result in self._read_all([document])]
        return [self._read(document, generation) for document, generation in pairs]

    def _read(self, document: Document, generation: Generation) -> Extraction:
        try:
            claims, reason = self._claims(document, generation)
        except Exception as error:  # one document's fault stays its own
            return self._failure(document, error)
        outcome = Outcome.EXTRACTED if claims else Outcome.NO_TRIPLET
        return Extraction(document, self.run, outcome, claims, reason, generation.truncated)

    def _claims(self, document: Document, generation: Generation) -> tuple[tuple[Claim, ...], str]:
        """Claims of the best hypothesis, the most confident of equal triplets; a reason where there are none."""
        best = generation.hypotheses[0]
        parsed = self.codec.parse(best.text)
        grounder = Grounder(document)
        claims: dict[TripletKey, Claim] = {}
        for located in parsed.located:
            grounded = grounder.ground(located.triplet)
            confidence = self.confidence(best.logprobs(located.start, located.end))
            key = triplet_key(grounded.triplet)
            if key not in claims or claims[key].confidence < confidence:
                claims[key] = self._claim(grounded, confidence)
        if claims:
            return tuple(claims.values()), ""
        faults = "; ".join(fault.reason for fault in parsed.faults)
        return (), f"unreadable generation: {faults}" if faults else "the model states no interaction"

    def _claim(self, grounded: Grounded, confidence: float) -> Claim:
        triplet = grounded.triplet
        drug, target = self.linker.link(triplet.drug, EntityKind.DRUG), self.linker.link(triplet.target, EntityKind.TARGET)
        return Claim(triplet, confidence, grounded.evidence, drug, target)

    def _failure(self, document: Document, error: Exception) -> Extraction:
        logger.error("%s failed", document.key, exc_info=error)
        return Extraction(document, self.run, Outcome.FAILED, reason=f"{type(error).__name__}: {error}")
