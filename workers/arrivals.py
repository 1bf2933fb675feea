"""What happens to an item when its document has arrived."""

from __future__ import annotations

from dti.domain.documents import DocumentStatus
from dti.domain.jobs import ItemState

_STATES = {
    DocumentStatus.DELETED: (ItemState.SKIPPED, "deleted"),
    DocumentStatus.RETRACTED: (ItemState.SKIPPED, "retracted"),
    DocumentStatus.NO_ABSTRACT: (ItemState.NO_ABSTRACT, ""),
    DocumentStatus.NOT_ENGLISH: (ItemState.FETCHED, ""),
    DocumentStatus.OK: (ItemState.FETCHED, ""),
}


def arrival(status: DocumentStatus) -> tuple[ItemState, str]:
    """The item's next state and the reason. What language the model reads is the extractor's decision."""
    return _STATES[status]
