from __future__ import annotations

import pytest

from dti.assertion.setting import Setting, setting
from dti.domain.evidence import Assay


@pytest.mark.parametrize(
    ("text", "species", "assays"),
    [
        ("In rats and mice (10 mg/kg i.p.).", ("10116", "10090"), (Assay.IN_VIVO,)),
        ("Patients took it in a randomized trial.", ("9606",), (Assay.CLINICAL,)),
        ("Recombinant channels in Xenopus oocytes.", (), (Assay.IN_VITRO,)),
        ("Chinese hamster ovary (CHO) cells.", (), (Assay.IN_VITRO,)),
        ("Rabbit aorta.", ("9986",), ()),
        ("A ratio of two.", (), ()),
    ],
)
def test_words(text, species, assays):
    assert setting(text) == Setting(species, assays)


def test_a_sentence_goes_over_its_document():
    document = setting("Rats were used in vivo.")
    assert setting("In mice.").over(document) == Setting(("10090",), (Assay.IN_VIVO,))
