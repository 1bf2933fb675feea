from __future__ import annotations

import random
from dataclasses import replace

import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from dti.codecs.pointer import LABELS  # noqa: E402 - after the skip
from dti.domain.entities import EntityKind  # noqa: E402
from dti.domain.triplets import Triplet  # noqa: E402
from dti.lexicon import open_lexicon  # noqa: E402
from dti.mentions import Recogniser, selector  # noqa: E402
from dti.model.pairs.encoding import encode  # noqa: E402
from dti.model.vocabulary import Vocabulary  # noqa: E402
from dti.pairing import LISTED_FEATURES, PAIR_FEATURES, Frequencies  # noqa: E402
from dti.training.pairs.batches import Item, batches, collate  # noqa: E402
from dti.training.pairs.examples import SERVED, STYLES, UNLABELLED, Finders, PairExample, read_pairs  # noqa: E402
from dti.training.pairs.loss import loss  # noqa: E402
from dti.training.pairs.recipe import PairRecipe  # noqa: E402
from tests.lexicon_files import write_lexicon  # noqa: E402
from tests.pair_data import document, drugs_and_targets  # noqa: E402
from tests.tiny_model import labelled, tiny_tokenizer, write_labelled  # noqa: E402

RECIPE = PairRecipe(name="test", batch_documents=2, source_tokens=60, hide=0.5, unlist=0.5)


def row(corpus, number, title, abstract, triples):
    return {**labelled(corpus, str(number), title, abstract, triples), "doc_id": f"{corpus}{number}"}


def read(tmp_path, *rows):
    folder = write_labelled(tmp_path / "data", rows)
    lexicon = open_lexicon(write_lexicon(tmp_path / "names"), tmp_path / "cache")
    find = selector(Recogniser(lexicon), 16)

    def found(documents):
        return [find(document) for document in documents]

    return read_pairs(folder, Finders(found, found), lexicon)


def named(example):
    return {
        (example.candidates[drug].name, example.candidates[target].name): LABELS[label] if label != UNLABELLED else None
        for (drug, target), label in example.right.items()
    }


def test_text_names_are_matched_by_their_place(tmp_path):
    text = "Clorgiline blocked monoamine oxidase type A. Melatonin did not."
    corpora = read(
        tmp_path,
        row(
            "drugprot",
            1,
            "A study",
            text,
            [("Clorgiline", "INHIBITOR", "monoamine oxidase type A"), ("Melatonin", "NOT", "monoamine oxidase type A")],
        ),
    )
    [example] = corpora.training
    assert list(named(example).values()) == ["inhibitor"]
    assert [drug for drug, _ in named(example)] == ["Clorgyline"]


def test_relations_without_a_label_of_ours_still_count_as_pairs(tmp_path):
    text = "Clorgyline raised monoamine oxidase type A."
    corpora = read(
        tmp_path, row("drugprot", 1, "A", text, [("Clorgyline", "INDIRECT-UPREGULATOR", "monoamine oxidase type A")])
    )
    assert list(named(corpora.training[0]).values()) == [None]


def test_table_names_are_matched_by_identity(tmp_path):
    text = "L-DOPA and clorgyline were given. They met Monoamine oxidase type A."
    triple = ("Levodopa", "Strange Action", "Amine oxidase [flavin-containing] A")
    [example] = read(tmp_path, row("drugbank_distant", 2, "A study", text, [triple])).training
    assert [drug for drug, _ in named(example)] == ["Levodopa"]
    assert list(named(example).values()) == ["other"]


def test_documents_that_lost_all_their_gold_do_not_teach_silence(tmp_path):
    text = "Clorgyline and monoamine oxidase type A."
    corpora = read(
        tmp_path,
        row("drugprot", 1, "A", text, [("unheard of", "INHIBITOR", "nothing known")]),
        row("drugprot", 2, "A", text, []),
        row("drugbank_distant", 3, "A", text, []),
    )
    assert [example.document.pmid for example in corpora.training] == ["2"]


