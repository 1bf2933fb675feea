"""Drug-target interactions and their evidence."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import TripletPath, UnitDep
from api.errors import declared
from api.schemas import Page, PageIn, Triplet, TripletDetail, TripletsIn
from db import queries

router = APIRouter(prefix="/v1/triplets", tags=["triplets"])


@router.get("", summary="Find triplets by drug, target, interaction, confidence or document", responses=declared())
def find(wanted: Annotated[TripletsIn, Query()], unit: UnitDep) -> Page[Triplet]:
    """In the order they became known, each with its best evidence within the filter."""
    found = queries.triplets.find(unit.session, wanted.to_filter(), wanted.to_page())
    return Page[Triplet].model_validate(found)


@router.get("/{triplet_id}", summary="Show a triplet with all its evidence", responses=declared(404))
def show(triplet_id: TripletPath, page: Annotated[PageIn, Query()], unit: UnitDep) -> TripletDetail:
    """`limit` and `cursor` page through the evidence, surest first."""
    triplet = queries.triplets.get(unit.session, triplet_id)
    evidence = queries.triplets.evidence(unit.session, triplet_id, page.to_page())
    return TripletDetail.of(triplet, evidence)
