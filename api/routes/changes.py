"""What has changed in the knowledge base, and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import UnitDep
from api.errors import declared
from api.knowledge import Change, ChangesIn
from api.schemas import Page
from db import queries

router = APIRouter(prefix="/v1/changes", tags=["changes"])


@router.get("", summary="Follow evidence that was withdrawn and beliefs that moved", responses=declared())
def find(wanted: Annotated[ChangesIn, Query()], unit: UnitDep) -> Page[Change]:
    """Oldest first. To follow what happens, call again with `after`, the id of the last change seen."""
    return Page[Change].model_validate(queries.changes.find(unit.session, wanted.to_filter(), wanted.to_page()))
