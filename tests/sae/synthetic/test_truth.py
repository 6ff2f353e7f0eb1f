"""Planted activations are what the config says: chances, groups, families, atoms."""

import itertools
from dataclasses import replace

import pytest
import torch

from mechnotes import rng
from mechnotes.sae.synthetic import inclusion, truth
from mechnotes.sae.synthetic.planting import PlantedConfig

SMALL = PlantedConfig(n_features=24, d_in=16, mean_active=3.0)
FAMILIES = replace(SMALL, n_parents=3, n_children=2, parent_chance=0.4, child_chance=0.5)
N = 40_000


def present(config, n=N):
    return truth.plant(config).sample(n)[1] > 0


@pytest.mark.parametrize("geometry", ["orthogonal", "random", "tight"])
def test_atoms_have_length_one_and_lie_as_asked(geometry):
    n = 16 if geometry == "orthogonal" else 24
    atoms = truth.plant(replace(SMALL, n_features=n, geometry=geometry)).atoms
    overlap = (atoms @ atoms.T - torch.eye(n)).square().sum() / n
    assert torch.allclose(atoms.norm(dim=1), torch.ones(n), atol=1e-5)
    expected = {"orthogonal": (0, 1e-9), "tight": (0.499, 0.501), "random": (0.6, 3)}[geometry]
    # n unit vectors in d dimensions have at least n / d - 1 of squared overlap each.
    assert expected[0] <= overlap.item() <= expected[1]


@pytest.mark.parametrize("zipf", [0.0, 1.0])
@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_features_come_as_often_as_their_chances_say_also_in_groups(zipf, correlation):
    config = replace(SMALL, zipf=zipf, group_size=4, group_correlation=correlation)
    planted = truth.plant(config)
    found = (planted.magnitudes(N, generator=rng.generator(5, "draw")) > 0).float().mean(0)
    assert planted.chances.sum().item() == pytest.approx(3)
    assert planted.chances[0] / planted.chances[7] == pytest.approx(8**zipf)
    error = (planted.chances * (1 - planted.chances) / N).sqrt()
    assert ((found - planted.chances).abs() < 4.5 * error).all()


def test_members_of_a_group_come_together_and_others_do_not():
    on = present(replace(SMALL, group_size=4, group_correlation=0.6)).float()
    together = torch.corrcoef(on.T)
    same = torch.arange(24)[:, None] // 4 == torch.arange(24) // 4
    own = torch.eye(24, dtype=torch.bool)
    assert together[same & ~own].min() > 0.2
    assert together[~same].abs().max() < 0.03


def test_magnitudes_lie_between_the_ends():
    _, magnitudes = truth.plant(replace(SMALL, low=1.0, high=3.0)).sample(2000)
    drawn = magnitudes[magnitudes != 0]
    assert 1.0 <= drawn.min() < 1.1
    assert 2.9 < drawn.max() <= 3.0
    assert drawn.mean().item() == pytest.approx(2, abs=0.05)


def test_exactly_so_many_are_present_and_the_common_ones_more_often():
    on = present(replace(SMALL, exactly=5, zipf=1.0))
    assert (on.sum(1) == 5).all()
    shares = on.float().mean(0)
    assert shares[0] > shares[3] > shares[20]


def within_error(config, n=N) -> bool:
    """Whether features come as often as they are said to, up to 4.5 standard errors."""
    planted = truth.plant(config)
    error = (planted.chances * (1 - planted.chances) / n).sqrt()
    found = present(config, n).float().mean(0)
    return bool(((found - planted.chances).abs() < 4.5 * error + 1e-7).all())


@pytest.mark.parametrize(("exactly", "zipf"), [(5, 1.0), (5, 0.0), (1, 1.0), (23, 2.0)])
def test_chances_of_a_fixed_number_are_those_of_draws_by_weight(exactly, zipf):
    config = replace(SMALL, exactly=exactly, zipf=zipf)
    assert truth.plant(config).chances.sum().item() == pytest.approx(exactly, abs=1e-4)
    assert within_error(config)


@pytest.mark.parametrize("zipf", [0.0, 0.5, 3.0])
def test_draws_by_weight_of_two_out_of_three_are_the_sum_over_all_orders(zipf):
    weights = torch.arange(1, 4).double() ** -zipf
    slow = torch.zeros(3, dtype=torch.float64)
    for one, two in itertools.permutations(range(3), 2):
        order = weights[one] / weights.sum() * weights[two] / (weights.sum() - weights[one])
        slow[one] += order
        slow[two] += order
    assert torch.allclose(inclusion.of_draws(weights, 2), slow, atol=1e-9)
    assert torch.allclose(inclusion.of_draws(weights, 1), weights / weights.sum(), atol=1e-9)
    assert torch.allclose(inclusion.of_draws(weights, 3), torch.ones(3).double(), atol=1e-9)


@pytest.mark.parametrize("group_size", [2, 5, 24])
@pytest.mark.parametrize("correlation", [0.4, 0.95])
def test_children_in_their_parents_group_come_more_often(group_size, correlation):
    config = replace(FAMILIES, group_size=group_size, group_correlation=correlation)
    planted = truth.plant(config)
    assert within_error(config)
    parents, children = planted.families.mT
    inside = parents // group_size == children // group_size
    assert inside.any() == (group_size > 2)
    assert (planted.chances[children[inside]] > 0.22).all()
    assert torch.allclose(planted.chances[children[~inside]], torch.tensor(0.2))


