from __future__ import annotations

import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from transformers import BertModel  # noqa: E402 - after the skip

from dti.errors import CheckpointError  # noqa: E402
from dti.model import seq2seq  # noqa: E402
from dti.model.convert import convert  # noqa: E402
from dti.model.vocabulary import Vocabulary, trim  # noqa: E402
from dti.settings import PROJECT_ROOT  # noqa: E402
from tests.tiny_model import tiny_tokenizer, write_tiny_encoder  # noqa: E402


def generator(folder):
    """A tiny generator whose every array is another, saved and converted."""
    torch.manual_seed(3)
    bert = BertModel.from_pretrained(str(write_tiny_encoder(folder / "bert")))
    vocabulary, rows = trim(tiny_tokenizer(), ["the drug inhibits the kinase"], ("<d>", "<r>", "<t>"), least=1)
    model = seq2seq.from_bert(bert, vocabulary, rows, decoder_layers=2, dropout=0.1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    model.save_pretrained(str(folder / "model"))
    vocabulary.tokenizer.save(str(folder / "tokenizer.json"))
    return model, vocabulary


@pytest.mark.parametrize(("quantization", "tolerance"), [("float32", 0.0), ("int8", 0.01)])
def test_a_converted_generator_is_read_back(tmp_path, quantization, tolerance):
    from benchmarks._restored import restored  # noqa: PLC0415 - the plain install lacks what it imports

    model, vocabulary = generator(tmp_path)
    convert(tmp_path / "model", tmp_path / "tokenizer.json", tmp_path / "engine", quantization=quantization)
    back = restored(tmp_path / "engine", vocabulary).state_dict()
    for name, value in model.state_dict().items():
        kept = slice(2, None) if "embed_positions" in name else slice(None)  # the first two rows of positions are never used
        assert (back[name][kept] - value[kept]).abs().max() <= tolerance, name


def test_a_pair_model_is_no_generator():
    from benchmarks._restored import restored  # noqa: PLC0415

    shipped = PROJECT_ROOT / "data" / "model"
    with pytest.raises(CheckpointError, match="no generator"):
        restored(shipped / "engine", Vocabulary.load(shipped / "tokenizer.json"))
