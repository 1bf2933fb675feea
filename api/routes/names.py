"""Names of drugs and targets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import UnitDep
from api.errors import declared
from api.knowledge import Name, NamesIn
from db import queries

router = APIRouter(prefix="/v1/names", tags=["names"])


@router.get("", summary="Complete a name that is being typed", responses=declared())
def complete(wanted: Annotated[NamesIn, Query()], unit: UnitDep) -> list[Name]:
    """Names that begin so come first, then names that have it inside (from three letters on)."""
    found = queries.names.complete(unit.session, wanted.typed, wanted.kind, wanted.limit)
    return [Name.model_validate(view) for view in found]
