"""What every decoder must satisfy, on a model that learnt its answers by heart; a new decoder is tested by being registered."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from dti import decoding  # noqa: E402 - after the skip
from dti.codecs import Allowed, Tagged  # noqa: E402
from dti.decoding import DECODERS  # noqa: E402
from dti.domain.triplets import Triplet  # noqa: E402
from dti.errors import OptionError  # noqa: E402
from dti.model.backbones import BACKBONES, Material  # noqa: E402
from dti.model.calibration import Calibration  # noqa: E402
from dti.model.checkpoint import Parts, pack  # noqa: E402
from dti.model.convert import convert  # noqa: E402
from dti.model.engine import Engine  # noqa: E402
from dti.model.teacher_forcing import logits  # noqa: E402
from dti.training.batches import Collator  # noqa: E402
from dti.training.corpora import Example  # noqa: E402
from tests.families import members  # noqa: E402
from tests.tiny_model import write_tiny_encoder  # noqa: E402

EACH = pytest.mark.parametrize("name", list(DECODERS))
SOURCES = (
    "Zelorantib inhibits human kinase Q7. Zelorantib blocked kinase Q7 with an IC50 of 3 nM in enzyme assays.",
    "Drug.",
    "",
    "The partial agonist morvanol binds the 5-HT1A receptor. " * 60,
)


ANSWERS = (
    Triplet("zelo", "inhibitor", "q7"),
    Triplet("d", "agonist", "r"),
    Triplet("x", "other", "y"),
    Triplet("mor", "agonist", "5-ht"),
)
SOURCE_TOKENS = 90


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learnt")
    torch.set_num_threads(1)
    material = Material(
        seed=1,
        encoder=str(write_tiny_encoder(folder / "bert")),
        markers=Tagged().markers,
        least_piece_count=1,
        texts=lambda: SOURCES,
    )
    begun = BACKBONES.build("bart_from_bert", dropout=0.0).begin(material)
    examples = [Example(text, "", "", text, (triplet,)) for text, triplet in zip(SOURCES, ANSWERS, strict=True)]
    batch = Collator(begun.vocabulary, Tagged(), SOURCE_TOKENS, 40)(examples)
    optimiser = torch.optim.Adam(begun.model.parameters(), lr=4e-3)
    for _ in range(120):
        said = logits(begun.model, batch.source, batch.mask, batch.decoder)
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(said.flatten(0, 1), batch.labels.flatten()).backward()
        optimiser.step()
    begun.model.save_pretrained(str(folder / "model"))
    begun.vocabulary.tokenizer.save(str(folder / "tokenizer.json"))
    convert(folder / "model", folder / "tokenizer.json", folder / "engine")
    card = {"name": "learnt", "codec": "tagged", "decoding": {"name": "greedy", "settings": {}}, "source_tokens": SOURCE_TOKENS}
    parts = Parts(tokenizer=folder / "tokenizer.json", calibration=Calibration(0, 1, 0), card=card, engine=folder / "engine")
    return Engine(pack(folder / "checkpoint", parts))


def test_every_file_of_the_family_is_registered():
    assert members(decoding) == set(DECODERS)


@EACH
def test_one_generation_per_source_in_order(name, engine):
    decoder = DECODERS.build(name, most_tokens=24)
    together = decoder.decode(engine, SOURCES)
    assert [generation.truncated for generation in together] == [False, False, False, True]
    alone = [decoder.decode(engine, [source])[0] for source in SOURCES]
    assert [g.hypotheses[0].text for g in together] == [g.hypotheses[0].text for g in alone]


@EACH
def test_tokens_tile_the_text_and_carry_log_probabilities(name, engine):
    for generation in DECODERS.build(name, most_tokens=24).decode(engine, SOURCES):
        for hypothesis in generation.hypotheses:
            assert len(hypothesis.tokens) <= 24
            assert "".join(hypothesis.text[t.start : t.end] for t in hypothesis.tokens) == hypothesis.text.replace(" ", "")
            assert all(token.logprob <= 1e-6 for token in hypothesis.tokens)


@EACH
def test_no_sources_no_generations(name, engine):
    assert DECODERS.build(name).decode(engine, []) == []


@EACH
def test_settings_are_readable_from_the_name(name):
    assert "most_tokens=24" in str(DECODERS.build(name, most_tokens=24))


@EACH
def test_settings_that_make_no_sense_are_refused(name):
    with pytest.raises(OptionError):
        DECODERS.build(name, most_tokens=0)


def test_greedy_is_a_beam_of_one(engine):
    greedy = DECODERS.build("greedy", most_tokens=24).decode(engine, SOURCES[:2])
    beam = DECODERS.build("beam", most_tokens=24, width=1).decode(engine, SOURCES[:2])
    for one, other in zip(greedy, beam, strict=True):
        assert one.hypotheses[0].text == other.hypotheses[0].text
        assert [t.logprob for t in one.hypotheses[0].tokens] == pytest.approx(
            [t.logprob for t in other.hypotheses[0].tokens], abs=1e-3
        )


def two_words_after_t(tokens):
    """A grammar that the model would never follow by itself: a target alone, of exactly two pieces."""
    return (
        (Allowed(frozenset({"<t>"})), Allowed(text=True), Allowed(text=True))[len(tokens)]
        if len(tokens) < 3
        else Allowed(end=True)
    )


@EACH
def test_generations_keep_to_their_grammar(name, engine):
    sources = [source for source in SOURCES if source]  # nothing is read, nothing is searched, whatever the grammar says
    for generation in DECODERS.build(name).decode(engine, sources, [two_words_after_t] * len(sources)):
        for hypothesis in generation.hypotheses:
            [marker, *pieces] = [hypothesis.text[token.start : token.end] for token in hypothesis.tokens]
            assert marker == "<t>"
            assert len(pieces) == 2
            assert not set(pieces) & set(Tagged().markers)


@EACH
def test_a_grammar_changes_nothing_for_what_keeps_to_it(name, engine):
    decoder = DECODERS.build(name, most_tokens=24)
    free = decoder.decode(engine, SOURCES[:2])
    ruled = decoder.decode(engine, SOURCES[:2], [Tagged().grammar()] * 2)
    assert [generation.hypotheses[0] for generation in free] == [generation.hypotheses[0] for generation in ruled]
