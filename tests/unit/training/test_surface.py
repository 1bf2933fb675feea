from __future__ import annotations

import pytest

from dti.training.surface import FoldedText, forms

TEXT = "Ro-25,6981 blocks NR2B; the NMDA receptors (NMDARs) of TNFα-treated cells, not TNFalphabet."


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("RO 25 6981", "Ro-25,6981"),
        ("nr2b", "NR2B"),
        ("NMDA receptor", "NMDA receptor"),
        ("NMDAR", "NMDAR"),
        ("TNFα", "TNFα"),
        ("alphabet", None),
        ("TNFalpha", None),
        ("", None),
        ("-", None),
        ("s", None),
    ],
)
def test_a_name_is_found_as_whole_words_whatever_its_punctuation(name, found):
    place = FoldedText(TEXT).find(name)
    assert (TEXT[slice(*place)] if place else None) == found


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Cyclooxygenase-2 (COX-2)", ("Cyclooxygenase-2", "COX-2")),
        ("(R)-salbutamol", ("(R)-salbutamol",)),
        ("(abc)", ("(abc)",)),
        ("plain", ("plain",)),
    ],
)
def test_forms_are_body_and_abbreviation(name, parts):
    assert forms(name) == parts
