"""What every linker must satisfy; a new linker is tested by being registered."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dti import linking
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.linking import LINKERS
from tests.families import members

NAMES = ("MAO-A", "Clorgyline", "dopamine receptor", "D2R", "levodopa", "Insulin", "MAO", "clorgylin")
DOCUMENT = Document(source="file", id="1", title="Clorgyline (CLG) in mice", abstract="Monoamine oxidase A (MAO-A) and D2R.")


def test_every_file_of_the_family_is_registered():
    assert members(linking) == set(LINKERS)


@pytest.mark.parametrize("document", [None, DOCUMENT], ids=["alone", "in a document"])
@pytest.mark.parametrize("name", list(LINKERS))
@settings(deadline=None)
@given(text=st.text(max_size=30) | st.sampled_from(NAMES), kind=st.sampled_from(EntityKind))
def test_links_are_of_the_lexicon_and_never_invented(lexicon, name, document, text, kind):
    link = LINKERS.build(name, lexicon=lexicon).link(text, kind, document)
    assert link.entity is not None or link.score == 0.0
    for entity, score in [(link.entity, link.score), *((other.entity, other.score) for other in link.alternatives)]:
        if entity is not None:
            assert lexicon.find(entity.curie) is not None
            assert 0.0 < score <= 1.0
    scores = [other.score for other in link.alternatives]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("name", [name for name in LINKERS if name != "unlinked"])
@pytest.mark.parametrize(
    ("text", "kind", "curie"),
    [("mao a", EntityKind.TARGET, "hgnc:91001"), ("CLORGYLINE", EntityKind.DRUG, "drugbank:DB90001")],
)
def test_spelling_does_not_matter(lexicon, name, text, kind, curie):
    assert LINKERS.build(name, lexicon=lexicon).link(text, kind).curie == curie
