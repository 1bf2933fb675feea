"""A round's selection in figures, and its labels as ledger rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from dti.codecs.pointer import LABELS
from dti.domain.identity import normalise_name
from dti.mentions import Naming
from dti.selftraining.choose import Decision, drug_key
from dti.selftraining.gold import shares
from dti.selftraining.labels import Batch
from dti.selftraining.selection import Cut, wilson
from dti.training.pairs.examples import PairExample

DIGITS = 6
_MOST_DRUGS = 20


def of_selection(
    pool: Batch, decisions: Sequence[Decision], cut: Cut, estimate: Mapping[str, Any], training: Sequence[PairExample]
) -> dict[str, Any]:
    """What was accepted and what not, beside the training set."""
    accepted = [label for label, decision in zip(pool.labels, decisions, strict=True) if decision.accepted]
    gold = {LABELS[label]: round(share, 4) for label, share in shares(training).items()}
    return {
        "threshold": cut.threshold,
        "considered": len(decisions),
        "accepted": len(accepted),
        "acceptance": round(len(accepted) / max(1, len(decisions)), DIGITS),
        "documents": len({label.document for label in accepted}),
        "rejected": dict(sorted(Counter(d.reason for d in decisions if d.reason).items())),
        "estimated_precision": estimate,
        "interactions": {"pseudo": _sorted(Counter(LABELS[label.label] for label in accepted)), "training": gold},
        "drugs": _drugs(Counter(drug_key(pool, label) for label in accepted), training),
    }


def estimate(scores: Sequence[float], right: Sequence[bool], cut: Cut) -> dict[str, Any]:
    """Precision of what the threshold accepts of the clean slice, with its 95% interval (Wilson)."""
    taken = [hit for score, hit in zip(scores, right, strict=True) if cut.threshold is not None and score >= cut.threshold]
    low, high = wilson(sum(taken), len(taken))
    value = round(fmean(taken), 4) if taken else None
    return {"value": value, "low": round(low, 4), "high": round(high, 4), "labels": len(taken), "of": len(scores)}


def spread(weights: Sequence[float]) -> dict[str, float]:
    """Least, median and most; nothing of nothing."""
    ordered = sorted(weights)
    return {"least": ordered[0], "median": ordered[len(ordered) // 2], "most": ordered[-1]} if ordered else {}


def ledger(
    pool: Batch, decisions: Sequence[Decision], weights: Mapping[str, float], labels: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """A row for each label considered; `weights` are those of documents by id."""
    naming = Naming.read()
    for label, decision in zip(pool.labels, decisions, strict=True):
        document = pool.documents[label.document]
        triplet = naming.printed(pool.located(label, labels[label.label]), pool.candidates[label.document])
        yield {
            "document": document.id,
            "drug": triplet.drug,
            "interaction": triplet.interaction,
            "target": triplet.target,
            "confidence": round(label.confidence, DIGITS),
            "score": round(decision.score, DIGITS),
            "accepted": decision.accepted,
            "reason": decision.reason,
            "weight": weights.get(document.id, 0.0) if decision.accepted else 0.0,
        }


def _drugs(pseudo: Counter[str], training: Sequence[PairExample]) -> dict[str, dict[str, int]]:
    """The commonest drugs of accepted labels and of the training set, with their counts in both."""
    gold = Counter(normalise_name(e.candidates[drug].name) for e in training for drug, _ in e.right)
    names = dict.fromkeys(name for counts in (pseudo, gold) for name, _ in counts.most_common(_MOST_DRUGS))
    return {"pseudo": {name: pseudo[name] for name in names}, "training": {name: gold[name] for name in names}}


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
