from __future__ import annotations

from collections import Counter

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("torch")

from dti.codecs import Tagged  # noqa: E402 - after the skip
from dti.domain.triplets import Triplet  # noqa: E402
from dti.model.vocabulary import trim  # noqa: E402
from dti.training.batches import Collator, epoch, with_steps  # noqa: E402
from dti.training.corpora import Corpora, Example  # noqa: E402
from dti.training.experiment import Stage  # noqa: E402
from tests.tiny_model import tiny_tokenizer  # noqa: E402

STAGE = Stage(name="s", examples="documents", steps=9, source_tokens=40, batch_tokens=160)
TRIPLETS = (Triplet("zelo", "inhibitor", "kinase q7"), Triplet("morva", "agonist", "receptor x"))


def example(number, corpus="kd_dti", triplets=TRIPLETS):
    text = "zelo inhibits kinase q7 and " + "the rat " * (number % 7) + "morva activates receptor x"
    return Example(str(number), str(number), corpus, text, triplets)


def corpora(*examples, **names):
    return Corpora(sentences=(), documents=examples, development=(), **names)


def keys(batches):
    return [[item.key for item in batch] for batch in batches]


def test_an_epoch_is_the_same_for_the_same_seed_and_differs_for_another():
    data = corpora(*(example(n) for n in range(30)), drugs=("a1", "b1"), targets=("c1",))
    stage = Stage(name="s", examples="documents", steps=9, source_tokens=40, batch_tokens=160, swap=0.5)
    assert epoch(data, stage, "1/s/0") == epoch(data, stage, "1/s/0")
    assert keys(epoch(data, stage, "1/s/0")) != keys(epoch(data, stage, "1/s/1"))


def test_an_epoch_holds_every_example_as_often_as_its_corpus_weighs():
    stage = Stage(
        name="s",
        examples="documents",
        steps=9,
        source_tokens=40,
        batch_tokens=160,
        empty=0.0,
        weights={"kd_dti": 2.0, "other": 0.0},
    )
    data = corpora(example(1), example(2, "other"), example(3, "drugprot"), example(4, triplets=()))
    assert Counter(key for batch in keys(epoch(data, stage, "1")) for key in batch) == {"1": 2, "3": 1}


def test_batches_stay_within_their_tokens():
    batches = epoch(corpora(*(example(n) for n in range(50))), STAGE, "1")
    assert max(len(batch) for batch in batches) > 1
    for batch in batches:
        assert len(batch) * max(len(item.source) / 4.3 for item in batch) <= 160 or len(batch) == 1


@pytest.fixture(scope="module")
def vocabulary():
    return trim(
        tiny_tokenizer(), ["the rat", "inhibitor agonist kinase receptor inhibits activates and"], Tagged().markers, least=1
    )[0]


def target(vocabulary, batch, row=0):
    ids = [int(index) for index in batch.labels[row] if index >= 0]
    assert ids[-1] == vocabulary.id("[SEP]")
    return vocabulary.join([vocabulary.tokenizer.id_to_token(index) for index in ids[:-1]], [0.0] * len(ids))[0]


def test_a_batch_asks_for_the_rendered_triplets(vocabulary):
    batch = Collator(vocabulary, Tagged(), 64, 64)([example(1), example(6)])
    assert target(vocabulary, batch, 1) == Tagged().render(TRIPLETS)
    assert batch.source.shape == batch.mask.shape
    assert batch.mask.sum(dim=1).tolist() == [int((row != 0).sum()) for row in batch.source]
    assert batch.decoder.shape == batch.labels.shape
    assert (batch.decoder[:, 0] == vocabulary.id("[CLS]")).all()


def test_a_triplet_cut_off_with_the_source_is_not_asked_for(vocabulary):
    batch = Collator(vocabulary, Tagged(), 18, 64)([example(6)])
    assert batch.source.shape[1] == 18
    assert target(vocabulary, batch) == Tagged().render(TRIPLETS[:1])


def test_a_target_beyond_its_length_loses_whole_triplets(vocabulary):
    assert target(vocabulary, Collator(vocabulary, Tagged(), 64, 20)([example(1)])) == Tagged().render(TRIPLETS[:1])


def test_a_first_triplet_beyond_the_target_is_asked_for_as_far_as_it_goes(vocabulary):
    batch = Collator(vocabulary, Tagged(), 64, 6)([example(1)])
    assert batch.labels[0].tolist() == vocabulary.pieces(Tagged().render(TRIPLETS[:1]))[:6]


@pytest.mark.parametrize(("most", "steps"), [(None, [3, 4]), (5, [3, 2]), (2, [2, 0]), (99, [3, 4])])
def test_stages_are_cut_from_the_end(most, steps):
    stages = [Stage(name=n, examples="documents", steps=s, source_tokens=9, batch_tokens=9) for n, s in (("a", 3), ("b", 4))]
    assert [stage.steps for stage in with_steps(stages, most)] == steps
