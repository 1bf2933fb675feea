"""Drug-target interactions and their evidence."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import TripletPath, UnitDep
from api.errors import declared
from api.knowledge import Belief, EvidenceIn, PartsIn, Triplet, TripletDetail, TripletsIn
from api.schemas import Page
from db import queries

router = APIRouter(prefix="/v1/triplets", tags=["triplets"])


@router.get("", summary="Find triplets by their ends, belief, evidence, papers or contradictions", responses=declared())
def find(wanted: Annotated[TripletsIn, Query()], unit: UnitDep) -> Page[Triplet]:
    """Each with its best evidence within the filter. Triplets that no text bears out are left out unless asked for.

    In the order they became known, nothing is repeated or missed however many pages are read. By belief, a triplet whose
    belief moves meanwhile may be.
    """
    found = queries.triplets.find(unit.session, wanted.to_filter(), wanted.to_page(), wanted.order)
    return Page[Triplet].model_validate(found)


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
