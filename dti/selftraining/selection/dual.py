"""Dual reconstruction: can what was hidden be restored from the triplet?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from dti.selftraining.gold import of_tables
from dti.selftraining.labels import Batch
from dti.selftraining.reconstruction import Agents, Hidden, hide, train
from dti.selftraining.selection.base import Cut, Material, precise
from dti.training.pairs.examples import PSEUDO, PairExample


@dataclass(frozen=True, slots=True, kw_only=True)
class Dual:
    """Confidence and reconstruction together: confidence ** (1 - share) * reconstruction ** share.

    `agents` are trained for `epochs` on at most `gold` documents. Labels from `least` on are accepted, or, with a `precision`,
    from the lowest safe score on.
    """

    agents: int = 5
    epochs: int = 8
    gold: int = 800
    share: float = 0.5
    least: float = 0.4
    precision: float | None = None
    labels: int = 8

    def scores(self, batches: Sequence[Batch], material: Material) -> list[list[float]]:
        """Agents are trained anew, the same from the same seed."""
        torch.set_num_threads(material.threads)
        agents = self.taught(material)
        return [self._joined(batch, self.reconstruction(batch, agents, material)) for batch in batches]

    def taught(self, material: Material) -> Agents:
        """Agents trained on gold."""
        gold = [example for example in of_tables(material.gold) if example.right][: self.gold]
        seen = hide(material.model.engine, gold)
        rows = [(hidden, gold[at]) for at, hidden in seen.items()]
        return train(rows, len(material.model.labels), self.agents, self.epochs, material.seed)

    def reconstruction(self, batch: Batch, agents: Agents, material: Material) -> list[float]:
        """How well the agents restore each label of a batch."""
        asked = sorted({label.document for label in batch.labels})
        examples = [PairExample(PSEUDO, batch.documents[at], batch.candidates[at], {}, frozenset()) for at in asked]
        seen: dict[int, Hidden] = {asked[at]: hidden for at, hidden in hide(material.model.engine, examples).items()}
        return [agents.score(seen[label.document], label.pair, label.label) for label in batch.labels]

    def _joined(self, batch: Batch, restored: Sequence[float]) -> list[float]:
        rows = zip(batch.labels, restored, strict=True)
        return [float(label.confidence ** (1 - self.share) * value**self.share) for label, value in rows]

    def cut(self, scores: Sequence[float], right: Sequence[bool]) -> Cut:
        """At `least`, or at the lowest safe score."""
        return Cut(self.least) if self.precision is None else precise(scores, right, self.precision, self.labels)
