"""The bert-attn backbone (KD-3): gates, padding, the drop-net's frequencies."""

from __future__ import annotations

from collections import Counter

import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from tokenizers import Tokenizer  # noqa: E402 - after the skip
from transformers import BertModel  # noqa: E402

from dti.errors import OptionError  # noqa: E402
from dti.model import backbones  # noqa: E402
from dti.model.backbones import BACKBONES, Origin  # noqa: E402
from dti.model.backbones._fused_layers import DropNet, States  # noqa: E402
from dti.model.torch_search import TorchSearch  # noqa: E402
from dti.model.vocabulary import Vocabulary  # noqa: E402
from tests.tiny_model import tiny_tokenizer, write_tiny_encoder  # noqa: E402

TEXTS = (
    "we show that zelo inhibits the human kinase.",
    "the drug",
    "in rat cells the agonist activates a receptor of the study",
)


class Gates(torch.nn.Module):
    """A drop-net that always says the same."""

    def __init__(self, own, bert):
        super().__init__()
        self.fixed = (own, bert)

    def forward(self):
        return self.fixed


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    folder = write_tiny_encoder(tmp_path_factory.mktemp("bert"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    vocabulary = Vocabulary(tiny_tokenizer())
    return Origin(
        BertModel.from_pretrained(str(folder), add_pooling_layer=False), tokenizer, vocabulary, range(len(vocabulary))
    )


@pytest.fixture
def model(origin):
    torch.manual_seed(3)
    return BACKBONES.build("bert_fused", width=32, feed_forward=64, drop_net=0.25).build(origin).eval()


@pytest.fixture(scope="module")
def batch(origin):
    rows = [origin.vocabulary.tokenizer.encode(text).ids for text in TEXTS]
    width = max(map(len, rows))
    source = torch.tensor([[*row, *[0] * (width - len(row))] for row in rows])
    target = torch.tensor([[2, 9, 10, 11, 12]] * len(rows))
    return source, (source != 0).long(), target


def set_gates(model, own, bert):
    for layer in (*model.encoder.layers, *model.decoder.layers):
        layer.fusion.gates = Gates(own, bert)


def run(model, batch, bert):
    source, mask, target = batch
    with torch.no_grad():
        return model.decode(target, model.encode(source, mask, bert), bert)


def noise(states, seed):
    return States(torch.randn(states.values.shape, generator=torch.Generator().manual_seed(seed)), states.padding)


def test_with_bert_gated_off_its_states_change_nothing(model, batch):
    set_gates(model, 1.0, 0.0)
    bert = model.reader(TEXTS)
    assert torch.equal(run(model, batch, bert), run(model, batch, noise(bert, 1)))


def test_with_bert_gated_on_its_states_matter(model, batch):
    bert = model.reader(TEXTS)
    assert not torch.allclose(run(model, batch, bert), run(model, batch, noise(bert, 1)), atol=1e-3)


def test_with_only_bert_the_own_attention_changes_nothing(model, batch):
    set_gates(model, 0.0, 1.0)
    bert = model.reader(TEXTS)
    before = run(model, batch, bert)
    with torch.no_grad():
        for layer in (*model.encoder.layers, *model.decoder.layers):
            for parameter in layer.fusion.own.parameters():
                parameter.normal_()
    assert torch.equal(run(model, batch, bert), before)


def test_padding_of_bert_changes_nothing(model, batch):
    bert = model.reader(TEXTS)
    more = torch.randn(len(TEXTS), 7, bert.values.shape[2])
    padded = States(torch.cat([bert.values, more], dim=1), torch.cat([bert.padding, torch.ones(len(TEXTS), 7).bool()], dim=1))
    assert torch.allclose(run(model, batch, bert), run(model, batch, padded), atol=1e-5)


def test_padding_of_the_source_changes_nothing(model, batch):
    source, mask, target = batch
    wider = (torch.nn.functional.pad(source, (0, 5)), torch.nn.functional.pad(mask, (0, 5)), target)
    bert = model.reader(TEXTS)
    assert torch.allclose(run(model, batch, bert), run(model, wider, bert), atol=1e-5)


def test_a_later_target_token_changes_no_earlier_logits(model, batch):
    source, mask, target = batch
    other = target.clone()
    other[:, 3] = 20
    bert = model.reader(TEXTS)
    one, two = run(model, batch, bert), run(model, (source, mask, other), bert)
    assert torch.allclose(one[:, :3], two[:, :3], atol=1e-6)
    assert not torch.allclose(one[:, 3:], two[:, 3:], atol=1e-3)


@pytest.mark.parametrize(("ratio", "shares"), [(0.25, (0.25, 0.25, 0.5)), (0.5, (0.5, 0.5, 0.0)), (0.0, (0.0, 0.0, 1.0))])
def test_drop_net_frequencies(ratio, shares):
    torch.manual_seed(1)
    net = DropNet(ratio)
    counts = Counter(net() for _ in range(10_000))
    drawn = tuple(counts[gates] / 10_000 for gates in ((1.0, 0.0), (0.0, 1.0), (0.5, 0.5)))
    assert drawn == pytest.approx(shares, abs=0.02)
    assert {net.eval()() for _ in range(100)} == {(0.5, 0.5)}


@pytest.mark.parametrize("ratio", [-0.1, 0.6])
def test_a_drop_net_that_makes_no_sense_is_refused(ratio):
    with pytest.raises(OptionError, match="drop_net"):
        BACKBONES.build("bert_fused", drop_net=ratio)


def test_bert_never_learns_and_never_drops_out(model):
    model.train()
    assert not any(parameter.requires_grad for parameter in model.reader.parameters())
    assert torch.equal(model.reader(TEXTS).values, model.reader(TEXTS).values)


def test_a_saved_model_comes_back_the_same(model, batch, tmp_path):
    model.save_pretrained(str(tmp_path))
    again = backbones.load(tmp_path).eval()
    assert torch.equal(run(model, batch, model.reader(TEXTS)), run(again, batch, again.reader(TEXTS)))


def search(model, origin, **settings):
    return TorchSearch(model=model, vocabulary=origin.vocabulary, source_tokens=60, most_tokens=8, **settings)


def test_greedy_search_follows_the_most_probable_token(model, origin):
    hypothesis = search(model, origin).generate([TEXTS[0]])[0].hypotheses[0]
    assert 0 < len(hypothesis.tokens) <= 8
    ids, bert = torch.tensor([origin.vocabulary.tokenizer.encode(TEXTS[0]).ids]), model.reader([TEXTS[0]])
    with torch.no_grad():
        source = model.encode(ids, torch.ones_like(ids), bert)
        first = model.decode(torch.tensor([[model.shape.start]]), source, bert)[0, -1].log_softmax(-1).max()
    assert hypothesis.tokens[0].logprob == pytest.approx(float(first), abs=1e-4)


def test_a_beam_is_sorted_and_no_worse_than_greedy(model, origin):
    greedy, beam = (search(model, origin, width=w, length_penalty=0.0).generate([TEXTS[0]])[0] for w in (1, 4))
    totals = [sum(token.logprob for token in hypothesis.tokens) for hypothesis in beam.hypotheses]
    assert len(totals) == 4
    assert len({hypothesis.text for hypothesis in beam.hypotheses}) > 1
    assert totals[0] >= sum(token.logprob for token in greedy.hypotheses[0].tokens) - 1e-4
