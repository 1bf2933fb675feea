"""The loop that all kinds of models share, on a model of one number."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")

from dti.errors import TrainingError  # noqa: E402 - after the skip
from dti.training.trainer import NoAverage, Plan, Step, Trainer  # noqa: E402
from tests.tiny_training import KilledError  # noqa: E402

STEPS = 23


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.Linear(1, 1)
        self.rest = torch.nn.Linear(1, 1)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.fill_(0.5)

    def forward(self):
        return torch.nn.functional.dropout(self.rest(self.encoder(torch.ones(8, 1))), 0.5).square().mean()


class Last:
    """Keeps the numbers of the steps it followed."""

    def __init__(self):
        self.steps = []

    def follow(self, step):
        self.steps.append(step)

    def save(self, folder):
        (folder / "followed.json").write_text(json.dumps(self.steps))

    def load(self, folder):
        self.steps = json.loads((folder / "followed.json").read_text())


def plan(**changes):
    settings = {
        "identity": "one",
        "seed": 3,
        "steps": STEPS,
        "save_steps": 4,
        "share": lambda step: 1 / step,
        "learning_rate": 0.1,
        "encoder_learning_rate": 0.2,
        "betas": (0.9, 0.99),
        "weight_decay": 0.0,
        "gradient_norm": 1.0,
    }
    return Plan(**{**settings, **changes})


def run(folder, *, average=None, made=None, kill=None, **changes):
    """Train a new model in `folder`; returns its weights and what was reported."""
    model, reports = Model(), []

    def step(number):
        def loss():
            if number == kill:
                raise KilledError
            if made is not None:
                made.append(number)
            return model()

        return Step("early" if number < 12 else "late", loss)

    trainer = Trainer(plan(**changes), model, model.encoder, folder, average or NoAverage())
    trainer.run((step(number) for number in range(1, STEPS + 1)), reports.append)
    return [float(parameter.detach()) for parameter in model.parameters()], reports


def test_it_tells_every_ten_steps_and_at_the_end(tmp_path):
    _, reports = run(tmp_path)
    assert [(line.step, line.of, line.stage) for line in reports] == [(10, 23, "early"), (20, 23, "late"), (23, 23, "late")]
    assert [line.learning_rate for line in reports] == pytest.approx([0.1 / 10, 0.1 / 20, 0.1 / 23])
    logged = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["loss"] for line in logged] == [line.loss for line in reports]


def test_a_resumed_run_is_the_unbroken_one_and_makes_no_batch_twice(tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        folder.mkdir()
    followed, resumed, made = Last(), Last(), []
    weights, reports = run(whole, average=followed)
    with pytest.raises(KilledError):
        run(broken, average=Last(), kill=19)
    again, later = run(broken, average=resumed, made=made)
    assert made == list(range(17, STEPS + 1))
    assert again == weights
    assert [line.loss for line in later] == [line.loss for line in reports[1:]]
    assert resumed.steps == followed.steps == list(range(1, STEPS + 1))


def test_encoder_and_rest_learn_at_their_own_rates(tmp_path):
    weights, _ = run(tmp_path, encoder_learning_rate=0.0)
    encoder, rest = weights[:2], weights[2:]
    assert encoder == [0.5, 0.5]
    assert 0.5 not in rest


def test_a_state_of_another_recipe_is_refused(tmp_path):
    run(tmp_path)
    with pytest.raises(TrainingError, match="another recipe"):
        run(tmp_path, identity="other")
