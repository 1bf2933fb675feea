"""The model registry: which models there are, which one workers read with, and how that changes."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from api import shapes
from api.deps import ServicesDep, UnitDep
from api.errors import declared
from api.learning import ActIn, Model, ModelDetail, ModelsIn, Promotion
from api.routes.uploads import receive
from api.schemas import Page, PageIn
from db import queries
from db.engine import SessionFactory
from db.repository import models as store
from db.unit_of_work import UnitOfWork
from dti.domain.models import Act
from dti.errors import InputTooLargeError, MalformedInputError

PATH = "/v1/models"
_IN_MEMORY = 1024 * 1024
_MOST_FILES = 200

router = APIRouter(prefix=PATH, tags=["models"])

ModelPath = Annotated[
    str, Path(pattern=shapes.MODEL, description="SHA-256 of the model, or the first six or more digits of it")
]
FilePath = Annotated[str, Path(max_length=500, description="path in the checkpoint folder", examples=["engine/model.bin"])]
_TAR = {"application/x-tar": {"schema": {"type": "string", "format": "binary"}}}
_BYTES: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": {}}, "description": "the file"}}


@router.get("", summary="List models, newest first", responses=declared())
def recent(wanted: Annotated[ModelsIn, Query()], unit: UnitDep) -> Page[Model]:
    """Exactly one is active once a worker has started."""
    return Page[Model].model_validate(queries.models.recent(unit.session, wanted.to_page(), wanted.state))


@router.post(
    "",
    status_code=201,
    summary="Add a checkpoint as a candidate",
    responses={**declared(413), 200: {"model": ModelDetail, "description": "it was there already"}},
    openapi_extra={"requestBody": {"required": True, "content": _TAR}},
)
async def add(request: Request, held: ServicesDep, response: Response) -> ModelDetail:
    """The body is a tar archive of the checkpoint folder's files. They have to agree with SHA256SUMS."""
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        await receive(request, spool)
        detail, created = await run_sync(_add, held.sessions, spool, held.settings.max_upload_bytes, limiter=held.storing)
    response.status_code = 201 if created else 200
    response.headers["Location"] = f"{PATH}/{detail.sha256}"
    return detail


@router.post("/rollback", summary="Undo the last promotion", responses=declared(409))
def roll_back(body: ActIn, unit: UnitDep) -> ModelDetail:
    """The model that the active one replaced is active again; a second call goes one further back."""
    sha256 = store.roll_back(unit.session, Act(body.who, body.reason or ""))
    unit.commit()
    return _detail(unit, sha256)


@router.get("/promotions", summary="List who promoted what, newest first", responses=declared())
def promotions(page: Annotated[PageIn, Query()], unit: UnitDep) -> Page[Promotion]:
    """Every change of the active model."""
    return Page[Promotion].model_validate(queries.models.promotions(unit.session, page.to_page()))


@router.get("/active", summary="Show the model that workers read with", responses=declared(404))
def active(unit: UnitDep) -> ModelDetail:
    """404 until a worker has registered the shipped one."""
    return _detail(unit, queries.models.active(unit.session).sha256)


@router.get("/{name}", summary="Show a model with its card and its files", responses=declared(404))
def show(name: ModelPath, unit: UnitDep) -> ModelDetail:
    """Its card says what it was trained on and how well it reads."""
    return _detail(unit, name)


@router.post("/{name}/promotion", summary="Make a model the active one", responses=declared(404, 409))
def promote(name: ModelPath, body: ActIn, unit: UnitDep) -> ModelDetail:
    """Workers read with it from their next task on. What was read before stays until it is read again."""
    sha256 = queries.models.get(unit.session, name).sha256
    store.promote(unit.session, sha256, Act(body.who, body.reason or ""))
    unit.commit()
    return _detail(unit, sha256)


@router.get(
    "/{name}/files/{path:path}",
    summary="Fetch a file of a model",
    responses={**declared(404), **_BYTES},
    response_class=StreamingResponse,
)
def fetch(name: ModelPath, path: FilePath, held: ServicesDep, unit: UnitDep) -> StreamingResponse:
    """As bytes; its SHA-256 stands in the model's list of files."""
    sha256 = queries.models.get(unit.session, name).sha256
    size = store.size(unit.session, sha256, path)
    headers = {"Content-Length": str(size)}
    return StreamingResponse(_pieces(held.sessions, sha256, path), headers=headers, media_type="application/octet-stream")


def _pieces(sessions: SessionFactory, sha256: str, path: str) -> Iterator[bytes]:
    """Each piece in a transaction of its own: a slow reader must not hold a connection."""
    start = 0
    while True:
        with UnitOfWork(sessions) as unit:
            part = store.piece(unit.session, sha256, path, start)
        if not part:
            return
        yield part
        start += len(part)


def _detail(unit: UnitOfWork, name: str) -> ModelDetail:
    view = queries.models.get(unit.session, name)
    return ModelDetail.of(view, queries.models.files(unit.session, view.sha256))


def _add(sessions: SessionFactory, spool: IO[bytes], limit: int) -> tuple[ModelDetail, bool]:
    spool.seek(0)
    files = unpacked(spool, limit)
    model = store.verified(files)
    with UnitOfWork(sessions) as unit:
        created = store.register(unit.session, model, files)
        unit.commit()
        return _detail(unit, model.sha256), created


def unpacked(spool: IO[bytes], limit: int) -> Mapping[str, bytes]:
    """The regular files of a tar archive, not more than the request itself may hold: a sparse one must not fill the memory.

    Raises MalformedInputError and InputTooLargeError.
    """
    files: dict[str, bytes] = {}
    left = limit
    try:
        with tarfile.open(fileobj=spool, mode="r:") as archive:
            for member in archive:
                left -= member.size
                if left < 0 or len(files) >= _MOST_FILES:
                    raise InputTooLargeError(f"a checkpoint has at most {_MOST_FILES} files and {limit} bytes")
                content = archive.extractfile(member) if member.isreg() else None
                if content is not None:
                    files[_name(member.name)] = content.read()
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise MalformedInputError(f"the body is no tar archive: {error}") from error
    return files


def _name(name: str) -> str:
    parts = name.removeprefix("./").split("/")
    if not all(part and part not in {".", ".."} and part.isprintable() for part in parts):
        raise MalformedInputError(f"{name[:80]!r} is no path of a checkpoint's file")
    return "/".join(parts)
