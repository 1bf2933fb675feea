"""Literature files as users sent them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.mapping import storable
from db.models import Upload
from dti.errors import NotFoundError

_PIECE = 8 * 1024 * 1024


def store(session: Session, filename: str, content: bytes) -> str:
    """Keep a file; the same bytes under the same name are kept once. Returns the upload's id."""
    sha256 = hashlib.sha256(content).hexdigest()
    name = storable(PurePosixPath(filename.replace("\\", "/")).name)[:255] or "upload"
    known = session.scalar(select(Upload.id).where(Upload.sha256 == sha256, Upload.filename == name))
    if known is not None:
        return known
    upload = Upload(id=uuid4().hex, filename=name, sha256=sha256, size=len(content), content=content)
    session.add(upload)
    session.flush()
    session.expire(upload)  # the identity map need not hold the bytes
    return upload.id


def missing(session: Session, upload_ids: tuple[str, ...]) -> set[str]:
    """Those of `upload_ids` that are not in the store."""
    known = session.scalars(select(Upload.id).where(Upload.id.in_(upload_ids)))
    return set(upload_ids) - set(known)


def describe(session: Session, upload_id: str) -> tuple[str, str]:
    """(filename, sha256); raises NotFoundError."""
    row = session.execute(select(Upload.filename, Upload.sha256).where(Upload.id == upload_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"no upload {upload_id!r}")
    return row.filename, row.sha256


def pieces(session: Session, upload_id: str) -> Iterator[bytes]:
    """The file's bytes in pieces of at most 8 MiB, so that a large file need not fit into memory."""
    start = 1
    while piece := session.scalar(select(func.substr(Upload.content, start, _PIECE)).where(Upload.id == upload_id)):
        yield piece
        start += len(piece)
