"""Documents per core-second of `dti extract`'s way, and what its speed costs in F1.

Documents are KD-DTI's development split. The alternative is transformers' `generate` in float32, batches of 32, beam 4, on
the same weights: those of `--weights`, of `model/` in the checkpoint, or what int8 has left of them in its engine. It needs the
train extra; else the alternative is the checkpoint itself, one document at a time. A model that generates nothing is compared
with one that does, `--against`. The first shipped one lies in the history (ADR 0140 has the command that takes it out).
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks._quality import sets
from benchmarks._quality.identity import Case
from benchmarks._quality.scoring import Found, System, compared, found, printed, scored, served
from benchmarks._report import Measurement, Report, publish
from dti.codecs import CODECS
from dti.codecs.pointer import MOST
from dti.extraction import Extractor
from dti.lexicon import Lexicon, open_lexicon
from dti.mentions import Recogniser, selector
from dti.model.checkpoint import SEQUENCES, Checkpoint
from dti.settings import PROJECT_ROOT, Settings
from dti.training.corpora import read_records

_DATA = PROJECT_ROOT.parent / "shared" / "data"
_DOCUMENTS = 64
_ROUNDS = 2
_BATCH = 32
_BEAMS = 4


def main(
    model: Path | None = None,
    against: Path | None = None,
    weights: Path | None = None,
    documents: int = _DOCUMENTS,
    rounds: int = _ROUNDS,
) -> Report:
    """Measure the checkpoint at `model` (default: the one that serves); raises TrainingError without the labelled data."""
    folder = model or Settings().model_dir
    lexicon = open_lexicon(_DATA / "lexicons" / "names", Settings().cache_dir)
    cases = sets.sample(sets.development(read_records(_DATA / "labelled" / "documents.jsonl.xz")), documents)
    extractor = Extractor.open(folder, 1, lexicon, Settings().tagger_dir)
    ours = served(extractor)
    name, theirs = _alternative(against or folder, weights, lexicon) or ("ours, one by one", one_by_one(ours))
    rows, ratios = _compare(cases, ours, name, theirs, rounds)
    context: dict[str, str | int | float] = {
        "checkpoint": extractor.run.model,
        "documents": len(cases),
        "ratio of each round": ", ".join(ratios),
    }
    return Report("throughput", rows, context)


def one_by_one(system: System) -> System:
    """The same without anything gained by batches."""
    return lambda documents: [answer for document in documents for answer in system([document])]


def _alternative(folder: Path, weights: Path | None, lexicon: Lexicon) -> tuple[str, System] | None:
    checkpoint = Checkpoint.open(folder)
    if checkpoint.reading != SEQUENCES or importlib.util.find_spec("transformers") is None:
        return None
    from benchmarks._hf_generate import TransformersGenerate  # noqa: PLC0415 - needs the train extra

    points = CODECS.build(checkpoint.codec).points
    candidates = selector(Recogniser(lexicon), MOST) if points else lambda _: ()
    system = TransformersGenerate.open(checkpoint, weights, candidates, _BATCH, _BEAMS)
    return f"transformers, {_BATCH} x beam {_BEAMS}", system


def _compare(
    cases: Sequence[Case], ours: System, name: str, theirs: System, most: int = _ROUNDS
) -> tuple[tuple[Measurement, ...], tuple[str, ...]]:
    """Speed, the best of rounds in which the systems take turns, and F1 of what they find; the ratio of each round."""
    rounds = [(_timed(ours, cases), _timed(theirs, cases)) for _ in range(most)]
    own, other = (len(cases) / min(seconds for seconds, _ in column) for column in zip(*rounds, strict=True))
    scores = [scored(cases, answers, printed) for _, answers in rounds[0]]
    speed = Measurement("extraction, 1 thread", own, "documents/core-s", name, other)
    ratios = tuple(f"{theirs / ours:.1f}" for (ours, _), (theirs, _) in rounds)
    return (speed, compared("KD-DTI, as printed", scores[0], name, scores[1])), ratios


def _timed(system: System, cases: Sequence[Case]) -> tuple[float, Found]:
    begin = time.process_time()
    answers = found(system, cases)
    return time.process_time() - begin, answers


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--model", type=click.Path(path_type=Path, exists=True), help="Checkpoint folder.")
@click.option("--against", type=click.Path(path_type=Path, exists=True), help="Checkpoint that generates; default: the same.")
@click.option("--weights", type=click.Path(path_type=Path, exists=True), help="Its weights; default: its own.")
@click.option("--documents", type=click.IntRange(min=1), default=_DOCUMENTS, show_default=True, help="At most.")
@click.option("--rounds", type=click.IntRange(min=1), default=_ROUNDS, show_default=True, help="In which they take turns.")
def command(model: Path | None, against: Path | None, weights: Path | None, documents: int, rounds: int) -> None:
    """Run this benchmark alone."""
    publish(main(model, against, weights, documents, rounds))


if __name__ == "__main__":
    command()
