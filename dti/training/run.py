"""A whole training run: prepare, train, convert, assess, calibrate, pack.

::

    OUT/tokenizer.json, model/     vocabulary and weights, untrained until the run is through
    OUT/base/                      the untrained weights, where an adapter is trained beside them; `model/` is merged then
    OUT/state/                     where a killed run goes on
    OUT/lexicon/                   the data folder's name tables, compiled, where the codec points
    OUT/log.jsonl                  one line every few steps
    OUT/checkpoint/                the finished checkpoint folder, its curve beside its card

A run on unlabelled literature alone ends with `model/` and `curve.png`: it is a parent of other runs. What it made of the
recipe's encoder is `encoder/`, for recipes that begin with an encoder.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from transformers import BartForConditionalGeneration

from dti.codecs import CODECS, Codec
from dti.codecs.pointer import MOST
from dti.decoding import DECODERS, Beam, Decoder, Greedy
from dti.errors import TrainingError
from dti.lexicon import open_lexicon
from dti.mentions import Recogniser, selector
from dti.model import backbones, hub, seq2seq
from dti.model.adapted import save_encoder
from dti.model.adapters import ADAPTERS, Adapter
from dti.model.backbones import BACKBONES, Backbone, FusedModel, Material, Model
from dti.model.backbones.bart_from_bert import BartFromBert
from dti.model.calibration import Calibration
from dti.model.checkpoint import Checkpoint, Packed, Parts, pack, write
from dti.model.convert import convert
from dti.model.engine import Engine
from dti.model.torch_search import TorchSearch
from dti.model.vocabulary import Vocabulary
from dti.sums import sha256
from dti.training import calibrate, curve, stages, state
from dti.training.batches import with_steps
from dti.training.card import card, identity
from dti.training.corpora import Corpora, read_corpora
from dti.training.development import Generate, assess
from dti.training.experiment import UNLABELLED, Architecture, Experiment
from dti.training.feeds import Feed, LabelledFeed, UnlabelledFeed
from dti.training.objectives import OBJECTIVES
from dti.training.pointing import read_pointed
from dti.training.trainer import Progress
from dti.training.unlabelled import Pool

_ABSTRACTS_COUNTED = 15_000
_BASE = "base"
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

    def check(self) -> None:
        """Raises TrainingError if the output folder holds a run that is not to be resumed."""
        if not self.resume and any(state.latest(folder) for folder in (self.out / "state", *self.out.glob("*/state"))):
            raise TrainingError(f"{self.out} holds a training run already; resume it, or choose another folder")


def train(experiment: Experiment, order: Order, report: Callable[[Progress], None]) -> Checkpoint | Packed | None:
    """Run `experiment` to its end: a checkpoint, one without an engine, or none of unlabelled literature alone.

    Raises TrainingError if the output folder holds a run that is not to be resumed.
    """
    order.check()
    codec = CODECS.build(experiment.codec)
    corpora = _read(order, codec)
    model, vocabulary = prepare(experiment, corpora, order.data, order.out)
    feeds = _feeds(experiment, corpora, vocabulary, order.data)
    adapted = _adapter(experiment).apply(model, vocabulary)
    asked = with_steps(experiment.stages, order.most_steps)
    total = sum(stage.steps for stage in asked)
    steps = stages.steps(experiment, adapted.model, asked, feeds)
    stages.trainer(experiment, adapted.model, total, order.out).run(steps, report)
    model = adapted.merge()
    model.save_pretrained(str(order.out / "model"))
    if experiment.unlabelled:
        _save_encoder(experiment.architecture, model, vocabulary, order.out)
        curve.draw([order.out / "log.jsonl"], order.out / "curve.png")
        return None
    trained = {
        "parents": _parents(experiment.architecture),
        "steps": total,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "vocabulary": len(vocabulary),
    }
    return _finish(experiment, order, corpora, model, trained)


def _save_encoder(architecture: Architecture, model: Model, vocabulary: Vocabulary, out: Path) -> None:
    """What a pretrained encoder is worth to others than its own decoder: recipes of pair models name `encoder/`."""
    if isinstance(model, BartForConditionalGeneration) and isinstance(_backbone(architecture), BartFromBert):
        save_encoder(model, vocabulary, architecture.encoder, out / "encoder")


def _read(order: Order, codec: Codec) -> Corpora:
    """The corpora as the codec needs them; one that points takes its candidates from the data folder's name tables."""
    if not codec.points:
        return read_corpora(order.data, codec)
    lexicon = open_lexicon(order.data / "lexicons" / "names", order.out / "lexicon")
    return read_pointed(order.data, codec, selector(Recogniser(lexicon), MOST), lexicon)


