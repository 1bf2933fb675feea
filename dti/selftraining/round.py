"""One round: the model labels the pool, what is believed trains a student, the student is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dti.model.checkpoint import Checkpoint
from dti.selftraining import figures, folder, pictures
from dti.selftraining.choose import Decision, alarm, decide
from dti.selftraining.gold import shares
from dti.selftraining.labels import Batch, Consider, Model, batch_of, judge, read_pool_batch, score_pool
from dti.selftraining.measure import measure, speed
from dti.selftraining.mixing import balanced, mixed, pseudo_labelled, shuffled
from dti.selftraining.selection import SELECTIONS, Cut, Material
from dti.selftraining.session import Session, frozen
from dti.selftraining.weighting import WEIGHTINGS, Pseudo, Scales, Weighed
from dti.training.pairs import run as pair_run
from dti.training.pairs.examples import PSEUDO, PairExample
from dti.training.run import Order as TrainOrder
from dti.training.trainer import Progress


@dataclass(frozen=True, slots=True)
class _Decided:
    """The pool's labels with decisions, and the documents that are believed because of them."""

    pool: Batch
    decisions: Sequence[Decision]
    documents: Sequence[Pseudo]
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Round:
    """Round `number` of a run, labelled by `model`."""

    session: Session
    number: int
    model: Model

    @property
    def folder(self) -> Path:
        """Where the round's files are."""
        return self.session.out / "rounds" / str(self.number)

    def generate(self) -> None:
        """Score the pool."""
        pool, chunks = self.session.pool, self.folder / "scores"
        score_pool(self.model, pool, self.session.find, chunks, lambda done: self._stage("generate", done, len(pool)))
        self.session.clock.stage(f"{self.number}/generate")

    def select(self) -> dict[str, Any]:
        """Decide what to believe and with what weight; the stage's figures, of which `stopped` says why a run must end."""
        done = self.folder / "selection.json"
        if not done.exists():
            self._stage("select", 0, 1)
            self._select(done)
            self.session.clock.stage(f"{self.number}/select")
        self._stage("select", 1, 1)
        return folder.read_json(done)

    def _select(self, done: Path) -> None:
        decided = self._decide()
        stopped = decided.figures["stopped"]
        weighed = Weighed(()) if stopped else self._weigh(decided.documents)
        weights = [round(weight, figures.DIGITS) for weight in weighed.weights]
        rows = [_chosen(p.example, weight) for p, weight in zip(decided.documents, weights, strict=not stopped)]
        by_id = {row["document"]: row["weight"] for row in rows}
        folder.write_lines(self.folder / "chosen.jsonl", rows)
        folder.write_lines(
            self.folder / "ledger.jsonl", figures.ledger(decided.pool, decided.decisions, by_id, self.model.labels)
        )
        interactions = decided.figures["interactions"]
        pictures.histogram(interactions["pseudo"], interactions["training"], self.folder / "histogram.png")
        more = {"weights": figures.spread(weights), "warnings": list(weighed.warnings)}
        folder.write_json(done, {**decided.figures, **more})

    def _decide(self) -> _Decided:
        session, order, gold = self.session, self.session.order, self.session.material.corpora.training
        selection = SELECTIONS.build(order.selection.name, **order.selection.settings)
        clean, pool = self._batches()
        right = judge(self.model, clean, session.slice_)
        material = Material(self.model, gold, order.seed, order.threads)
        told, scores = selection.scores((clean, pool), material)
        cut = selection.cut(told, right)
        decisions = decide(pool, scores, cut, order.quota, shares(gold))
        found = figures.of_selection(pool, decisions, cut, figures.estimate(told, right, cut), gold)
        documents = pseudo_labelled(pool, decisions)
        if order.shuffle_pseudo_labels:
            documents = shuffled(documents, order.seed)
        return _Decided(pool, decisions, documents, {**found, "stopped": self._stopped(cut, decisions, found)})

    def _batches(self) -> tuple[Batch, Batch]:
        """The clean slice and the pool as the round's model labels them."""
        session = self.session
        consider = Consider(session.order.most_labels, session.order.floor)
        clean = batch_of(self.model, consider, [e.document for e in session.slice_], [e.candidates for e in session.slice_])
        documents = {document.id: document for document in session.pool}
        return clean, read_pool_batch(self.model, consider, documents, session.find, self.folder / "scores")

    def _stopped(self, cut: Cut, decisions: Sequence[Decision], found: Mapping[str, Any]) -> str:
        before = self.session.out / "rounds" / str(self.number - 1) / "selection.json"
        rate = float(folder.read_json(before)["acceptance"]) if before.exists() else None
        histograms = found["interactions"]
        return cut.reason or alarm(self.session.order.guards, decisions, histograms["pseudo"], histograms["training"], rate)

    def _weigh(self, documents: Sequence[Pseudo]) -> Weighed:
        session, order = self.session, self.session.order
        weighting = WEIGHTINGS.build(order.weighting.name, **order.weighting.settings)
        gold = session.material.corpora.training
        return weighting.weigh(documents, Scales(self.model, gold, session.slice_, session.recipe, order.seed))

    def train(self) -> Checkpoint:
        """The student: gold, verdicts and pseudo-labelled documents under the recipe."""
        return self._trained("student", self._pseudo)

    def control(self) -> Checkpoint | None:
        """A student of gold and verdicts alone, for as many steps, where the order asks for one."""
        return self._trained("control", list) if self.session.order.control else None

    def _trained(self, name: str, pseudo: Callable[[], list[PairExample]]) -> Checkpoint:
        out = self.folder / name
        if not (out / "checkpoint" / "SHA256SUMS").exists():
            self._train(out, pseudo())
            self.session.clock.stage(f"{self.number}/{name}")
        return Checkpoint.open(out / "checkpoint")

    def _train(self, out: Path, pseudo: Sequence[PairExample]) -> None:
        session, order, parent = self.session, self.session.order, self.model.checkpoint
        recipe = balanced(session.recipe, session.material.corpora.training, len(pseudo), order.gold_share)
        corpora = mixed(session.material.corpora, [*session.verdicts, *pseudo])
        frozen(corpora.development, corpora.training)
        lineage = {"checkpoint": parent.name, "sha256": parent.sha256}
        told = {
            "parents": [*parent.card.get("parents", []), lineage],
            "self_training": {"round": self.number, **order.settings(), "data": folder.read_json(session.out / "hashes.json")},
        }
        material = replace(session.material, corpora=corpora, parent=parent.folder, told=told)
        asked = TrainOrder(data=order.data, out=out, resume=True, most_steps=order.steps)
        pair_run.train_on(recipe, material, asked, self._progress)

    def _pseudo(self) -> list[PairExample]:
        """The believed documents as they were written down, with their candidates found again."""
        session = self.session
        documents = {document.id: document for document in session.pool}
        rows = folder.read_lines(self.folder / "chosen.jsonl")
        texts = [documents[row["document"]] for row in rows]
        return [
            PairExample(
                PSEUDO,
                document,
                candidates,
                {(drug, target): label for drug, target, label in row["right"]},
                frozenset((drug, target) for drug, target in row["unclear"]),
                weight=row["weight"],
            )
            for row, document, candidates in zip(rows, texts, session.find(texts), strict=True)
        ]

    def _progress(self, step: Progress) -> None:
        self._stage("train", step.step, step.of)

    def evaluate(self, found: Mapping[str, Any], parent: Model, candidate: Model, control: Model | None) -> None:
        """Measure parent and candidate on the gate's documents, for the report: nothing is decided by it here."""
        if (self.folder / "report.json").exists():
            return
        gated = self.session.gated
        asked = {"parent": parent, "candidate": candidate, **({"control": control} if control else {})}
        figured = {}
        for done, (name, model) in enumerate(asked.items()):
            self._stage("evaluate", done, len(asked))
            figured[name] = measure(model, gated).figures()
        for picture in ("curve.png", "reliability.png"):
            folder.copy_file(candidate.checkpoint.folder / picture, self.folder / picture)
        development = {"documents": len(gated), **figured}
        times_as_fast = round(speed(parent, candidate, gated), 3)
        self.session.clock.stage(f"{self.number}/evaluate")
        self.report({**found, "development": development, "speed": times_as_fast})

    def report(self, found: Mapping[str, Any]) -> None:
        """Write the round's figures and say that they are there."""
        session = self.session
        head = {"round": self.number, "labelled_by": self.model.checkpoint.sha256, "pool": len(session.pool)}
        rest = {"removed": dict(session.removed), "verdicts": len(session.verdicts)}
        seconds = session.clock.seconds(f"{self.number}/")
        folder.write_json(self.folder / "report.json", {**head, **rest, **found, "seconds": seconds})
        session.emit({"event": "round", "round": self.number})

    def better(self, candidate: Model) -> bool:
        """Whether the clean slice says that the candidate should label the next round."""
        now, before = (measure(model, self.session.slice_).report.sample.f1 for model in (candidate, self.model))
        return now > before

    def _stage(self, stage: str, done: int, of: int) -> None:
        self.session.stage(self.number, stage, done, of)


def _chosen(example: PairExample, weight: float) -> dict[str, Any]:
    right = [[*pair, label] for pair, label in sorted(example.right.items())]
    return {"document": example.document.id, "right": right, "unclear": sorted(example.unclear), "weight": weight}
