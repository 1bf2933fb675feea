from __future__ import annotations

import pytest

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.lexicon import open_lexicon
from dti.mentions import Recogniser
from dti.settings import Settings


@pytest.fixture(scope="module")
def recogniser():
    settings = Settings()
    return Recogniser(open_lexicon(settings.lexicon, settings.cache_dir))


@pytest.mark.parametrize("organism", ["Drosophila", "Arabidopsis"])
def test_an_organism_whose_homologue_gave_a_gene_its_name_is_no_target(recogniser, organism):
    text = f"In {organism}, permethrin keeps the voltage-gated sodium channel open."
    mentions = recogniser.find(Document(source="pmid", id="1", title="", abstract=text))
    assert organism not in {text[m.span.start : m.span.end] for m in mentions if m.kind is EntityKind.TARGET}
