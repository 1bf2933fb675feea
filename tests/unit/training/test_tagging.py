from __future__ import annotations

import json
import lzma

import pytest

pytest.importorskip("spacy", reason="needs the train extra")
np = pytest.importorskip("numpy")

from dti.domain.entities import EntityKind  # noqa: E402 - after the extra is known to be there
from dti.errors import CheckpointError, TrainingError  # noqa: E402
from dti.mentions.features import FEATURES, WORD  # noqa: E402
from dti.mentions.network import Network  # noqa: E402
from dti.mentions.tagger import OUTSIDE, Tagger  # noqa: E402
from dti.training.tagging.pipeline import Pipeline  # noqa: E402
from dti.training.tagging.recipe import read_recipe  # noqa: E402
from dti.training.tagging.run import train  # noqa: E402
from dti.training.tagging.samples import read_samples, sample  # noqa: E402

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
RECIPE = """
name = "small"
seed = 3
epochs = 12
words_a_batch = 60
learning_rate = 0.02
dropout = 0.1
label_smoothing = 0.05
width = 16
depth = 2
pieces = 2
rows = [200, 60, 80, 90, 30]
train = ["drugprot/train"]
development = ["drugprot/dev"]
held_out = ["kd_dti/valid"]
"""


def row(number, abstract, entities, split="train", corpus="drugprot"):
    listed = [{"text": text, "type": type_, "id": ""} for text, type_ in entities]
    return {
        "corpus": corpus,
        "split": split,
        "doc_id": str(number),
        "pmid": str(number),
        "title": "T.",
        "abstract": abstract,
        "entities": listed,
        "triples": [],
    }


@pytest.fixture
def data(tmp_path):
    drugs, targets = ("zaxolin", "mirazolin", "tefazolin"), ("kinase B", "kinase C", "CDK9")
    rows = [
        row(
            n,
            f"We saw {drugs[n % 3]} block {targets[n % 2]} in rats.",
            [(drugs[n % 3], "CHEMICAL"), (targets[n % 2], "GENE-N")],
        )
        for n in range(40)
    ]
    rows.append(row(90, "They saw ubazolin block kinase C here.", [("ubazolin", "CHEMICAL"), ("kinase C", "GENE-Y")], "dev"))
    rows.append(row(7, "", [], "valid", "kd_dti"))
    (tmp_path / "labelled").mkdir()
    with lzma.open(tmp_path / "labelled" / "documents.jsonl.xz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(item) + "\n" for item in rows)
    return tmp_path


@pytest.fixture
def recipe(tmp_path):
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    return read_recipe(tmp_path / "recipe.toml")


def test_names_are_marked_wherever_they_stand_the_longest_first():
    marked = sample("EGFR kinase, egfr and EGFR; EGFRs", [("EGFR kinase", "T"), ("EGFR", "T")])
    assert marked.tags == ("B-T", "L-T", OUTSIDE, OUTSIDE, OUTSIDE, "U-T", OUTSIDE, OUTSIDE)
    assert marked.names == {(0, 1, "T"), (5, 5, "T")}


def test_held_out_documents_are_in_no_other_part(data):
    samples = read_samples(
        data / "labelled" / "documents.jsonl.xz", ["drugprot/train", "drugprot/dev"], ["kd_dti/valid", "drugprot/dev"]
    )
    assert {part: len(found) for part, found in samples.items()} == {"drugprot/train": 39, "drugprot/dev": 1}


def test_an_empty_part_is_an_error(data):
    with pytest.raises(TrainingError, match="biored/train"):
        read_samples(data / "labelled" / "documents.jsonl.xz", ["biored/train"], [])


def test_a_run_learns_names_by_their_look_and_serves_them_without_spacy(data, recipe, tmp_path):
    *_, last = train(recipe, data, tmp_path / "out")
    assert last["drugprot/dev"]["drug"].f1 == 1.0
    reading = Tagger.open(tmp_path / "out").read("We saw ozazolin block kinase B in rats.")
    assert [(t.span.start, t.span.end, t.kind) for t in reading.names(0.5)] == [
        (7, 15, EntityKind.DRUG),
        (22, 30, EntityKind.TARGET),
    ]
    card = json.loads((tmp_path / "out" / "card.json").read_text())
    assert card["documents"] == {"drugprot/train": 39, "drugprot/dev": 1}
    (tmp_path / "out" / "card.json").write_text("{}")
    with pytest.raises(CheckpointError, match=r"card\.json"):
        Tagger.open(tmp_path / "out")


def test_the_same_recipe_and_data_give_the_same_files(data, recipe, tmp_path):
    def sums(out):
        next(train(recipe, data, tmp_path / out))
        return (tmp_path / out / "SHA256SUMS").read_text()

    assert sums("one") == sums("other")


def test_the_network_that_serves_answers_as_spacy_does(data, recipe):
    samples = read_samples(data / "labelled" / "documents.jsonl.xz", ["drugprot/train"], [])["drugprot/train"]
    pipeline = Pipeline(recipe)
    for _ in pipeline.train(samples[:10]):
        network = Network.load(pipeline.arrays(), len(FEATURES), recipe.depth)
        tagger = Tagger(network, pipeline.tags, pipeline.symbols)
        for text in ("We saw ozazolin", "ADP [3H]β-x", "X", "of the K+ channel, 12-O-tetradecanoylphorbol", "é𝛼 DET det"):
            words = WORD.findall(text)
            assert np.abs(tagger.probabilities(words) - pipeline.probabilities(words)).max() < 1e-5


@pytest.mark.parametrize(
    ("line", "problem"), [("depth = 2", "depth"), ("rows = [200, 60, 80, 90, 30]", "rows"), ('name = "small"', "name")]
)
def test_a_recipe_says_what_is_wrong_with_it(tmp_path, line, problem):
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE.replace(line, ""), encoding="utf-8")
    with pytest.raises(TrainingError, match=problem):
        read_recipe(path)
    path.write_text(RECIPE.replace("rows = [200, 60", "rows = [200, 60, 60"), encoding="utf-8")
    with pytest.raises(TrainingError, match="features"):
        read_recipe(path)
