from __future__ import annotations

import pytest

from dti.grounding.names import canonical, pattern


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("COX-2", "cox - 2"),
        ("COX-2", "COX₂"),
        ("TNF-α", "tnf alpha"),
        ("TNFalpha", "TNFα"),
        ("angiotensin II", "angiotensin-2"),
        ("dopamine D2 receptors", "dopamine D(2) receptor"),
        ("antibodies", "antibody"),
        ("5-HT2A", "5 - ht ( 2a )"),
        ("(-)-nicotine", "( − ) - nicotine"),
        ("2'-deoxyuridine", "2′-deoxyuridine"),
    ],
)
def test_spellings_of_one_name_share_a_form(one, other):
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(-)-nicotine", "(+)-nicotine"),
        ("COX-1", "COX-2"),
        ("TNF-α", "TNF-β"),
        ("Na+", "Na"),
        ("1,4-dioxane", "14-dioxane"),
        ("cholinesterase", "cholesterol"),
        ("PPARγ", "PPARδ"),
    ],
)
def test_different_names_do_not(one, other):
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize("name", ["", "  ", "12", "-", "()", "+"])
def test_a_name_without_a_letter_is_not_looked_for(name):
    assert pattern(name) is None