def test_development_documents_train_nothing(tmp_path):
    text = "Clorgyline inhibits Monoamine oxidase type A."
    rows = [row("kd_dti", n, "A", text, [("Clorgyline", "inhibitor", "Monoamine oxidase type A")]) for n in range(30)]
    again = [row("drugprot", n, "A", text, [("Clorgyline", "INHIBITOR", "Monoamine oxidase type A")]) for n in range(30)]
    corpora = read(tmp_path, *rows, *again)
    measured = {example.document.pmid for example in corpora.development}
    assert measured
    assert not measured & {example.document.pmid for example in corpora.training}


def test_another_lexicons_candidates_are_right_where_the_first_ones_were(tmp_path):
    text = "Clorgyline, not Levodopa, inhibits monoamine oxidase type A."
    folder = write_labelled(
        tmp_path / "data", [row("drugprot", 1, "A", text, [("Clorgyline", "INHIBITOR", "monoamine oxidase type A")])]
    )
    lexicon = open_lexicon(write_lexicon(tmp_path / "names"), tmp_path / "cache")
    select = selector(Recogniser(lexicon), 16)

    def found(documents):
        return [select(one) for one in documents]

    def turned(documents):
        return [drugs_and_targets(one, ["Levodopa", "Clorgyline"], ["oxidase type A"]) for one in documents]

    def blind(documents):
        return [drugs_and_targets(one, ["Levodopa"], ["oxidase type A"]) for one in documents]

    [one] = read_pairs(folder, Finders(found, found, turned), lexicon).training
    assert list(named(one).values()) == ["inhibitor"]
    assert named(one.other) == {("Clorgyline", "oxidase type A"): "inhibitor"}
    [one] = read_pairs(folder, Finders(found, found, blind), lexicon).training
    assert one.other is None


def test_only_what_the_tagger_has_not_seen_is_read_with_it(tmp_path):
    text = "Clorgyline inhibits Monoamine oxidase type A."
    triple = ("Clorgyline", "inhibitor", "Monoamine oxidase type A")
    rows = [row(corpus, n, "A", text, [triple]) for n, corpus in enumerate(["kd_dti", "drugbank_distant"])]
    asked = {"served": [], "untagged": []}

    def finder(name):
        def find(documents):
            asked[name] += [one.id for one in documents]
            return [() for _ in documents]

        return find

    lexicon = open_lexicon(write_lexicon(tmp_path / "names"), tmp_path / "cache")
    read_pairs(write_labelled(tmp_path / "data", rows), Finders(finder("served"), finder("untagged")), lexicon)
    assert asked == {"served": ["kd_dti0"], "untagged": ["drugbank_distant1"]}


def example(number, right, corpus="kd_dti", unclear=()):
    text = document("Clorgyline.", f"Clorgyline and Levodopa act on MAO-A in {number} cells.", str(number))
    return PairExample(corpus, text, drugs_and_targets(text, ["Clorgyline", "Levodopa"], ["MAO-A"]), right, frozenset(unclear))


def source(one, limit=60):
    return encode(one.document, one.candidates, Vocabulary(tiny_tokenizer()), Frequencies(), limit)


def test_the_same_seed_draws_and_hides_the_same():
    examples = [example(number, {(0, 2): 0}) for number in range(6)]

    def drawn():
        made = batches(RECIPE, examples, source)
        return [[(item.example.document.id, item.hidden, item.listed) for item in next(made)()] for _ in range(6)]

    one, other = drawn(), drawn()
    assert one == other
    assert {hidden for batch in one for _, hidden, _ in batch} > {frozenset()}


def test_weights_say_how_often_a_corpus_is_drawn():
    examples = [example(n, {}, corpus) for n, corpus in enumerate(["kd_dti", "drugprot", "chemprot"])]
    recipe = PairRecipe(name="t", batch_documents=100, weights={"kd_dti": 2, "drugprot": 0})
    [*drawn] = next(batches(recipe, examples, source))()
    assert sorted(item.example.corpus for item in drawn) == ["chemprot", "kd_dti", "kd_dti"]


