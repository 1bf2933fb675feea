"""The model registry: checkpoints with their files, of which exactly one is active."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import orjson
from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as insert_or_not
from sqlalchemy.orm import Session

from db.mapping import storable
from db.models import Model, ModelFile, Promotion
from dti.domain.models import Act, ModelState, NewModel, PromotionKind
from dti.errors import ConflictError, MalformedInputError, NotFoundError

SUMS, CARD = "SHA256SUMS", "card.json"
_LOCK = 7_303_216_893
_PIECE = 8 * 1024 * 1024
_TEXT = 1000


def active(session: Session) -> str | None:
    """The model that workers read with."""
    return session.scalar(select(Model.sha256).where(Model.state == ModelState.ACTIVE))


def register(session: Session, model: NewModel, files: Mapping[str, bytes]) -> bool:
    """Keep a candidate with its files; False where the registry has the very same files already.

    A model that was rejected and comes back with its files is a candidate again.
    """
    _lock(session)
    state = session.scalar(select(Model.state).where(Model.sha256 == model.sha256))
    if state not in {None, ModelState.REJECTED}:
        return False
    if state is None:
        _insert(session, model, ModelState.CANDIDATE)
    else:
        session.execute(
            text("UPDATE models SET state = 'candidate', reason = '' WHERE sha256 = :sha256"), {"sha256": model.sha256}
        )
    for path, content in files.items():
        row = {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "content": content}
        session.execute(insert(ModelFile).values(model=model.sha256, **row))
    return True


def register_first(session: Session, model: NewModel, files: Mapping[str, bytes]) -> bool:
    """Keep a model, and make it the active one where there is none; True if it became that. Harmless to repeat."""
    register(session, model, files)
    if active(session) is not None:
        return False
    _activate(session, model.sha256, PromotionKind.PROMOTION, None, Act("dti", "the first model"))
    return True


def record_rejected(session: Session, model: NewModel) -> None:
    """Keep the card and figures of a model that did not pass the gate; one that is known already stays as it is."""
    _lock(session)
    if session.scalar(select(Model.sha256).where(Model.sha256 == model.sha256)) is None:
        _insert(session, model, ModelState.REJECTED)


def promote(session: Session, sha256: str, act: Act, kind: PromotionKind = PromotionKind.PROMOTION) -> None:
    """Make a model the active one; the one before it is retired.

    Raises NotFoundError, and ConflictError for a model that is active already or was rejected.
    """
    _lock(session)
    state = session.scalar(select(Model.state).where(Model.sha256 == sha256))
    if state is None:
        raise NotFoundError(f"there is no model {sha256!r}")
    if state in {ModelState.ACTIVE, ModelState.REJECTED}:
        raise ConflictError(f"model {sha256[:12]} is {state}")
    before = active(session)
    session.execute(text("UPDATE models SET state = 'retired' WHERE state = 'active'"))
    _activate(session, sha256, kind, before, act)


def roll_back(session: Session, act: Act) -> str:
    """Undo the promotion of the active model; returns the model that is active now.

    Raises ConflictError where the active model took nobody's place.
    """
    _lock(session)
    now = active(session)
    promotion = select(Promotion.from_model).where(Promotion.to_model == now, Promotion.kind == PromotionKind.PROMOTION)
    before = session.scalar(promotion.order_by(Promotion.id.desc()).limit(1))
    if before is None:
        raise ConflictError("the active model is the first one: there is nothing to go back to")
    promote(session, before, act, PromotionKind.ROLLBACK)
    return before


def _lock(session: Session) -> None:
    """Who changes the registry does it alone; readers are not kept waiting."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _insert(session: Session, model: NewModel, state: ModelState) -> None:
    known = model.parent and session.scalar(select(Model.sha256).where(Model.sha256 == model.parent))
    values = {
        "sha256": model.sha256,
        "name": storable(model.name)[:200],
        "parent": known or None,
        "state": state,
        "card": _json(model.card),
        "metrics": _json(model.metrics),
        "reason": storable(model.reason)[:_TEXT],
    }
    session.execute(insert_or_not(Model).values(values))


def _json(value: Mapping[str, object]) -> object:
    """As PostgreSQL takes it: without NUL, and without numbers that JSON does not have."""
    return orjson.loads(orjson.dumps(value).replace(b"\\u0000", b"\\ufffd"))


def _activate(session: Session, sha256: str, kind: PromotionKind, before: str | None, act: Act) -> None:
    session.execute(text("UPDATE models SET state = 'active', promoted_at = now() WHERE sha256 = :sha256"), {"sha256": sha256})
    told = {"who": storable(act.who)[:200], "reason": storable(act.reason)[:_TEXT]}
    session.execute(insert(Promotion).values(kind=kind, from_model=before, to_model=sha256, **told))


def files(session: Session, sha256: str) -> dict[str, str]:
    """Paths and sums of a model's files; raises NotFoundError for a model that has none."""
    rows = session.execute(select(ModelFile.path, ModelFile.sha256).where(ModelFile.model == sha256).order_by(ModelFile.path))
    found = {row.path: row.sha256 for row in rows}
    if not found:
        raise NotFoundError(f"the registry has no files of model {sha256!r}")
    return found


def size(session: Session, sha256: str, path: str) -> int:
    """Bytes of a file; raises NotFoundError."""
    found = session.scalar(select(ModelFile.size).where(ModelFile.model == sha256, ModelFile.path == path))
    if found is None:
        raise NotFoundError(f"model {sha256[:12]} has no file {path!r}")
    return found


def piece(session: Session, sha256: str, path: str, start: int) -> bytes:
    """At most 8 MiB of a file's bytes from `start` on; empty at its end."""
    content = func.substr(ModelFile.content, start + 1, _PIECE)
    return session.scalar(select(content).where(ModelFile.model == sha256, ModelFile.path == path)) or b""


def pieces(session: Session, sha256: str, path: str) -> Iterator[bytes]:
    """A file's bytes, piece by piece."""
    start = 0
    while part := piece(session, sha256, path, start):
        yield part
        start += len(part)


def verified(files: Mapping[str, bytes]) -> NewModel:
    """What the registry is told of a checkpoint's files; raises MalformedInputError unless every one agrees with its sum."""
    if SUMS not in files or CARD not in files:
        raise MalformedInputError(f"a checkpoint has a {SUMS} and a {CARD}")
    sums = dict(_sums(files[SUMS]))
    if files.keys() - {SUMS} != sums.keys():
        odd = sorted((files.keys() - {SUMS}) ^ sums.keys())
        raise MalformedInputError(f"{odd[0]}: not in {SUMS}, or not among the files")
    for path, expected in sums.items():
        if hashlib.sha256(files[path]).hexdigest() != expected:
            raise MalformedInputError(f"{path}: its SHA-256 differs from {SUMS}")
    card = _card(files[CARD])
    return NewModel(sha256=hashlib.sha256(files[SUMS]).hexdigest(), name=str(card.get("name", "")), card=card)


def _sums(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        for line in content.decode().splitlines():
            expected, path = line.split("  ", maxsplit=1)
            yield path, expected
    except ValueError as error:
        raise MalformedInputError(f"{SUMS}: no list of sums") from error


def _card(content: bytes) -> dict[str, object]:
    try:
        card = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise MalformedInputError(f"{CARD}: no JSON") from error
    if not isinstance(card, dict) or not isinstance(card.get("name"), str):
        raise MalformedInputError(f"{CARD}: no name")
    return card
