"""How far belief is calibrated: triplets assembled over papers, beside INDRA's simple score of the same evidence.

Gold is what annotators found in any of a triplet's papers. BioRED's training and development documents are in no training set
of ours; they do not say which pharmacological interaction a pair has, so a triplet is right if its pair is related in gold.
ChemDisGene's documents with CTD's labels are in no training set either, and are the one set in which many pairs come in
several papers: there evidence is assembled and judged by pair, whatever the interaction, those of several papers apart. CTD's
curators list what a paper is about, not all that it says, so its calibration error holds what they left out; what assembly
adds is the difference between triplets of one paper and of several. Documents that mention the commonest pairs, related in
gold or not, come first. KD-DTI as the trainer holds it out has interactions, but
the calibration was fitted there: its error is a lower bound. Names are compared by what the lexicon says they mean. Needs the
shared data. The reliability diagram goes to build/bench/belief.png.
"""

from __future__ import annotations

import lzma
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import click
import orjson
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks._quality import sets
from benchmarks._quality.identity import Case, Identity
from benchmarks._report import OUTPUT, Measurement, Report, publish
from dti.belief import Vote, assess
from dti.domain.evidence import Claim
from dti.domain.identity import normalise_name
from dti.domain.triplets import Triplet
from dti.extraction import Extractor
from dti.lexicon import open_lexicon
from dti.settings import PROJECT_ROOT, Settings
from dti.training.corpora import read_records

_LABELLED = PROJECT_ROOT.parent / "shared" / "data" / "labelled" / "documents.jsonl.xz"
_PAIRS, _HELD_OUT = "ChemDisGene pairs", "KD-DTI held out"
_BINS = 5
_MOST = 1500
_ENOUGH = 30
_SYSTEMATIC, _RANDOM = 0.05, 0.3  # INDRA's priors for readers


@dataclass(frozen=True, slots=True)
class Judged:
    """An assembled triplet: what we believe, what INDRA's simple score says, its surest evidence, and whether it is right."""

    belief: float
    indra: float
    surest: float
    papers: int
    right: bool


def main(labelled: Path = _LABELLED, limit: int = _MOST) -> Report:
    """Read the sets with the checkpoint that serves, at most `limit` documents of ChemDisGene; assemble, compare with gold."""
    settings = Settings()
    lexicon = open_lexicon(settings.lexicon, settings.cache_dir)
    extractor = Extractor.open(settings.model_dir, 1, lexicon, settings.tagger_dir)
    identity = Identity(lexicon)
    rows: list[Measurement] = []
    context: dict[str, str | int | float] = {"checkpoint": extractor.run.model}
    drawn: dict[str, list[Judged]] = {}
    for name, cases in _chosen(labelled, limit, identity).items():
        judged = _judge(cases, extractor, _Judge(identity, any_interaction=name != _HELD_OUT), by_pair=name == _PAIRS)
        context[f"{name} documents"] = len(cases)
        for part, found in _parts(name, judged):
            rows += _measurements(part, found)
            context[f"{part}: triplets"] = len(found)
            context[f"{part}: right"] = round(_mean(one.right for one in found), 3)
            context[f"{part}: mean belief"] = round(_mean(one.belief for one in found), 3)
            drawn[part] = found
    _picture(drawn)
    return Report("belief", tuple(rows), context)


def _chosen(labelled: Path, limit: int, identity: Identity) -> dict[str, tuple[Case, ...]]:
    """Documents by the name of their set."""
    with lzma.open(labelled, "rt", encoding="utf-8") as lines:
        biored = tuple(sets.entity_annotated(map(orjson.loads, lines), "biored", identity))
    with lzma.open(labelled, "rt", encoding="utf-8") as lines:
        rows = sets.sharing_a_pair((row for row in map(orjson.loads, lines) if row["corpus"] == "chemdisgene"), limit)
        pairs = tuple(sets.entity_annotated(rows, "chemdisgene", identity))
    held_out = sets.development(record for record in read_records(labelled) if record.corpus == "kd_dti")
    return {"BioRED pairs": biored, _PAIRS: pairs, _HELD_OUT: held_out}


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says whether a document's gold has a triplet, or just its pair."""

    identity: Identity
    any_interaction: bool

    def right(self, case: Case, triplet: Triplet) -> bool:
        gold, ours = self.identity.relabelled(case, [triplet], any_interaction=self.any_interaction)
        return bool(set(gold) & set(ours))


def _parts(name: str, judged: list[Judged]) -> list[tuple[str, list[Judged]]]:
    """Triplets of one paper and of several apart, where there are enough of both to say something."""
    several = [one for one in judged if one.papers > 1]
    if len(several) < _ENOUGH:
        return [(name, judged)]
    return [(f"{name}, one paper", [one for one in judged if one.papers == 1]), (f"{name}, several papers", several)]


