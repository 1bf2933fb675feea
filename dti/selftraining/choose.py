"""From scores to decisions: threshold, quotas, and whether the whole of it looks like the training set."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dti.domain.identity import normalise_name
from dti.selftraining.labels import Batch, Label
from dti.selftraining.order import Guards, Quota
from dti.selftraining.selection import Cut

BELOW, COMMON_INTERACTION, COMMON_DRUG, CROWDED = (
    "score below the threshold",
    "interaction over its quota",
    "drug over its quota",
    "too many labels in the document",
)
_MOST_IN_DOCUMENT = 10


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a label is accepted, else why not."""

    score: float
    reason: str = ""

    @property
    def accepted(self) -> bool:
        """Without a reason against it."""
        return not self.reason


def decide(batch: Batch, scores: Sequence[float], cut: Cut, quota: Quota, shares: Mapping[int, float]) -> list[Decision]:
    """A decision for each label; `shares` are those of interactions in the training set. The best-scored come first."""
    reasons = {at: BELOW for at, score in enumerate(scores) if cut.threshold is None or score < cut.threshold}
    passed = [at for at in range(len(scores)) if at not in reasons]
    passed.sort(key=lambda at: (-scores[at], at))
    kinds, drugs, documents = Counter[int](), Counter[str](), Counter[int]()
    for at in passed:
        label, drug = batch.labels[at], drug_key(batch, batch.labels[at])
        if kinds[label.label] >= _most(quota.least, quota.interaction * shares.get(label.label, 0.0) * len(passed)):
            reasons[at] = COMMON_INTERACTION
        elif drugs[drug] >= _most(quota.least, quota.drug * len(passed)):
            reasons[at] = COMMON_DRUG
        elif documents[label.document] >= _MOST_IN_DOCUMENT:
            reasons[at] = CROWDED
        else:
            kinds[label.label] += 1
            drugs[drug] += 1
            documents[label.document] += 1
    return [Decision(score, reasons.get(at, "")) for at, score in enumerate(scores)]


def drug_key(batch: Batch, label: Label) -> str:
    """What counts as one drug."""
    return normalise_name(batch.candidates[label.document][label.pair[0]].name)


def _most(least: int, share: float) -> int:
    return max(least, math.ceil(share))


def alarm(
    guards: Guards,
    decisions: Sequence[Decision],
    accepted: Mapping[str, float],
    training: Mapping[str, float],
    before: float | None,
) -> str:
    """Why a run must not go on; "" if it may. Histograms by interaction; `before` is the last round's acceptance rate."""
    if not any(decision.accepted for decision in decisions):
        return "no label was accepted"
    rate = sum(decision.accepted for decision in decisions) / len(decisions)
    if rate > guards.most_acceptance:
        return f"acceptance alarm: {rate:.0%} of the considered labels were accepted, more than {guards.most_acceptance:.0%}"
    if before and not 1 / guards.most_change <= rate / before <= guards.most_change:
        return f"acceptance alarm: {rate:.1%} of the labels were accepted, {before:.1%} in the round before"
    drift = divergence(accepted, training)
    if drift > guards.most_divergence:
        return (
            f"drift alarm: accepted interactions differ from the training set's by {drift:.2f} bits, "
            f"more than {guards.most_divergence:g}"
        )
    return ""


def divergence(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Jensen-Shannon divergence of two histograms in bits (Lin, 1991)."""
    totals = sum(one.values()) or 1, sum(other.values()) or 1
    rows = [(one.get(name, 0) / totals[0], other.get(name, 0) / totals[1]) for name in {*one, *other}]

    def entropy(share: float) -> float:
        return -share * math.log2(share) if share > 0 else 0.0

    return sum(entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2 for p, q in rows)
