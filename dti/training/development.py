"""What a model is worth on the development split, beside baselines that read nothing or hardly anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dti.codecs import Codec, Grammar
from dti.domain.sequences import Generation
from dti.domain.triplets import Triplet
from dti.evaluation.bootstrap import intervals
from dti.evaluation.hard_match import score
from dti.mentions import Naming, surface
from dti.training.calibrate import Judged
from dti.training.corpora import Corpora, Example

_FIGURES = ("sample.f1", "sample.precision", "sample.recall", "accuracy.drug", "accuracy.target", "accuracy.interaction")

_Triplets = Mapping[str, Sequence[Triplet]]


@dataclass(frozen=True, slots=True)
class Development:
    """Metrics as JSON values, and the judged triplets to fit confidence on."""

    metrics: Mapping[str, Any]
    judged: tuple[Judged, ...]


Generate = Callable[[Sequence[str], Sequence[Grammar]], Sequence[Generation]]


def assess(generate: Generate, codec: Codec, corpora: Corpora) -> Development:
    """Decode the development split and score it (KD-DTI hard match, compat mode)."""
    development = corpora.development
    gold = {example.key: example.triplets for example in development}
    naming = Naming.read()
    sources = [codec.source(e.document, e.candidates, e.style) if e.document else e.source for e in development]
    generations = generate(sources, [codec.grammar(example.candidates) for example in development])
    predicted: dict[str, tuple[Triplet, ...]] = {}
    written: dict[str, tuple[Triplet, ...]] = {}
    judged = []
    faults = 0
    for number, (example, generation) in enumerate(zip(development, generations, strict=True)):
        best = generation.hypotheses[0]
        parsed = codec.parse(best.text, example.candidates)
        faults += bool(parsed.faults)
        printed = tuple(naming.printed(located, example.candidates) for located in parsed.located)
        predicted[example.key] = printed
        written[example.key] = tuple(surface(located, example.candidates) for located in parsed.located)
        for located, triplet in zip(parsed.located, printed, strict=True):
            judged.append(Judged(best.logprobs(located.start, located.end), right(triplet, example.triplets), number))
    metrics = {
        "documents": len(development),
        "model": metrics_of(gold, predicted),
        "as the text spells them": metrics_of(gold, written),
        "baselines": {name: metrics_of(gold, answer) for name, answer in _baselines(development, corpora.documents).items()},
        "unreadable_generations": faults,
    }
    return Development(metrics, tuple(judged))


def right(triplet: Triplet, gold: Sequence[Triplet]) -> bool:
    """Whether the hard match finds the triplet in `gold`."""
    return score({"": gold}, {"": (triplet,)}).sample.precision > 0


def metrics_of(gold: _Triplets, predicted: _Triplets) -> dict[str, Any]:
    """Figures with their 95% bootstrap intervals."""
    report = score(gold, predicted)
    bounds = intervals(report).figures
    values = {
        "sample.f1": report.sample.f1,
        "sample.precision": report.sample.precision,
        "sample.recall": report.sample.recall,
        "accuracy.drug": report.accuracy.drug,
        "accuracy.target": report.accuracy.target,
        "accuracy.interaction": report.accuracy.interaction,
    }
    rows = {
        n: {"value": round(values[n], 4), "low": round(bounds[n].low, 4), "high": round(bounds[n].high, 4)} for n in _FIGURES
    }
    return {**rows, "triplets": report.counts.predicted_triplets}


def _baselines(development: Sequence[Example], training: Sequence[Example]) -> dict[str, _Triplets]:
    """The most frequent training triplet for every document; the most frequent known names of each text as inhibitor."""
    counted = Counter(triplet for example in training for triplet in example.triplets)
    drugs = {triplet.drug.lower() for triplet in counted}
    targets = {triplet.target.lower() for triplet in counted}
    majority = [triplet for triplet, _ in counted.most_common(1)]
    interaction = Counter(t.interaction for t in counted.elements()).most_common(1)[0][0] if counted else ""
    named = {}
    for example in development:
        drug, target = (_most_frequent(example.source, names) for names in (drugs, targets))
        named[example.key] = [Triplet(drug, interaction, target)] if drug and target else []
    return {"most frequent triplet": {e.key: majority for e in development}, "most frequent known names": named}


def _most_frequent(text: str, names: Iterable[str]) -> str:
    """The known name that stands most often in the text, the longest of equals; names of four letters and more."""
    padded = f" {' '.join(text.lower().replace(',', ' ').replace('.', ' ').split())} "
    counts = {name: padded.count(f" {name} ") for name in names if len(name) > 3}
    best = max(counts, key=lambda name: (counts[name], len(name), name), default="")
    return best if counts.get(best) else ""
