"""Two papers that say the opposite: one is retracted, one revised, one deleted, and belief moves as documented."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import pytest

from db.queries import changes, triplets
from db.queries.changes import ChangeFilter
from db.queries.paging import PageRequest
from db.queries.triplets import Contradiction, TripletFilter
from db.queries.views import ChangeView, TripletView
from dti.domain.documents import Document
from dti.domain.evidence import Certainty, Claim, Evidence, Extraction, Outcome, Polarity, Span
from dti.domain.identity import Run
from dti.domain.interactions import Direction, Interaction, InteractionType
from dti.domain.triplets import Triplet
from tests.integration.workers.conftest import RUN, Desk, FakePubmed
from workers.extracting import extract
from workers.pulling import pull

pytestmark = pytest.mark.integration

_LABELS = {
    "inhibits": ("inhibitor", Interaction(InteractionType.INHIBITOR, Direction.INHIBITORY)),
    "activates": ("activator", Interaction(InteractionType.ACTIVATOR, Direction.ACTIVATING)),
}


@dataclass
class Reader:
    """Reads "Aspirin [does not] inhibits|activates COX", with a confidence of 0.6 and, after "may", a hedge."""

    run: Run = RUN

    def extract(self, documents: list[Document]) -> list[Extraction]:
        return [self._one(document) for document in documents]

    def _one(self, document: Document) -> Extraction:
        claims = tuple(self._claim(document.text, word) for word in _LABELS if word in document.text)
        return Extraction(document, self.run, Outcome.EXTRACTED if claims else Outcome.NO_TRIPLET, claims)

    def _claim(self, text: str, word: str) -> Claim:
        label, interaction = _LABELS[word]
        drug, target = (Span(text.index(name), text.index(name) + len(name)) for name in ("aspirin", "COX"))
        evidence = Evidence(
            text,
            Span(0, len(text)),
            drug,
            target,
            Polarity.NEGATED if "not" in text else Polarity.AFFIRMED,
            Certainty.HEDGED if "may" in text else Certainty.FACT,
        )
        return Claim(Triplet("aspirin", label, "COX"), 0.6, evidence, interaction=interaction)


@dataclass
class Library:
    """A knowledge base that takes in PubMed's records as updatefiles bring them."""

    desk: Desk
    pubmed: FakePubmed

    def take(self, *documents: Document) -> None:
        self.pubmed.records = {document.pmid: document for document in documents}
        batch_id = self.desk.submit(*self.pubmed.records, refresh=True)
        pull(self.desk.context, self.pubmed, batch_id)
        extract(self.desk.context, Reader(), batch_id)

    def triplet(self, interaction: str = "inhibitor") -> TripletView:
        with self.desk.context.unit() as unit:
            row_id = unit.session.connection().exec_driver_sql("SELECT id FROM triplets WHERE interaction = %s", (interaction,))
            return triplets.get(unit.session, int(row_id.scalar_one()))

    def belief(self, interaction: str = "inhibitor") -> float:
        return self.triplet(interaction).belief

    def listed(self, **conditions: object) -> list[str]:
        with self.desk.context.unit() as unit:
            found = triplets.find(unit.session, TripletFilter(**conditions), PageRequest())  # type: ignore[arg-type]
        return [view.interaction for view in found.items]

    def changes(self, after: int = 0) -> list[ChangeView]:
        with self.desk.context.unit() as unit:
            return list(changes.find(unit.session, ChangeFilter(after=after), PageRequest(500)).items)


def paper(pmid: str, says: str, **fields: object) -> Document:
    return Document(source="pmid", id=pmid, pmid=pmid, title="A report.", abstract=says, **fields)  # type: ignore[arg-type]


YES = paper("1", "We show that aspirin inhibits COX.", authors=("Doe, Jane", "Roe, Richard"))
NO = paper("2", "We show that aspirin does not inhibit: inhibits COX is wrong.", authors=("Poe, Edgar",))
AGAIN = paper("3", "Once more, aspirin inhibits COX.", authors=("Doe, J", "Roe, R"))


