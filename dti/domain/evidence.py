"""Where a document says it, and how sure we are."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dti.domain.documents import Document
from dti.domain.entities import Link
from dti.domain.identity import Run
from dti.domain.interactions import Interaction
from dti.domain.triplets import Triplet


class Polarity(StrEnum):
    """Whether the sentence affirms or denies the claim; UNASSESSED where it does not name both ends."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    UNASSESSED = "unassessed"


class Certainty(StrEnum):
    """How a sentence puts the claim: as found, with a hedge ("may"), as a question to be studied, or as known before."""

    FACT = "fact"
    HEDGED = "hedged"
    HYPOTHESIS = "hypothesis"
    BACKGROUND = "background"
    UNASSESSED = "unassessed"


class SectionKind(StrEnum):
    """Which part of a document a sentence stands in."""

    TITLE = "title"
    BACKGROUND = "background"
    METHODS = "methods"
    RESULTS = "results"
    CONCLUSIONS = "conclusions"
    UNKNOWN = "unknown"


class Assay(StrEnum):
    """What a finding was made in, as far as words in the document say."""

    IN_VITRO = "in_vitro"
    IN_VIVO = "in_vivo"
    CLINICAL = "clinical"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of `Document.text`."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """Whether a character is in both."""
        return self.start < other.end and other.start < self.end


class QuantityKind(StrEnum):
    """Measures of potency and affinity as papers write them; those with a p are negative decadic logarithms of mol/L."""

    IC50 = "IC50"
    EC50 = "EC50"
    KI = "Ki"
    KD = "Kd"
    KB = "KB"
    PIC50 = "pIC50"
    PEC50 = "pEC50"
    PKI = "pKi"
    PKD = "pKd"
    PKB = "pKB"
    PA2 = "pA2"

    @property
    def molar(self) -> QuantityKind:
        """The concentration behind a logarithm: IC50 for pIC50, KB for pA2."""
        return _MOLAR.get(self, self)


_MOLAR = {
    QuantityKind.PIC50: QuantityKind.IC50,
    QuantityKind.PEC50: QuantityKind.EC50,
    QuantityKind.PKI: QuantityKind.KI,
    QuantityKind.PKD: QuantityKind.KD,
    QuantityKind.PKB: QuantityKind.KB,
    QuantityKind.PA2: QuantityKind.KB,
}


class Relation(StrEnum):
    """How a measured concentration relates to the number given."""

    EQUAL = "="
    ABOUT = "~"
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A measured potency or affinity, always as a concentration in nM: "pIC50 > 7" is less than 100 nM.

    A range has its upper end in `upper_nanomolar`. `error_nanomolar` is what follows "±", whatever statistic that is; None
    for logarithms, where it is no concentration. `span` covers `text`, the expression as written with its measure.
    """

    kind: QuantityKind
    relation: Relation
    nanomolar: float
    text: str
    span: Span
    upper_nanomolar: float | None = None
    error_nanomolar: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentence behind a claim. A name that is not in the text has no span; it is never guessed.

    `trigger_span` covers the word that states the interaction ("inhibited"). `species` are NCBITaxon numbers, `species`
    and `assays` what words in the sentence hint at, or else words elsewhere in the document. `supporting` are the other
    sentences that name both ends, in the document's order; they have no supporting sentences themselves.
    """

    sentence: str = ""
    sentence_span: Span | None = None
    drug_span: Span | None = None
    target_span: Span | None = None
    polarity: Polarity = Polarity.UNASSESSED
    certainty: Certainty = Certainty.UNASSESSED
    trigger_span: Span | None = None
    section: SectionKind = SectionKind.UNKNOWN
    species: tuple[str, ...] = ()
    assays: tuple[Assay, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    supporting: tuple[Evidence, ...] = ()

    @property
    def grounded(self) -> bool:
        """Whether both names were found in the text."""
        return self.drug_span is not None and self.target_span is not None


@dataclass(frozen=True, slots=True)
class Claim:
    """A triplet with its confidence in [0, 1], its normalised interaction, its identifiers and its evidence in one document."""

    triplet: Triplet
    confidence: float
    evidence: Evidence
    drug: Link = field(default_factory=Link)
    target: Link = field(default_factory=Link)
    interaction: Interaction = field(default_factory=Interaction)


class Outcome(StrEnum):
    """How extraction from one document ended."""

    EXTRACTED = "extracted"
    NO_TRIPLET = "no_triplet"
    NO_ABSTRACT = "no_abstract"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that one run found in one document; `reason` explains every outcome but EXTRACTED."""

    document: Document
    run: Run
    outcome: Outcome
    claims: tuple[Claim, ...] = ()
    reason: str = ""
    truncated: bool = False
