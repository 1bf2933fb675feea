"""Turns steps (slices of a query, uploads) into items."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO, Protocol, TypeAlias

from db.mapping import document_key
from db.repository import documents, items, steps, uploads
from db.unit_of_work import UnitOfWork
from dti.domain.documents import Document
from dti.domain.jobs import BatchId, ItemState, Lease, Step, StepKind
from dti.errors import DtiError, LeaseLostError, StoreError, StoreUnavailableError
from dti.sources import Item, SourceFault, read
from dti.sources.eutils import Found, Slice, Split
from workers.arrivals import arrival
from workers.believing import believe
from workers.context import Context

_LOG = logging.getLogger(__name__)
_CHUNK = 500  # records stored per transaction


@dataclass(frozen=True, slots=True)
class _Broken:
    """A record that nobody can read or store, under the key of its item."""

    key: str
    reason: str


_Record: TypeAlias = Document | _Broken


class Searcher(Protocol):
    """Searches PubMed; `dti.sources.eutils.EutilsClient` does."""

    def search_slice(self, part: Slice) -> Found | Split:
        """The PMIDs of a slice, or smaller slices; raises SourceError."""


def expand(context: Context, searcher: Searcher, batch_id: BatchId) -> None:
    """Claim one step of the batch and turn it into items, or into smaller steps."""
    lease = context.lease()
    with context.unit() as unit:
        step = steps.claim(unit.session, batch_id, lease, max_attempts=context.terms.max_attempts)
        context.ring_for(unit, batch_id)
        unit.commit()
    if step is None:
        return
    try:
        _expand(context, searcher, step, lease)
    except LeaseLostError as error:
        _LOG.info("%s", error)
    except StoreUnavailableError:
        raise
    except Exception as error:
        _put_back_or_fail(context, step, error)
    believe(context)
    context.settle(batch_id)


def _expand(context: Context, searcher: Searcher, step: Step, lease: Lease) -> None:
    if step.kind is StepKind.QUERY:
        _expand_query(context, searcher, step)
    else:
        _expand_upload(context, step, lease)


def _put_back_or_fail(context: Context, step: Step, error: Exception) -> None:
    deliberate = isinstance(error, DtiError)
    _LOG.warning("step %s: %s", step.id, error, exc_info=not deliberate)
    with context.unit() as unit:
        if isinstance(error, DtiError) and error.retryable:
            steps.defer(unit.session, step, str(error), context.terms.backoff)
        else:
            steps.fail(unit.session, step, str(error) if deliberate else f"{type(error).__name__}: {error}")
        unit.commit()


def _expand_query(context: Context, searcher: Searcher, step: Step) -> None:
    answer = searcher.search_slice(Slice.from_payload(step.payload))
    with context.unit() as unit:
        if isinstance(answer, Split):
            steps.split(unit.session, step, tuple(part.payload() for part in answer.parts))
        else:
            note = "; ".join(filter(None, (answer.shortfall, *answer.warnings)))
            steps.complete(unit.session, step, note=note)
            rows = [(f"pmid:{pmid}", ItemState.QUEUED, "", None) for pmid in answer.pmids]
            items.add(unit.session, step.batch_id, rows)
        context.ring_for(unit, step.batch_id)
        unit.commit()


def _expand_upload(context: Context, step: Step, lease: Lease) -> None:
    """Store the file's documents chunk by chunk; a second run finds them stored and adds nothing twice."""
    upload_id = step.payload["upload_id"]
    with tempfile.TemporaryFile() as file:
        with context.unit() as unit:
            filename, sha256 = uploads.describe(unit.session, upload_id)
            _write(file, uploads.pieces(unit.session, upload_id))
        for chunk in _chunks(_keyed(read(file, name=filename), sha256[:12])):
            _store(context, step, lease, chunk)
    with context.unit() as unit:
        steps.complete(unit.session, step)
        unit.commit()


def _write(file: IO[bytes], pieces: Iterator[bytes]) -> None:
    for piece in pieces:
        file.write(piece)
    file.seek(0)


def _keyed(records: Iterable[Item], file_id: str) -> Iterator[_Record]:
    """Records with keys that are the same whenever the file is read again."""
    faults = 0
    for record in records:
        if isinstance(record, SourceFault):
            faults += 1
            yield _Broken(f"fault:{file_id}:{faults}", f"{record.place}: {record.reason}")
        elif record.source == "file":  # an id that means something in this file only
            yield replace(record, id=f"{file_id}/{record.id}")
        else:
            yield record


def _chunks(records: Iterator[_Record]) -> Iterator[list[_Record]]:
    while chunk := list(islice(records, _CHUNK)):
        yield chunk


def _store(context: Context, step: Step, lease: Lease, chunk: Sequence[_Record]) -> None:
    """Store a chunk in one transaction; what the database refuses is halved until the one bad record is alone."""
    try:
        with context.unit() as unit:
            steps.renew(unit.session, step, lease)
            items.add(unit.session, step.batch_id, list(_rows(unit, chunk)))
            context.ring_for(unit, step.batch_id)
            unit.commit()
    except StoreError as error:
        if error.retryable:
            raise
        for part in _smaller(chunk, error):
            _store(context, step, lease, part)


def _smaller(chunk: Sequence[_Record], error: StoreError) -> list[Sequence[_Record]]:
    if middle := len(chunk) // 2:
        return [chunk[:middle], chunk[middle:]]
    if isinstance(chunk[0], _Broken):
        raise error
    return [[_Broken(document_key(chunk[0]), str(error))]]


def _rows(unit: UnitOfWork, chunk: Sequence[_Record]) -> Iterator[tuple[str, ItemState, str, int | None]]:
    stored = documents.upsert(unit.session, [record for record in chunk if isinstance(record, Document)])
    for record in chunk:
        if isinstance(record, _Broken):
            yield record.key, ItemState.FAILED, record.reason, None
        else:
            kept = stored[document_key(record)]
            yield kept.key, *arrival(kept.status), kept.id