def test_the_control_has_its_chances_in_groups_too():
    config = replace(FAMILIES, group_size=24, group_correlation=0.8, loyal=False)
    assert within_error(config)


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.9, 0.999])
def test_both_of_two_correlated_normal_numbers_lie_below_their_limits_as_scipy_says(correlation):
    from scipy.stats import multivariate_normal

    first, second = torch.tensor([0.4, 0.01, 0.9, 0.0]), torch.tensor([0.5, 0.3, 0.95, 0.3])
    found = inclusion.of_both(first, second, torch.full((4,), correlation))
    exact = multivariate_normal([0, 0], [[1, correlation], [correlation, 1]])
    limits = torch.special.ndtri(torch.stack((first, second), dim=1).double())
    assert found[:3].tolist() == pytest.approx(exact.cdf(limits[:3].numpy()).tolist(), abs=1e-6)
    assert found[3] == 0
    same = inclusion.of_both(first, second, torch.ones(4))
    assert torch.allclose(same, torch.minimum(first, second).double(), atol=1e-9)


@pytest.mark.bad_input
def test_chances_that_are_none_are_refused():
    half = torch.tensor([0.5])
    with pytest.raises(ValueError, match="weights: got a weight that is not above 0"):
        inclusion.of_draws(torch.tensor([1.0, 0.0]), 1)
    with pytest.raises(ValueError, match="n: got 3; expected an integer from 1 to 2"):
        inclusion.of_draws(torch.ones(2), 3)
    with pytest.raises(ValueError, match="first: got entries from 2 to 2"):
        inclusion.of_both(4 * half, half, half)
    with pytest.raises(ValueError, match="correlation: got entries from 2 to 2"):
        inclusion.of_both(half, half, 4 * half)


def test_a_child_never_comes_without_its_parent():
    planted = truth.plant(FAMILIES)
    assert planted.families.tolist() == [[0, 3], [0, 4], [1, 5], [1, 6], [2, 7], [2, 8]]
    on = present(FAMILIES)
    parents, children = planted.families.T
    assert not (on[:, children] & ~on[:, parents]).any()
    shares = on.float().mean(0)
    assert shares[parents].tolist() == pytest.approx([0.4] * 6, abs=0.015)
    assert shares[children].tolist() == pytest.approx([0.2] * 6, abs=0.015)


def test_children_of_the_control_come_as_often_but_on_their_own():
    on = present(replace(FAMILIES, loyal=False)).float()
    assert on[:, 3:9].mean(0).tolist() == pytest.approx([0.2] * 6, abs=0.015)
    assert torch.corrcoef(on.T)[0, 3].abs() < 0.03


def test_an_activation_is_the_sum_of_its_atoms():
    planted = truth.plant(SMALL)
    x, magnitudes = planted.sample(7)
    for row, sizes in zip(x, magnitudes, strict=True):
        total = sum(size * atom for size, atom in zip(sizes, planted.atoms, strict=True))
        assert torch.allclose(row, total, atol=1e-6)


def test_blocks_depend_on_their_number_alone_and_differ_from_what_is_held_out():
    blocks = truth.plant(SMALL).blocks(size=50)
    again = truth.plant(SMALL).blocks(size=50)
    assert torch.equal(blocks(3), again(3))
    others = [blocks(0), truth.plant(SMALL).sample(50)[0]]
    assert not any(torch.equal(blocks(3), other) for other in others)


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"geometry": "orthogonal"}, "geometry: got 24 orthogonal atoms in 16 dimensions"),
        ({"geometry": "flat"}, "geometry: got 'flat'"),
        ({"mean_active": 24}, "mean_active: got 24 of 24, the commonest with a chance of 1"),
        ({"mean_active": 10, "zipf": 2}, "mean_active: got 10"),
        ({"n_parents": 9, "n_children": 2}, "n_parents: got 9 families of 3"),
        ({"n_parents": 1, "exactly": 3}, "n_parents: got 1 families"),
        ({"exactly": 25}, "exactly: got 25"),
        ({"high": 0.5}, "high: got 0.5"),
        ({"group_correlation": 1.0}, "group_correlation: got 1.0"),
        ({"child_chance": -0.1}, "child_chance: got -0.1"),
        ({"seed": 1.5}, "seed: got 1.5"),
    ],
)
def test_a_truth_that_cannot_be_planted_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        replace(SMALL, **change)


@pytest.mark.bad_input
def test_bad_requests_to_a_planted_dictionary_are_refused():
    with pytest.raises(ValueError, match="config: got 24; expected a PlantedConfig"):
        truth.plant(24)
    with pytest.raises(ValueError, match="n: got 0"):
        truth.plant(SMALL).sample(0)
    with pytest.raises(ValueError, match=r"size: got 1\.5"):
        truth.plant(SMALL).blocks(size=1.5)
    with pytest.raises(ValueError, match="generator: got int"):
        truth.plant(SMALL).magnitudes(3, generator=3)
