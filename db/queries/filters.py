"""Which triplets, and which of their evidence: one set of conditions for choosing, counting and showing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from sqlalchemy import ColumnClause, SQLColumnExpression, and_, func, literal_column, or_, select
from sqlalchemy.orm import Session

from db.mapping import indexed_name
from db.models import Document, Evidence, Identifier, Name, Run, Triplet
from db.queries import names
from db.queries.views import Agreement
from dti.domain.entities import EntityKind
from dti.domain.identity import normalise_name

Condition: TypeAlias = SQLColumnExpression[bool]

_ENGLISH: ColumnClause[str] = literal_column("'english'::regconfig")  # as in the index: a parameter would not match it


class Contradiction(StrEnum):
    """DISPUTED: papers affirm and deny it; OPPOSED: other papers say the opposite of the same pair; ANY: either."""

    DISPUTED = "disputed"
    OPPOSED = "opposed"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class TripletFilter:
    """Conditions that all have to hold; an end is a name in any spelling, a synonym, or a CURIE.

    `grounded` True keeps evidence in which both names were found in the text, False the rest, None both. `words` is a web
    search's text over the sentences. `published_*` compare ISO dates as text, so "2012" is before "2012-03". Evidence that
    was withdrawn never passes.
    """

    drug: str | None = None
    target: str | None = None
    interaction: str | None = None
    min_confidence: float = 0.0
    min_belief: float = 0.0
    pmid: str | None = None
    document_id: int | None = None
    model: str | None = None
    words: str | None = None
    published_from: str | None = None
    published_to: str | None = None
    added_since: datetime | None = None
    contradiction: Contradiction | None = None
    curated: Agreement | None = None
    grounded: bool | None = True


def of_triplet(session: Session, wanted: TripletFilter) -> list[Condition]:
    """Conditions on `triplets`, those that its evidence has to meet included."""
    conditions: list[Condition] = []
    if wanted.drug is not None:
        conditions.append(Triplet.drug_key.in_(names.keys(session, wanted.drug, EntityKind.DRUG)))
    if wanted.target is not None:
        conditions.append(Triplet.target_key.in_(names.keys(session, wanted.target, EntityKind.TARGET)))
    if wanted.interaction is not None:
        conditions.append(_interaction(wanted.interaction))
    if wanted.min_belief > 0:
        conditions.append(Triplet.belief >= wanted.min_belief)
    if wanted.contradiction is not None:
        conditions.append(_contradicted(wanted.contradiction))
    if wanted.curated is not None:
        conditions.append(Triplet.curated == wanted.curated)
    return [*conditions, *_has_evidence(wanted)]


def of_evidence(wanted: TripletFilter) -> list[Condition]:
    """Conditions on `evidence`."""
    conditions = [Evidence.withdrawn_at.is_(None), *_particular(wanted)]
    if wanted.grounded is not None:
        both = and_(Evidence.drug_start.is_not(None), Evidence.target_start.is_not(None))
        conditions.append(both if wanted.grounded else ~both)
    return conditions


def end_keys(session: Session, name: str, curie: str | None) -> list[str]:
    """Every name and identifier under which a curated table may have this end."""
    known = [indexed_name(name), *([curie] if curie else [])]
    linked = select(Name.folded).where(Name.curie == (curie or None))
    same = select(Identifier.identifier).where(Identifier.curie == (curie or None))
    return [*known, *session.scalars(linked), *session.scalars(same)]


def _has_evidence(wanted: TripletFilter) -> list[Condition]:
    """Whether any evidence passes; what a triplet itself knows of its evidence spares a look at the rows."""
    particular = _particular(wanted)
    if not particular and wanted.grounded:
        return [Triplet.grounded]
    if not particular:
        return [select(Evidence.id).where(Evidence.triplet_id == Triplet.id, *of_evidence(wanted)).exists()]
    # Said from the side of evidence, so that the planner may start there where it is rarer.
    return [Triplet.id.in_(select(Evidence.triplet_id).where(*of_evidence(wanted)))]


def _particular(wanted: TripletFilter) -> list[Condition]:
    conditions: list[Condition] = []
    if wanted.min_confidence > 0:
        conditions.append(Evidence.confidence >= wanted.min_confidence)
    if wanted.document_id is not None:
        conditions.append(Evidence.document_id == wanted.document_id)
    if wanted.model is not None:
        conditions.append(Evidence.run_id.in_(select(Run.id).where(or_(Run.model == wanted.model, Run.id == wanted.model))))
    if wanted.words is not None:
        query = func.websearch_to_tsquery(_ENGLISH, wanted.words)
        conditions.append(func.to_tsvector(_ENGLISH, Evidence.sentence).bool_op("@@")(query))
    if wanted.added_since is not None:
        conditions.append(Evidence.created_at >= wanted.added_since)
    if of_document := _of_document(wanted):
        conditions.append(Evidence.document_id.in_(select(Document.id).where(*of_document)))
    return conditions


def _of_document(wanted: TripletFilter) -> list[Condition]:
    conditions: list[Condition] = []
    if wanted.pmid is not None:
        conditions.append(Document.pmid == wanted.pmid)
    if wanted.published_from is not None:
        conditions.append(Document.published >= wanted.published_from)
    if wanted.published_to is not None:
        # "2012-03-09" is in "2012": everything that goes on after the same digits belongs to it.
        conditions.append(Document.published < f"{wanted.published_to}~")
    return conditions


def _interaction(value: str) -> Condition:
    """The verbatim label, or the normalised type."""
    label = normalise_name(value)
    return or_(Triplet.interaction_name == label, Triplet.interaction_type == label.replace(" ", "_"))


def _contradicted(kind: Contradiction) -> Condition:
    disputed = and_(Triplet.support > 0, Triplet.denial > 0)
    return {
        Contradiction.DISPUTED: disputed,
        Contradiction.OPPOSED: Triplet.opposed,
        Contradiction.ANY: or_(disputed, Triplet.opposed),
    }[kind]
