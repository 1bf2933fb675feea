"""The pool of unlabelled literature: hygiene, order, weights."""

from __future__ import annotations

import json
import lzma

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("torch")

from hypothesis import given  # noqa: E402 - after the skip
from hypothesis import strategies as st  # noqa: E402

from dti.errors import TrainingError  # noqa: E402
from dti.training.corpora import Example  # noqa: E402
from dti.training.unlabelled import Guard, Pool, cut  # noqa: E402

WORDS = [f"word{n}" for n in range(100)]
HELD_OUT = Example("pmid:1", "1", "kd_dti", " ".join(WORDS), ())


def write(folder, name, rows):
    folder.mkdir(exist_ok=True)
    with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps({"id": i, "pmid": p, "title": "A title.", "text": t}) + "\n" for i, p, t in rows)


def text(number):
    return " ".join(f"text{number}x{n}" for n in range(30))


@pytest.fixture
def pool(tmp_path):
    write(tmp_path, "abstracts", [*((f"a{n}", str(100 + n), text(n)) for n in range(40)), ("same", "1", text(99))])
    write(tmp_path, "fulltext", [("f0", None, text(50)), ("copy", "7", f"Before. {' '.join(WORDS).title()}. After.")])
    return Pool(tmp_path, Guard([HELD_OUT]))


def documents(passages):
    return [passage.key.partition("@")[0] for passage in passages]


def test_neither_development_pmids_nor_copies_of_development_texts_are_read(pool):
    assert sorted(documents(pool.passages({}, 4000, "s"))) == sorted(["f0", *(f"a{n}" for n in range(40))])


@pytest.mark.parametrize(("shared", "admitted"), [(10, True), (22, True), (24, False), (100, False)])
def test_a_text_that_shares_a_fifth_of_the_shingles_is_a_copy(shared, admitted):
    """96 shingles; `shared` words in a row hold four fewer."""
    assert Guard([HELD_OUT]).admits("2", f"other words before {' '.join(WORDS[:shared])} and after") is admitted


def test_punctuation_and_case_do_not_hide_a_copy():
    assert not Guard([HELD_OUT]).admits(None, ", ".join(WORDS).upper())


def test_the_seed_decides_the_order(pool):
    assert list(pool.passages({}, 200, "s")) == list(pool.passages({}, 200, "s"))
    assert documents(pool.passages({"fulltext": 0.0}, 4000, "s")) == [f"a{n}" for n in range(40)]


def test_weights_leave_documents_out(pool):
    assert 5 < len(documents(pool.passages({"abstracts": 0.5}, 4000, "s"))) < 35
    with pytest.raises(TrainingError, match="no unlabelled file 'books'"):
        list(pool.passages({"books": 1.0}, 4000, "s"))


def test_no_literature_is_an_error_that_names_the_folder(tmp_path):
    with pytest.raises(TrainingError, match="no unlabelled literature"):
        list(Pool(tmp_path / "none", Guard([])).passages({}, 100, "s"))


@given(st.lists(st.text("abc", min_size=1, max_size=30), min_size=1, max_size=40), st.integers(5, 60))
def test_cutting_loses_nothing_but_spaces(words, characters):
    joined = " ".join(words)
    parts = list(cut(joined, characters))
    assert "".join(parts).replace(" ", "") == joined.replace(" ", "")
    assert all(len(part) <= characters for part in parts)


def test_shared_pool_holds_no_development_pmid(shared_data):
    from dti.codecs import CODECS  # noqa: PLC0415 - only where the data are
    from dti.training.corpora import read_corpora  # noqa: PLC0415

    corpora = read_corpora(shared_data, CODECS.build("tagged"))
    held_out = {example.pmid for example in corpora.development}
    passages = Pool.of(shared_data, corpora).passages({"abstracts": 0.05, "paragraphs": 0.05, "fulltext": 0.002}, 1000, "s")
    seen = {passage.pmid for passage in passages}
    assert len(seen) > 1000
    assert not seen & held_out
