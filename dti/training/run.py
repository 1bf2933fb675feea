"""A whole training run: prepare, train, convert, assess, calibrate, pack.

::

    OUT/tokenizer.json, model/     vocabulary and weights, untrained until the run is through
    OUT/state/                     where a killed run goes on
    OUT/lexicon/                   the data folder's name tables, compiled, where the codec points
    OUT/log.jsonl                  one line every few steps
    OUT/checkpoint/                the finished checkpoint folder, its curve beside its card
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from tokenizers import Tokenizer
from transformers import BartForConditionalGeneration, BertModel

from dti.codecs import CODECS, Codec
from dti.codecs.pointer import MOST
from dti.decoding import DECODERS
from dti.errors import TrainingError
from dti.lexicon import open_lexicon
from dti.mentions import Recogniser, selector
from dti.model import seq2seq
from dti.model.calibration import Calibration
from dti.model.checkpoint import Checkpoint, Parts, pack
from dti.model.convert import convert
from dti.model.engine import Engine
from dti.model.vocabulary import Vocabulary, trim
from dti.training import calibrate, curve, state
from dti.training.card import card, identity
from dti.training.corpora import Corpora, read_corpora
from dti.training.development import assess
from dti.training.experiment import Experiment
from dti.training.pointing import read_pointed
from dti.training.trainer import Progress, Trainer

_ABSTRACTS_COUNTED = 15_000
_UNFITTED = Calibration(0.0, 1.0, 0.0)
_LICENCES = {"sentence-transformers/all-MiniLM-L6-v2": "Apache-2.0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What `dti train` was asked for; `weights` puts the trainable model into the checkpoint too."""

    data: Path
    out: Path
    resume: bool = False
    most_steps: int | None = None
    weights: bool = True


def train(experiment: Experiment, order: Order, report: Callable[[Progress], None]) -> Checkpoint:
    """Run `experiment` to its end; raises TrainingError if the output folder holds a run that is not to be resumed."""
    if not order.resume and state.latest(order.out / "state"):
        raise TrainingError(f"{order.out} holds a training run already; resume it, or choose another folder")
    codec = CODECS.build(experiment.codec)
    corpora = _read(order, codec)
    model, vocabulary = prepare(experiment, corpora, order.data, order.out)
    steps = Trainer(experiment, model, vocabulary, codec, order.out).run(corpora, most_steps=order.most_steps, report=report)
    model.save_pretrained(str(order.out / "model"))
    trained = {
        "parents": [_parent(experiment.architecture.encoder)],
        "steps": steps,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "vocabulary": len(vocabulary),
    }
    return _finish(experiment, order, corpora, trained)


def _read(order: Order, codec: Codec) -> Corpora:
    """The corpora as the codec needs them; one that points takes its candidates from the data folder's name tables."""
    if not codec.points:
        return read_corpora(order.data, codec)
    lexicon = open_lexicon(order.data / "lexicons" / "names", order.out / "lexicon")
    return read_pointed(order.data, codec, selector(Recogniser(lexicon), MOST), lexicon)


def prepare(experiment: Experiment, corpora: Corpora, data: Path, out: Path) -> tuple[BartForConditionalGeneration, Vocabulary]:
    """Model and vocabulary in `out`, built from the recipe's encoder if they are not there yet."""
    torch.set_num_threads(experiment.threads)
    if not (out / "model" / "config.json").exists():
        _build(experiment, corpora, CODECS.build(experiment.codec), data, out)
    return seq2seq.load(out / "model"), Vocabulary.load(out / "tokenizer.json")


def _finish(experiment: Experiment, order: Order, corpora: Corpora, trained: dict[str, object]) -> Checkpoint:
    """Convert, measure on the development split, calibrate, pack."""
    out, serving = order.out, experiment.serving
    picture = out / "curve.png"
    curve.draw(out / "log.jsonl", picture)
    extras = (picture, out / "model") if order.weights else (picture,)
    with TemporaryDirectory(dir=out) as scratch:
        engine = Path(scratch) / "engine"
        convert(out / "model", out / "tokenizer.json", engine)
        untold = Parts(engine=engine, tokenizer=out / "tokenizer.json", calibration=_UNFITTED, card=identity(experiment))
        draft = Engine(pack(Path(scratch) / "draft", untold), threads=experiment.threads)
        decoder = DECODERS.build(serving.decoding, **serving.settings)
        found = assess(draft, decoder, CODECS.build(experiment.codec), corpora)
        fit = calibrate.fit(found.judged)
        told = {**identity(experiment), **trained, **card(experiment, corpora, order.data, found.metrics, fit)}
        return pack(out / "checkpoint", replace(untold, calibration=fit.calibration, card=told, extras=extras))


def _parent(encoder: str) -> dict[str, str]:
    weights = Path(seq2seq.encoder_source(encoder)) / "model.safetensors"
    digest = hashlib.sha256(weights.read_bytes()).hexdigest() if weights.exists() else "read from the hub"
    return {"encoder": encoder, "sha256": digest, "licence": _LICENCES.get(encoder, "see its own card")}


def _build(experiment: Experiment, corpora: Corpora, codec: Codec, data: Path, out: Path) -> None:
    """Write `tokenizer.json` and the untrained `model/`."""
    source = seq2seq.encoder_source(experiment.architecture.encoder)
    bert = BertModel.from_pretrained(source)
    full = _tokenizer(source)
    architecture = experiment.architecture
    vocabulary, rows = trim(full, _texts(corpora, data), codec.markers, least=architecture.least_piece_count)
    torch.manual_seed(experiment.seed)
    model: BartForConditionalGeneration = seq2seq.from_bert(
        bert, vocabulary, rows, decoder_layers=architecture.decoder_layers, dropout=architecture.dropout
    )
    out.mkdir(parents=True, exist_ok=True)
    vocabulary.tokenizer.save(str(out / "tokenizer.json"))
    model.save_pretrained(str(out / "model"))


def _tokenizer(source: str) -> Tokenizer:
    folder = Path(source)
    full = Tokenizer.from_file(str(folder / "tokenizer.json")) if folder.is_dir() else Tokenizer.from_pretrained(source)
    full.no_truncation()
    full.no_padding()
    return full


def _texts(corpora: Corpora, data: Path) -> Iterator[str]:
    """What the vocabulary is counted on: the training documents and, where present, unlabelled abstracts."""
    yield from (example.source for example in (*corpora.documents, *corpora.sentences))
    path = data / "unlabelled" / "abstracts.jsonl.xz"
    if path.exists():
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            yield from (f"{row['title']} {row['text']}" for row in map(json.loads, islice(lines, _ABSTRACTS_COUNTED)))
