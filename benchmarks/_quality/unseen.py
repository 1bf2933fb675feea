"""How much worse names are read that training did not have: F1 of documents with such names beside the others.

Documents with unseen names have other interactions than the rest (a modulator is rare, and hard for any name), so the gap is
given twice: as it is, and against seen documents weighted to the interactions of the unseen ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks._quality.identity import Case, Identity, Keys
from benchmarks._quality.scoring import Found, Matching, scored
from dti.domain.entities import EntityKind

_COMMON = frozenset({"inhibitor", "antagonist", "agonist"})  # 90% of the benchmark's labels; the others are one group
_RESAMPLES = 2000
_TAIL = 2.5
_FEWEST = 2  # documents on either side, of a resample that says anything

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Split:
    """Documents by whether a name of one kind is new in all their gold, `unseen` [documents], and their first interaction."""

    cases: tuple[Case, ...]
    unseen: npt.NDArray[np.bool_]
    group: npt.NDArray[np.str_]

    @classmethod
    def of(cls, cases: Sequence[Case], kind: EntityKind, seen: Mapping[EntityKind, Keys], identity: Identity) -> Split:
        """A document counts as seen if training named all its gold names of `kind`."""
        return cls(
            tuple(cases),
            np.array([not _all_seen(case, kind, seen[kind], identity) for case in cases]),
            np.array([_group(case) for case in cases]),
        )

    def part(self, *, unseen: bool) -> list[Case]:
        """The documents of one side."""
        return [case for case, new in zip(self.cases, self.unseen, strict=True) if new is np.bool_(unseen)]


@dataclass(frozen=True, slots=True)
class Gap:
    """Points of F1 by which unseen names are worse, with the 95% bootstrap interval over documents."""

    value: float
    bounds: tuple[float, float]


def gap(split: Split, answers: Found, matching: Matching, *, alike: bool) -> Gap:
    """With `alike`, seen documents weigh as much in each group of interactions as unseen ones do."""
    values = np.array([100 * scored([case], answers, matching).sample.f1 for case in split.cases], np.float64)
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(_RESAMPLES):
        rows = rng.integers(0, len(values), len(values))
        if _FEWEST <= split.unseen[rows].sum() <= len(rows) - _FEWEST:
            drawn.append(_difference(values[rows], split.unseen[rows], split.group[rows], alike=alike))
    low, high = np.percentile(drawn, [_TAIL, 100 - _TAIL])
    return Gap(_difference(values, split.unseen, split.group, alike=alike), (float(low), float(high)))


def _difference(values: Floats, unseen: npt.NDArray[np.bool_], group: npt.NDArray[np.str_], *, alike: bool) -> float:
    """Mean of the seen less mean of the unseen; a group that the seen lack is left out of the weights."""
    weights = np.ones(len(values))
    if alike:
        for name in set(group):
            new, known = (group == name) & unseen, (group == name) & ~unseen
            weights[known] = new.sum() / max(known.sum(), 1)
    known = ~unseen
    total = weights[known].sum()
    return float((values[known] * weights[known]).sum() / total - values[unseen].mean()) if total else float("nan")


def _all_seen(case: Case, kind: EntityKind, seen: Keys, identity: Identity) -> bool:
    names = {triplet.drug if kind is EntityKind.DRUG else triplet.target for triplet in case.gold}
    return all(identity.keys(name, kind) & seen for name in names)


def _group(case: Case) -> str:
    interaction = case.gold[0].interaction.lower()
    return interaction if interaction in _COMMON else "other"
