"""ChemProt's NOT read blind: how far the labels are what a reader finds, and how far our rules are.

`data/chemprot_blind_verdicts.tsv` holds a sample of training and development pairs by stratum: labelled NOT; related and called
denied by our rules of then; related, with or without a word of denial in their sentences. It was shuffled and read with
nothing but those sentences in view. Each pair counts for as many as its stratum has for one read. Pairs that are said both ways
are left out. Intervals are a bootstrap within strata; they leave out what another reader would have said.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks._report import Measurement

_VERDICTS = Path(__file__).parent / "data" / "chemprot_blind_verdicts.tsv"
_DENIED, _BOTH = "denied", "both"
_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Read:
    """A pair that was read: for how many it stands, and whether the label, our rules and the reader deny it."""

    stratum: str
    weight: float
    label: bool
    rules: bool
    reader: bool


def read_blind(calls: Mapping[tuple[str, str], tuple[bool, bool]]) -> list[Measurement]:
    """Figures over the sample; `calls` has the label and our call of a pair, by PMID and hash."""
    pairs = list(_pairs(calls))
    against = {
        "the reading": ([pair.reader for pair in pairs], "the labels", [pair.label for pair in pairs]),
        "the labels": ([pair.label for pair in pairs], "a blind reader", [pair.reader for pair in pairs]),
    }
    ours = [pair.rules for pair in pairs]
    return [
        Measurement(
            f"ChemProt train, dev, sample of {len(pairs)} against {judge}: negation F1",
            _f1(pairs, gold, ours),
            "of denied",
            name,
            _f1(pairs, gold, other),
            bounds=_interval(pairs, gold, ours),
        )
        for judge, (gold, name, other) in against.items()
    ]


def _pairs(calls: Mapping[tuple[str, str], tuple[bool, bool]]) -> Iterable[Read]:
    for line in _VERDICTS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        pmid, pair, stratum, weight, verdict = line.split("\t")
        if verdict != _BOTH and (pmid, pair) in calls:
            yield Read(stratum, float(weight), *calls[pmid, pair], verdict == _DENIED)


def _f1(pairs: Sequence[Read], gold: Sequence[bool], found: Sequence[bool]) -> float:
    """Of what is denied, each pair with its weight."""
    hits = sum(pair.weight for pair, g, f in zip(pairs, gold, found, strict=True) if g and f)
    named = sum(pair.weight * (g + f) for pair, g, f in zip(pairs, gold, found, strict=True))
    return 2 * hits / named if named else 0.0


def _interval(pairs: Sequence[Read], gold: Sequence[bool], found: Sequence[bool]) -> tuple[float, float]:
    strata: dict[str, list[int]] = defaultdict(list)
    for index, pair in enumerate(pairs):
        strata[pair.stratum].append(index)
    chance = random.Random(0)  # noqa: S311 - a bootstrap, repeatable
    scores = []
    for _ in range(_RESAMPLES):
        drawn = [chance.choice(within) for within in strata.values() for _ in within]
        scores.append(_f1(*([column[i] for i in drawn] for column in (pairs, gold, found))))  # type: ignore[arg-type]
    scores.sort()
    return scores[int(0.025 * _RESAMPLES)], scores[int(0.975 * _RESAMPLES)]
