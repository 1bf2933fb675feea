"""What every mode of the hard match must satisfy; a new mode is tested by being registered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.errors import OptionError
from dti.evaluation import matching
from dti.evaluation.matching import MATCHINGS
from tests.families import members

NAMES = st.text("abAB12 -()βI", max_size=6)
ITEMS = st.frozensets(st.tuples(NAMES, NAMES), max_size=5)
MODES = pytest.mark.parametrize("mode", list(MATCHINGS))


def test_every_file_of_the_family_is_registered():
    assert members(matching) == set(MATCHINGS)


@MODES
@given(items=ITEMS)
def test_a_set_agrees_with_itself(mode, items):
    for overlap in MATCHINGS.build(mode).overlaps(items, items):
        assert overlap.hits == overlap.predicted == overlap.gold


@MODES
@given(predicted=ITEMS, gold=ITEMS)
def test_hits_never_exceed_either_side(mode, predicted, gold):
    overlaps = MATCHINGS.build(mode).overlaps(predicted, gold)
    assert overlaps
    for overlap in overlaps:
        assert 0 <= overlap.hits <= min(overlap.predicted, overlap.gold)
        assert overlap.predicted <= len(predicted)
        assert overlap.gold <= len(gold)


@MODES
@given(predicted=ITEMS, gold=ITEMS)
def test_case_and_outer_space_never_matter(mode, predicted, gold):
    option = MATCHINGS.build(mode)
    noisy = frozenset((f" {first.upper()}", f"{second.lower()}\t") for first, second in predicted)
    assert option.overlaps(noisy, gold) == option.overlaps(predicted, gold)


@MODES
@given(items=ITEMS, gold=ITEMS)
def test_one_document_pooled_is_that_document(mode, items, gold):
    option = MATCHINGS.build(mode)
    assert option.pooled([(items, gold)]) == option.overlaps(items, gold)


@MODES
def test_no_unknown_document_is_no_fault(mode):
    MATCHINGS.build(mode).unknown_documents([])


@MODES
def test_a_setting_that_does_not_exist(mode):
    with pytest.raises(OptionError, match="has no setting 'tolerance'"):
        MATCHINGS.build(mode, tolerance=1)
