"""What every pretraining objective must satisfy (MS-1); a new one is tested by being registered."""

from __future__ import annotations

import random
from collections import Counter

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("torch")

from dti.errors import OptionError  # noqa: E402 - after the skip
from dti.model.vocabulary import Vocabulary  # noqa: E402
from dti.training import objectives  # noqa: E402
from dti.training.objectives import OBJECTIVES, Pieces  # noqa: E402
from tests.families import members  # noqa: E402
from tests.tiny_model import tiny_tokenizer  # noqa: E402

EACH = pytest.mark.parametrize("name", list(OBJECTIVES))
DOCUMENTS = 10_000


def seeded(seed):
    return random.Random(seed)  # noqa: S311 - reproducible draws, no secret


@pytest.fixture(scope="module")
def pieces():
    return Pieces.of(Vocabulary(tiny_tokenizer()))


def documents(pieces):
    """Token sequences of all lengths, each with the ratio that it is masked at."""
    rng = seeded(11)
    for _ in range(DOCUMENTS):
        yield [rng.choice(pieces.ordinary) for _ in range(rng.randint(1, 60))], rng.choice((0.15, 0.3, 0.5, 1.0))


def test_every_file_of_the_family_is_registered():
    assert members(objectives) == set(OBJECTIVES)


@EACH
def test_one_fragment_of_the_right_length_is_hidden_and_nothing_else(name, pieces):
    for number, (tokens, ratio) in enumerate(documents(pieces)):
        masked = OBJECTIVES.build(name, ratio=ratio).mask(tokens, pieces, seeded(number))
        end = masked.start + len(masked.fragment)
        assert len(masked.fragment) == max(1, round(ratio * len(tokens)))
        assert masked.start >= 0
        assert end <= len(tokens)
        assert list(masked.fragment) == tokens[masked.start : end]
        assert len(masked.source) == len(tokens)
        assert [*masked.source[: masked.start]] == tokens[: masked.start]
        assert [*masked.source[end:]] == tokens[end:]


@EACH
def test_a_hidden_token_shows_in_its_place_one_time_in_ten(name, pieces):
    """0.8 mask, 0.1 another piece, 0.1 as it was; also for the first and the last of the fragment."""
    places = {"first": Counter(), "inner": Counter(), "last": Counter()}
    for number, (tokens, ratio) in enumerate(documents(pieces)):
        masked = OBJECTIVES.build(name, ratio=ratio).mask(tokens, pieces, seeded(number))
        for at, token in enumerate(masked.fragment):
            place = "first" if at == 0 else "last" if at == len(masked.fragment) - 1 else "inner"
            shown = masked.source[masked.start + at]
            places[place]["mask" if shown == pieces.mask else "kept" if shown == token else "other"] += 1
    for counts in places.values():
        shares = {kind: count / counts.total() for kind, count in counts.items()}
        assert shares == pytest.approx({"mask": 0.8, "kept": 0.1, "other": 0.1}, abs=0.015)


@EACH
def test_the_seed_decides(name, pieces):
    tokens = [seeded(3).choice(pieces.ordinary) for _ in range(50)]
    objective = OBJECTIVES.build(name, ratio=0.3)
    assert objective.mask(tokens, pieces, seeded(4)) == objective.mask(tokens, pieces, seeded(4))
    assert len({objective.mask(tokens, pieces, seeded(seed)) for seed in range(20)}) > 10


@EACH
@pytest.mark.parametrize("ratio", [0, -0.5, 1.2])
def test_a_ratio_that_makes_no_sense_is_refused(name, ratio):
    with pytest.raises(OptionError, match="ratio"):
        OBJECTIVES.build(name, ratio=ratio)


def test_starts_are_uniform(pieces):
    tokens = list(pieces.ordinary[:10])
    starts = Counter(OBJECTIVES.build("mass", ratio=0.5).mask(tokens, pieces, seeded(n)).start for n in range(6000))
    assert set(starts) == set(range(6))
    assert all(abs(count / 6000 - 1 / 6) < 0.02 for count in starts.values())


def test_an_entity_fragment_begins_with_a_name_where_one_fits(pieces):
    vocabulary = Vocabulary(tiny_tokenizer())
    tokens = vocabulary.pieces("we show that the zelorantib inhibits human kinase in rat cells")
    objective = OBJECTIVES.build("entity_mass", ratio=0.2)
    for seed in range(50):
        fragment = objective.mask(tokens, pieces, seeded(seed)).fragment
        assert vocabulary.tokenizer.id_to_token(fragment[0]) == "z"
    plain = vocabulary.pieces("we show that the drug inhibits human kinase in rat cells")
    assert len({objective.mask(plain, pieces, seeded(seed)).start for seed in range(100)}) > 5
