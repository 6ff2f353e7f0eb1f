"""Correct answers that look nothing like the reference pass too."""

import math

import pytest
import torch

from mechnotes.exercises import catalog
from mechnotes.superposition import phase
from tests.exercises import (
    correct_attention,
    correct_autoencoders,
    correct_by_hand,
    correct_capacity,
    correct_fourier,
    correct_latents_to_weights,
    correct_monosemanticity,
    correct_patching,
    correct_products,
    correct_statistics,
)


def _sampler_bernoulli(n_samples, *, density, generator):
    chance = density.expand(n_samples, *density.shape)
    strength = torch.rand(chance.shape, generator=generator)
    return torch.bernoulli(chance, generator=generator) * strength


def _sampler_loop(n_samples, *, density, generator):
    columns = []
    for row in density:
        for p in row:
            on = torch.rand(n_samples, generator=generator) < p
            columns.append(torch.where(on, torch.rand(n_samples, generator=generator), 0.0))
    return torch.stack(columns, dim=1).reshape(n_samples, *density.shape)


def _sampler_one_draw(n_samples, *, density, generator):
    """One number per feature: u < p decides, and u / p is again uniform."""
    draw = torch.rand(n_samples, *density.shape, generator=generator)
    return torch.where(draw < density, draw / density, 0.0)


