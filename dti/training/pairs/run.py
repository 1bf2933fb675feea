"""A whole run: find candidates, train, convert, assess, calibrate, pack.

::

    OUT/lexicon/                   the data folder's name tables, compiled
    OUT/frequencies.json           how often unlabelled literature names what
    OUT/tokenizer.json             vocabulary
    OUT/untrained/                 the weights that training begins with
    OUT/model/                     the weights when the run is through
    OUT/state/                     where a killed run goes on; of a soup, OUT/seed-N/state/
    OUT/log.jsonl                  one line every few steps; of a soup, OUT/seed-N/log.jsonl
    OUT/checkpoint/                the finished checkpoint folder, its pictures beside its card
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from transformers import BertModel

from dti.codecs.pointer import LABELS
from dti.errors import TrainingError
from dti.lexicon import Lexicon, open_lexicon
from dti.model import hub, seq2seq
from dti.model.calibration import Calibration
from dti.model.checkpoint import Checkpoint, Parts, pack
from dti.model.pairs.convert import convert
from dti.model.pairs.encoding import PairSource, encode
from dti.model.pairs.engine import FREQUENCIES, PairEngine
from dti.model.pairs.network import PairNetwork, Shape, from_bert, load, mean
from dti.model.pairs.restore import restore
from dti.model.vocabulary import MASK, Vocabulary, trim
from dti.pairing import CANDIDATE_FEATURES, PAIR_FEATURES, Frequencies
from dti.reading.pairs import Emission
from dti.training import calibrate, curve, reliability
from dti.training.pairs.batches import batches, padded
from dti.training.pairs.card import Fits, Trained, card, identity
from dti.training.pairs.development import assess
from dti.training.pairs.examples import SERVED, STYLES, Finders, PairCorpora, PairExample, read_pairs
from dti.training.pairs.find import Finder, abstracts
from dti.training.pairs.recipe import PairRecipe
from dti.training.pairs.steps import steps, trainer
from dti.training.run import Order
from dti.training.trainer import Progress

UNTRAINED = "untrained"
_HEAD_WIDTH = 64
_UNFITTED = Calibration(0.0, 1.0, 0.0)
_LEAST_VARIATION = 1e-3
_EXAMPLES_MEASURED = 2000
_ABSTRACTS_COUNTED = 15_000


@dataclass(frozen=True, slots=True)
class Material:
    """What a run reads; `parent` is a checkpoint folder to go on from, `told` goes into the card as it is."""

    corpora: PairCorpora
    frequencies: Frequencies
    parent: Path | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


def train(recipe: PairRecipe, order: Order, report: Callable[[Progress], None]) -> Checkpoint:
    """Run `recipe` to its end; raises TrainingError if the output folder holds a run that is not to be resumed."""
    order.check()
    order.out.mkdir(parents=True, exist_ok=True)
    return train_on(recipe, read(recipe, order), order, report)


def train_on(recipe: PairRecipe, material: Material, order: Order, report: Callable[[Progress], None]) -> Checkpoint:
    """The same on corpora that are there already."""
    torch.set_num_threads(recipe.threads)
    order.out.mkdir(parents=True, exist_ok=True)
    corpora, frequencies = material.corpora, material.frequencies
    if not (order.out / FREQUENCIES).exists():
        frequencies.save(order.out / FREQUENCIES)
    vocabulary = _begun(recipe, material, order)

    def source(example: PairExample, limit: int) -> PairSource:
        return encode(example.document, example.candidates, vocabulary, frequencies, limit)

    total = order.most_steps or recipe.steps
    averages = []
    for member, folder in _members(recipe, order.out):
        network, average = load(order.out / UNTRAINED, recipe.dropout), load(order.out / UNTRAINED)
        drawn = islice(batches(member, corpora.training, source), total)
        trainer(member, network, average, total, folder).run(steps(member, network, drawn), report)
        averages.append(average)
    kept = mean(averages)
    kept.save(order.out / "model")
    return _finish(Trained(recipe, corpora, kept, total, material.told), order)


def _members(recipe: PairRecipe, out: Path) -> Iterator[tuple[PairRecipe, Path]]:
    """The runs of a recipe, each with its folder: the output folder itself unless there are several."""
    for member in recipe.members:
        folder = out / f"seed-{member.seed}" if recipe.soup else out
        folder.mkdir(exist_ok=True)
        yield member, folder


def _begun(recipe: PairRecipe, material: Material, order: Order) -> Vocabulary:
    """The parent's vocabulary, whose weights training then begins with; without a parent new ones."""
    if material.parent and not (order.out / UNTRAINED / "config.json").exists():
        shutil.copyfile(material.parent / "tokenizer.json", order.out / "tokenizer.json")
        kept = material.parent / "model"
        parent = load(kept) if kept.exists() else restore(Checkpoint.open(material.parent))
        parent.save(order.out / UNTRAINED)
    return prepare(recipe, material.corpora, material.frequencies, order)


