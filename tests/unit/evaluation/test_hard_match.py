"""The five quirks of the benchmark's scorer, kept in compat and mended in strict, and what both modes share."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.domain.triplets import Triplet
from dti.errors import EvaluationError, OptionError
from dti.evaluation import names
from dti.evaluation.hard_match import score
from dti.evaluation.matching import compat, strict
from dti.evaluation.report import Prf

MODES = ("compat", "strict")

ASPIRIN = Triplet("Aspirin", "inhibitor", "Cyclooxygenase (COX)")
MORPHINE = Triplet("Morphine", "agonist", "Mu opioid receptor (MOR)")
WRONG = Triplet("Wrongdrug", "wrongaction", "Wrongtarget")

NAMES = st.text("ab1 -(){}βIi", max_size=8)
TRIPLETS = st.builds(Triplet, NAMES, NAMES, NAMES)
OVERLAPPING = st.sets(st.sampled_from(["a", "b", "c", "d", "a (b)", "b (c)", "c (d)", "d (a)", "a (c)"]), max_size=5)
CORPORA = st.dictionaries(st.sampled_from("pqrs"), st.lists(TRIPLETS, max_size=4).map(tuple), min_size=1)


def one(gold, predicted, mode) -> Prf:
    """The figures of a single document."""
    return score({"1": tuple(gold)}, {"1": tuple(predicted)}, mode).sample


# quirk 1: one view for the whole set


@pytest.mark.parametrize(("mode", "expected"), [("compat", 0.5), ("strict", 1.0)])
def test_a_body_beside_an_abbreviation(mode, expected):
    body_of_one = Triplet("aspirin", "inhibitor", "cyclooxygenase")
    abbreviation_of_other = Triplet("morphine", "agonist", "mor")
    assert one([ASPIRIN, MORPHINE], [body_of_one, abbreviation_of_other], mode) == Prf(expected, expected, expected)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("targets", [("cyclooxygenase", "mu opioid receptor"), ("cox", "mor")])
def test_one_view_throughout_matches(mode, targets):
    predicted = [Triplet("aspirin", "inhibitor", targets[0]), Triplet("morphine", "agonist", targets[1])]
    assert one([ASPIRIN, MORPHINE], predicted, mode) == Prf(1.0, 1.0, 1.0)


# quirk 2: precision and recall by different views

SUBTYPES = [Triplet("d", "binder", "Kinase (K1)"), Triplet("d", "binder", "Kinase (K2)")]
THREE_BODIES = [Triplet("d", "binder", name) for name in ("Kinase (K1)", "Lipase (K1)", "Ligase (K1)")]


def test_precision_and_recall_by_different_views_in_compat():
    # bodies: {kinase, lipase, ligase} against {kinase}, P 1/3 R 1; abbreviations: {k1} against {k1, k2}, P 1 R 1/2
    assert one(SUBTYPES, THREE_BODIES, "compat") == Prf(1.0, 1.0, 1.0)


def test_precision_and_recall_from_one_matching_in_strict():
    # "Kinase (K1)" serves as K2 by its body and "Lipase (K1)" as K1 by its abbreviation; the third has no partner
    assert one(SUBTYPES, THREE_BODIES, "strict") == Prf(pytest.approx(2 / 3), 1.0, pytest.approx(0.8))


# quirk 3: Roman numerals after lower-casing


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Collagenase 2", "collagenaseII"),
        ("Collagenase II", "collagenaseii"),
        ("D2", "d2"),
        ("5-HT2", "5htII"),
        ("IL-12", "il12"),
        ("Kv 0", "kv0"),
        ("Collagenase-type 9", "collagenaseIX"),
        ("β-lactamase TEM-1", "lactamasetemI"),
    ],
)
def test_compat_spelling(name, expected):
    assert compat.normalise(name) == expected


@pytest.mark.parametrize(
    ("name", "body", "abbreviation"),
    [
        ("Factor 2 (F2)", "Factor 2", "F2"),
        ("Factor 2", "Factor 2", "Factor 2"),
        ("A (B) (C)", "A (B)", "C"),
        ("(R)-warfarin", "(R)-warfarin", "(R)-warfarin"),
        ("broken)", "broken)", "broken)"),
        ("(all)", "", "all"),
    ],
)
def test_the_trailing_bracket(name, body, abbreviation):
    assert (names.body(name), names.abbreviation(name)) == (body, abbreviation)


@pytest.mark.parametrize(
    ("arabic", "roman"), [("Collagenase 2", "collagenase II"), ("D2", "D-II"), ("Collagenase-type 2", "Collagenase II")]
)
def test_arabic_and_roman_numerals(arabic, roman):
    gold, predicted = [Triplet("x", "binder", arabic)], [Triplet("x", "binder", roman)]
    assert one(gold, predicted, "compat").f1 == 0.0
    assert one(gold, predicted, "strict").f1 == 1.0


def test_strict_keeps_greek_letters_apart():
    gold, predicted = [Triplet("x", "binder", "PPARα")], [Triplet("x", "binder", "PPARγ")]
    assert one(gold, predicted, "compat").f1 == 1.0
    assert one(gold, predicted, "strict").f1 == 0.0


# quirk 4: the ontology level hides repeated hallucination


@pytest.mark.parametrize(("mode", "ontology_precision"), [("compat", 10 / 11), ("strict", 0.5)])
def test_the_same_wrong_triplet_in_every_document(mode, ontology_precision):
    gold = {str(number): (Triplet(f"drug{number}x", "binder", f"target{number}x"),) for number in range(10)}
    report = score(gold, {id_: (*triplets, WRONG) for id_, triplets in gold.items()}, mode)
    assert report.sample.precision == 0.5
    assert report.micro.precision == 0.5
    assert report.ontology.triplet.precision == pytest.approx(ontology_precision)
    assert report.ontology.drug.precision == pytest.approx(ontology_precision)


# quirk 5: predictions without gold


def test_compat_leaves_out_and_counts_predictions_without_gold():
    report = score({"1": (ASPIRIN,)}, {"1": (ASPIRIN,), "2": (WRONG,)}, "compat")
    assert report.sample.f1 == report.ontology.triplet.f1 == 1.0
    assert (report.counts.skipped_documents, report.counts.predicted_triplets) == (1, 1)


def test_strict_refuses_predictions_without_gold():
    with pytest.raises(EvaluationError, match="1 predicted documents are not in the gold file: 2"):
        score({"1": (ASPIRIN,)}, {"1": (ASPIRIN,), "2": (WRONG,)}, "strict")


# both modes


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ([], [], 1.0),
        ([ASPIRIN], [], 0.0),
        ([], [ASPIRIN], 0.0),
        ([ASPIRIN], [WRONG], 0.0),
        ([ASPIRIN, ASPIRIN], [ASPIRIN], 1.0),
    ],
)
def test_empty_conventions_and_repetitions(mode, gold, predicted, expected):
    assert one(gold, predicted, mode) == Prf(expected, expected, expected)


@pytest.mark.parametrize("mode", MODES)
def test_the_headline_is_no_harmonic_mean_of_its_neighbours(mode):
    report = score({"1": (ASPIRIN,), "2": (ASPIRIN, MORPHINE)}, {"1": (ASPIRIN, WRONG), "2": (ASPIRIN,)}, mode)
    assert report.sample == Prf(0.75, 0.75, pytest.approx(2 / 3))
    assert report.f1_of_means == 0.75
    assert report.micro == Prf(pytest.approx(2 / 3), pytest.approx(2 / 3), pytest.approx(2 / 3))


@pytest.mark.parametrize("mode", MODES)
def test_slot_accuracies_beside_the_majority_interaction(mode):
    gold = {"1": (ASPIRIN,), "2": (MORPHINE,), "3": (ASPIRIN, MORPHINE), "4": (ASPIRIN,)}
    report = score(gold, dict.fromkeys(gold, (Triplet("aspirin", "agonist", "mor"),)), mode)
    assert (report.accuracy.drug, report.accuracy.interaction) == (0.625, 0.375)
    assert report.accuracy.target == 0.375
    assert (report.majority.interaction, report.majority.accuracy) == ("inhibitor", 0.625)


@pytest.mark.parametrize("mode", MODES)
def test_a_document_without_prediction_is_an_empty_prediction(mode):
    gold = {"1": (ASPIRIN,), "2": (MORPHINE,)}
    missing, empty = score(gold, {"1": (ASPIRIN,)}, mode), score(gold, {"1": (ASPIRIN,), "2": ()}, mode)
    assert missing.sample == empty.sample == Prf(0.5, 0.5, 0.5)
    assert missing.ontology == empty.ontology
    assert (missing.counts.unpredicted_documents, empty.counts.unpredicted_documents) == (1, 0)


@pytest.mark.parametrize("mode", MODES)
def test_no_gold_documents_is_an_error(mode):
    with pytest.raises(EvaluationError, match="no gold documents"):
        score({}, {"1": (ASPIRIN,)}, mode)


def test_an_unknown_mode_names_the_known_ones():
    with pytest.raises(OptionError, match="did you mean 'strict'"):
        score({"1": (ASPIRIN,)}, {}, "strickt")


def test_strict_matches_as_many_as_possible():
    # The greedy choice (first prediction takes the only partner of the second) would find one.
    gold = [Triplet("d", "binder", "Alpha (A)"), Triplet("d", "binder", "Alpha (B)")]
    assert one(gold, [Triplet("d", "binder", "Alpha"), Triplet("d", "binder", "A")], "strict").f1 == 1.0


def test_strict_follows_long_chains_of_shared_spellings():
    # Each gold item can serve two predictions, its neighbours in the chain, and exactly one arrangement serves all.
    gold = [Triplet("d", "binder", f"g{number}x (g{number + 1}x)") for number in range(2000)]
    predicted = [Triplet("d", "binder", f"g{number}x") for number in range(2000)]
    assert one(gold, predicted, "strict").f1 == 1.0


@given(OVERLAPPING, OVERLAPPING)
def test_strict_matching_is_the_best_of_all_assignments(gold, predicted):
    ours, theirs = (strict._distinct({(name,) for name in side}) for side in (predicted, gold))
    short, long = sorted((ours, theirs), key=len)
    assignments = permutations(long, len(short))
    best = max(sum(bool(a[0] & b[0]) for a, b in zip(short, chosen, strict=True)) for chosen in assignments)
    assert strict._matching_size(ours, theirs) == best


def test_strict_never_matches_on_nothing():
    assert strict.spellings("(β)") == {"β"}
    assert one([Triplet("d", "binder", "+")], [Triplet("d", "binder", "-")], "strict").f1 == 0.0


# properties


@given(CORPORA)
@pytest.mark.parametrize("mode", MODES)
def test_gold_against_itself_is_perfect(mode, corpus):
    report = score(corpus, corpus, mode)
    assert report.sample == report.ontology.triplet == Prf(1.0, 1.0, 1.0)
    assert report.accuracy.drug == report.accuracy.target == report.accuracy.interaction == report.micro.f1 == 1.0


@given(CORPORA, CORPORA)
@pytest.mark.parametrize("mode", MODES)
def test_swapping_gold_and_prediction_swaps_precision_and_recall(mode, one_side, other):
    other = {id_: other.get(id_, ()) for id_ in one_side}
    forward, backward = score(one_side, other, mode), score(other, one_side, mode)
    assert forward.sample.precision == pytest.approx(backward.sample.recall)
    assert forward.sample.f1 == pytest.approx(backward.sample.f1)
    assert 0.0 <= forward.sample.f1 <= 1.0


@given(CORPORA, CORPORA)
def test_the_order_of_triplets_does_not_matter(gold, predictions):
    predictions = {id_: predictions.get(id_, ()) for id_ in gold}
    reversed_ = {id_: triplets[::-1] for id_, triplets in predictions.items()}
    assert [score(gold, predictions, mode) for mode in MODES] == [score(gold, reversed_, mode) for mode in MODES]
