"""Belief: what each rule does to it, and what holds for any evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.belief import CERTAINTY, SYSTEMATIC_ERROR, Standing, Vote, assess
from dti.domain.evidence import Certainty, Polarity

_WHO = frozenset({"roe j", "doe j"})


def said(paper: str, probability: float = 0.6, **fields: object) -> Vote:
    return Vote(hash((paper, tuple(fields.items()))) % 10**9, paper, probability, **fields)  # type: ignore[arg-type]


votes = st.lists(
    st.builds(
        Vote,
        st.integers(1, 10**6),
        st.sampled_from([f"pmid:{n}" for n in range(6)]),
        st.floats(0, 1),
        st.sampled_from(Polarity),
        st.sampled_from(Certainty),
        st.booleans(),
        st.frozensets(st.sampled_from("abcdef"), max_size=3),
    ),
    max_size=12,
    unique_by=lambda one: one.evidence_id,
)


def test_one_paper_is_believed_as_far_as_its_own_probability() -> None:
    assert assess([said("a", 0.6)]).score == pytest.approx(0.6)


def test_two_papers_are_a_noisy_or_under_the_ceiling() -> None:
    most = 1 - SYSTEMATIC_ERROR
    assert assess([said("a", 0.6), said("b", 0.5)]).score == pytest.approx(most * (1 - (1 - 0.6 / most) * (1 - 0.5 / most)))


def test_a_hundred_papers_do_not_get_past_the_systematic_error() -> None:
    assert assess([said(str(n), 1.0) for n in range(100)]).score == pytest.approx(1 - SYSTEMATIC_ERROR)


def test_one_paper_counts_once_with_its_strongest_evidence() -> None:
    belief = assess([Vote(1, "a", 0.6), Vote(2, "a", 0.7), Vote(3, "a", 0.2)])
    assert belief.score == pytest.approx(0.7)
    assert [(part.evidence_id, part.standing) for part in belief.parts] == [
        (2, Standing.COUNTED),
        (1, Standing.SAME_PAPER),
        (3, Standing.SAME_PAPER),
    ]


def test_shared_authors_count_less_but_something() -> None:
    strangers = assess([said("a", authors=_WHO), said("b", authors=frozenset({"poe e"}))])
    group = assess([said("a", authors=_WHO), said("b", authors=_WHO)])
    half = assess([said("a", authors=_WHO), said("b", authors=frozenset({"roe j", "poe e"}))])
    assert assess([said("a")]).score < group.score < half.score < strangers.score
    assert [part.independence for part in group.parts] == [1.0, 0.5]


def test_papers_without_authors_are_independent() -> None:
    assert [part.independence for part in assess([said("a"), said("b")]).parts] == [1.0, 1.0]


def test_a_denial_counts_against() -> None:
    belief = assess([said("a", 0.6), said("b", 0.5, polarity=Polarity.NEGATED)])
    assert belief.score == pytest.approx(0.6 * 0.5)
    assert (belief.support, belief.denial) == (pytest.approx(0.6), pytest.approx(0.5))
    assert [part.contribution for part in belief.parts] == [pytest.approx(0.3), pytest.approx(-0.3)]


@pytest.mark.parametrize("certainty", Certainty)
def test_certainty_weighs(certainty: Certainty) -> None:
    assert assess([said("a", 0.5, certainty=certainty)]).score == pytest.approx(0.5 * CERTAINTY[certainty])


def test_what_nobody_can_check_counts_nothing() -> None:
    belief = assess([said("a", 0.9, grounded=False)])
    assert (belief.score, belief.papers, belief.parts[0].standing) == (0.0, 0, Standing.UNGROUNDED)


def test_no_evidence_is_no_belief() -> None:
    assert assess([]) == assess(())
    assert assess([]).score == 0.0


@given(votes, st.randoms())
def test_belief_is_a_probability_whatever_the_order(evidence: list[Vote], random: object) -> None:
    belief = assess(evidence)
    shuffled = list(evidence)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert 0 <= belief.score <= 1 - SYSTEMATIC_ERROR + 1e-12
    assert assess(shuffled) == belief
    assert {part.evidence_id for part in belief.parts} == {one.evidence_id for one in evidence}


@given(votes)
def test_parts_add_up_in_their_direction(evidence: list[Vote]) -> None:
    for part in assess(evidence).parts:
        assert part.contribution <= 1e-12 if part.denies else part.contribution >= -1e-12


@given(votes, st.floats(0, 1))
def test_an_independent_paper_never_moves_belief_the_wrong_way(evidence: list[Vote], probability: float) -> None:
    before = assess(evidence).score
    assert assess([*evidence, Vote(0, "new", probability)]).score >= before - 1e-12
    assert assess([*evidence, Vote(0, "new", probability, Polarity.NEGATED)]).score <= before + 1e-12