def prepare(experiment: Experiment, corpora: Corpora, data: Path, out: Path) -> tuple[Model, Vocabulary]:
    """Model and vocabulary in `out`, built from the recipe's encoder if they are not there yet."""
    torch.set_num_threads(experiment.threads)
    untrained = out / (_BASE if _adapter(experiment).keeps_base else "model")
    if not (untrained / "config.json").exists():
        _build(experiment, corpora, CODECS.build(experiment.codec), data, untrained)
    model = backbones.load(untrained)
    if isinstance(model, FusedModel) and any(stage.examples == UNLABELLED for stage in experiment.stages):
        raise TrainingError("a bert_fused model cannot learn from unlabelled literature: its BERT would read what is hidden")
    vocabulary = Vocabulary.load(out / "tokenizer.json")
    _check_lengths(experiment, model, vocabulary)
    torch.manual_seed(experiment.seed)
    return model, vocabulary


def _adapter(experiment: Experiment) -> Adapter:
    return ADAPTERS.build(experiment.architecture.adapter, **experiment.architecture.adapter_settings)


def _check_lengths(experiment: Experiment, model: Model, vocabulary: Vocabulary) -> None:
    """Raises TrainingError where a prompt leaves no room for text, or a model without an encoder none for the target."""
    sources = (experiment.serving.source_tokens, *(stage.source_tokens for stage in experiment.stages))
    if min(sources) <= vocabulary.framing:
        raise TrainingError(f"source_tokens of {min(sources)}: {vocabulary.framing} tokens stand around every source")
    if isinstance(model, FusedModel) or model.config.is_encoder_decoder:
        return
    asked, there = max(sources) + experiment.target_tokens, int(model.config.max_position_embeddings)
    if asked > there:
        raise TrainingError(f"source_tokens and target_tokens make sequences of {asked} tokens; the model reads {there}")


def _feeds(experiment: Experiment, corpora: Corpora, vocabulary: Vocabulary, data: Path) -> dict[str, Feed]:
    labelled = LabelledFeed(experiment, corpora, vocabulary, CODECS.build(experiment.codec))
    feeds: dict[str, Feed] = {"sentences": labelled, "documents": labelled}
    if any(stage.examples == UNLABELLED for stage in experiment.stages):
        objective = OBJECTIVES.build(experiment.pretraining.objective, **experiment.pretraining.settings)
        feeds[UNLABELLED] = UnlabelledFeed(experiment.seed, Pool.of(data, corpora), vocabulary, objective)
    return feeds


def _finish(
    experiment: Experiment, order: Order, corpora: Corpora, model: Model, trained: dict[str, object]
) -> Checkpoint | Packed:
    """Convert if the engine can run it, measure on the development split, calibrate, pack."""
    out = order.out
    picture = out / "curve.png"
    curve.draw([out / "log.jsonl"], picture)
    servable = not isinstance(model, FusedModel)
    extras = (picture, out / "model") if order.weights or not servable else (picture,)
    untold = Parts(tokenizer=out / "tokenizer.json", calibration=_UNFITTED, card=identity(experiment))
    with TemporaryDirectory(dir=out) as scratch:
        if servable:
            untold = replace(untold, engine=Path(scratch) / "engine")
            convert(out / "model", untold.tokenizer, Path(scratch) / "engine")
        generate = _generator(experiment, model, untold, Path(scratch) / "draft")
        found = assess(generate, CODECS.build(experiment.codec), corpora)
        fit = calibrate.fit(found.judged)
        told = {**identity(experiment), **trained, **card(experiment, corpora, order.data, found.metrics, fit)}
        if not servable:
            told["limits"] = [*told["limits"], "Runs on torch only: it cannot be converted for the serving engine."]
        parts = replace(untold, calibration=fit.calibration, card={**told, "servable": servable}, extras=extras)
        return (pack if servable else write)(out / "checkpoint", parts)


def _generator(experiment: Experiment, model: Model, parts: Parts, folder: Path) -> Generate:
    """The recipe's decoding: by the engine of `parts`, packed into `folder`, or on torch, which knows no grammars."""
    serving = experiment.serving
    decoder = DECODERS.build(serving.decoding, **serving.settings)
    if not isinstance(model, FusedModel):
        return partial(decoder.decode, Engine(pack(folder, parts), threads=experiment.threads))
    search = _on_torch(model, Vocabulary.load(parts.tokenizer), decoder, serving.source_tokens)
    return lambda sources, _: search.generate(sources)


