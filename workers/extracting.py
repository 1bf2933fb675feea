"""Extracts triplets from fetched documents and stores them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeAlias

from db.repository import batches, documents, entities, extractions, items
from db.repository.documents import Loaded
from db.repository.extractions import Result
from dti.domain.documents import Document
from dti.domain.entities import Curie
from dti.domain.evidence import Extraction, Outcome
from dti.domain.identity import Run
from dti.domain.jobs import BatchId, ClaimedItem, ItemResult, ItemState, Lease
from dti.domain.lexicon import LexiconEntity
from dti.errors import LeaseLostError, StoreUnavailableError
from workers.believing import believe
from workers.context import Context
from workers.lease_keeper import LeaseKeeper

_LOG = logging.getLogger(__name__)


class Extractor(Protocol):
    """Reads documents; `dti.extraction.Extractor` does."""

    @property
    def run(self) -> Run:
        """The model and its settings."""

    def extract(self, documents: Sequence[Document]) -> list[Extraction]:
        """One extraction per document, in order."""


Knows: TypeAlias = Callable[[Curie], LexiconEntity | None]


def _knows_nothing(_: Curie) -> LexiconEntity | None:
    return None


def extract(context: Context, extractor: Extractor, batch_id: BatchId, knows: Knows = _knows_nothing) -> None:
    """Claim fetched items of the batch, extract from their documents and store what is found.

    What a lexicon `knows` of the entities that are found, their other names and identifiers, is stored with them.
    """
    lease, terms = context.lease(), context.terms
    with context.unit() as unit:
        claimed = items.claim(
            unit.session, batch_id, ItemState.FETCHED, lease, limit=terms.extract_chunk, max_attempts=terms.max_attempts
        )
        ids = [_document_id(item) for item in claimed]
        refresh = batches.refreshing(unit.session, batch_id)
        known = {} if refresh else extractions.outcomes(unit.session, extractor.run, ids)
        loaded = documents.load(unit.session, [key for key in ids if key not in known])
        context.ring_for(unit, batch_id)
        unit.commit()
    if not claimed:
        return
    try:
        _reuse(context, lease, claimed, known)
        with LeaseKeeper(lambda: context.renew(lease, claimed), lease.seconds):
            work = [(item, loaded[_document_id(item)]) for item in claimed if item.document_id in loaded]
            _describe(context, knows, _extract(context, extractor, lease, work))
    except LeaseLostError as error:
        _LOG.info("batch %s: %s", batch_id, error)
    believe(context)
    context.settle(batch_id)


def _document_id(item: ClaimedItem) -> int:
    if item.document_id is None:
        raise ValueError(f"item {item.id} is fetched and has no document")
    return item.document_id


def _reuse(context: Context, lease: Lease, claimed: Sequence[ClaimedItem], known: Mapping[int, tuple[Outcome, str]]) -> None:
    """Finish the items whose documents this very model has read in this very version."""
    read = [(item, *known[_document_id(item)]) for item in claimed if item.document_id in known]
    if read:
        _write(context, lease, [], [ItemResult(item.id, ItemState(outcome.value), reason) for item, outcome, reason in read])


def _describe(context: Context, knows: Knows, found: Iterable[Extraction]) -> None:
    """In a transaction of its own: names are written in an order that two writers share."""
    links = {link for extraction in found for claim in extraction.claims for link in (claim.drug, claim.target)}
    known = [entity for link in links if link.entity and (entity := knows(link.entity.curie))]
    if known:
        with context.unit() as unit:
            entities.describe(unit.session, known)
            unit.commit()


def _extract(
    context: Context, extractor: Extractor, lease: Lease, work: Sequence[tuple[ClaimedItem, Loaded]]
) -> list[Extraction]:
    """Extract, store and return; what fails as a chunk is halved until the one bad document is alone and fails by itself."""
    if not work:
        return []
    try:
        found = extractor.extract([loaded.document for _, loaded in work])
        pairs = list(zip(work, found, strict=True))
        results = [Result(loaded.id, loaded.content_sha256, extraction) for (_, loaded), extraction in pairs]
        states = [
            ItemResult(item.id, ItemState(extraction.outcome.value), extraction.reason) for (item, _), extraction in pairs
        ]
        _write(context, lease, results, states, extractor.run)
        return found
    except (LeaseLostError, StoreUnavailableError):
        raise
    except Exception as error:
        _LOG.warning("%d documents failed together: %s", len(work), error, exc_info=len(work) == 1)
        if len(work) == 1:
            _write(context, lease, [], [ItemResult(work[0][0].id, ItemState.FAILED, f"{type(error).__name__}: {error}")])
            return []
        middle = len(work) // 2
        halves = work[:middle], work[middle:]
        return [extraction for half in halves for extraction in _extract(context, extractor, lease, half)]


def _write(
    context: Context, lease: Lease, results: Sequence[Result], states: Sequence[ItemResult], run: Run | None = None
) -> None:
    """Evidence and item states in one transaction, under the lease; what was cancelled meanwhile leaves no trace."""
    with context.unit() as unit:
        held = items.hold(unit.session, lease, [state.item_id for state in states])
        wanted = [result for result, state in zip(results, states, strict=False) if state.item_id in held]
        if run is not None:
            extractions.record(unit.session, run, wanted)
        items.finish(unit.session, lease, [state for state in states if state.item_id in held])
        unit.commit()
