"""Fetches the documents of queued items."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from db.mapping import document_key
from db.repository import batches, documents, items
from db.repository.documents import Stored
from dti.domain.documents import Document
from dti.domain.jobs import BatchId, ClaimedItem, ItemResult, ItemState, Lease
from dti.errors import LeaseLostError, SourceError, StoreError
from dti.sources.eutils import FetchResult
from workers.arrivals import arrival
from workers.believing import believe
from workers.context import Context
from workers.lease_keeper import LeaseKeeper

_LOG = logging.getLogger(__name__)
_PUBMED = "pmid:"


class Fetcher(Protocol):
    """Fetches PubMed records; `dti.sources.eutils.EutilsClient` does."""

    def fetch(self, pmids: Iterable[str]) -> FetchResult:
        """The records of PMIDs, the missing and the faulty ones; raises SourceError."""


def pull(context: Context, fetcher: Fetcher, batch_id: BatchId) -> None:
    """Claim queued items of the batch and bring in their documents; what is stored already is not fetched again."""
    lease, terms = context.lease(), context.terms
    with context.unit() as unit:
        claimed = items.claim(
            unit.session, batch_id, ItemState.QUEUED, lease, limit=terms.pull_chunk, max_attempts=terms.max_attempts
        )
        keys = [] if batches.refreshing(unit.session, batch_id) else [item.key for item in claimed]
        stored = documents.stored(unit.session, keys)
        context.ring_for(unit, batch_id)
        unit.commit()
    if not claimed:
        return
    try:
        _land(context, lease, batch_id, _known(claimed, stored))
        with LeaseKeeper(lambda: context.renew(lease, claimed), lease.seconds):
            _fetch(context, fetcher, lease, [item for item in claimed if item.key not in stored])
    except LeaseLostError as error:
        _LOG.info("batch %s: %s", batch_id, error)
    believe(context)
    context.settle(batch_id)


def _known(claimed: Sequence[ClaimedItem], stored: Mapping[str, Stored]) -> list[ItemResult]:
    return [_arrived(item, stored[item.key]) for item in claimed if item.key in stored]


def _arrived(item: ClaimedItem, document: Stored) -> ItemResult:
    state, reason = arrival(document.status)
    return ItemResult(item.id, state, reason, document.id)


def _land(context: Context, lease: Lease, batch_id: BatchId, results: list[ItemResult]) -> None:
    """Write results of items that are still wanted."""
    if not results:
        return
    with context.unit() as unit:
        held = items.hold(unit.session, lease, [result.item_id for result in results])
        items.finish(unit.session, lease, [result for result in results if result.item_id in held])
        context.ring_for(unit, batch_id)
        unit.commit()


def _fetch(context: Context, fetcher: Fetcher, lease: Lease, wanted: Sequence[ClaimedItem]) -> None:
    if not wanted:
        return
    try:
        answer = fetcher.fetch(item.key.removeprefix(_PUBMED) for item in wanted)
    except SourceError as error:
        _put_back_or_fail(context, lease, wanted, error)
        return
    found = {document_key(document): document for document in answer.documents}
    _store(context, lease, wanted, found, {fault.pmid: fault.reason for fault in answer.faults})


def _store(
    context: Context,
    lease: Lease,
    wanted: Sequence[ClaimedItem],
    found: Mapping[str, Document],
    faults: Mapping[str, str],
) -> None:
    """Store documents and item states together; what the database refuses is halved until the one bad record is alone."""
    try:
        with context.unit() as unit:
            held = items.hold(unit.session, lease, [item.id for item in wanted])
            stored = documents.upsert(unit.session, [found[item.key] for item in wanted if item.key in found])
            items.finish(unit.session, lease, [one for one in _results(wanted, stored, faults) if one.item_id in held])
            context.ring_for(unit, wanted[0].batch_id)
            unit.commit()
    except StoreError as error:
        if error.retryable:
            raise
        if len(wanted) == 1:
            _land(context, lease, wanted[0].batch_id, [ItemResult(wanted[0].id, ItemState.FAILED, str(error))])
            return
        middle = len(wanted) // 2
        _store(context, lease, wanted[:middle], found, faults)
        _store(context, lease, wanted[middle:], found, faults)


def _put_back_or_fail(context: Context, lease: Lease, wanted: Sequence[ClaimedItem], error: SourceError) -> None:
    _LOG.warning("%d records of batch %s: %s", len(wanted), wanted[0].batch_id, error)
    if not error.retryable:
        failures = [ItemResult(item.id, ItemState.FAILED, str(error)) for item in wanted]
        _land(context, lease, wanted[0].batch_id, failures)
        return
    with context.unit() as unit:
        items.defer(unit.session, lease, [item.id for item in wanted], str(error), context.terms.backoff)
        unit.commit()


def _results(wanted: Sequence[ClaimedItem], stored: Mapping[str, Stored], faults: Mapping[str, str]) -> Iterator[ItemResult]:
    for item in wanted:
        if item.key in stored:
            yield _arrived(item, stored[item.key])
        else:
            reason = faults.get(item.key.removeprefix(_PUBMED), "PMID not found")
            yield ItemResult(item.id, ItemState.FAILED, reason)
