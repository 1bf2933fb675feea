"""Whether extraction is better than its floor, on names it has not seen, and silent where nothing interacts.

The floor is a dictionary, boosting over pairs and logistic regression (`benchmarks/_quality/floor.py`), trained on the
KD-DTI documents that the trainer does not hold out and on DrugBank's distant labels. A checkpoint is scored as users get it:
by `Extractor`, with the name tables. F1 is the mean over documents, compat mode of the hard match, unless it says micro.
By identity means that two names are one if the lexicon knows an entity by both; pairs leave the interaction out. Silent
are documents that state no interaction. Numbers of documents stand in brackets.

Read with care: a checkpoint may have trained on the documents of DrugProt, BioRED or ChemDisGene (its card says); the
floor has not. ChemDisGene's labels here are distant. The unlabelled abstracts are those that lack a drug, a protein or a
word of interaction; a few of them may state one still. "As read" leaves out what one reader, not blind, found stated after all
in documents that should have none (`data/silence_verdicts.tsv`, ADR 0104).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from benchmarks._quality import sets
from benchmarks._quality.dictionary import PlainDictionary
from benchmarks._quality.floor import Floor
from benchmarks._quality.identity import Case, Identity, Keys
from benchmarks._quality.scoring import (
    UNIT,
    Found,
    Matching,
    System,
    by_identity,
    compared,
    found,
    percent,
    printed,
    scored,
    served,
)
from benchmarks._quality.unseen import Split, gap
from benchmarks._quality.verdicts import pair_sum, read_verdicts
from benchmarks._report import Measurement, Report, publish
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.evaluation.bootstrap import intervals
from dti.extraction import Extractor
from dti.lexicon import open_lexicon
from dti.model.checkpoint import Checkpoint
from dti.settings import PROJECT_ROOT, Settings
from dti.training.corpora import read_records

_FLOOR = "floor"
_DATA = PROJECT_ROOT.parent / "shared" / "data"
_DOCUMENTS = 300
_TRAINING = frozenset({"kd_dti", "drugbank_distant"})
_ANNOTATED = ("biored", "chemdisgene")
_MOST_FALSE_TRIPLETS = 0.15
_LARGEST_GAP = 10.0
_VERDICTS = Path(__file__).parent / "data" / "silence_verdicts.tsv"
_STATED = frozenset({"stated", "other"})


def main(model: Path | None = None, data: Path = _DATA, documents: int = _DOCUMENTS) -> Report:
    """Score a checkpoint (default: the one that serves) on the development split and at most `documents` of each other set.

    Raises TrainingError if the labelled or the unlabelled data are not there.
    """
    settings = Settings()
    lexicon = open_lexicon(data / "lexicons" / "names", settings.cache_dir)
    folder = model or settings.model_dir
    extractor = Extractor.open(folder, 1, lexicon, settings.tagger_dir)
    examples = Checkpoint.open(folder).card.get("examples", {})
    identity = Identity(lexicon)
    labelled = data / "labelled" / "documents.jsonl.xz"
    records = list(read_records(labelled))
    held_out = sets.development(records)
    floor = Floor.train(sets.remaining(records, held_out, _TRAINING), PlainDictionary(lexicon), lexicon)
    seen = sets.seen_names(sets.taught(records, examples), held_out, identity)
    ours = served(extractor)
    on_development = found(ours, held_out)
    rows = (
        *_on_development(held_out, on_development, found(floor, held_out), identity),
        *_unseen(held_out, on_development, seen, identity),
        *_elsewhere(list(sets.rows(labelled)), (ours, floor), identity, documents),
        *_quiet("unlabelled", sets.unlikely(data / "unlabelled" / "abstracts.jsonl.xz"), ours, documents),
    )
    context = f"{extractor.run.model}, development {len(held_out)}, floor's threshold {floor.threshold}"
    return Report("floors", rows, {"checkpoint": context, "documents": documents})


def _on_development(cases: Sequence[Case], ours: Found, floor: Found, identity: Identity) -> Iterator[Measurement]:
    ways: Mapping[str, Matching] = {
        "as printed": printed,
        "by identity": by_identity(identity, any_interaction=False),
        "pairs by identity": by_identity(identity, any_interaction=True),
    }
    for name, matching in ways.items():
        yield compared(f"KD-DTI, {name}", scored(cases, ours, matching), _FLOOR, scored(cases, floor, matching))


def _unseen(cases: Sequence[Case], ours: Found, seen: Mapping[EntityKind, Keys], identity: Identity) -> Iterator[Measurement]:
    """Documents with a gold drug, or target, that no document of the checkpoint's training corpora names, beside the others."""
    for kind in EntityKind:
        split = Split.of(cases, kind, seen, identity)
        new, known = split.part(unseen=True), split.part(unseen=False)
        if not new or not known:
            continue
        figures = [scored(part, ours, printed) for part in (new, known)]
        own = intervals(figures[0]).figures["sample.f1"]
        values = 100 * figures[0].sample.f1, UNIT, f"seen ({len(known)})", 100 * figures[1].sample.f1
        yield Measurement(f"KD-DTI, unseen {kind}s ({len(new)})", *values, bounds=percent(own))
        for name, alike in ((f"KD-DTI, gap of unseen {kind}s", False), (f"KD-DTI, gap of {kind}s, interactions alike", True)):
            found_gap = gap(split, ours, printed, alike=alike)
            yield Measurement(
                name, found_gap.value, "points", "our limit", _LARGEST_GAP, higher_is_better=False, bounds=found_gap.bounds
            )