def _on_torch(model: FusedModel, vocabulary: Vocabulary, decoder: Decoder, source_tokens: int) -> TorchSearch:
    """What `decoder` does with the engine, done on torch."""
    search = TorchSearch(model=model, vocabulary=vocabulary, source_tokens=source_tokens)
    if isinstance(decoder, Beam):
        penalty = decoder.length_penalty
        return replace(search, width=decoder.width, length_penalty=penalty, most_tokens=decoder.most_tokens)
    if isinstance(decoder, Greedy):
        return replace(search, most_tokens=decoder.most_tokens)
    raise TrainingError(f"a bert_fused model decodes with greedy or beam, not with {decoder}")


def _parents(architecture: Architecture) -> list[dict[str, str]]:
    """Where the first weights came from, each with the sum of its file."""
    source = _backbone(architecture).source(architecture.encoder)
    told = {"pretrained": source, "licence": _LICENCES.get(source, "see its own card")}
    parents = [{**told, "sha256": parent_sum(hub.held(seq2seq.encoder_source(source)))}]
    if architecture.parent:
        parents.append({"run": Path(architecture.parent).name, "sha256": parent_sum(_newest(Path(architecture.parent)))})
    return parents


def parent_sum(folder: Path | None) -> str:
    """Sum of the weights, or of a list of their sums where they are in parts."""
    sums = [sha256(path) for path in hub.weights(folder)] if folder else []
    if len(sums) > 1:
        return hashlib.sha256("\n".join(sums).encode()).hexdigest()
    return sums[0] if sums else "read from the hub"


def _inherit(parent: Path, codec: Codec, untrained: Path) -> None:
    """Begin with the vocabulary and the newest weights of an earlier run, which need not have ended."""
    tokenizer = parent / "tokenizer.json"
    if not tokenizer.exists() or not (parent / "model" / "config.json").exists():
        raise TrainingError(f"{parent} holds no training run, or one that keeps its weights apart and has not ended")
    missing = set(codec.markers) - Vocabulary.load(tokenizer).tokenizer.get_vocab(with_added_tokens=True).keys()
    if missing:
        raise TrainingError(f"{tokenizer} has no {min(missing)!r}: the parent was trained for another codec")
    model = backbones.load(parent / "model")
    state.read_weights(_newest(parent), model)
    untrained.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(tokenizer, untrained.parent / "tokenizer.json")
    model.save_pretrained(str(untrained))


def _newest(parent: Path) -> Path:
    """The folder with an earlier run's last weights: its state, where that still has all of them."""
    found = None if (parent / _BASE).exists() else state.latest(parent / "state")
    return found[0] if found else parent / "model"


def _build(experiment: Experiment, corpora: Corpora, codec: Codec, data: Path, untrained: Path) -> None:
    """Write the untrained weights, and `tokenizer.json` beside their folder."""
    architecture = experiment.architecture
    if architecture.parent:
        _inherit(Path(architecture.parent), codec, untrained)
        return
    material = Material(
        seed=experiment.seed,
        encoder=architecture.encoder,
        markers=codec.markers,
        least_piece_count=architecture.least_piece_count,
        texts=partial(_texts, corpora, data),
    )
    begun = _backbone(architecture).begin(material)
    untrained.parent.mkdir(parents=True, exist_ok=True)
    begun.vocabulary.tokenizer.save(str(untrained.parent / "tokenizer.json"))
    begun.model.save_pretrained(str(untrained))


def _backbone(architecture: Architecture) -> Backbone:
    known = {field.name for field in fields(BACKBONES[architecture.backbone])}  # type: ignore[arg-type]  # all are dataclasses
    own = {"decoder_layers": architecture.decoder_layers, "dropout": architecture.dropout}
    shared = {name: value for name, value in own.items() if name in known}
    return BACKBONES.build(architecture.backbone, **{**shared, **architecture.settings})


def _texts(corpora: Corpora, data: Path) -> Iterator[str]:
    """What the vocabulary is counted on: the training documents and, where present, unlabelled abstracts."""
    yield from (example.source for example in (*corpora.documents, *corpora.sentences))
    path = data / "unlabelled" / "abstracts.jsonl.xz"
    if path.exists():
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            yield from (f"{row['title']} {row['text']}" for row in map(json.loads, islice(lines, _ABSTRACTS_COUNTED)))