@pytest.fixture
def library(desk: Desk, pubmed: FakePubmed) -> Library:
    return Library(desk, pubmed)


def test_belief_follows_the_literature(library: Library) -> None:
    library.take(YES)
    assert library.belief() == pytest.approx(0.6)

    library.take(NO)
    assert library.belief() == pytest.approx(0.6 * 0.4)
    assert library.listed(contradiction=Contradiction.DISPUTED) == ["inhibitor"]

    library.take(AGAIN)  # the same group: half the weight
    both = 0.95 * (1 - (1 - 0.6 / 0.95) * (1 - 0.3 / 0.95))
    assert library.belief() == pytest.approx(both * 0.4)

    library.take(replace(NO, publication_types=("Retracted Publication",)))
    assert library.belief() == pytest.approx(both)
    assert library.listed(contradiction=Contradiction.DISPUTED) == []

    library.take(replace(YES, abstract="We suppose that aspirin may be what inhibits COX.", version=2))
    assert library.belief() == pytest.approx(0.95 * (1 - (1 - 0.6 / 0.95) * (1 - 0.36 * 0.5 / 0.95)))

    library.take(paper("3", "", deleted=True))
    assert library.belief() == pytest.approx(0.36)

    told = library.changes()
    assert [(change.document, change.reason) for change in told if change.kind == "evidence_withdrawn"] == [
        ("pmid:2", "retracted"),
        ("pmid:1", "revised"),
        ("pmid:3", "deleted"),
    ]
    moves = [(change.belief_before, change.belief_after) for change in told if change.kind == "belief_changed"]
    assert moves[0] == (pytest.approx(0.6), pytest.approx(0.24))
    assert all(before == after for (_, after), (before, _) in pairwise(moves))
    assert moves[-1][1] == pytest.approx(0.36)


def test_what_is_withdrawn_stays_as_a_tombstone(library: Library) -> None:
    library.take(YES)
    library.take(replace(YES, publication_types=("Retracted Publication",)))

    triplet = library.triplet()
    with library.desk.context.unit() as unit:
        standing = triplets.evidence(unit.session, triplet.id, PageRequest())
        everything = triplets.evidence(unit.session, triplet.id, PageRequest(), withdrawn=True)

    assert (triplet.belief, triplet.evidence_count, triplet.best_evidence.withdrawn_reason) == (0.0, 0, "retracted")
    assert standing.items == ()
    assert [row.sentence for row in everything.items] == [YES.text]
    assert library.listed(grounded=None) == []


def test_a_retraction_that_is_taken_back_restores_the_belief(library: Library) -> None:
    library.take(YES)
    library.take(replace(YES, publication_types=("Retracted Publication",)))
    library.take(replace(YES, revised="2021-01-01"))
    assert library.belief() == pytest.approx(0.6)


def test_another_spelling_of_the_authors_only_recomputes(library: Library) -> None:
    library.take(YES, AGAIN)
    together = library.belief()
    library.take(replace(AGAIN, authors=("Poe, Edgar",)))
    assert library.belief() > together
    assert [change.kind for change in library.changes()] == ["belief_changed"]


def test_opposite_directions_of_two_papers_are_found_until_one_goes(library: Library) -> None:
    other = paper("4", "We show that aspirin activates COX.")
    library.take(YES, other)
    assert library.listed(contradiction=Contradiction.OPPOSED) == ["inhibitor", "activator"]
    library.take(paper("4", "", deleted=True))
    assert library.listed(contradiction=Contradiction.OPPOSED) == []


def test_one_paper_alone_does_not_contradict_itself(library: Library) -> None:
    library.take(paper("5", "In one tissue aspirin inhibits COX, in another it activates it."))
    assert library.listed() == ["inhibitor", "activator"]
    assert library.listed(contradiction=Contradiction.ANY) == []
