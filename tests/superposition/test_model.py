"""The toy model: against loops over single models, closed forms and quadrature."""

import numpy as np
import pytest
import torch

from mechnotes import rng
from mechnotes.superposition.model import (
    ToyModel,
    single_feature_loss,
    weighted_loss,
    xavier_normal,
)


def random_model(*, n_instances: int = 3, **options) -> ToyModel:
    generator = rng.generator(0, "model")
    W = xavier_normal(n_instances, 2, 5, generator=generator)
    return ToyModel(W, 0.1 * torch.randn(n_instances, 5, generator=generator), **options)


def by_hand(W, b, x, *, activation: str, hidden_activation: str):
    """One instance and one sample at a time."""
    rows = []
    for sample in x:
        hidden = W @ sample
        if hidden_activation == "relu":
            hidden = hidden.clamp(min=0)
        output = W.T @ hidden + b
        rows.append(output.clamp(min=0) if activation == "relu" else output)
    return torch.stack(rows)


@pytest.mark.parametrize("activation", ["relu", "linear"])
@pytest.mark.parametrize("hidden_activation", ["relu", "linear"])
def test_parallel_instances_equal_a_loop_over_single_models(activation, hidden_activation):
    model = random_model(activation=activation, hidden_activation=hidden_activation)
    x = torch.rand(7, 3, 5, generator=rng.generator(1))
    x_hat = model(x)
    for k in range(3):
        expected = by_hand(
            model.W[k],
            model.b[k],
            x[:, k],
            activation=activation,
            hidden_activation=hidden_activation,
        )
        assert torch.allclose(x_hat[:, k], expected, atol=1e-6)


def test_loss_weighs_each_output_by_its_importance():
    x, x_hat = torch.zeros(1, 1, 2), torch.tensor([[[1.0, 2.0]]])
    loss = weighted_loss(x_hat, x, importance=torch.tensor([1.0, 0.25]))
    assert loss.item() == pytest.approx((1 * 1 + 0.25 * 4) / 2)


def test_loss_of_the_batch_is_the_mean_of_the_losses_of_its_samples():
    generator = rng.generator(0)
    x, x_hat = (torch.rand(6, 2, 3, generator=generator) for _ in range(2))
    importance = torch.tensor([1.0, 0.5, 0.25])
    single = [weighted_loss(x_hat[[k]], x[[k]], importance=importance) for k in range(6)]
    whole = weighted_loss(x_hat, x, importance=importance)
    assert torch.allclose(whole, torch.stack(single).mean(dim=0))


def test_single_feature_loss_equals_quadrature_over_the_active_value():
    W = xavier_normal(4, 3, 6, generator=rng.generator(0)).double() * 1.5
    model = ToyModel(W, torch.zeros(4, 6).double())
    nodes, weights = (torch.from_numpy(a) for a in np.polynomial.legendre.leggauss(8))
    values, weights = (nodes + 1) / 2, weights / 2
    for feature in range(6):
        x = torch.zeros(8, 4, 6).double()
        x[:, :, feature] = values[:, None]
        error = (model(x) - x).square().sum(dim=-1)  # [nodes instances]
        expected = (weights[:, None] * error).sum(dim=0)
        assert torch.allclose(single_feature_loss(W)[:, feature], expected, atol=1e-6)


def test_single_feature_loss_of_orthogonal_unit_directions_is_zero_and_of_no_direction_a_third():
    W = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    assert torch.allclose(single_feature_loss(W), torch.tensor([0.0, 0.0, 1 / 3]))


def test_a_single_feature_never_interferes_with_its_antipode():
    assert torch.equal(single_feature_loss(torch.tensor([[1.0, -1.0]])), torch.zeros(2))


def test_initial_weights_have_the_variance_of_xavier_whatever_the_number_of_instances():
    for n_instances in (1, 50):
        W = xavier_normal(n_instances, 40, 60, generator=rng.generator(0))
        n_entries = W.numel()
        error = 2 / (40 + 60) * (2 / n_entries) ** 0.5
        assert abs(W.var().item() - 2 / (40 + 60)) <= 4 * error


def test_model_keeps_its_own_copy_of_the_weights():
    W = torch.ones(1, 2, 3)
    model = ToyModel(W, torch.zeros(1, 3))
    W.zero_()
    assert model.W.sum() == 6
