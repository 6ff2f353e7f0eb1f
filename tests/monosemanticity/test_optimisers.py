"""Optimisers: many models at once are each as if alone, and Adam is torch's."""

import pytest
import torch

from mechnotes import rng
from mechnotes.monosemanticity import model, optimisers


def random_weights(n_models: int, seed: int = 0) -> model.Weights:
    stream = rng.generator(seed)
    shapes = {"W_in": (n_models, 5, 3), "b": (n_models, 5), "W_out": (n_models, 7, 5)}
    return model.Weights(**{n: torch.randn(*s, generator=stream) for n, s in shapes.items()})


def slow_lamb(w, grads, rate):
    """LAMB on one weight of one model, as You et al. print it, without their bias correction."""
    first, second = torch.zeros_like(w), torch.zeros_like(w)
    for grad in grads:
        first = 0.9 * first + 0.1 * grad
        second = 0.999 * second + 0.001 * grad**2
        ratio = first / (torch.sqrt(second) + 1e-6)
        length = torch.sqrt((w**2).sum())
        w = w - rate * min(length, 10.0) / torch.sqrt((ratio**2).sum()) * ratio
    return w


def test_lamb_on_many_models_is_lamb_on_each():
    weights = random_weights(3)
    weights.W_out.mul_(5)  # longer than the clamp at 10
    start = [part.clone() for part in weights.parts]
    moments = optimisers.no_moments(weights)
    gradients = [random_weights(3, seed) for seed in range(1, 6)]
    kept = [[part.clone() for part in gradient.parts] for gradient in gradients]
    rates = torch.tensor([0.001, 0.01, 0.1])
    for done, gradient in enumerate(gradients):
        optimisers.advance(
            weights, gradient, moments, learning_rate=rates, steps_done=done, optimiser="lamb"
        )
    for part in range(3):
        for number, rate in enumerate(rates.tolist()):
            grads = [parts[part][number] for parts in kept]
            slow = slow_lamb(start[part][number], grads, rate)
            assert torch.allclose(weights.parts[part][number], slow, atol=1e-5)


@pytest.mark.parametrize(("name", "kind"), [("adam", "Adam"), ("adamw", "AdamW"), ("sgd", "SGD")])
def test_the_others_are_those_of_torch(name, kind):
    weights = random_weights(2)
    leaves = [part.clone().requires_grad_() for part in weights.parts]
    theirs = getattr(torch.optim, kind)(leaves, lr=0.01)
    moments = optimisers.no_moments(weights)
    for done in range(6):
        gradient = random_weights(2, seed=done + 1)
        for leaf, part in zip(leaves, gradient.parts, strict=True):
            leaf.grad = part.clone()
        theirs.step()
        optimisers.advance(
            weights,
            gradient,
            moments,
            learning_rate=torch.full((2,), 0.01),
            steps_done=done,
            optimiser=name,
        )
    for leaf, part in zip(leaves, weights.parts, strict=True):
        assert torch.allclose(leaf, part, atol=1e-6)


def test_a_lamb_step_is_the_learning_rate_times_the_length_of_the_weights():
    weights = random_weights(2)
    before = weights.W_in.clone()
    optimisers.advance(
        weights,
        random_weights(2, 1),
        optimisers.no_moments(weights),
        learning_rate=torch.tensor([0.01, 0.5]),
        steps_done=0,
        optimiser="lamb",
    )
    moved = (weights.W_in - before).flatten(1).norm(dim=1) / before.flatten(1).norm(dim=1)
    assert torch.allclose(moved, torch.tensor([0.01, 0.5]), atol=1e-5)


def test_a_model_without_gradient_stays_where_it_is():
    weights = random_weights(1)
    before = weights.b.clone()
    nothing = model.Weights(
        W_in=torch.zeros(1, 5, 3), b=torch.zeros(1, 5), W_out=torch.zeros(1, 7, 5)
    )
    optimisers.advance(
        weights,
        nothing,
        optimisers.no_moments(weights),
        learning_rate=torch.ones(1),
        steps_done=0,
        optimiser="lamb",
    )
    assert torch.equal(weights.b, before)
