from __future__ import annotations

import pytest
from tokenizers import Tokenizer

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from transformers import BertModel  # noqa: E402 - after the skip

from dti.model import seq2seq  # noqa: E402
from dti.model.adapted import save_encoder  # noqa: E402
from dti.model.vocabulary import trim  # noqa: E402
from tests.tiny_model import tiny_tokenizer, write_tiny_encoder  # noqa: E402

TEXT = "The drug zelorantib inhibits human kinase Q7 (KQ7)."
UNSEEN = "agonist"  # a piece that the trimmed vocabulary has left out


@pytest.fixture
def learnt(tmp_path):
    """A BART whose encoder has moved away from the BERT that it was made of, and that BERT's folder."""
    folder = write_tiny_encoder(tmp_path / "bert")
    bert = BertModel.from_pretrained(str(folder))
    vocabulary, rows = trim(tiny_tokenizer(), [TEXT], ("<d>",), least=1)
    model = seq2seq.from_bert(bert, vocabulary, rows, decoder_layers=1, dropout=0.0).eval()
    torch.manual_seed(5)
    with torch.no_grad():
        for parameter in model.model.encoder.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    return model, vocabulary, rows, folder


def test_what_an_encoder_has_learnt_is_read_from_its_folder_as_a_bert(learnt, tmp_path):
    model, vocabulary, rows, origin = learnt
    save_encoder(model, vocabulary, str(origin), tmp_path / "encoder")
    bert = BertModel.from_pretrained(str(tmp_path / "encoder")).eval()
    ids = vocabulary.tokenizer.encode(TEXT).ids
    with torch.no_grad():
        expected = model.model.encoder(torch.tensor([ids])).last_hidden_state
        actual = bert(torch.tensor([[rows[index] for index in ids]])).last_hidden_state
    assert (expected - actual).abs().max() < 1e-4


def test_pieces_that_were_left_out_stay_as_they_were(learnt, tmp_path):
    model, vocabulary, _, origin = learnt
    save_encoder(model, vocabulary, str(origin), tmp_path / "encoder")
    tokenizer = Tokenizer.from_file(str(tmp_path / "encoder" / "tokenizer.json"))
    rows = [tokenizer.token_to_id(piece) for piece in (UNSEEN, "drug")]
    before, after = (
        BertModel.from_pretrained(str(folder)).embeddings.word_embeddings.weight[rows]
        for folder in (origin, tmp_path / "encoder")
    )
    assert torch.equal(before[0], after[0])
    assert not torch.equal(before[1], after[1])
