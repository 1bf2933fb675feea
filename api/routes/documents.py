"""Stored literature."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import UnitDep
from api.errors import declared
from api.knowledge import Document
from api.schemas import Text
from db import queries

router = APIRouter(prefix="/v1/documents", tags=["documents"])

DocumentName = Annotated[Text, Path(description="a PMID, or a key such as file:notes-7", examples=["9108990", "file:notes-7"])]


@router.get("/{name:path}", summary="Show a document and what was found in it", responses=declared(404))
def show(name: DocumentName, unit: UnitDep) -> Document:
    """Readings tell which models have read it, and why one found nothing."""
    return Document.model_validate(queries.documents.get(unit.session, name))
