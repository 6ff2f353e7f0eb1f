"""Superiority: counted pairs, the interval's definition, and how often it holds the truth."""

import math
from statistics import NormalDist

import pytest
import torch

from mechnotes import rng
from mechnotes.sae.statistics import effect, simulated
from tests.sae.statistics.test_permutation import group_of, sparse


def test_superiority_counts_pairs_and_ties_half():
    values, group = sparse(9, 6), group_of(4, 5)
    found = effect.superiority(values, group).value
    for latent in range(6):
        high, low = values[group, latent].tolist(), values[~group, latent].tolist()
        wins = sum((a > b) + 0.5 * (a == b) for a in high for b in low)
        assert found[latent].item() == pytest.approx(wins / 20)


def test_no_overlap_is_one_and_a_dead_latent_one_half():
    group = group_of(3, 4)
    values = torch.stack((group.float(), -group.float(), torch.zeros(7)), dim=1)
    assert effect.superiority(values, group).value.tolist() == [1.0, 0.0, 0.5]


def test_at_the_ends_of_the_interval_the_value_is_just_as_many_standard_errors_away():
    group = group_of(7, 9)
    found = effect.superiority(simulated.bystanders(16, 30, share=0.7), group, confidence=0.9)
    z, mean = NormalDist().inv_cdf(0.95), (7 + 9) / 2 - 1
    for value, *ends in zip(found.value, found.low, found.high, strict=True):
        for end in ends:
            t = end.item()
            inner = 1 + mean * (1 - t) / (2 - t) + mean * t / (1 + t)
            error = math.sqrt(t * (1 - t) * inner / 63)
            assert abs(value.item() - t) == pytest.approx(z * error, abs=1e-4)


def test_even_without_overlap_seven_against_seven_leave_room_for_doubt():
    found = effect.superiority(group_of(7, 7).float()[:, None], group_of(7, 7))
    assert found.value.item() == 1.0 and found.high.item() == pytest.approx(1.0, abs=1e-6)
    assert 0.6 < found.low.item() < 0.85


@pytest.mark.parametrize("shift", [0.0, 1.2])
def test_the_interval_holds_the_true_value_about_as_often_as_it_says(shift):
    """Normal values, whose superiority is known: 2,000 latents are 2,000 repetitions."""
    values = torch.randn(30, 2000, generator=rng.generator(1, "effect"))
    group = group_of(15, 15)
    values[group] += shift
    found = effect.superiority(values, group)
    truth = NormalDist().cdf(shift / 2**0.5)
    held = ((found.low <= truth) & (truth <= found.high)).double().mean().item()
    assert 0.93 <= held <= 0.98


def test_calling_the_groups_the_other_way_round_mirrors_value_and_interval():
    values, group = sparse(9, 6), group_of(4, 5)
    one, other = effect.superiority(values, group), effect.superiority(values, ~group)
    assert torch.allclose(one.value, 1 - other.value)
    assert torch.allclose(one.low, 1 - other.high, atol=1e-5)


def test_more_texts_give_a_narrower_interval():
    widths = []
    for n in (7, 28):
        group = group_of(n, n)
        found = effect.superiority(simulated.bystanders(2 * n, 200, share=0.5), group)
        widths.append((found.high - found.low).mean().item())
    assert widths[1] < 0.6 * widths[0]
