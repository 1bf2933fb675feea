"""The teacher's gradient against its formula and finite differences, and whether it finds corrupted labels (DT-1, DT-2)."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")

from torch.func import functional_call  # noqa: E402 - after the skip

from dti.selftraining.unrolling import Teacher, Told, after_step, by_products  # noqa: E402

RATE = 0.3


def student(width=6, classes=3, dtype=torch.float64, seed=1):
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(width, 8), torch.nn.Tanh(), torch.nn.Linear(8, classes)).to(dtype)


def losses_of(net, inputs, labels):
    def losses(parameters):
        return torch.nn.functional.cross_entropy(functional_call(net, parameters, (inputs,)), labels, reduction="none")

    return losses


@pytest.fixture
def case():
    net = student()
    generator = torch.Generator().manual_seed(2)
    inputs, clean = (torch.randn(n, 6, generator=generator, dtype=torch.float64) for n in (5, 7))
    labels, right = (torch.randint(3, (n,), generator=generator) for n in (5, 7))
    weights = torch.rand(5, generator=generator, dtype=torch.float64).requires_grad_()
    return dict(net.named_parameters()), losses_of(net, inputs, labels), losses_of(net, clean, right), weights


def ahead(case, weights):
    theta, losses, clean, _ = case
    return clean(after_step(losses, theta, weights, RATE)).mean()


def test_the_gradient_matches_finite_differences(case):
    *_, weights = case
    [analytic] = torch.autograd.grad(ahead(case, weights), [weights])
    step = 1e-6
    for at in range(len(weights)):
        moved = torch.zeros_like(weights)
        moved[at] = step
        rise = ahead(case, (weights + moved).detach()) - ahead(case, (weights - moved).detach())
        assert float(rise.detach()) / (2 * step) == pytest.approx(float(analytic[at]), rel=1e-3)


def test_the_gradient_is_the_formula_of_products(case):
    theta, losses, clean, weights = case
    [analytic] = torch.autograd.grad(ahead(case, weights), [weights])
    assert torch.allclose(by_products(losses, clean, theta, weights.detach(), RATE), analytic, rtol=1e-9)


def auc(positive, negative):
    return float(
        (positive[:, None] > negative[None, :]).double().mean() + (positive[:, None] == negative[None, :]).double().mean() / 2
    )


def test_corrupted_labels_lose_weight():
    """600 samples of 4 classes, 40% flipped, 60 clean ones: the teacher sees features, label and loss."""
    generator = torch.Generator().manual_seed(4)
    centres = 1.6 * torch.randn(4, 10, generator=generator)
    labels = torch.randint(4, (660,), generator=generator)
    inputs = centres[labels] + torch.randn(660, 10, generator=generator)
    flipped = torch.rand(600, generator=generator) < 0.4
    given = torch.where(flipped, (labels[:600] + torch.randint(1, 4, (600,), generator=generator)) % 4, labels[:600])
    net = student(10, 4, torch.float32)
    teacher = Teacher(1, 10 + 4 + 8, seed=3)
    optimiser = torch.optim.Adam(teacher.parameters(), lr=1e-2)

    def told(at):
        with torch.no_grad():
            loss = losses_of(net, inputs[at], given[at])(dict(net.named_parameters()))
            inside = net[:2](inputs[at])
        return Told(loss[:, None], torch.cat([inputs[at], torch.nn.functional.one_hot(given[at], 4), inside], 1))

    teacher.fit(told(torch.arange(600)))
    clean = losses_of(net, inputs[600:], labels[600:])
    for _ in range(250):
        at = torch.randint(600, (64,), generator=generator)
        theta = dict(net.named_parameters())
        stepped = after_step(losses_of(net, inputs[at], given[at]), theta, teacher(told(at)), 0.3)
        optimiser.zero_grad()
        value = clean(stepped).mean()
        for parameter, gradient in zip(
            teacher.parameters(), torch.autograd.grad(value, list(teacher.parameters())), strict=True
        ):
            parameter.grad = gradient
        optimiser.step()
        with torch.no_grad():
            for name, parameter in theta.items():
                parameter.copy_(stepped[name])
    weights = teacher.eval()(told(torch.arange(600))).detach()
    assert auc(weights[~flipped], weights[flipped]) > 0.88
    assert weights[~flipped].mean() > 2 * weights[flipped].mean()


def test_the_teacher_is_told_on_the_scale_of_what_it_was_fitted_on():
    generator = torch.Generator().manual_seed(5)
    told = Told(torch.randn(50, 2, generator=generator), torch.randn(50, 7, generator=generator))
    loud = Told(1000 * told.surface + 3, 1e-3 * told.inner - 2)
    one, other = (Teacher(2, 7, seed=1).eval() for _ in range(2))
    one.fit(told)
    other.fit(loud)
    assert torch.allclose(one(told), other(loud), atol=1e-4)
    constant = Told(torch.ones(50, 2), torch.zeros(50, 7))
    one.fit(constant)
    assert torch.isfinite(one(constant)).all()


def test_a_teacher_without_inner_states_sees_losses_alone():
    blind = Teacher(2, 0, seed=1)
    surface = torch.randn(5, 2, generator=torch.Generator().manual_seed(6))
    assert blind(Told(surface, surface[:, :0])).shape == (5,)
