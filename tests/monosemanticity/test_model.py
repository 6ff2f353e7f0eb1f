"""The model: gradients written by hand are autograd's, and models side by side do not meet."""

import pytest
import torch

from mechnotes import rng
from mechnotes.monosemanticity import activations, model
from mechnotes.monosemanticity.config import RunConfig

CONFIG = RunConfig(n_features=7, d_embedding=3, n_neurons=5, initial_bias=-0.1)


def random_models(n_models: int = 3):
    stream = rng.generator(0)
    shapes = ((n_models, 5, 3), (n_models, 5), (n_models, 7, 5))
    W_in, b, W_out = (torch.randn(*s, generator=stream, dtype=torch.float64) for s in shapes)
    seen = torch.randn(n_models, 11, 3, generator=stream, dtype=torch.float64)
    target = torch.randn(n_models, 11, 7, generator=stream, dtype=torch.float64)
    return model.Weights(W_in=W_in, b=b, W_out=W_out), seen, target


@pytest.mark.parametrize("activation", activations.NAMES)
@pytest.mark.parametrize("penalty", [None, (0.0, 0.3, 2.0)])
def test_the_gradients_are_those_of_autograd(activation, penalty):
    weights, seen, target = random_models()
    regulariser = None if penalty is None else torch.tensor(penalty, dtype=torch.float64)
    made = model.step(weights, seen, target, activation=activation, regulariser=regulariser)
    leaves = [part.clone().requires_grad_() for part in weights.parts]
    W_in, b, W_out = leaves
    active = activations.activate(seen @ W_in.mT + b[:, None], activation=activation)
    error = (active @ W_out.mT - target).square().sum((1, 2)) / 11
    total = error.sum()
    if regulariser is not None:
        total = total + (regulariser * active.abs().sum((1, 2))).sum() / 11
    found = torch.autograd.grad(total, leaves)
    assert torch.allclose(made.loss, error, atol=1e-12)
    for ours, theirs in zip(made.gradients.parts, found, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-12)


@pytest.mark.parametrize("activation", activations.NAMES)
def test_memory_that_is_used_again_changes_nothing(activation):
    weights, seen, target = random_models()
    memory = model.workspace(weights, batch_size=11)
    for batch in (seen, -seen, seen):
        again = model.step(weights, batch, target, activation=activation, into=memory)
    fresh = model.step(weights, seen, target, activation=activation)
    for ours, theirs in zip(again.gradients.parts, fresh.gradients.parts, strict=True):
        assert torch.equal(ours, theirs)


def test_a_batch_for_all_models_is_a_copy_for_each():
    weights, seen, target = random_models()
    shared = model.step(weights, seen[:1], target[:1], activation="relu")
    copied = model.step(
        weights, seen[:1].repeat(3, 1, 1), target[:1].repeat(3, 1, 1), activation="relu"
    )
    assert torch.allclose(shared.loss, copied.loss)
    assert torch.allclose(shared.gradients.W_in, copied.gradients.W_in)


def test_models_side_by_side_do_not_meet():
    weights, seen, target = random_models()
    before = model.step(weights, seen, target, activation="gelu").gradients.W_out.clone()
    weights.W_in[0] *= 3
    after = model.step(weights, seen, target, activation="gelu").gradients.W_out
    assert not torch.allclose(before[0], after[0])
    assert torch.equal(before[1:], after[1:])


def test_initial_weights_are_those_of_a_torch_layer_with_the_bias_moved():
    many = RunConfig(n_features=400, d_embedding=100, n_neurons=500, initial_bias=-1.0)
    weights = model.initial(many)
    assert weights.W_in.abs().max() <= 0.1
    assert weights.W_in.std().item() == pytest.approx(0.1 / 3**0.5, rel=0.02)
    assert weights.W_out.abs().max() <= 500**-0.5
    assert (weights.b + 1).abs().max() <= 0.1
    assert weights.b.mean().item() == pytest.approx(-1, abs=0.01)


def test_runs_of_one_seed_start_alike_whatever_else_they_differ_in():
    one, other = (
        model.initial(RunConfig(n_features=7, d_embedding=3, n_neurons=5, learning_rate=lr))
        for lr in (0.001, 0.03)
    )
    assert torch.equal(one.W_in, other.W_in)
    assert not torch.equal(one.W_in, model.initial(RunConfig(seed=1, n_neurons=5)).W_in[:, :, :3])


def test_solu_is_the_variant_without_softmax():
    x = torch.tensor([-1.0, 0.0, 2.0])
    found = activations.activate(x, activation="solu")
    assert torch.allclose(found, torch.tensor([-0.36788, 0.0, 14.77811]), atol=1e-4)


def test_outputs_are_what_the_formula_says():
    weights, seen, _ = random_models(1)
    W_in, b, W_out = (part[0] for part in weights.parts)
    by_hand = torch.stack([W_out @ (W_in @ x + b).relu() for x in seen[0]])
    assert torch.allclose(model.outputs(weights, seen, activation="relu")[0], by_hand)
