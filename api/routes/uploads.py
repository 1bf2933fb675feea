"""Literature files."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import IO, Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request
from pydantic import StringConstraints
from starlette.requests import ClientDisconnect

from api.deps import ServicesDep
from api.errors import declared
from api.schemas import Text, Upload
from db.engine import SessionFactory
from db.repository import uploads as store
from db.unit_of_work import UnitOfWork
from dti.errors import MalformedInputError

PATH = "/v1/uploads"
_IN_MEMORY = 1024 * 1024

router = APIRouter(prefix=PATH, tags=["uploads"])

Filename = Annotated[
    Text,
    StringConstraints(max_length=255),
    Query(description="the name tells the format where the content does not", examples=["pubmed24n0001.xml.gz"]),
]
_CONTENT = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


@router.post(
    "",
    status_code=201,
    summary="Send a literature file",
    responses=declared(413),
    openapi_extra={"requestBody": {"required": True, "content": _CONTENT}},
)
async def upload(request: Request, filename: Filename, held: ServicesDep) -> Upload:
    """The file's bytes are the request's body, whatever its content type. The same file sent twice is kept once."""
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        await receive(request, spool)
        if spool.tell() == 0:
            raise MalformedInputError("the file is empty", place=filename)
        return await run_sync(_store, held.sessions, filename, spool, limiter=held.storing)


async def receive(request: Request, spool: IO[bytes]) -> None:
    """The request's body, piece by piece; raises MalformedInputError where the sender gives up."""
    try:
        async for piece in request.stream():
            spool.write(piece)
    except ClientDisconnect:
        raise MalformedInputError("the upload ended early") from None


def _store(sessions: SessionFactory, filename: str, spool: IO[bytes]) -> Upload:
    size = spool.tell()
    spool.seek(0)
    with UnitOfWork(sessions) as unit:
        upload_id = store.store(unit.session, filename, spool.read())
        name, sha256 = store.describe(unit.session, upload_id)
        unit.commit()
    return Upload(id=upload_id, filename=name, size=size, sha256=sha256)
