"""Turns steps (slices of a query, uploads) into items."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import IO, Protocol

from db.mapping import document_key
from db.repository import documents, items, steps, uploads
from db.unit_of_work import UnitOfWork
from dti.domain.documents import Document
from dti.domain.jobs import BatchId, ItemState, Lease, Step, StepKind
from dti.errors import LeaseLostError, NotFoundError, SourceError
from dti.sources import Item, SourceFault, read
from dti.sources.eutils import Found, Slice, Split
from workers.arrivals import arrival
from workers.context import Context

_LOG = logging.getLogger(__name__)
_CHUNK = 500  # records stored per transaction


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
    except (SourceError, NotFoundError) as error:
        _put_back_or_fail(context, step, error)
    context.settle(batch_id)


def _expand(context: Context, searcher: Searcher, step: Step, lease: Lease) -> None:
    if step.kind is StepKind.QUERY:
        _expand_query(context, searcher, step)
    else:
        _expand_upload(context, step, lease)


def _put_back_or_fail(context: Context, step: Step, error: SourceError | NotFoundError) -> None:
    _LOG.warning("step %s: %s", step.id, error)
    with context.unit() as unit:
        if error.retryable:
            steps.defer(unit.session, step, str(error), context.terms.backoff)
        else:
            steps.fail(unit.session, step, str(error))
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
        faults = 0
        for chunk in _chunks(read(file, name=filename)):
            with context.unit() as unit:
                steps.renew(unit.session, step, lease)
                _store(unit, step.batch_id, sha256[:12], chunk, faults)
                context.ring_for(unit, step.batch_id)
                unit.commit()
            faults += sum(isinstance(item, SourceFault) for item in chunk)
    with context.unit() as unit:
        steps.complete(unit.session, step)
        unit.commit()


def _write(file: IO[bytes], pieces: Iterator[bytes]) -> None:
    for piece in pieces:
        file.write(piece)
    file.seek(0)


def _chunks(records: Iterator[Item]) -> Iterator[list[Item]]:
    while chunk := list(islice(records, _CHUNK)):
        yield chunk


def _store(unit: UnitOfWork, batch_id: BatchId, file_id: str, chunk: Sequence[Item], faults_before: int) -> None:
    found = [_namespaced(item, file_id) for item in chunk if isinstance(item, Document)]
    stored = documents.upsert(unit.session, found)
    rows: list[tuple[str, ItemState, str, int | None]] = []
    for document in found:
        kept = stored[document_key(document)]
        rows.append((kept.key, *arrival(kept.status), kept.id))
    broken = [item for item in chunk if isinstance(item, SourceFault)]
    for number, fault in enumerate(broken, start=faults_before + 1):
        rows.append((f"fault:{file_id}:{number}", ItemState.FAILED, f"{fault.place}: {fault.reason}", None))
    items.add(unit.session, batch_id, rows)


def _namespaced(document: Document, file_id: str) -> Document:
    """Ids that mean something in one file only are kept apart from the same ids in another file."""
    return replace(document, id=f"{file_id}/{document.id}") if document.source == "file" else document
