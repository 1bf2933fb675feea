"""The card of a pair model: what it is, where it comes from, what it can and cannot do."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dti.model import hub, seq2seq
from dti.model.pairs.network import PairNetwork
from dti.training.calibrate import Fit
from dti.training.card import LICENCES, USE, calibration_of, code_of, data_of, development_of, lexicon_of, names_of
from dti.training.pairs.development import CONSIDERED, Assessed
from dti.training.pairs.examples import PairCorpora
from dti.training.pairs.recipe import PairRecipe
from dti.training.run import parent_sum

_ROOMS = ("codecs", "evaluation", "grounding", "lexicon", "mentions", "model", "pairing", "reading", "training")
_LIMITS = (
    "Chooses among drugs and targets that the lexicon or the mention model found; what they miss is never said.",
    "Most training labels are distant supervision; a triplet may be in a drug-target table without being stated in the text.",
    "One interaction type a pair; rare types are mostly told as inhibitor, agonist or antagonist.",
    "The model does not read negation; polarity is assessed on the evidence sentence afterwards.",
    "Text beyond the source limit is not read by the encoder; such documents are marked as truncated.",
    "Confidence was fitted on documents whose gold names all stand in the text; elsewhere it is likely too high.",
    "Development documents are KD-DTI's, which all hold an interaction, and are few: read the intervals.",
)


_CONSIDERED = (
    f"every pair from a probability of {CONSIDERED} on, said or not; confidence fitted on these, so it is not the served one"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Fits:
    """Confidence of what is said, which is served, and of all that was considered."""

    said: Fit
    considered: Fit


@dataclasses.dataclass(frozen=True, slots=True)
class Trained:
    """What a run has made."""

    recipe: PairRecipe
    corpora: PairCorpora
    network: PairNetwork
    steps: int
    told: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def identity(recipe: PairRecipe, emission: Mapping[str, object]) -> dict[str, Any]:
    """The part of the card that serving reads."""
    return {
        "name": recipe.name,
        "codec": "pointer",
        "reading": "pairs",
        "decoding": {"name": "pairs", "settings": dict(emission)},
        "source_tokens": recipe.serving_tokens,
    }


def card(trained: Trained, data: Path, assessed: Assessed, fits: Fits) -> dict[str, Any]:
    """All of it: identity, parents, data, measurements, limits."""
    recipe, corpora, network = trained.recipe, trained.corpora, trained.network
    return {
        **identity(recipe, dataclasses.asdict(assessed.emission)),
        "parents": [
            {
                "encoder": recipe.encoder,
                "licence": "Apache-2.0" if recipe.encoder.endswith("all-MiniLM-L6-v2") else "see its own card",
                "sha256": parent_sum(hub.held(seq2seq.encoder_source(recipe.encoder))),
            }
        ],
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "vocabulary": network.encoder.config.vocab_size,
        "seed": recipe.seed,
        "steps": trained.steps,
        "recipe": dataclasses.asdict(recipe),
        "data": [*data_of(data), *names_of(data), *(lexicon_of(Path(path)) for path in (recipe.other_lexicon,) if path)],
        "licences": LICENCES,
        "use": USE,
        "examples": dict(corpora.counts),
        "development": {
            **development_of(assessed.metrics, (example.document.pmid for example in corpora.development)),
            "emission": "chosen on these documents: what says least of the highest F1, give or take half a document",
        },
        "calibration": {**calibration_of(fits.said), "considered": {**calibration_of(fits.considered), "what": _CONSIDERED}},
        "code": code_of(_ROOMS),
        "limits": list(_LIMITS),
        "servable": True,
        **trained.told,
    }
