"""Sparse sampling, the written-out gradient, recorded runs and the attack."""

import math
from dataclasses import replace

import pytest
import torch

from mechnotes import rng
from mechnotes.runs import Run
from mechnotes.superposition import geometry
from mechnotes.superposition.config import ToyConfig
from mechnotes.superposition.dimensionality import attack, levels, polytopes, sampling, sweep
from mechnotes.superposition.model import ToyModel, weighted_loss

SMALL = ToyConfig(n_features=8, d_hidden=3, densities=(0.9, 0.1), n_seeds=2, steps=4, batch_size=64)


@pytest.mark.parametrize("density", [0.0, 0.03, 0.2, 0.4, 1.0])
def test_scattered_features_have_the_density_and_mean_of_independent_ones(density):
    x = sampling.scattered(20_000, 10, density=density, generator=rng.generator(0))
    error = 5 * math.sqrt(density * (1 - density) / 200_000) + 1e-9
    assert abs((x > 0).double().mean().item() - density) <= error + 1e-4
    assert x.mean().item() == pytest.approx(density / 2, abs=error + 1e-3)
    assert x.min() >= 0
    assert x.max() <= 1


def test_scattered_features_are_active_independently_of_each_other():
    on = (sampling.scattered(200_000, 3, density=0.2, generator=rng.generator(1)) > 0).double()
    both = (on[:, 0] * on[:, 1]).mean().item()
    assert both == pytest.approx(0.04, abs=5 * math.sqrt(0.04 / 200_000))
    assert (on[1:, 0] * on[:-1, 0]).mean().item() == pytest.approx(0.04, abs=0.0025)


@pytest.mark.parametrize("activation", ["relu", "linear"])
def test_the_written_out_gradient_is_that_of_automatic_differentiation(activation):
    config = replace(SMALL, activation=activation, importance_decay=0.8)
    generator = rng.generator(0)
    W, b = torch.randn(3, 8, generator=generator), torch.randn(8, generator=generator)
    x = torch.rand(64, 8, generator=generator)
    model = ToyModel(W[None], b[None], activation=activation)
    weighted_loss(model(x[:, None]), x[:, None], importance=config.importance).sum().backward()
    dW, db = sweep.gradient(x, W, b, config=config)
    assert torch.allclose(dW, model.W.grad[0], atol=1e-6)
    assert torch.allclose(db, model.b.grad[0], atol=1e-6)


def test_a_sweep_learns_and_continues_where_it_was_stopped(tmp_path):
    whole = sweep.train(SMALL)
    file = tmp_path / "state.safetensors"
    first = Run(checkpoint=file, key="k", save_seconds=0)
    sweep.train(replace(SMALL, steps=2), run=first)
    resumed = sweep.train(SMALL, run=Run(checkpoint=file, key="k"))
    assert torch.equal(whole.W16, resumed.W16)
    longer = sweep.train(replace(SMALL, steps=300, learning_rate=1e-2))
    assert (longer.loss < whole.loss).all()


def test_seeds_and_densities_keep_their_places_in_a_sweep():
    both = sweep.train(replace(SMALL, steps=200, learning_rate=1e-2))
    features = geometry.features_per_dimension(both.W)
    assert both.W.shape == (2, 2, 3, 8)
    assert (features[1] > features[0]).all()


def test_recorded_losses_fall_and_end_at_the_loss_of_the_final_weights():
    config = ToyConfig(
        n_features=5,
        d_hidden=2,
        densities=(0.1,),
        n_seeds=2,
        steps=300,
        n_frames=6,
        learning_rate=1e-2,
    )
    toys = levels.record(config)
    loss = levels.frame_loss(toys)
    assert loss.shape == (len(config.frame_steps), 1, 2)
    assert (loss[-1] < 0.7 * loss[0]).all()
    assert torch.equal(toys.W_frames[-1], toys.W)


@pytest.mark.parametrize("name", tuple(polytopes.SIZES))
def test_the_worst_change_of_a_corner_is_one_over_the_root_of_its_share(name):
    W = polytopes.corners(name)
    expected = torch.full((W.shape[1],), 1 / polytopes.share(name), dtype=torch.float64)
    assert torch.allclose(attack.vulnerability(W), expected)


def test_no_other_direction_moves_an_output_further_than_the_worst_one():
    W = torch.randn(4, 9, generator=rng.generator(0)).double()
    b = torch.full((9,), 5.0).double()  # every output is on, so the model is affine
    moved = attack.moved_output(W, b, attack.directions(W), size=0.1)
    assert torch.allclose(moved, 0.1 * attack.vulnerability(W).sqrt())
    for seed in range(20):
        other = torch.randn(9, 9, generator=rng.generator(seed)).double()
        other = torch.nn.functional.normalize(other, dim=1)
        assert (attack.moved_output(W, b, other, size=0.1) <= moved + 1e-12).all()


@pytest.mark.parametrize("name", tuple(polytopes.SIZES))
def test_a_tight_frame_is_as_vulnerable_as_it_has_features_per_dimension(name):
    W = torch.cat((polytopes.corners(name), torch.zeros(polytopes.SIZES[name][0], 2)), dim=1)
    expected = geometry.features_per_dimension(W)
    assert torch.allclose(attack.mean_vulnerability(1.2 * W), 1.44 * expected)
    assert attack.mean_vulnerability(0 * W).isnan()


def test_a_projection_is_as_vulnerable_as_a_model_without_superposition():
    rows = torch.linalg.qr(torch.randn(9, 3, generator=rng.generator(0)).double())[0].T
    assert attack.mean_vulnerability(rows).item() == pytest.approx(1)
    assert attack.mean_vulnerability(torch.eye(3)).item() == 1
