"""Reading by generation: source text, token sequence, triplets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dti.codecs import CODECS, Codec, Grammar
from dti.decoding import DECODERS
from dti.domain.documents import Document
from dti.domain.mentions import Candidate
from dti.domain.sequences import Generation
from dti.model.checkpoint import Checkpoint
from dti.model.engine import Engine
from dti.reading.base import Proposal, Reading

SERVED_STYLE = "kd"  # what the benchmark's annotators would list, rather than everything that is stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequences:
    """A codec and whatever generates its sequences."""

    codec: Codec
    generate: Callable[[Sequence[str], Sequence[Grammar]], Sequence[Generation]]
    confidence: Callable[[Sequence[float]], float]
    decoding: str = ""

    @classmethod
    def open(cls, checkpoint: Checkpoint, threads: int) -> Sequences:
        """Load the checkpoint's engine; raises CheckpointError if it cannot be loaded."""
        decoder = DECODERS.build(checkpoint.decoding.name, **checkpoint.decoding.settings)
        engine = Engine(checkpoint, threads=threads)
        return cls(
            codec=CODECS.build(checkpoint.codec),
            generate=lambda sources, grammars: decoder.decode(engine, sources, grammars),
            confidence=checkpoint.calibration.confidence,
            decoding=str(decoder),
        )

    @property
    def points(self) -> bool:
        """Whether the codec points at candidates."""
        return self.codec.points

    def read(self, documents: Sequence[Document], candidates: Sequence[Sequence[Candidate]]) -> list[Reading]:
        """The best hypothesis of each document, parsed."""
        sources = [self.codec.source(d, c, SERVED_STYLE) for d, c in zip(documents, candidates, strict=True)]
        generations = self.generate(sources, [self.codec.grammar(c) for c in candidates])
        return [self._reading(c, g) for c, g in zip(candidates, generations, strict=True)]

    def _reading(self, candidates: Sequence[Candidate], generation: Generation) -> Reading:
        best = generation.hypotheses[0]
        parsed = self.codec.parse(best.text, candidates)
        proposals = tuple(
            Proposal(located, self.confidence(best.logprobs(located.start, located.end))) for located in parsed.located
        )
        faults = "; ".join(fault.reason for fault in parsed.faults)
        reason = f"unreadable generation: {faults}" if faults else "the model states no interaction"
        return Reading(proposals, "" if proposals else reason, generation.truncated)
