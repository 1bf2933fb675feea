"""Figures of the self-training benchmark, from what its seeds left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks._report import Measurement
from benchmarks._selftraining import auc

PLAIN = "threshold"  # confidence alone
SUPERVISED, PARENT, SHUFFLED = "supervised", "parent", "shuffled"
_YIELDS = (0.1, 0.15, 0.25)
_RESAMPLES = 2000
_REFITS = 300


def figures(found: Sequence[Mapping[str, Any]]) -> tuple[Measurement, ...]:
    """All of them, of seeds."""
    return (*_precision(found), *_ranking(found), *_teacher(found), *_gains(found))


def ordered(scores: Sequence[float], confidences: Sequence[float]) -> list[int]:
    """Labels from the best-scored on, the more confident of equals first."""
    return sorted(range(len(scores)), key=lambda at: (-scores[at], -confidences[at], at))


def _precision(found: Sequence[Mapping[str, Any]]) -> Iterator[Measurement]:
    """Precision of the best-scored labels of development documents, as many for every strategy, mean of all seeds."""
    for share in _YIELDS:
        rows = {name: [_hits(one, name, share) for one in found] for name in found[0]["scores"]}
        plain = fmean(hits for hits, _ in rows[PLAIN])
        for name, pairs in sorted(rows.items(), key=lambda row: -fmean(hits for hits, _ in row[1])):
            count = pairs[0][1]
            yield Measurement(
                f"precision of {count} labels, {name}", fmean(hits for hits, _ in pairs), "share", "confidence", plain
            )


def _hits(one: Mapping[str, Any], name: str, share: float) -> tuple[float, int]:
    scores, right = one["scores"][name], one["labels"]["right"]
    count = max(1, round(share * len(scores)))
    return fmean(right[at] for at in ordered(scores, one["scores"][PLAIN])[:count]), count


def _ranking(found: Sequence[Mapping[str, Any]]) -> Iterator[Measurement]:
    """How well scores tell right labels from wrong ones, and what reconstruction adds to confidence."""
    areas = {name: fmean(_area(one, one["scores"][name]) for one in found) for name in found[0]["scores"]}
    areas["reconstruction alone"] = fmean(_area(one, _restored(one)) for one in found)
    for name, value in sorted(areas.items(), key=lambda row: -row[1]):
        yield Measurement(f"AUC of right labels, {name}", value, "AUC", "confidence", areas[PLAIN])
    value, low, high = _added(found[0])
    yield Measurement("weight of reconstruction beside confidence", value, "log odds a unit", "none", 0.0, bounds=(low, high))


def _area(one: Mapping[str, Any], scores: Sequence[float]) -> float:
    rows = list(zip(scores, one["labels"]["right"], strict=True))
    return auc([score for score, right in rows if right], [score for score, right in rows if not right])


def _restored(one: Mapping[str, Any]) -> list[float]:
    """Reconstruction without confidence: the dual score is the geometric mean of the two."""
    rows = zip(one["scores"]["dual"], one["scores"][PLAIN], strict=True)
    return [float(joined**2 / max(confidence, 1e-9)) for joined, confidence in rows]


def _added(one: Mapping[str, Any]) -> tuple[float, float, float]:
    """Coefficient of log reconstruction beside the log odds of confidence, with its 95% interval over documents."""
    confidence, restored = (np.clip(np.array(values), 1e-6, 1 - 1e-6) for values in (one["scores"][PLAIN], _restored(one)))
    inputs = np.stack([np.log(confidence / (1 - confidence)), np.log(restored)], 1)
    right, document = np.array(one["labels"]["right"]), np.array(one["labels"]["document"])
    rng = np.random.default_rng(0)

    def fitted(rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
        return float(LogisticRegression().fit(inputs[rows], right[rows]).coef_[0, 1])

    groups = [np.flatnonzero(document == number) for number in np.unique(document)]
    drawn = (np.concatenate([groups[at] for at in rng.integers(len(groups), size=len(groups))]) for _ in range(_REFITS))
    low, high = np.quantile([fitted(rows) for rows in drawn], (0.025, 0.975))
    return fitted(np.arange(len(right))), float(low), float(high)


def _teacher(found: Sequence[Mapping[str, Any]]) -> Iterator[Measurement]:
    told = [one["teacher"] for one in found]
    plain = fmean(one["confidence"] for one in told)
    for name in ("teacher", "loss-only teacher", "corrupted validation"):
        values = [one[name] for one in told]
        yield Measurement(f"weight AUC, {name}", fmean(values), "AUC", "confidence", plain, bounds=(min(values), max(values)))
    warned = fmean(one["corrupted validation warns"] for one in told)
    yield Measurement("corrupted validation is doubted", warned, "share of seeds", "wanted", 1.0)


def _gains(found: Sequence[Mapping[str, Any]]) -> Iterator[Measurement]:
    """F1 of students, paired by seed and document with supervised training and with the parent that both go on from."""
    plain, parent = (np.array([one["arms"][name] for one in found]) for name in (SUPERVISED, PARENT))
    for name in (name for name in found[0]["arms"] if name != SUPERVISED):
        ours = np.array([one["arms"][name] for one in found])
        each = ", ".join(f"{value:+.3f}" for value in (ours - plain).mean(1))
        gains = f"gain {_gain(ours - plain)}, by seed {each}; over the parent {_gain(ours - parent)}"
        yield Measurement(f"F1 {name} ({gains})", float(ours.mean()), "F1", SUPERVISED, float(plain.mean()))


def _gain(differences: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    """Mean over seeds and documents with its 95% interval over documents."""
    low, high = _interval(differences.mean(0))
    return f"{differences.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def _interval(differences: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(differences), size=(_RESAMPLES, len(differences)))
    low, high = np.quantile(differences[drawn].mean(1), (0.025, 0.975))
    return float(low), float(high)
