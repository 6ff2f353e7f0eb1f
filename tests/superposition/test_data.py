"""Samplers: each statistic within four standard errors of its expectation."""

import math

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng
from mechnotes.superposition import data

N_SAMPLES = 100_000
DENSITY = 0.3
SAMPLERS = [data.independent, data.correlated_pairs, data.anticorrelated_pairs]
ACTIVE_TOGETHER = {
    data.independent: DENSITY**2,
    data.correlated_pairs: DENSITY,
    data.anticorrelated_pairs: 0.0,
}


def draw(sampler, *, density: float = DENSITY) -> Float[Tensor, "batch features"]:
    table = torch.full((1, 4), density)
    return sampler(N_SAMPLES, density=table, generator=rng.generator(0, "test"))[:, 0]


def within_four_errors(fraction: float, probability: float) -> bool:
    error = math.sqrt(max(probability * (1 - probability), 1e-12) / N_SAMPLES)
    return abs(fraction - probability) <= 4 * error


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_each_feature_is_active_with_its_density(sampler):
    active = draw(sampler) > 0
    assert all(within_four_errors(f, DENSITY) for f in active.float().mean(dim=0).tolist())


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_active_values_have_the_moments_of_a_uniform_variable(sampler):
    x = draw(sampler)
    values = x[x > 0]
    assert values.max() < 1
    for power in (1, 2, 3):
        error = math.sqrt((1 / (2 * power + 1) - 1 / (power + 1) ** 2) / values.numel())
        assert abs((values**power).mean().item() - 1 / (power + 1)) <= 4 * error


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_members_of_a_pair_are_active_together_as_often_as_promised(sampler):
    active = draw(sampler) > 0
    together = (active[:, 0] & active[:, 1]).float().mean().item()
    assert within_four_errors(together, ACTIVE_TOGETHER[sampler])


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_features_of_different_pairs_are_independent(sampler):
    active = draw(sampler) > 0
    together = (active[:, 1] & active[:, 2]).float().mean().item()
    assert within_four_errors(together, DENSITY**2)


def test_values_of_a_correlated_pair_are_uncorrelated_when_both_are_active():
    x = draw(data.correlated_pairs)
    both = x[x[:, 0] > 0, :2]
    correlation = torch.corrcoef(both.T)[0, 1].item()
    assert abs(correlation) <= 4 / math.sqrt(both.shape[0])


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_density_zero_gives_zeros(sampler):
    assert draw(sampler, density=0.0).count_nonzero() == 0


def test_density_one_makes_every_feature_active():
    # A uniform draw can be exactly 0; with 400,000 draws of 24 bits, more than two would be odd.
    assert (draw(data.independent, density=1.0) == 0).sum() <= 2


def test_instances_do_not_share_samples():
    x = data.independent(1000, density=torch.full((2, 3), 0.5), generator=rng.generator(0))
    assert not torch.equal(x[:, 0], x[:, 1])


def test_batches_are_fresh():
    generator = rng.generator(0)
    density = torch.full((1, 3), 0.5)
    first = data.independent(100, density=density, generator=generator)
    assert not torch.equal(first, data.independent(100, density=density, generator=generator))


def test_each_instance_and_feature_has_its_own_density():
    density = torch.tensor([[0.1, 0.9], [0.5, 0.2]])
    x = data.independent(N_SAMPLES, density=density, generator=rng.generator(0))
    found = (x > 0).float().mean(dim=0)
    for fraction, probability in zip(found.flatten(), density.flatten(), strict=True):
        assert within_four_errors(fraction.item(), probability.item())
