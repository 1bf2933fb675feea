from __future__ import annotations

import pytest
from tokenizers import Tokenizer

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from transformers import BertConfig, BertModel  # noqa: E402 - after the skip

from dti.errors import TrainingError  # noqa: E402
from dti.model import seq2seq  # noqa: E402
from dti.model.vocabulary import trim  # noqa: E402
from tests.tiny_model import tiny_tokenizer, write_tiny_encoder  # noqa: E402

MARKERS = ("<d>", "<r>", "<t>")
TEXT = "The drug zelorantib inhibits human kinase Q7 (KQ7), and we show that 1,2-morvanol activates the receptor."


def outputs(bert, full, text):
    """Last hidden states of BERT and of the BART built from it, on the same text."""
    vocabulary, rows = trim(full, [text], MARKERS, least=1)
    model = seq2seq.from_bert(bert, vocabulary, rows, decoder_layers=2, dropout=0.1).eval()
    ids = vocabulary.tokenizer.encode(text).ids
    with torch.no_grad():
        expected = bert(torch.tensor([[rows[index] for index in ids]])).last_hidden_state
        return model, torch.tensor([ids]), expected, model.model.encoder(torch.tensor([ids])).last_hidden_state


def randomise(bert):
    """Pretrained layer norms, biases and token types are far from their first values: the test must notice all of them."""
    torch.manual_seed(3)
    with torch.no_grad():
        for parameter in bert.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    return bert.eval()


def test_the_encoder_is_a_random_bert(tmp_path):
    bert = randomise(BertModel.from_pretrained(str(write_tiny_encoder(tmp_path))))
    _, _, expected, actual = outputs(bert, tiny_tokenizer(), TEXT)
    assert expected.abs().max() > 0.5
    assert (expected - actual).abs().max() < 1e-4


def test_the_encoder_is_minilm():
    folder = seq2seq.encoder_source("sentence-transformers/all-MiniLM-L6-v2")
    full = Tokenizer.from_file(f"{folder}/tokenizer.json")
    full.no_truncation()
    full.no_padding()
    bert = BertModel.from_pretrained(folder).eval()
    model, ids, expected, actual = outputs(bert, full, TEXT * 4)
    assert ids.shape[1] > 128
    assert model.model.encoder.embed_tokens.weight.shape[0] < 3000
    assert (expected - actual).abs().max() < 1e-4


def test_a_saved_model_loads_with_the_same_output(tmp_path):
    bert = randomise(BertModel.from_pretrained(str(write_tiny_encoder(tmp_path / "bert"))))
    model, ids, _, _ = outputs(bert, tiny_tokenizer(), TEXT)
    model.save_pretrained(str(tmp_path / "model"))
    loaded = seq2seq.load(tmp_path / "model").eval()
    with torch.no_grad():
        assert torch.equal(
            model(input_ids=ids, decoder_input_ids=ids).logits, loaded(input_ids=ids, decoder_input_ids=ids).logits
        )


def test_only_safetensors_are_written(tmp_path):
    bert = BertModel.from_pretrained(str(write_tiny_encoder(tmp_path / "bert")))
    outputs(bert, tiny_tokenizer(), TEXT)[0].save_pretrained(str(tmp_path / "model"))
    assert {path.suffix for path in (tmp_path / "model").iterdir()} == {".json", ".safetensors"}


def test_embeddings_are_shared(tmp_path):
    model = outputs(BertModel.from_pretrained(str(write_tiny_encoder(tmp_path))), tiny_tokenizer(), TEXT)[0]
    assert model.model.encoder.embed_tokens.weight is model.model.decoder.embed_tokens.weight is model.lm_head.weight


def test_an_encoder_that_would_not_carry_over_is_refused():
    bert = BertModel(BertConfig(vocab_size=200, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, hidden_act="relu"))
    vocabulary, rows = trim(tiny_tokenizer(), [TEXT], MARKERS, least=1)
    with pytest.raises(TrainingError, match="relu"):
        seq2seq.from_bert(bert, vocabulary, rows, decoder_layers=1, dropout=0.0)
