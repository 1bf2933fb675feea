"""The scorer on perturbed gold of the KD-DTI valid split, pinned to four decimals (KD-2 of the specification)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from operator import attrgetter

import pytest

from dti.domain.triplets import Triplet
from dti.evaluation import names
from dti.evaluation.hard_match import score
from dti.evaluation.kd_dti import Triplets, read_gold

WRONG = Triplet("wrongdrug", "wrongaction", "wrongtarget")


def each(change: Callable[[Triplet], Triplet]) -> Callable[[Triplets], Triplets]:
    return lambda gold: {id_: tuple(change(triplet) for triplet in triplets) for id_, triplets in gold.items()}


def each_name(change: Callable[[str], str]) -> Callable[[Triplets], Triplets]:
    return each(lambda triplet: replace(triplet, drug=change(triplet.drug), target=change(triplet.target)))


PERTURBATIONS: Mapping[str, Callable[[Triplets], Triplets]] = {
    "gold": lambda gold: gold,
    "abbreviations stripped": each_name(names.body),
    "abbreviation only": each_name(names.abbreviation),
    "first triplet only": lambda gold: {id_: triplets[:1] for id_, triplets in gold.items()},
    "inhibitor": each(lambda triplet: replace(triplet, interaction="inhibitor")),
    "one wrong": lambda gold: {id_: (*triplets, WRONG) for id_, triplets in gold.items()},
    "empty": lambda gold: dict.fromkeys(gold, ()),
}

FIGURES = (
    *("sample.precision", "sample.recall", "sample.f1", "f1_of_means", "micro.f1"),
    *("ontology.drug.f1", "ontology.target.f1", "ontology.interaction.f1", "ontology.triplet.precision", "ontology.triplet.f1"),
    *("accuracy.drug", "accuracy.target", "accuracy.interaction"),
)
EXPECTED = {
    "compat": {
        "gold": "1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000",
        "abbreviations stripped": "1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000",
        "abbreviation only": "1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000",
        "first triplet only": "1.0000 0.7867 0.8356 0.8806 0.6167 0.7161 0.8845 0.9722 1.0000 0.6104 0.8754 0.8871 0.9658",
        "inhibitor": "0.4733 0.4710 0.4718 0.4721 0.6334 1.0000 1.0000 0.0526 0.6485 0.6461 1.0000 1.0000 0.4703",
        "one wrong": "0.5829 1.0000 0.7288 0.7365 0.8180 0.9997 0.9994 0.9867 0.9995 0.9998 0.5483 0.5423 0.5115",
        "empty": "0.0000 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000",
    },
    "strict": {
        "gold": "1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000 1.0000",
        "abbreviations stripped": "1.0000 0.9982 0.9988 0.9991 0.9991 1.0000 0.9974 1.0000 1.0000 0.9991 1.0000 0.9967 1.0000",
        "abbreviation only": "1.0000 0.9997 0.9998 0.9998 0.9998 0.9997 1.0000 1.0000 1.0000 0.9998 0.9997 1.0000 1.0000",
        "first triplet only": "1.0000 0.7849 0.8343 0.8795 0.6158 0.7369 0.8442 0.9657 1.0000 0.6158 0.8752 0.8840 0.9658",
        "inhibitor": "0.4733 0.4710 0.4718 0.4721 0.6340 1.0000 1.0000 0.4664 0.6369 0.6340 1.0000 1.0000 0.4703",
        "one wrong": "0.5829 1.0000 0.7288 0.7365 0.8180 0.7742 0.7325 0.6817 0.6921 0.8180 0.5483 0.5423 0.5115",
        "empty": "0.0000 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000",
    },
}


@pytest.fixture(scope="module")
def valid(shared_data) -> Triplets:
    return read_gold(shared_data / "labelled" / "kd_dti_valid.json")


@pytest.mark.parametrize("mode", EXPECTED)
@pytest.mark.parametrize("perturbation", PERTURBATIONS)
def test_figures_on_perturbed_gold(valid, mode, perturbation):
    report = score(valid, PERTURBATIONS[perturbation](valid), mode)
    assert " ".join(f"{attrgetter(name)(report):.4f}" for name in FIGURES) == EXPECTED[mode][perturbation]


@pytest.mark.parametrize("mode", EXPECTED)
def test_counts_and_majority_baseline(valid, mode):
    report = score(valid, {}, mode)
    assert (report.counts.documents, report.counts.gold_triplets, report.counts.unpredicted_documents) == (1000, 2269, 1000)
    assert report.majority.interaction == "inhibitor"
    assert round(report.majority.accuracy, 4) == 0.4703