def _elsewhere(
    labelled: Sequence[sets.Row], systems: tuple[System, System], identity: Identity, most: int
) -> Iterator[Measurement]:
    """Other corpora: what is found, and what is found where annotators found nothing."""
    for corpus in _ANNOTATED:
        cases = sets.sample(sets.entity_annotated(labelled, corpus, identity), most)
        yield from _on_annotated(corpus, cases, systems, identity)
    for split in ("train", "dev"):
        yield from _quiet(f"DrugProt {split}", sets.without_interaction(labelled, split), systems[0], most)


def _on_annotated(
    name: str, cases: Sequence[Case], systems: tuple[System, System], identity: Identity
) -> Iterator[Measurement]:
    """Mean F1 where there is something to find, and micro F1 over all documents, for a guess costs where there is nothing."""
    matching = by_identity(identity, any_interaction=True)
    ours, floor = (found(system, cases) for system in systems)
    stated = [case for case in cases if case.gold]
    label = f"{name}, pairs by identity"
    for row, documents, figure in (
        (f"{label} ({len(stated)} with gold)", stated, "sample.f1"),
        (f"{label}, micro ({len(cases)})", cases, "micro.f1"),
    ):
        yield compared(row, scored(documents, ours, matching), _FLOOR, scored(documents, floor, matching), figure)


def _quiet(name: str, documents: Iterable[Document], ours: System, most: int) -> Iterator[Measurement]:
    """Triplets of a sample of documents that should have none; where it was read again, those too that no text states.

    A triplet that no reader has seen counts as not stated.
    """
    sample = sets.sample(documents, most)
    found = [(str(d.key), triplet) for d, triplets in zip(sample, ours(sample), strict=True) for triplet in triplets]
    read = read_verdicts(_VERDICTS)
    verdicts = [read.get((key, pair_sum(triplet.drug, triplet.target)), "") for key, triplet in found]
    counts = {"": len(found)}
    if any(verdicts):
        counts[", as read"] = sum(verdict not in _STATED for verdict in verdicts)
    for suffix, count in counts.items():
        label, unit = f"silent: {name}{suffix} ({len(sample)})", "per document"
        yield Measurement(label, count / max(1, len(sample)), unit, "our limit", _MOST_FALSE_TRIPLETS, higher_is_better=False)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--model", type=click.Path(path_type=Path, exists=True), help="Checkpoint folder.")
@click.option("--data", default=_DATA, type=click.Path(exists=True, file_okay=False, path_type=Path), help="Shared data.")
@click.option("--documents", type=click.IntRange(min=1), default=_DOCUMENTS, show_default=True, help="At most, of each set.")
def command(model: Path | None, data: Path, documents: int) -> None:
    """Run this benchmark alone."""
    publish(main(model, data, documents))


if __name__ == "__main__":
    command()