def read(recipe: PairRecipe, order: Order) -> Material:
    """The data folder's corpora and name counts; raises TrainingError where there is nothing to train or to measure on."""
    names, cache, counted = order.data / "lexicons" / "names", order.out / "lexicon", order.out / FREQUENCIES
    tagger, other = Path(recipe.tagger) if recipe.tagger else None, Path(recipe.other_lexicon) if recipe.other_lexicon else None
    with ExitStack() as stack:
        untagged = stack.enter_context(Finder(names, cache, recipe.threads))
        served = stack.enter_context(Finder(names, cache, recipe.threads, tagger)) if tagger else untagged
        further = stack.enter_context(Finder(other, cache, recipe.threads)) if other else None
        lexicon: Lexicon = open_lexicon(names, cache)
        corpora = read_pairs(order.data, Finders(served, untagged, further), lexicon)
        if not corpora.training or not corpora.development:
            raise TrainingError(f"{order.data}: no documents to train on, or none to measure on")
        if not counted.exists():
            untagged.frequencies(order.data, recipe.abstracts_counted).save(counted)
    return Material(corpora, Frequencies.load(counted))


def prepare(recipe: PairRecipe, corpora: PairCorpora, frequencies: Frequencies, order: Order) -> Vocabulary:
    """The vocabulary; it and the untrained network are built from the recipe's encoder if they are not there yet."""
    if not (order.out / UNTRAINED / "config.json").exists():
        _build(recipe, corpora, frequencies, order)
    return Vocabulary.load(order.out / "tokenizer.json")


def _build(recipe: PairRecipe, corpora: PairCorpora, frequencies: Frequencies, order: Order) -> None:
    out, data = order.out, order.data
    source = seq2seq.encoder_source(recipe.encoder)
    torch.manual_seed(recipe.seed)
    bert = BertModel.from_pretrained(source, add_pooling_layer=False)
    if (asked := max(padded(recipe.source_tokens), recipe.serving_tokens)) > bert.config.max_position_embeddings:
        raise TrainingError(
            f"{recipe.name}: {asked} tokens asked for; {recipe.encoder} reads {bert.config.max_position_embeddings}"
        )
    vocabulary, rows = trim(hub.encoder_tokenizer(source), _texts(corpora, data), (), least=recipe.least_piece_count)
    with torch.no_grad():
        words = torch.nn.Embedding(len(rows), bert.config.hidden_size)
        words.weight.copy_(bert.embeddings.word_embeddings.weight[rows])
    bert.embeddings.word_embeddings = words
    bert.config.vocab_size = len(rows)
    bert.config.attention_probs_dropout_prob = 0.0  # with it, attention on a CPU takes twice the time of all the rest
    shape = Shape(
        hidden=bert.config.hidden_size,
        heads=max(1, bert.config.hidden_size // _HEAD_WIDTH),
        candidate_features=len(CANDIDATE_FEATURES),
        pair_features=len(PAIR_FEATURES),
        styles=len(set(STYLES.values())),
        labels=LABELS,
    )
    network = from_bert(bert, shape, recipe.dropout, vocabulary.id(MASK))
    _scale(network, _some(corpora.training), vocabulary, frequencies)
    vocabulary.tokenizer.save(str(out / "tokenizer.json"))
    network.save(out / UNTRAINED)


def _texts(corpora: PairCorpora, data: Path) -> Iterator[str]:
    """What the vocabulary is counted on: the training documents and, where present, unlabelled abstracts."""
    yield from (example.document.text for example in corpora.training)
    yield from (document.text for document in islice(abstracts(data), _ABSTRACTS_COUNTED))


def _some(examples: Sequence[PairExample]) -> Sequence[PairExample]:
    return examples[:: max(1, len(examples) // _EXAMPLES_MEASURED)]


def _scale(network: PairNetwork, examples: Sequence[PairExample], vocabulary: Vocabulary, frequencies: Frequencies) -> None:
    """Bring every feature to mean 0 and variance 1 over pairs of training documents."""
    sources = (encode(e.document, e.candidates, vocabulary, frequencies, 2) for e in examples)
    signals = torch.cat([torch.from_numpy(source.features.signals) for source in sources])
    network.head.mean.copy_(signals.mean(0))
    network.head.scale.copy_(signals.std(0) + _LEAST_VARIATION)


def _finish(trained: Trained, order: Order) -> Checkpoint:
    """Convert, choose the emission rule and fit confidence on the development split, pack."""
    recipe, out = trained.recipe, order.out
    pictures = (out / "curve.png", out / "reliability.png")
    curve.draw([folder / "log.jsonl" for _, folder in _members(recipe, out)], pictures[0])
    with TemporaryDirectory(dir=out) as scratch:
        engine = Path(scratch) / "engine"
        convert(trained.network, out / "tokenizer.json", engine, style=SERVED)
        shutil.copyfile(out / FREQUENCIES, engine / FREQUENCIES)
        untold = Parts(tokenizer=out / "tokenizer.json", calibration=_UNFITTED, card=identity(recipe, {}), engine=engine)
        draft = pack(Path(scratch) / "draft", untold)
        silence = Emission(least=recipe.least, stated=recipe.stated, wordless=recipe.wordless, curators=STYLES["drugprot"])
        assessed = assess(PairEngine(draft, threads=recipe.threads), trained.corpora.development, silence)
        fits = Fits(calibrate.fit(assessed.judged), calibrate.fit(assessed.considered))
        reliability.draw(fits.said, pictures[1])
        told = card(trained, order.data, assessed, fits)
        extras = (*pictures, out / "model") if order.weights else pictures
        return pack(
            out / "checkpoint",
            Parts(tokenizer=untold.tokenizer, calibration=fits.said.calibration, card=told, engine=engine, extras=extras),
        )
