"""How many texts? Arithmetic, exact power of simple latents, and planted ones that are counted."""

import math

import pytest
import torch

from mechnotes import rng
from mechnotes.sae.statistics import maximum, permutation, planning, power, simulated
from tests.sae.statistics.test_permutation import group_of

FIRING = power.Firing(with_property=0.9, without=0.1)


def test_smallest_p_is_one_over_the_number_of_relabelings():
    assert planning.smallest_p(7, 7) == 1 / 3432
    assert planning.smallest_p(7, 7, alternative="two-sided") == 2 / 3432
    assert planning.smallest_p(7, 14, alternative="two-sided") == 1 / 116_280


@pytest.mark.parametrize("alternative", ["greater", "two-sided"])
@pytest.mark.parametrize(("n_with", "n_without"), [(3, 3), (3, 4)])
def test_the_smallest_p_can_be_reached_and_no_test_goes_below(n_with, n_without, alternative):
    group = group_of(n_with, n_without)
    values = torch.cat(
        (
            group.float()[:, None],
            torch.randn(len(group), 200, generator=rng.generator(0, "others")),
        ),
        dim=1,
    )
    found = permutation.compare(values, group, alternative=alternative)
    smallest = planning.smallest_p(n_with, n_without, alternative=alternative)
    assert found.p[0].item() == found.p.min().item() == smallest == found.smallest_p


def test_the_groups_that_24576_latents_take():
    p = 0.05 / 24_576
    assert planning.smallest_groups(p) == 11
    assert planning.smallest_groups(p, alternative="two-sided") == 12
    assert planning.smallest_groups(0.05) == 3
    assert planning.smallest_groups(0.05, alternative="two-sided") == 4
    assert planning.smallest_groups(p, others_per_text=2) == 8


@pytest.mark.parametrize("p", [0.3, 0.01, 1e-5])
def test_one_text_fewer_than_the_smallest_group_is_too_few(p):
    size = planning.smallest_groups(p)
    assert planning.smallest_p(size, size) <= p < planning.smallest_p(size - 1, size - 1)


def test_latents_that_benjamini_hochberg_needs_together():
    assert planning.fewest_at_minimum(24_576, 7, 7) == 144
    assert planning.fewest_at_minimum(24_576, 7, 14) == 5
    assert planning.fewest_at_minimum(100, 2, 2) is None


def test_power_of_a_latent_that_fires_or_not_is_the_exact_one():
    """Four against four, values 0 or 1: p <= 0.05 needs 4 : 0 (1/70); 4 : 1 and 3 : 0 give 5/70."""
    firing = power.Firing(with_property=0.9, without=0.1, spread=0.0)
    exact = 0.9**4 * 0.9**4
    found = power.power(firing, n_with=4, n_without=4, n_trials=20_000)
    assert found.share == pytest.approx(exact, abs=4 * found.standard_error + 0.005)


def test_without_a_difference_power_is_the_level_at_most():
    same = power.Firing(with_property=0.5, without=0.5)
    found = power.power(same, n_with=7, n_without=7, n_trials=4000)
    assert 0.03 < found.share <= 0.05 + 4 * found.standard_error
    others = simulated.bystanders(60, 100, share=0.5)
    among = power.power(same, n_with=7, n_without=7, background=others, n_trials=4000)
    assert among.share <= 0.005


def test_a_certain_latent_is_found_always_and_a_dead_one_never():
    sizes = {"n_with": 7, "n_without": 7, "n_trials": 200}
    certain = power.Firing(with_property=1.0, without=0.0, spread=0.0)
    dead = power.Firing(with_property=0.0, without=0.0)
    assert power.power(certain, **sizes).share == 1.0
    assert power.power(dead, **sizes).share == 0.0


def test_planted_latents_are_found_as_often_as_planned():
    """The whole test on unequal groups, a planted latent in each trial, against the planner."""
    pilot = simulated.bystanders(150, 64, seed=1)
    planned = power.power(FIRING, n_with=6, n_without=9, background=pilot)
    group, found = group_of(6, 9), 0
    for number in range(400):
        values = simulated.bystanders(15, 64, seed=1000 + number)
        values[:, 5] = FIRING.draw(group, 1, generator=rng.generator(number, "trial"))[:, 0]
        tested = maximum.compare(values, group, at_most=300, seed=number)
        found += bool(tested.adjusted[5] <= 0.05)
    assert 0.5 < planned.share < 0.98
    assert abs(found / 400 - planned.share) <= 0.05


def test_power_rises_with_the_texts_and_falls_with_the_latents_beside():
    pilot = simulated.bystanders(80, 100, seed=2)
    made = planning.plan(FIRING, sizes=(4, 7, 10, 13), background=pilot, n_trials=400)
    assert all(one < other for one, other in zip(made.power[:3], made.power[1:], strict=False))
    alone = planning.plan(FIRING, sizes=(4, 7, 10, 13), n_trials=400)
    assert all(a <= b + 0.02 for a, b in zip(made.power, alone.power, strict=True))
    assert alone.enough is not None and made.enough is not None and alone.enough < made.enough
    assert made.possible == 3


def test_a_plan_that_no_size_fulfils_says_none():
    weak = power.Firing(with_property=0.2, without=0.1)
    assert planning.plan(weak, sizes=(4, 6), target=0.99, n_trials=100).enough is None


def test_drawn_values_have_the_stated_shares_and_spread():
    group = group_of(500, 500)
    drawn = FIRING.draw(group, 40, generator=rng.generator(0))
    assert (drawn[group] > 0).double().mean().item() == pytest.approx(0.9, abs=0.01)
    assert (drawn[~group] > 0).double().mean().item() == pytest.approx(0.1, abs=0.01)
    logs = drawn[drawn > 0].log()
    assert logs.std().item() == pytest.approx(0.5, abs=0.02)
    assert logs.median().item() == pytest.approx(0.0, abs=0.03)
    assert math.isclose(power.Firing(with_property=1, without=0).spread, 0.5)
