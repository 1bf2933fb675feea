"""Drug-target interactions and their evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api import tables
from api.deps import ServicesDep, TripletPath, UnitDep
from api.errors import declared
from api.knowledge import Belief, EvidenceIn, PartsIn, Triplet, TripletDetail, TripletsIn, TripletTableIn
from api.schemas import MAX_PAGE, Page
from db import queries
from db.engine import SessionFactory
from db.queries import paging
from db.queries.paging import PageRequest
from db.queries.views import TripletView
from db.unit_of_work import UnitOfWork

_TABLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {tables.MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": tables.DESCRIPTION}
}
_FILE = {"Content-Disposition": 'attachment; filename="triplets.tsv"'}

router = APIRouter(prefix="/v1/triplets", tags=["triplets"])


@router.get("", summary="Find triplets by their ends, belief, evidence, papers or contradictions", responses=declared())
def find(wanted: Annotated[TripletsIn, Query()], unit: UnitDep) -> Page[Triplet]:
    """Each with its best evidence within the filter. Triplets that no text bears out are left out unless asked for.

    In the order they became known, nothing is repeated or missed however many pages are read. By belief, a triplet whose
    belief moves meanwhile may be.
    """
    found = queries.triplets.find(unit.session, wanted.to_filter(), wanted.to_page(), wanted.order)
    return Page[Triplet].model_validate(found)


@router.get(
    ".tsv",
    summary="Download triplets as a tab-separated table",
    responses={**declared(), **_TABLE},
    response_class=StreamingResponse,
)
def table(wanted: Annotated[TripletTableIn, Query()], held: ServicesDep) -> StreamingResponse:
    """All that `GET /v1/triplets` finds with the same conditions, in one stream; what is added meanwhile may be in it.

    A table that breaks off ends without its last chunk, so that a client sees it.
    """
    pages = _pages(held.sessions, wanted)
    first = next(pages)  # what is wrong shows here, where it can still be told
    return StreamingResponse(_lines(first, pages), headers=_FILE, media_type=tables.MEDIA_TYPE)


def _lines(first: tuple[TripletView, ...], rest: Iterator[tuple[TripletView, ...]]) -> Iterator[str]:
    yield tables.HEADER + tables.lines(first)
    yield from map(tables.lines, rest)


def _pages(sessions: SessionFactory, wanted: TripletTableIn) -> Iterator[tuple[TripletView, ...]]:
    """Each page in a transaction of its own: a slow reader must not hold a connection."""
    conditions, left, cursor = wanted.to_filter(), wanted.limit, None
    while True:
        size = MAX_PAGE if left is None else min(left, MAX_PAGE)
        with UnitOfWork(sessions) as unit:
            page: paging.Page[TripletView] = queries.triplets.find(
                unit.session, conditions, PageRequest(size, cursor), wanted.order
            )
        yield page.items
        left, cursor = None if left is None else left - len(page.items), page.next_cursor
        if cursor is None or left == 0:
            return


@router.get("/{triplet_id}", summary="Show a triplet with all its evidence", responses=declared(404))
def show(triplet_id: TripletPath, page: Annotated[EvidenceIn, Query()], unit: UnitDep) -> TripletDetail:
    """`limit` and `cursor` page through the evidence, surest first; `withdrawn` adds what counts no more."""
    triplet = queries.triplets.get(unit.session, triplet_id)
    pairs = queries.triplets.curated(unit.session, triplet)
    evidence = queries.triplets.evidence(unit.session, triplet_id, page.to_page(), withdrawn=page.withdrawn)
    return TripletDetail.of(triplet, pairs, evidence)


@router.get("/{triplet_id}/belief", summary="Explain the belief in a triplet", responses=declared(404))
def explain(triplet_id: TripletPath, wanted: Annotated[PartsIn, Query()], unit: UnitDep) -> Belief:
    """What every paper adds or takes, computed from the evidence as it is now."""
    return Belief.of(queries.triplets.belief(unit.session, triplet_id), wanted.limit)
