"""Triplets as a tab-separated table. Columns keep their names and places; new ones come last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from db.queries.views import TripletView
from dti.cells import tsv_line
from dti.domain.evidence import Span


class _Column(NamedTuple):
    name: str
    meaning: str


_COLUMNS = (
    _Column("triplet", "id of the triplet"),
    _Column("drug", "name of the drug"),
    _Column("drug_id", "its CURIE, empty where it is not linked"),
    _Column("interaction", "as extracted"),
    _Column("interaction_type", "what that was normalised to"),
    _Column("direction", "activating, inhibitory, neutral or unclear"),
    _Column("target", "name of the target"),
    _Column("target_id", "its CURIE, empty where it is not linked"),
    _Column("belief", "in [0, 1], of all evidence that stands"),
    _Column("support", "how sure the papers that affirm it make it"),
    _Column("denial", "how sure the papers that deny it make the opposite"),
    _Column("papers", "papers that belief counts"),
    _Column("grounded", "whether some document has both names in its text"),
    _Column("opposed", "whether another paper says the opposite of this pair"),
    _Column("curated", "agreement with curated tables; empty where none is loaded"),
    _Column("evidence_count", "evidence within the filter"),
    _Column("document_count", "its documents"),
    _Column("confidence", "of the best evidence, as is all that follows"),
    _Column("document", "key of its document"),
    _Column("pmid", "empty where PubMed does not have it"),
    _Column("document_status", "ok, or what is wrong with it"),
    _Column("polarity", "whether the sentence affirms or denies it"),
    _Column("certainty", "how sure the sentence is"),
    _Column("section", "where the sentence stands"),
    _Column("sentence", "the evidence sentence; empty where neither name was found in the text"),
    _Column("sentence_start", 'offset in title + " " + abstract, as are the others'),
    _Column("sentence_end", ""),
    _Column("drug_start", "empty where the name was not found"),
    _Column("drug_end", ""),
    _Column("target_start", "empty where the name was not found"),
    _Column("target_end", ""),
    _Column("model", "the model that found it"),
    _Column("run", "its run"),
)

MEDIA_TYPE = "text/tab-separated-values"
DESCRIPTION = (
    "UTF-8, one line of headers, one line a triplet with its best evidence. Blanks, tabs and line ends within a cell are one"
    " blank; a text that begins with =, +, - or @ has a ' before it, so that no spreadsheet takes it for a formula. Columns"
    " keep their names and places, new ones come last: "
    + ", ".join(f"`{column.name}`" + (f" ({column.meaning})" if column.meaning else "") for column in _COLUMNS)
    + "."
)
HEADER = tsv_line(column.name for column in _COLUMNS)


def lines(triplets: Iterable[TripletView]) -> str:
    """The lines of some triplets."""
    return "".join(tsv_line(_row(triplet)) for triplet in triplets)


def _row(triplet: TripletView) -> tuple[object, ...]:
    best = triplet.best_evidence
    beliefs = (f"{value:.4f}" for value in (triplet.belief, triplet.support, triplet.denial))
    return (
        *(triplet.id, triplet.drug, triplet.drug_curie, triplet.interaction, triplet.interaction_type.value),
        *(triplet.direction.value, triplet.target, triplet.target_curie, *beliefs, triplet.paper_count),
        *(_truth(triplet.grounded), _truth(triplet.opposed), triplet.curated and triplet.curated.value),
        *(triplet.evidence_count, triplet.document_count, f"{triplet.confidence:.4f}"),
        *(best.document.key, best.document.pmid, best.document.status, best.polarity.value, best.certainty.value),
        *(best.section.value, best.sentence),
        *_ends(best.sentence_span), *_ends(best.drug_span), *_ends(best.target_span),
        *(best.run.model, best.run.id),
    )  # fmt: skip


def _truth(value: bool) -> str:  # noqa: FBT001 - a cell
    return "true" if value else "false"


def _ends(span: Span | None) -> tuple[int | None, int | None]:
    return (span.start, span.end) if span else (None, None)
