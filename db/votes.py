"""Evidence as the belief of a triplet sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from dti.belief import Vote
from dti.domain.evidence import Certainty, Polarity

# Two documents with the same PMID, say PubMed's record and somebody's file, are one paper.
_VOTES = """
SELECT e.triplet_id, e.id, coalesce('pmid:' || d.pmid, d.key), e.confidence, e.polarity, e.certainty,
    e.drug_start IS NOT NULL AND e.target_start IS NOT NULL, d.authors
FROM evidence e JOIN documents d ON d.id = e.document_id WHERE e.triplet_id = ANY(:ids) AND e.withdrawn_at IS NULL
"""


def load(session: Session, triplet_ids: Sequence[int]) -> Mapping[int, list[Vote]]:
    """What stands for and against each triplet; one without evidence has an empty list."""
    votes: dict[int, list[Vote]] = defaultdict(list)
    for triplet_id, row_id, paper, confidence, polarity, certainty, grounded, authors in session.execute(
        text(_VOTES), {"ids": list(triplet_ids)}
    ):
        vote = Vote(row_id, paper, confidence, Polarity(polarity), Certainty(certainty), grounded, frozenset(authors))
        votes[triplet_id].append(vote)
    return votes
