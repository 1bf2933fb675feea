from __future__ import annotations

from types import SimpleNamespace

import pytest
from tokenizers import AddedToken

from dti.codecs import Tagged
from dti.domain.documents import Document
from dti.domain.triplets import Triplet
from dti.model.vocabulary import END, PAD, START, Vocabulary
from tests.tiny_model import tiny_tokenizer

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")


class Echo:
    """Answers each source with a triplet of the words it has, padded like a batch of transformers."""

    config = SimpleNamespace(decoder_start_token_id=None)

    def __init__(self, vocabulary):
        self._id = vocabulary.id
        self.batches = []

    def generate(self, *, input_ids, attention_mask, num_beams, **_):
        self.batches.append((len(input_ids), num_beams))
        rows = [self._answer(row[mask.bool()].tolist()) for row, mask in zip(input_ids, attention_mask, strict=True)]
        longest = max(map(len, rows))
        return torch.tensor([[*row, *[self._id(PAD)] * (longest - len(row))] for row in rows])

    def _answer(self, source):
        words = source[1:-1]
        marked = [self._id("<d>"), *words, self._id("<r>"), self._id("inhibitor"), self._id("<t>"), self._id("kinase")]
        return [self._id(START), *marked, self._id(END)]


def test_answers_come_in_the_order_of_the_documents_whatever_the_batches():
    from benchmarks._hf_generate import TransformersGenerate  # noqa: PLC0415 - the plain install lacks what it imports

    tokenizer = tiny_tokenizer()
    tokenizer.add_tokens([AddedToken(marker, normalized=False) for marker in Tagged().markers])
    vocabulary = Vocabulary(tokenizer)
    echo = Echo(vocabulary)
    system = TransformersGenerate(echo, vocabulary, Tagged(), lambda _: (), source_tokens=64, most_tokens=8, batch=2, beams=4)
    titles = ["the human kinase", "drug", "a study of the rat cells", "receptor protein", "human"]
    documents = [Document(source="pmid", id=str(n), title=title) for n, title in enumerate(titles)]
    assert system(documents) == [(Triplet(title, "inhibitor", "kinase"),) for title in titles]
    assert echo.batches == [(2, 4), (2, 4), (1, 4)]
