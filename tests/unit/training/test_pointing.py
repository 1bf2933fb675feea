"""A codec that points, from labelled documents and name tables to served claims."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("torch")
pytest.importorskip("transformers")

from click.testing import CliRunner  # noqa: E402 - after the skip

from dti.cli.extract import extract  # noqa: E402
from dti.codecs import Pointer  # noqa: E402
from dti.lexicon import open_lexicon  # noqa: E402
from dti.mentions import Recogniser, selector  # noqa: E402
from dti.training import run  # noqa: E402
from dti.training.experiment import read_experiment  # noqa: E402
from dti.training.pointing import read_pointed, varied  # noqa: E402
from tests.lexicon_files import write_lexicon  # noqa: E402
from tests.tiny_model import labelled, write_labelled, write_tiny_encoder  # noqa: E402
from tests.unit.training.test_training_run import RECIPE  # noqa: E402

ABSTRACT = "We show that clorgiline inhibits MAO-A in rat cells, melatonin does not."


def document(corpus, pmid, *triples):
    return labelled(corpus, pmid, "A study of MAO-A.", ABSTRACT, triples)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    write_lexicon(folder / "lexicons" / "names")
    gold = ("Clorgiline", "inhibitor", "MAO-A")
    distant = [document("drugbank_distant", str(n), ("Clorgyline", "Inhibitor", "Monoamine oxidase type A")) for n in range(8)]
    rest = [
        *(document("kd_dti", str(n), gold) for n in range(20, 30)),
        document("drugprot", "40"),
        document("drugprot", "41", ("clorgiline", "INHIBITOR", "MAO-A")),
        document("drugprot", "42", ("nothing listed", "INHIBITOR", "MAO-A")),
        document("biored", "43"),
    ]
    return write_labelled(folder, [*distant, *rest])


@pytest.fixture(scope="module")
def lexicon(data, tmp_path_factory):
    return open_lexicon(data / "lexicons" / "names", tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def corpora(data, lexicon):
    return read_pointed(data, Pointer(), selector(Recogniser(lexicon), 16), lexicon)


def test_gold_names_become_candidates_and_what_matches_none_is_left_out(corpora):
    documents = {example.pmid: example for example in corpora.documents if example.corpus != "kd_dti"}
    assert set(documents) == {*map(str, range(8)), "40", "41"}
    [distant] = documents["0"].triplets
    assert (distant.drug, distant.interaction) == ("Clorgyline", "inhibitor")
    assert documents["41"].triplets == (distant,)
    assert documents["40"].triplets == ()
    assert {example.style for example in documents.values()} == {"distant", "curated"}


def test_development_documents_keep_gold_names_and_do_not_train(corpora):
    assert corpora.development
    assert all(example.triplets[0].drug == "Clorgiline" and example.candidates for example in corpora.development)
    assert not {example.pmid for example in corpora.development} & {example.pmid for example in corpora.documents}


def test_an_example_points_at_the_same_names_however_its_candidates_are_dealt(corpora):
    example = next(example for example in corpora.documents if example.triplets)
    rng = random.Random(3)  # noqa: S311 - deals pointers, hides nothing
    seen = Counter()
    for _ in range(40):
        dealt = varied(example, 1.0, 0.5, rng)
        written = Pointer().render(dealt.triplets, dealt.candidates)
        assert Pointer().parse(written, dealt.candidates).triplets == example.triplets
        assert "<d>" not in written
        seen[written] += 1
    assert len(seen) > 1
    assert varied(example, 0.0, 0.0, rng) == example


@pytest.mark.slow
def test_a_trained_checkpoint_serves_with_name_tables(data, tmp_path, monkeypatch):
    monkeypatch.setenv("DTI_CACHE_DIR", str(tmp_path / "cache"))
    recipe = tmp_path / "tiny.toml"
    stages = RECIPE.replace('"sentences"', '"documents"').replace("steps = 6", "steps = 30")
    recipe.write_text('codec = "pointer"\n' + stages.format(encoder=write_tiny_encoder(tmp_path / "bert")))
    checkpoint = run.train(read_experiment(recipe), run.Order(data=data, out=tmp_path / "out"), lambda _: None)
    assert checkpoint.card["development"]["unreadable_generations"] == 0
    assert {"model", "as the text spells them"} <= checkpoint.card["development"].keys()
    papers = tmp_path / "papers.jsonl"
    papers.write_text(json.dumps({"id": "1", "title": "A study of MAO-A.", "abstract": ABSTRACT}) + "\n")
    arguments = [
        str(papers),
        "--model",
        str(checkpoint.folder),
        "--threads",
        "1",
        "--lexicon",
        str(data / "lexicons" / "names"),
    ]
    result = CliRunner().invoke(extract, arguments)
    assert result.exit_code == 0, result.output
    row = json.loads(result.stdout)
    assert row["status"] in {"extracted", "no_triplet"}
    assert not (row["reason"] or "").startswith("unreadable")
    for triplet in row["triplets"]:
        start, end = triplet["evidence"]["drug_span"]
        assert f"A study of MAO-A. {ABSTRACT}"[start:end] in {"clorgiline", "melatonin"}
