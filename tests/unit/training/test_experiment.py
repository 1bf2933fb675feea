from __future__ import annotations

from dataclasses import replace

import pytest

from dti.errors import TrainingError
from dti.training.experiment import Serving, read_experiment
from tests.recipes import SEQUENCES

STAGE = '[[stages]]\nname = "s"\nexamples = "sentences"\nsteps = 3\nsource_tokens = 16\nbatch_tokens = 64\n'


@pytest.mark.parametrize("path", SEQUENCES, ids=lambda path: path.name)
def test_shipped_recipes_are_readable(path):
    assert read_experiment(path).steps > 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "name"),
        ('name = "x"\n', "stages"),
        (f'name = "x"\ncolour = "red"\n{STAGE}', "unknown setting 'colour'"),
        (f'name = "x"\n[architecture]\nlayers = 3\n{STAGE}', "architecture: unknown setting 'layers'"),
        (f'name = "x"\n{STAGE.replace("sentences", "books")}', "sentences"),
        (f'name = "x"\n{STAGE.replace("steps = 3", "")}', "steps"),
        (f'name = "x"\nseed = "1"\n{STAGE}', "seed = '1' is no int"),
        (f'name = "x"\nthreads = true\n{STAGE}', "threads = True is no int"),
        (f'name = "x"\n{STAGE}weights = 2\n', "weights = 2 is no Mapping"),
        (f'name = "x"\nprecision = "float16"\n{STAGE}', "no precision 'float16'"),
        ("name = ", "cannot read recipe"),
    ],
)
def test_a_recipe_that_makes_no_sense_says_why(tmp_path, text, reason):
    path = tmp_path / "r.toml"
    path.write_text(text)
    with pytest.raises(TrainingError, match=reason):
        read_experiment(path)


def test_identity_covers_what_decides_the_weights(tmp_path):
    path = tmp_path / "r.toml"
    path.write_text(f'name = "x"\n{STAGE}')
    experiment = read_experiment(path)
    assert replace(experiment, name="y", save_steps=9, serving=Serving(decoding="beam")).sha256 == experiment.sha256
    assert replace(experiment, seed=2).sha256 != experiment.sha256
    assert replace(experiment, precision="bfloat16").sha256 != experiment.sha256
    assert replace(experiment, stages=(replace(experiment.stages[0], swap=0.1),)).sha256 != experiment.sha256
