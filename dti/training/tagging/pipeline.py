"""The tagger as a spaCy pipeline: hashed features of words, a window of neighbours, one softmax over BILOU tags."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np
from spacy.attrs import LOWER, NORM, PREFIX, SHAPE, SUFFIX
from spacy.language import Language
from spacy.symbols import IDS
from spacy.tokens import Doc
from spacy.training import Example
from spacy.vocab import Vocab
from thinc.api import Adam, Model, fix_random_seed

from dti.mentions.features import FEATURES
from dti.mentions.network import Floats
from dti.training.tagging.recipe import TaggerRecipe
from dti.training.tagging.samples import TAGS, Sample

logger = logging.getLogger(__name__)

# spaCy's names for five attributes of a word, here computed by our features in their order.
_ATTRIBUTES = {"LOWER": LOWER, "PREFIX": PREFIX, "SUFFIX": SUFFIX, "NORM": NORM, "SHAPE": SHAPE}
_WARM_UP = 100
_LOWEST_RATE = 0.02
_WEIGHT_DECAY = 0.01


class Pipeline:
    """A spaCy language with one tagger."""

    def __init__(self, recipe: TaggerRecipe) -> None:
        self._recipe = recipe
        getters = dict(zip(_ATTRIBUTES.values(), FEATURES, strict=True))
        self._language = Language(Vocab(lex_attr_getters=getters))
        config = {"model": _architecture(recipe), "label_smoothing": recipe.label_smoothing}
        self._tagger = cast("Any", self._language.add_pipe("tagger", config=config))
        for tag in TAGS:
            self._tagger.add_label(tag)

    def train(self, samples: Sequence[Sample]) -> Iterator[float]:
        """The loss a word of each epoch; while one is looked at, weights are their averages over all steps so far."""
        recipe = self._recipe
        fix_random_seed(recipe.seed)
        examples = [self._example(sample) for sample in samples]
        self._language.initialize(lambda: examples)
        optimiser = Adam(recipe.learning_rate, L2=_WEIGHT_DECAY, grad_clip=1.0, use_averages=True)
        shuffle = random.Random(recipe.seed)  # noqa: S311 - an order of documents is no secret
        epochs = [list(_batches(shuffle.sample(examples, len(examples)), recipe.words_a_batch)) for _ in range(recipe.epochs)]
        steps, step = sum(map(len, epochs)), 0
        for batches in epochs:
            losses: dict[str, float] = {}
            for batch in batches:
                optimiser.learn_rate = recipe.learning_rate * min(
                    1.0, (step + 1) / _WARM_UP, max(_LOWEST_RATE, 1 - step / steps)
                )
                self._language.update(batch, sgd=optimiser, drop=recipe.dropout, losses=losses)
                step += 1
            logger.info("step %d of %d: loss %.4f a word", step, steps, loss := losses["tagger"] / sum(map(_words, batches)))
            with self._tagger.model.use_params(optimiser.averages):
                yield loss

    def probabilities(self, words: Sequence[str]) -> Floats:
        """What spaCy itself answers, (words, tags), to compare with the network that serves."""
        scores = self._tagger.model.predict([Doc(self._language.vocab, words=list(words))])[0]
        return np.asarray(scores, dtype=np.float32)

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags in the order of the network's outputs."""
        return tuple(self._tagger.labels)

    @property
    def symbols(self) -> Mapping[str, int]:
        """Strings that spaCy knows by a number instead of their hash."""
        return dict(IDS)

    def arrays(self) -> dict[str, Floats]:
        """Weights by the names that `Network.load` wants."""
        layers = list(self._tagger.model.walk())
        tables = [layer for layer in layers if layer.name == "hashembed"]
        norms = [layer for layer in layers if layer.name == "layernorm"]
        maxouts = [layer for layer in layers if layer.name == "maxout"]
        (softmax,) = (layer for layer in layers if layer.name.startswith("softmax"))
        arrays = {f"table{at}": _weights(layer, "E") for at, layer in enumerate(tables)}
        for at, (maxout, norm) in enumerate(zip(maxouts, norms, strict=True)):
            arrays |= _maxout(f"layer{at - 1}" if at else "mix", maxout, norm)
        return arrays | {"scores": _weights(softmax, "W"), "scores_bias": _weights(softmax, "b")}

    def _example(self, sample: Sample) -> Example:
        return Example.from_dict(Doc(self._language.vocab, words=list(sample.words)), {"tags": list(sample.tags)})


def _weights(layer: Model[Any, Any], name: str) -> Floats:
    return np.array(layer.get_param(name), dtype=np.float32)


def _maxout(name: str, maxout: Model[Any, Any], norm: Model[Any, Any]) -> dict[str, Floats]:
    weights = _weights(maxout, "W")
    return {
        f"{name}.weights": weights.reshape(-1, weights.shape[-1]),
        f"{name}.bias": _weights(maxout, "b").reshape(-1),
        f"{name}.gain": _weights(norm, "G"),
        f"{name}.shift": _weights(norm, "b"),
    }


def _batches(examples: Sequence[Example], words: int) -> Iterator[list[Example]]:
    batch: list[Example] = []
    for example in examples:
        batch.append(example)
        if _words(batch) >= words:
            yield batch
            batch = []
    if batch:
        yield batch


def _words(batch: Sequence[Example]) -> int:
    return sum(len(example.reference) for example in batch)


def _architecture(recipe: TaggerRecipe) -> dict[str, Any]:
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": recipe.width,
        "attrs": list(_ATTRIBUTES),
        "rows": list(recipe.rows),
        "include_static_vectors": False,
    }
    encode = {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": recipe.width,
        "depth": recipe.depth,
        "window_size": 1,
        "maxout_pieces": recipe.pieces,
    }
    return {
        "@architectures": "spacy.Tagger.v2",
        "nO": None,
        "normalize": True,
        "tok2vec": {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode},
    }