def _correlated_repeat(n_samples, *, density, generator):
    on = torch.rand(n_samples, len(density), density.shape[1] // 2, generator=generator)
    mask = torch.repeat_interleave(on < density[:, ::2], 2, dim=2)
    return mask.float() * torch.rand(mask.shape, generator=generator)


def _correlated_index(n_samples, *, density, generator):
    draw = torch.rand(n_samples, *density.shape, generator=generator)
    first = torch.arange(density.shape[1]) // 2 * 2
    return (draw[..., first] < density) * torch.rand(draw.shape, generator=generator)


def _anticorrelated_choice(n_samples, *, density, generator):
    pair = 2 * density[:, ::2]
    on = torch.rand(n_samples, *pair.shape, generator=generator) < pair
    first = torch.rand(on.shape, generator=generator) < 0.5
    mask = torch.stack((on & first, on & ~first), dim=3).reshape(n_samples, *density.shape)
    return mask * torch.rand(mask.shape, generator=generator)


def _anticorrelated_cases(n_samples, *, density, generator):
    draw = torch.rand(n_samples, *density[:, ::2].shape, generator=generator)
    p = density[:, ::2]
    case = (draw >= p).int() + (draw >= 2 * p).int()
    mask = torch.stack((case == 0, case == 1), dim=-1).flatten(2)
    return torch.where(mask, torch.rand(mask.shape, generator=generator), 0.0)


def _loss_loop(x_hat, x, *, importance):
    losses = []
    for instance in range(x.shape[1]):
        total = 0.0
        for sample in range(x.shape[0]):
            for feature in range(x.shape[2]):
                error = x_hat[sample, instance, feature] - x[sample, instance, feature]
                total += importance[feature].item() * error.item() ** 2
        losses.append(total / (x.shape[0] * x.shape[2]))
    return torch.tensor(losses)


def _loss_einsum(x_hat, x, *, importance):
    count = x.shape[0] * x.shape[2]
    return torch.einsum("bif,bif,f->i", x_hat - x, x_hat - x, importance).double() / count


def _forward_loop(x, W, b):
    rows = [[torch.relu(w.T @ (w @ v) + c) for v, w, c in zip(s, W, b, strict=True)] for s in x]
    return torch.stack([torch.stack(row) for row in rows])


def _forward_matmul(x, W, b):
    hidden = W @ x[..., None]
    return ((W.mT @ hidden)[..., 0] + b).clamp(min=0)


def _dimensionality_loop(W):
    answer = []
    for i in range(W.shape[1]):
        if W[:, i].norm() == 0:
            answer.append(0.0)
            continue
        unit = W[:, i] / W[:, i].norm()
        crowding = sum((unit @ W[:, j]).item() ** 2 for j in range(W.shape[1]))
        answer.append((W[:, i] @ W[:, i]).item() / crowding)
    return torch.tensor(answer)


def _dimensionality_products(W):
    products = W.double().T @ W.double()
    return torch.nan_to_num(products.diag() ** 2 / (products**2).sum(dim=0)).float()


def _crossing_bisection(importance_ratio):
    low, high = 1e-9, 1.0
    for _ in range(60):
        p = (low + high) / 2
        gain = phase.dedicated_loss(importance_ratio, p) - phase.antipodal_loss(importance_ratio, p)
        low, high = (p, high) if gain > 0 else (low, p)
    return low


def _crossing_fraction(importance_ratio):
    r = torch.tensor(importance_ratio, dtype=torch.float64)
    return (r / 3) / (r / 4 + (1 + r) / 6)


def _best_sort(loss):
    return loss.sort(dim=1).indices[:, 0]


def _best_loop(loss):
    rows = loss.tolist()
    return torch.tensor([row.index(min(row)) for row in rows], dtype=torch.int32)


CORRECT = {
    "E01": (_sampler_bernoulli, _sampler_loop, _sampler_one_draw),
    "E01b": (_correlated_repeat, _correlated_index),
    "E01c": (_anticorrelated_choice, _anticorrelated_cases),
    "E02": (_loss_loop, _loss_einsum),
    "E02b": (_forward_loop, _forward_matmul),
    "E03": (_dimensionality_loop, _dimensionality_products),
    "E04": (_crossing_bisection, _crossing_fraction),
    "E05": (_best_sort, _best_loop),
    **correct_attention.CORRECT,
    **correct_autoencoders.CORRECT,
    **correct_by_hand.CORRECT,
    **correct_capacity.CORRECT,
    **correct_fourier.CORRECT,
    **correct_latents_to_weights.CORRECT,
    **correct_monosemanticity.CORRECT,
    **correct_patching.CORRECT,
    **correct_products.CORRECT,
    **correct_statistics.CORRECT,
}


def test_every_exercise_has_at_least_two_alternatives():
    assert {exercise.id for exercise in catalog.every()} == set(CORRECT)
    assert all(len(functions) >= 2 for functions in CORRECT.values())


@pytest.mark.parametrize(
    ("id", "function"), [(id, f) for id, functions in CORRECT.items() for f in functions]
)
def test_another_correct_implementation_passes(id, function):
    result = catalog.check(id, function)
    assert result.passed, result.message


@pytest.mark.parametrize("id", ["E01", "E01b", "E01c"])
def test_a_correct_sampler_is_not_failed_by_bad_luck(id):
    exercise = catalog.find(id)
    results = [exercise.check(CORRECT[id][0], seed=seed) for seed in range(40)]
    assert all(result.passed for result in results)


def test_a_mistake_that_only_resembles_a_known_one_is_not_called_by_its_name():
    """Half the density breaks the laws that density taken for sparsity breaks, by other amounts."""

    def halved(n_samples, *, density, generator):
        return _sampler_loop(n_samples, density=density / 2, generator=generator)

    def silent(n_samples, *, density, generator):
        return torch.zeros(n_samples, *density.shape) * torch.rand(1, generator=generator)

    assert catalog.check("E01", halved).message.startswith("The share of samples in which")
    fresh = catalog.check("E01", silent).message
    assert "This is what you get" not in fresh


def test_a_sampler_that_ignores_the_generator_is_told_so():
    def unseeded(n_samples, *, density, generator):
        own = torch.Generator()
        own.seed()
        return _sampler_bernoulli(n_samples, density=density, generator=own)

    assert "Draw every number from `generator`" in catalog.check("E01", unseeded).message


def test_a_sampler_with_its_own_fixed_seed_is_told_so():
    def fixed(n_samples, *, density, generator):
        return _sampler_loop(n_samples, density=density, generator=torch.Generator().manual_seed(1))

    assert "Draw every number from `generator`" in catalog.check("E01", fixed).message


def test_the_pentagon_is_what_the_best_seed_shows():
    """E05 on real geometry: five arrows in a circle cost less than two pairs and a loner."""
    from mechnotes.superposition.model import single_feature_loss
    from mechnotes.superposition.selection import best_seed

    angle = 2 * math.pi * torch.arange(5) / 5
    pentagon = torch.stack((angle.cos(), angle.sin()))
    cross = torch.tensor([[1.0, -1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0, 0.0]])
    loss = single_feature_loss(torch.stack((cross, pentagon))).mean(dim=-1)[None]
    assert best_seed(loss).tolist() == [1]
    assert catalog.find("E05").misconceptions[1].wrong(loss).tolist() == [0]
