"""Two features in one dimension: the exact loss and its minimum."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.superposition import data, pair, phase
from mechnotes.superposition.model import ToyModel, weighted_loss

WEIGHT = st.floats(-1.5, 1.5, width=32)
BIAS = st.floats(-0.75, 0.75, width=32)


@settings(max_examples=40, deadline=None)
@given(w1=WEIGHT, w2=WEIGHT, b1=BIAS, b2=BIAS, ratio=st.floats(0, 1), density=st.floats(0, 1))
def test_exact_loss_equals_a_fine_grid(w1, w2, b1, b2, ratio, density):
    w, b = torch.tensor([w1, w2]).double(), torch.tensor([b1, b2]).double()
    values = (torch.arange(400).double() + 0.5) / 400
    both = torch.cartesian_prod(values, values)
    chances = ((1, 1, density**2), (1, 0, density * (1 - density)))
    chances += ((0, 1, density * (1 - density)), (0, 0, (1 - density) ** 2))
    importance = torch.tensor([1.0, ratio]).double()
    expected = 0.0
    for first, second, chance in chances:
        x = both * torch.tensor([first, second])
        x_hat = (torch.outer(x @ w, w) + b).relu()
        expected += chance * float(((x_hat - x).square() * importance).sum(dim=1).mean())
    found = pair.expected_loss(w, b, importance_ratio=ratio, density=density)
    assert found.item() == pytest.approx(expected, abs=2e-5)


def test_exact_loss_equals_monte_carlo_through_the_model_within_one_percent():
    w, b = torch.tensor([0.9, -0.8]), torch.tensor([-0.05, 0.1])
    density = torch.full((1, 2), 0.3)
    x = data.independent(500_000, density=density, generator=rng.generator(0))
    x_hat = ToyModel(w[None, None], b[None])(x)
    mean = weighted_loss(x_hat, x, importance=torch.tensor([1.0, 0.4])).item()
    exact = pair.expected_loss(w, b, importance_ratio=0.4, density=0.3).item()
    assert exact == pytest.approx(2 * mean, rel=0.01)


def test_exact_loss_has_the_gradient_of_finite_differences():
    point = torch.tensor([0.9, -0.8, -0.05, 0.1]).double().requires_grad_()

    def loss(values):
        return pair.expected_loss(values[:2], values[2:], importance_ratio=0.4, density=0.3)

    assert torch.autograd.gradcheck(loss, (point,))


@pytest.mark.parametrize("ratio", [0.25, 0.5, 1.0])
@pytest.mark.parametrize("density", [0.05, 0.3, 0.6])
def test_optimum_is_no_worse_than_either_plain_strategy(ratio, density):
    best = pair.optimum(ratio, density).loss
    assert best <= phase.dedicated_loss(ratio, density) + 1e-9
    assert best <= phase.antipodal_loss(ratio, density) + 1e-9


def test_no_random_weights_beat_the_optimum():
    generator = rng.generator(0)
    best = pair.optimum(0.5, 0.3).loss
    for _ in range(300):
        w = 2.4 * torch.rand(2, generator=generator) - 1.2
        b = torch.rand(2, generator=generator) - 0.5
        assert pair.expected_loss(w, b, importance_ratio=0.5, density=0.3).item() > best


def test_optimum_is_antipodal_when_sparse_and_dedicated_when_dense():
    sparse, dense = pair.optimum(0.5, 0.05), pair.optimum(0.5, 0.7)
    assert sparse.w == pytest.approx((1.0, -1.0), abs=0.02)
    assert dense.w == pytest.approx((1.0, 0.0), abs=1e-3)
    assert dense.b[1] == pytest.approx(0.35, abs=1e-3)  # the mean of feature 2
