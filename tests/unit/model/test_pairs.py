"""The pair model's two faces, torch and serving, agree; tokens find their names in any text."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from transformers import BertModel  # noqa: E402 - after the skip

from dti.domain.entities import EntityKind  # noqa: E402
from dti.errors import CheckpointError  # noqa: E402
from dti.model.calibration import Calibration  # noqa: E402
from dti.model.checkpoint import Checkpoint, Parts, pack  # noqa: E402
from dti.model.pairs.convert import convert  # noqa: E402
from dti.model.pairs.encoding import DRUG, TARGET, TEXT, encode  # noqa: E402
from dti.model.pairs.engine import FREQUENCIES, HEAD_SHAPE, PairEngine  # noqa: E402
from dti.model.pairs.network import Shape, from_bert, load  # noqa: E402
from dti.model.pairs.restore import restore  # noqa: E402
from dti.model.vocabulary import MASK, Vocabulary  # noqa: E402
from dti.pairing import CANDIDATE_FEATURES, PAIR_FEATURES, Frequencies  # noqa: E402
from dti.training.pairs.batches import Item, collate  # noqa: E402
from dti.training.pairs.examples import PairExample  # noqa: E402
from tests.pair_data import candidate, document, drugs_and_targets  # noqa: E402
from tests.tiny_model import tiny_tokenizer, write_tiny_encoder  # noqa: E402

LABELS = ("inhibitor", "agonist", "other")
DOCUMENT = document("A study of Clorgyline and MAO-A.", "We show that Clorgyline inhibits the human MAO-A but not melatonin.")
CANDIDATES = drugs_and_targets(DOCUMENT, ["Clorgyline", "melatonin"], ["MAO-A"])
LIMIT = 90


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    folder = write_tiny_encoder(tmp_path_factory.mktemp("bert"))
    torch.manual_seed(3)
    bert = BertModel.from_pretrained(str(folder), add_pooling_layer=False)
    shape = Shape(
        hidden=32,
        heads=2,
        candidate_features=len(CANDIDATE_FEATURES),
        pair_features=len(PAIR_FEATURES),
        styles=3,
        labels=LABELS,
    )
    built = from_bert(bert, shape, 0.1, mask=4)
    built.head.scale.fill_(2.0)
    return built.eval()


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary(tiny_tokenizer())


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory, network, vocabulary):
    folder = tmp_path_factory.mktemp("packed")
    vocabulary.tokenizer.save(str(folder / "tokenizer.json"))
    convert(network, folder / "tokenizer.json", folder / "engine", style=0)
    Frequencies().save(folder / "engine" / FREQUENCIES)
    card = {
        "name": "tiny",
        "codec": "pointer",
        "reading": "pairs",
        "decoding": {"name": "pairs", "settings": {}},
        "source_tokens": LIMIT,
    }
    parts = Parts(tokenizer=folder / "tokenizer.json", calibration=Calibration(0, 1, 0), card=card, engine=folder / "engine")
    return pack(folder / "checkpoint", parts)


def by_torch(network, vocabulary, text, candidates):
    source = encode(text, candidates, vocabulary, Frequencies(), LIMIT)
    batch, _ = collate([Item(source, PairExample("kd_dti", text, candidates, {}, frozenset()))])
    with torch.no_grad():
        interacts, labels = network(batch)
    return torch.nn.functional.logsigmoid(interacts).numpy(), torch.log_softmax(labels, -1).numpy()


def test_serving_gives_what_was_trained(network, vocabulary, checkpoint):
    other = document("Levodopa.", "It activates kinase q1 in cells that show a receptor.")
    cases = [(DOCUMENT, CANDIDATES), (other, drugs_and_targets(other, ["Levodopa"], ["kinase q1", "receptor"]))]
    scored = PairEngine(checkpoint).score(*zip(*cases, strict=True))
    for (text, candidates), served in zip(cases, scored, strict=True):
        interacts, labels = by_torch(network, vocabulary, text, candidates)
        # int8 and half precision against float32
        np.testing.assert_allclose(served.interacts, interacts, atol=0.05)
        np.testing.assert_allclose(served.labels, labels, atol=0.05)


def test_kinds_of_names_reach_the_encoder(network, vocabulary, checkpoint):
    swapped = tuple(
        candidate(DOCUMENT, c.name, EntityKind.DRUG if c.kind is EntityKind.TARGET else EntityKind.TARGET) for c in CANDIDATES
    )
    one, other = PairEngine(checkpoint).score([DOCUMENT, DOCUMENT], [CANDIDATES, swapped])
    assert (one.pairs, other.pairs) == (((0, 2), (1, 2)), ((2, 0), (2, 1)))
    assert not np.allclose(one.interacts, other.interacts, atol=1e-4)


def test_what_is_found_in_a_document_does_not_depend_on_its_neighbours(checkpoint):
    longer = document("Levodopa.", "It activates kinase q1 in cells that show a receptor, and much more is said of it here.")
    neighbours = [(longer, drugs_and_targets(longer, ["Levodopa"], ["kinase q1", "receptor"])), (DOCUMENT, CANDIDATES)]
    engine = PairEngine(checkpoint)
    [alone], [_, beside] = engine.score([DOCUMENT], [CANDIDATES]), engine.score(*zip(*neighbours, strict=True))
    np.testing.assert_array_equal(alone.interacts, beside.interacts)
    np.testing.assert_array_equal(alone.labels, beside.labels)


def test_documents_without_pairs_are_answered_in_their_place(checkpoint):
    none, some = PairEngine(checkpoint).score([DOCUMENT, DOCUMENT], [(), CANDIDATES])
    assert (none.pairs, len(none.interacts)) == ((), 0)
    assert len(some.pairs) == len(some.interacts) == 2


def test_what_curators_would_say_is_judged_beside(checkpoint):
    engine = PairEngine(checkpoint)
    [once], [twice] = engine.score([DOCUMENT], [CANDIDATES]), engine.score([DOCUMENT], [CANDIDATES], beside=2)
    source = engine.source(DOCUMENT, CANDIDATES)
    [(_, states)] = engine.states([source])
    assert once.stated == 1.0
    assert twice.stated == pytest.approx(float(np.exp(engine.judge(source, states, 2).interacts.max())))
    np.testing.assert_array_equal(once.interacts, twice.interacts)


def test_the_same_weights_are_served_by_the_same_bytes(network, checkpoint, tmp_path):
    convert(network, checkpoint.tokenizer, tmp_path, style=0)
    assert (tmp_path / "model.bin").read_bytes() == (checkpoint.engine / "model.bin").read_bytes()


def test_training_can_go_on_from_what_is_served(network, vocabulary, checkpoint):
    again = restore(checkpoint).eval()
    for one, other in zip(
        by_torch(network, vocabulary, DOCUMENT, CANDIDATES), by_torch(again, vocabulary, DOCUMENT, CANDIDATES), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=0.02)
    expected, actual = dict(network.named_parameters()), dict(again.named_parameters())
    assert expected.keys() == actual.keys()
    for name in expected.keys() - {"hidden"}:
        largest = float(expected[name].detach().abs().max())
        np.testing.assert_allclose(actual[name].detach(), expected[name].detach(), atol=0.01 * largest + 1e-6)


@pytest.mark.parametrize(("name", "content"), [("model.bin", b""), ("model.bin", b"\x05\0\0\0"), ("head.json", b"{}")])
def test_what_cannot_be_gone_on_from_is_named(checkpoint, tmp_path, name, content):
    shutil.copytree(checkpoint.engine, tmp_path / "engine")
    (tmp_path / "engine" / name).write_bytes(content)
    with pytest.raises(CheckpointError, match="to go on from"):
        restore(replace(checkpoint, folder=tmp_path))


def test_a_saved_network_is_the_same(network, vocabulary, tmp_path):
    network.save(tmp_path)
    again = load(tmp_path).eval()
    for one, other in zip(
        by_torch(network, vocabulary, DOCUMENT, CANDIDATES), by_torch(again, vocabulary, DOCUMENT, CANDIDATES), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_a_folder_without_a_network_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match="no pair model"):
        load(tmp_path)


def test_other_features_than_ours_are_refused(checkpoint, tmp_path):
    engine = checkpoint.engine / HEAD_SHAPE
    before = engine.read_text()
    try:
        engine.write_text(json.dumps({**json.loads(before), "pair_features": ["something else"]}))
        with pytest.raises(CheckpointError, match="other features"):
            PairEngine(Checkpoint(**{name: getattr(checkpoint, name) for name in Checkpoint.__slots__}))
    finally:
        engine.write_text(before)


@given(st.text(max_size=60), st.text(max_size=60))
def test_tokens_of_a_mention_spell_it(before, after):
    text = document(before, f"levodopa {after}")
    vocabulary = Vocabulary(tiny_tokenizer())
    found = candidate(text, "levodopa", EntityKind.DRUG)
    source = encode(text, [found], vocabulary, Frequencies(), LIMIT)
    pieces = vocabulary.tokens()
    for mention in source.mentions[0]:
        assert "".join(pieces[source.ids[at]].removeprefix("##") for at in mention).startswith("levodopa"[: len(mention)][:1])
        assert {source.kinds[at] for at in mention} == {DRUG}
    assert source.kinds[0] == TEXT


def test_names_behind_the_limit_have_no_tokens():
    text = document("Levodopa", "and " * 40 + "MAO-A")
    source = encode(text, drugs_and_targets(text, ["Levodopa"], ["MAO-A"]), Vocabulary(tiny_tokenizer()), Frequencies(), 20)
    assert len(source.ids) == 20
    assert source.truncated
    assert [len(found) for found in source.mentions] == [1, 0]
    assert TARGET not in source.kinds


def test_hidden_tokens_begin_as_the_mask(network, vocabulary):
    mask = network.encoder.embeddings.word_embeddings.weight[vocabulary.id(MASK)]
    assert torch.equal(network.hidden, mask)
