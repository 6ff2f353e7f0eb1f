"""The rule of thumb: what it keeps, how it ranks, and what it does not look at."""

import numpy as np
import pytest
import torch

from mechnotes.sae.statistics import rule, simulated


def group_values() -> torch.Tensor:
    """Eight texts; latents 0 to 2 exceed 0.5 in all, 3 in six, 4 in five, 5 never fires."""
    values = 0.6 + simulated.bystanders(8, 6, share=1.0, seed=3)
    values[6:, 3], values[5:, 4], values[:, 5] = 0.4, 0.4, 0.0
    return values


def test_a_latent_is_kept_if_it_exceeds_the_threshold_in_enough_texts():
    assert set(rule.pick(group_values()).latents) == {0, 1, 2, 3}
    assert set(rule.pick(group_values(), share=0.6).latents) == {0, 1, 2, 3, 4}
    assert rule.pick(group_values(), threshold=100).latents == ()


def test_a_value_at_the_threshold_does_not_exceed_it():
    values = torch.full((4, 2), 0.5)
    values[:, 1] = 0.51
    assert rule.pick(values).latents == (1,)


def test_latents_are_ranked_by_their_mean_correlation_with_the_others():
    values = group_values()
    picked = rule.pick(values)
    matrix = np.corrcoef(values[:, :4].double().numpy(), rowvar=False)
    means = (matrix.sum(1) - 1) / 3
    assert picked.latents == tuple(np.argsort(-means).tolist())
    assert picked.togetherness == pytest.approx(sorted(means, reverse=True))


def test_a_single_latent_has_nothing_to_correlate_with():
    picked = rule.pick(group_values(), without=(0, 1, 2))
    assert picked.latents == (3,) and np.isnan(picked.togetherness[0])


def test_shared_latents_are_left_out_and_the_others_keep_their_numbers():
    values = group_values()
    assert set(rule.pick(values, without=(0, 2)).latents) == {1, 3}


def test_shared_latents_are_among_the_largest_of_both_groups():
    one, other = torch.zeros(3, 10), torch.zeros(4, 10)
    one[:, :5] = torch.arange(5, 0, -1.0)
    other[:, 3:8] = torch.arange(5, 0, -1.0)
    assert rule.shared(one, other, n=5) == (3, 4)
    assert rule.shared(one, other, n=1) == ()
    assert rule.shared(one, other, n=10) == (3, 4)  # those that never fire are not counted


def test_the_rule_also_picks_a_latent_that_is_just_as_active_elsewhere():
    """What a comparison would see and the rule cannot: it never looks at the other group."""
    values = group_values()
    assert 0 in rule.pick(values).latents
    assert rule.pick(values) == rule.pick(values.clone())
