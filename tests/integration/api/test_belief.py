"""Belief, its explanation, what changed, names and curated tables over HTTP."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from db.curated import CuratedPair
from db.engine import SessionFactory
from db.repository import beliefs, curated, documents, entities
from db.unit_of_work import UnitOfWork
from dti.domain.documents import Document
from dti.domain.entities import Curie, EntityKind
from dti.domain.evidence import Claim, Polarity
from dti.domain.interactions import Direction, Interaction, InteractionType
from dti.domain.lexicon import LexiconEntity, Name, NameType
from dti.vocabulary import default_vocabulary
from tests.integration.api.conftest import Store, claim

pytestmark = pytest.mark.integration

INHIBITOR = Interaction(InteractionType.INHIBITOR, Direction.INHIBITORY)


def said(drug: str, confidence: float, *, denied: bool = False, curies: tuple[str, str] | None = None) -> Claim:
    found = claim(f"{drug} inhibitor COX", confidence, f"{drug} and COX in rats", curies)
    polarity = Polarity.NEGATED if denied else Polarity.AFFIRMED
    return replace(found, evidence=replace(found.evidence, polarity=polarity), interaction=INHIBITOR)


def drugs(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["drug"] for item in answer.json()["items"]]


def test_the_most_believed_come_first_page_by_page(api: httpx.Client, store: Store) -> None:
    for number, confidence in enumerate((0.3, 0.9, 0.3, 0.6), start=1):
        store(str(number), "T", said(f"d{number}", confidence))
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.get("/v1/triplets", params={"order": "belief", "limit": 3} | ({"cursor": cursor} if cursor else {}))
        seen += drugs(page)
        cursor = page.json()["next_cursor"]

    assert seen == ["d2", "d4", "d1", "d3"]
    assert drugs(api.get("/v1/triplets", params={"min_belief": 0.5})) == ["d2", "d4"]
    known_order = api.get("/v1/triplets", params={"limit": 1}).json()["next_cursor"]
    assert api.get("/v1/triplets", params={"order": "belief", "cursor": known_order}).status_code == 400


def test_belief_is_explained_by_its_parts(api: httpx.Client, store: Store) -> None:
    store("1", "T", said("aspirin", 0.6))
    store("2", "T", said("aspirin", 0.5, denied=True))
    [triplet] = api.get("/v1/triplets").json()["items"]

    belief = api.get(f"/v1/triplets/{triplet['id']}/belief").json()

    assert belief["score"] == triplet["belief"] == pytest.approx(0.3)
    assert [(part["paper"], part["denies"], part["contribution"]) for part in belief["parts"]] == [
        ("pmid:1", False, pytest.approx(0.3)),
        ("pmid:2", True, pytest.approx(-0.3)),
    ]
    assert drugs(api.get("/v1/triplets", params={"contradiction": "disputed"})) == ["aspirin"]
    assert api.get("/v1/triplets/99/belief").status_code == 404


def test_a_deleted_record_is_told_of(api: httpx.Client, store: Store, session_factory: SessionFactory) -> None:
    store("1", "T", said("aspirin", 0.6))
    with UnitOfWork(session_factory) as unit:
        documents.upsert(unit.session, [Document(source="pmid", id="1", pmid="1", title="", deleted=True)])
        beliefs.recompute(unit.session)
        unit.commit()

    first = api.get("/v1/changes", params={"limit": 1}).json()
    rest = api.get("/v1/changes", params={"cursor": first["next_cursor"]}).json()

    [gone], [moved] = first["items"], rest["items"]
    assert (gone["kind"], gone["reason"], gone["document"]) == ("evidence_withdrawn", "deleted", "pmid:1")
    assert (moved["kind"], moved["belief_before"], moved["belief_after"]) == ("belief_changed", pytest.approx(0.6), 0.0)
    assert api.get("/v1/changes", params={"after": moved["id"]}).json()["items"] == []
    shown = api.get(f"/v1/triplets/{gone['triplet_id']}", params={"withdrawn": True}).json()
    assert [row["withdrawn_reason"] for row in shown["evidence"]["items"]] == ["deleted"]
    assert drugs(api.get("/v1/triplets")) == []


def test_evidence_is_searched_by_words_model_and_date(api: httpx.Client, store: Store) -> None:
    store("1", "T", said("aspirin", 0.6))
    store("2", "T", claim("ibuprofen inhibitor COX", 0.6, "ibuprofen and COX in dogs"))
    expected = [
        ({"words": "rat"}, ["aspirin"]),
        ({"words": "-rat COX"}, ["ibuprofen"]),
        ({"words": '"COX in"'}, ["aspirin", "ibuprofen"]),
        ({"model": "tiny"}, ["aspirin", "ibuprofen"]),
        ({"model": "other"}, []),
        ({"published_from": "2012", "published_to": "2012-06"}, ["aspirin", "ibuprofen"]),
        ({"published_from": "2013"}, []),
        ({"added_since": "2000-01-01T00:00:00Z"}, ["aspirin", "ibuprofen"]),
        ({"interaction": "INHIBITOR"}, ["aspirin", "ibuprofen"]),
    ]
    assert [(params, drugs(api.get("/v1/triplets", params=params))) for params, _ in expected] == expected


def test_every_name_and_identifier_of_a_drug_finds_it(api: httpx.Client, store: Store, session_factory: SessionFactory) -> None:
    store("1", "T", said("ASA", 0.6, curies=("CHEBI:15365", "hgnc:9604")))
    names = tuple(Name(name, NameType.SYNONYM, "test") for name in ("Aspirin", "Acetylsalicylic acid"))
    with UnitOfWork(session_factory) as unit:
        aspirin = LexiconEntity(Curie("CHEBI:15365"), EntityKind.DRUG, names, same=(Curie("drugbank:DB00945"),))
        entities.describe(unit.session, [aspirin])
        unit.commit()

    identifiers = ("CHEBI:15365", "drugbank:DB00945", "DrugBank:DB00945", "DB00945", "db00945")
    for asked in ("asa", "aspirin", "ACETYLSALICYLIC  acid", *identifiers):
        assert drugs(api.get("/v1/triplets", params={"drug": asked})) == ["ASA"]
    assert drugs(api.get("/v1/triplets", params={"target": "aspirin"})) == []


def test_names_are_completed_from_their_beginning_then_from_inside(api: httpx.Client, store: Store) -> None:
    store("1", "T", said("salicylate", 0.6), said("acetylsalicylate", 0.6), said("Salt_x", 0.6))

    def completed(typed: str, **params: str) -> list[str]:
        return [found["name"] for found in api.get("/v1/names", params={"typed": typed, **params}).json()]

    assert completed("sal") == ["salicylate", "Salt_x", "acetylsalicylate"]
    assert completed("SAL", limit="1") == ["salicylate"]
    assert completed("sa") == ["salicylate", "Salt_x"]
    assert completed("salt_") == ["Salt_x"]
    assert completed("%") == completed("sal", kind="target") == []


def test_triplets_are_compared_with_curated_tables(api: httpx.Client, store: Store, session_factory: SessionFactory) -> None:
    store("1", "T", *(said(drug, 0.6) for drug in ("known", "other", "opposite", "unseen")))
    assert {item["curated"] for item in api.get("/v1/triplets").json()["items"]} == {None}
    actions = {"known": "INHIBITOR", "other": "antagonist", "opposite": "activator"}
    pairs = [
        CuratedPair(drug_names=(drug.upper(),), target_names=("Cyclooxygenase", "cox"), action=action, reference="somewhere")
        for drug, action in actions.items()
    ]
    with UnitOfWork(session_factory) as unit:
        assert curated.replace(unit.session, "gtopdb", pairs, default_vocabulary().normalise) == 3
        for ids in curated.chunks(unit.session, 3):
            curated.compare(unit.session, ids)
        unit.commit()

    found = {item["drug"]: item["curated"] for item in api.get("/v1/triplets").json()["items"]}

    assert found == {"known": "known", "other": "other_action", "opposite": "contradicts", "unseen": "new"}
    assert drugs(api.get("/v1/triplets", params={"curated": "contradicts"})) == ["opposite"]
    [item] = api.get("/v1/triplets", params={"drug": "opposite"}).json()["items"]
    [pair] = api.get(f"/v1/triplets/{item['id']}").json()["curated_pairs"]
    assert (pair["source"], pair["action"], pair["direction"]) == ("gtopdb", "activator", "activating")