@pytest.mark.parametrize(("share", "shown"), [(0.0, {"1"}), (1.0, {"2"}), (0.5, {"1", "2"})])
def test_a_share_of_the_draws_shows_the_other_lexicons_candidates(share, shown):
    one = replace(example(1, {(0, 2): 0}), other=example(2, {(0, 2): 0}))
    made = batches(replace(RECIPE, other_share=share), [one], source)
    assert {next(made)()[0].example.document.id for _ in range(20)} == shown


def test_silence_is_asked_for_in_the_served_style():
    examples = [example(1, {}, "drugprot"), replace(example(2, {(0, 2): 0}, "drugprot"), gold=(Triplet("a", "b", "c"),))]
    made = batches(PairRecipe(name="t", batch_documents=2, silence=1.0), examples, source)
    assert {item.example.document.id: item.style for item in next(made)()} == {"1": SERVED, "2": STYLES["drugprot"]}


def test_a_lexicon_that_says_less_leaves_the_rest():
    one = example(1, {(0, 2): 0})
    (full, _), (poor, _) = (collate([Item(source(one), one, listed=listed)]) for listed in (True, False))
    drug = [len(PAIR_FEATURES) + at for at in LISTED_FEATURES]
    assert full.signals[:, drug].any()
    assert not poor.signals[:, drug].any()
    assert torch.equal(full.signals[:, : len(PAIR_FEATURES)], poor.signals[:, : len(PAIR_FEATURES)])


def test_hidden_candidates_hide_their_tokens_only():
    one = example(1, {})
    batch, _ = collate([Item(source(one), one, hidden=frozenset({0}))])
    places = {at for mention in source(one).mentions[0] for at in mention}
    assert {int(at) for at in batch.hidden[0].nonzero()} == places


def learnt(interacts, one):
    """The loss of given logits of the two pairs of one example, labels aside."""
    batch, answers = collate([Item(source(one), one)])
    recipe = PairRecipe(name="t", label_loss=0.0)
    return float(loss(recipe, batch, answers, torch.tensor(interacts), torch.zeros(2, len(LABELS))))


def test_the_loss_prefers_the_right_pair_and_silence_where_there_is_none():
    right = example(1, {(0, 2): 0})
    assert learnt([3.0, -3.0], right) < learnt([-3.0, 3.0], right)
    none = example(2, {}, "drugprot")
    assert learnt([-3.0, -3.0], none) < learnt([3.0, -3.0], none)


def test_unclear_pairs_cost_nothing():
    unclear = example(1, {(0, 2): 0}, unclear=[(1, 2)])
    rng = random.Random(1)  # noqa: S311 - no secret
    values = {round(learnt([2.0, rng.uniform(-5, 5)], unclear), 6) for _ in range(4)}
    assert len(values) == 1


def test_a_documents_weight_scales_what_it_teaches():
    one, other = example(1, {(0, 2): 1}), example(2, {(1, 2): 0})
    logits, labels = torch.tensor([1.0, -2.0, 0.5, 3.0]), torch.randn(4, len(LABELS), generator=torch.manual_seed(3))

    def value(*weights):
        items = [Item(source(e), replace(e, weight=w)) for e, w in zip((one, other), weights, strict=True)]
        batch, answers = collate(items)
        return float(loss(PairRecipe(name="t"), batch, answers, logits, labels))

    assert value(1.0, 1.0) == pytest.approx(value(1.0, 0.0) + value(0.0, 1.0))
    assert value(0.5, 0.0) == pytest.approx(value(1.0, 0.0) / 2)
    assert value(0.0, 0.0) == 0


def test_labels_are_learnt_from_right_pairs_alone():
    one = example(1, {(0, 2): 1})
    batch, answers = collate([Item(source(one), one)])
    recipe = PairRecipe(name="t", pair_loss=0.0, choice_loss=0.0, label_smoothing=0.0)
    logits = torch.zeros(2, len(LABELS))
    logits[1, 5] = 9.0
    assert float(loss(recipe, batch, answers, torch.zeros(2), logits)) == pytest.approx(
        0.5 * float(torch.tensor(float(len(LABELS))).log())
    )
    assert [c.kind for c in one.candidates] == [EntityKind.DRUG, EntityKind.DRUG, EntityKind.TARGET]
