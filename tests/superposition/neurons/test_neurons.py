"""Models that compute absolute values, the restarts, and the sorting of neurons."""

from dataclasses import replace

import pytest
import torch

from mechnotes import rng
from mechnotes.runs import Run
from mechnotes.superposition.neurons import absolute, kinds, restarts, training

SMALL = absolute.AbsoluteConfig(
    n_features=4, d_hidden=8, densities=(1.0, 0.2), n_seeds=2, steps=3, batch_size=64
)


def two_neurons_for_each(n: int) -> absolute.AbsoluteModel:
    """The exact solution: ReLU(x) + ReLU(-x)."""
    eye = torch.eye(n)
    W_in = torch.cat((eye, -eye))[None]
    return absolute.AbsoluteModel(W_in, W_in.abs().mT, torch.zeros(1, n))


def test_two_neurons_for_each_feature_compute_the_absolute_value_exactly():
    x = absolute.signed_features(500, 3, density=torch.tensor([0.5]), generator=rng.generator(0))
    model = two_neurons_for_each(3)
    assert torch.allclose(model(x), x.abs())
    assert absolute.absolute_loss(model, x, importance=torch.ones(3)).item() == 0


@pytest.mark.parametrize("density", [0.05, 0.5, 1.0])
def test_signed_features_are_uniform_on_both_sides_where_they_are_active(density):
    x = absolute.signed_features(
        200_000, 2, density=torch.tensor([density]), generator=rng.generator(1)
    )[0]
    active = x[x != 0]
    assert (x != 0).double().mean().item() == pytest.approx(density, abs=0.005)
    assert active.mean().item() == pytest.approx(0, abs=0.02)
    assert active.square().mean().item() == pytest.approx(1 / 3, abs=0.02)
    assert active.abs().max() <= 1 + 1e-6


def test_training_lowers_the_loss_and_continues_where_it_was_stopped(tmp_path):
    whole = training.train_absolute(SMALL)
    file = tmp_path / "state.safetensors"
    first = Run(checkpoint=file, key="k", save_seconds=0)
    training.train_absolute(replace(SMALL, steps=2), run=first)
    resumed = training.train_absolute(SMALL, run=Run(checkpoint=file, key="k"))
    assert torch.equal(whole.W_in, resumed.W_in)
    assert torch.equal(whole.W_out, resumed.W_out)
    longer = training.train_absolute(replace(SMALL, steps=300, learning_rate=1e-2))
    assert (longer.loss < 0.5 * whole.loss).all()


def test_restarts_are_runs_with_a_relu_on_the_hidden_layer():
    config = replace(restarts.RESTARTS, n_seeds=2, steps=2, densities=(0.5,))
    assert restarts.train(config).W.shape == (1, 2, 5, 10)
    with pytest.raises(ValueError, match="hidden_activation"):
        restarts.train(replace(config, hidden_activation="linear"))


def test_a_hand_made_layer_is_sorted_into_its_kinds():
    W = torch.tensor([[1.0, 0, 0, 0], [0.5, 0.5, 0.5, 0], [0.7, 0.3, 0, 0], [0, 0, 0, 0]])
    found = kinds.kinds(kinds.response_shares(W))
    assert found == kinds.Kinds(monosemantic=1, between=1, polysemantic=1, silent=1)


def test_a_neuron_that_reads_one_feature_and_writes_another_is_asymmetric():
    W_in = torch.tensor([[2.0, -0.5], [1.0, 1.0], [1.0, 0.0], [2.0, 0.5]])
    W_out = torch.tensor([[0.5, 1.0, 1.0, 2.0], [2.0, 1.0, 0.0, 0.5]])
    found = kinds.asymmetry(W_in, W_out, floor=0.05)
    assert found[0] == pytest.approx(4)
    assert found[1] == pytest.approx(1)
    assert found[2].isnan()
    assert found[3] == pytest.approx(1 / 4)
