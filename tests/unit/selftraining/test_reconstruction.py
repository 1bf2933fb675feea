"""Dual agents: weights, frozen parameters, one agent, and whether they tell true triplets from swapped ones (MD)."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")

from dti.errors import TrainingError  # noqa: E402 - after the skip
from dti.selftraining.reconstruction import Agent, Agents, Hidden, Query, train  # noqa: E402
from dti.training.pairs.examples import PairExample  # noqa: E402
from tests.pair_data import document, drugs_and_targets  # noqa: E402

WIDTH, LABELS = 12, 3


def world(count, seed):
    """Documents of two drugs and two targets, one of each right; hidden names leave a trace of what is said of them."""
    generator = torch.Generator().manual_seed(seed)
    traces = torch.eye(WIDTH)
    rows = []
    for number in range(count):
        pair, label = (number % 2, 2 + number // 2 % 2), number % LABELS
        states = 0.3 * torch.randn(3, 4, WIDTH, generator=generator)
        for view in states:
            view[pair[0]] += traces[0] + traces[2 + label]
            view[pair[1]] += traces[1] + traces[2 + label]
        cues = 0.3 * torch.randn(WIDTH, generator=generator) + traces[6 + label]
        text = document("D0 D1", "T2 T3", str(number))
        example = PairExample("kd_dti", text, drugs_and_targets(text, ["D0", "D1"], ["T2", "T3"]), {pair: label}, frozenset())
        rows.append((Hidden(*states, cues, (0, 1), (2, 3)), example))
    return rows


def swapped(example):
    (drug, target), label = next(iter(example.right.items()))
    return (1 - drug, target), label


def ranked(agents, rows):
    """AUC of true triplets over those with the other drug, document by document."""
    won = []
    for seen, example in rows:
        (pair, label), (other, _) = next(iter(example.right.items())), swapped(example)
        won.append(agents.score(seen, pair, label) > agents.score(seen, other, label))
    return sum(won) / len(won)


@pytest.fixture(scope="module")
def agents():
    torch.set_num_threads(1)
    return train(world(80, 1), LABELS, count=3, epochs=15, seed=2)


def test_true_triplets_are_restored_better_than_swapped_ones(agents):
    rows = world(60, 9)
    several, single = ranked(agents, rows), ranked(Agents(agents.members[:1], (1.0,)), rows)
    assert several > 0.8
    assert several >= single - 0.01


def test_scoring_changes_no_agent(agents):
    before = agents.sha256
    ranked(agents, world(10, 3))
    assert agents.sha256 == before
    assert not any(p.requires_grad for member in agents.members for p in member.parameters())


def test_weights_sum_to_one(agents):
    assert sum(agents.weights) == pytest.approx(1)
    with pytest.raises(TrainingError, match="sum to 1"):
        Agents(agents.members, (0.5, 0.5, 0.5))


def test_one_agent_is_the_plain_dual_model(agents):
    [(seen, example)] = world(1, 5)
    pair, label = next(iter(example.right.items()))
    member = agents.members[0]
    drug, target, interaction = member.restored(seen, pair, label)
    assert Agents((member,), (1.0,)).score(seen, pair, label) == pytest.approx((drug * target * interaction) ** (1 / 3))


def test_agents_differ_by_seed_and_by_nothing_else(agents):
    assert len({Agents((member,), (1.0,)).sha256 for member in agents.members}) == 3
    again = train(world(80, 1), LABELS, count=3, epochs=15, seed=2)
    assert again.sha256 == agents.sha256


def test_answers_are_distributions_that_do_not_depend_on_what_is_asked_beside():
    [(seen, _), (other, _)] = world(2, 5)
    agent = Agent(WIDTH, LABELS, 1).eval()
    short = replace(other, drugs=(0,))
    asked = [Query.drugs(seen, 2, 0, {}), Query.drugs(short, 3, 1, {})]
    logs = agent.slots(agent.drug, asked).detach()
    assert logs.exp().sum(1) == pytest.approx([1, 1], abs=1e-5)
    assert logs[1, :2] == pytest.approx(agent.slots(agent.drug, asked[1:])[0].detach(), abs=1e-5)
    assert agent.labels([seen], [(0, 2)]).detach().exp().sum() == pytest.approx(1, abs=1e-5)


def test_without_gold_there_are_no_agents():
    with pytest.raises(TrainingError, match="no gold document"):
        train([], LABELS, count=1, epochs=1, seed=1)