def _judge(cases: Sequence[Case], extractor: Extractor, judge: _Judge, *, by_pair: bool) -> list[Judged]:
    assembled: dict[tuple[str, ...], list[tuple[Case, Claim]]] = defaultdict(list)
    for case, extraction in zip(cases, extractor.extract([case.document for case in cases]), strict=True):
        for claim in extraction.claims:
            assembled[_identity(claim, by_pair=by_pair)].append((case, claim))
    return [_judged(found, judge) for found in assembled.values() if any(claim.evidence.grounded for _, claim in found)]


def _identity(claim: Claim, *, by_pair: bool) -> tuple[str, ...]:
    """What makes claims one: as the knowledge base has it, printed names, or of a pair what they are linked to."""
    triplet = claim.triplet
    if by_pair:
        return tuple(
            str(link.curie or normalise_name(name))
            for link, name in ((claim.drug, triplet.drug), (claim.target, triplet.target))
        )
    return tuple(map(normalise_name, (triplet.drug, triplet.interaction, triplet.target)))


def _judged(found: Sequence[tuple[Case, Claim]], judge: _Judge) -> Judged:
    votes = [
        Vote(
            number,
            case.key,
            claim.confidence,
            claim.evidence.polarity,
            claim.evidence.certainty,
            claim.evidence.grounded,
        )
        for number, (case, claim) in enumerate(found)
    ]
    right = any(judge.right(case, claim.triplet) for case, claim in found)
    papers = {vote.paper for vote in votes}
    return Judged(assess(votes).score, _indra(votes), max(vote.probability for vote in votes), len(papers), right)


def _indra(votes: Sequence[Vote]) -> float:
    """INDRA's simple score with one reader: `pp (1 - np)`, each `1 - (systematic + random ** n)` over n sentences."""
    against = sum(vote.denies for vote in votes)
    return _one_side(len(votes) - against) * (1 - _one_side(against))


def _one_side(count: int) -> float:
    return 1 - (_SYSTEMATIC + _RANDOM**count) if count else 0.0


def _measurements(name: str, judged: Sequence[Judged]) -> list[Measurement]:
    rows = []
    for alternative, scores in (
        ("INDRA's simple score", [one.indra for one in judged]),
        ("surest evidence alone", [one.surest for one in judged]),
    ):
        ours = [one.belief for one in judged]
        right = [one.right for one in judged]
        for figure, of in (("calibration error", _calibration_error), ("Brier score", _brier)):
            rows.append(
                Measurement(f"{name}: {figure}", of(ours, right), "", alternative, of(scores, right), higher_is_better=False)
            )
    return rows


def _bins(scores: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float, int]]:
    """Mean score, share that is right, and size of each of `_BINS` bins of equal size, by score."""
    ordered = sorted(zip(scores, right, strict=True))
    edges = [round(number * len(ordered) / _BINS) for number in range(_BINS + 1)]
    parts = (ordered[begin:end] for begin, end in pairwise(edges))
    return [(_mean(s for s, _ in part), _mean(float(r) for _, r in part), len(part)) for part in parts if part]


def _calibration_error(scores: Sequence[float], right: Sequence[bool]) -> float:
    return sum(size * abs(score - share) for score, share, size in _bins(scores, right)) / len(scores)


def _brier(scores: Sequence[float], right: Sequence[bool]) -> float:
    return _mean((score - is_right) ** 2 for score, is_right in zip(scores, right, strict=True))


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)


def _picture(drawn: Mapping[str, Sequence[Judged]]) -> None:
    """The reliability diagrams side by side."""
    figure = Figure(figsize=(18, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    for place, (name, judged) in enumerate(drawn.items(), start=1):
        _draw(figure.add_subplot(1, 4, place), name, judged)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    figure.savefig(OUTPUT / "belief.png", dpi=120)


def _draw(axes: Axes, name: str, judged: Sequence[Judged]) -> None:
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    right = [one.right for one in judged]
    for label, scores in (("belief", [one.belief for one in judged]), ("INDRA's simple score", [one.indra for one in judged])):
        points = [(score, share) for score, share, _ in _bins(scores, right)]
        axes.plot(*zip(*points, strict=True), marker="o", label=label)
    axes.set(title=f"{name}: {len(judged)} triplets", xlabel="score", ylabel="share that gold has", xlim=(0, 1), ylim=(0, 1))
    axes.legend()


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--limit", default=_MOST, type=click.IntRange(1), show_default=True, help="Most documents of ChemDisGene.")
def command(limit: int) -> None:
    """How far belief is calibrated."""
    publish(main(limit=limit))


if __name__ == "__main__":
    command()
