"""What is trained is what is served: a model that learnt one document by heart repeats it in the serving engine."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from dti.codecs import CODECS  # noqa: E402 - after the skip
from dti.domain.triplets import Triplet  # noqa: E402
from dti.model.backbones import BACKBONES, Material  # noqa: E402
from dti.model.convert import convert  # noqa: E402
from dti.model.runtimes import open_runtime  # noqa: E402
from dti.model.teacher_forcing import logits  # noqa: E402
from dti.training.batches import Collator  # noqa: E402
from dti.training.corpora import Example  # noqa: E402
from tests.tiny_pretrained import WRITERS  # noqa: E402

TEXTS = {
    "We show that zelo inhibits the human kinase q1 in rat cells.": Triplet("zelo", "inhibitor", "kinase q1"),
    "The agonist 5-hydroxy-zelo and the receptor (KQ-2).": Triplet("5-hydroxy-zelo", "agonist", "KQ-2"),
}


@pytest.mark.parametrize("kind", list(WRITERS))
def test_it_is_repeated(kind, tmp_path):
    torch.set_num_threads(1)  # more wait for one another longer than they compute
    folder = WRITERS[kind](tmp_path / "hub")
    codec = CODECS.build("tagged")
    material = Material(seed=1, encoder="", markers=codec.markers, least_piece_count=1, texts=lambda: ())
    begun = BACKBONES.build(kind.removeprefix("flan-"), pretrained=str(folder)).begin(material)
    model, vocabulary = begun.model.eval(), begun.vocabulary
    batch = Collator(vocabulary, codec, 200, 60)([Example(text, "", "", text, (triplet,)) for text, triplet in TEXTS.items()])
    optimiser = torch.optim.Adam(model.parameters(), lr=4e-3)
    for _ in range(120):
        said = logits(model, batch.source, batch.mask, batch.decoder)
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(said.flatten(0, 1), batch.labels.flatten()).backward()
        optimiser.step()
    model.save_pretrained(str(tmp_path / "model"))
    vocabulary.tokenizer.save(str(tmp_path / "tokenizer.json"))
    convert(tmp_path / "model", tmp_path / "tokenizer.json", tmp_path / "engine")
    runtime = open_runtime(tmp_path / "engine", vocabulary.frame.start, 1)
    found = runtime.greedy([vocabulary.encode(text, 200)[0] for text in TEXTS], [[], []], 0, 60)
    written = [vocabulary.join(row.tokens, [0.0] * len(row.tokens))[0] for row in found]
    assert [[located.triplet for located in codec.parse(text).located] for text in written] == [[t] for t in TEXTS.values()]
