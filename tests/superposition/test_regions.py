"""Linear regions: the known bound, a fold that multiplies, a count by another way."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.superposition import regions


def area(vertices: torch.Tensor) -> float:
    x, y = vertices.T
    return (0.5 * (x * y.roll(-1) - y * x.roll(-1)).sum()).item()


def network(seed: int, *widths: int) -> regions.Layers:
    return regions.random_network(widths, generator=rng.generator(seed))


@pytest.mark.parametrize("n_neurons", [1, 2, 5, 9])
def test_one_layer_in_general_position_reaches_the_bound_over_the_whole_plane(n_neurons):
    found = regions.cut(network(1, n_neurons), low=(-1e4, -1e4), high=(1e4, 1e4))
    assert len(found) == regions.most_regions(n_neurons, 2)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), n_neurons=st.integers(1, 9))
def test_one_layer_never_passes_the_bound(seed, n_neurons):
    assert len(regions.cut(network(seed, n_neurons))) <= regions.most_regions(n_neurons, 2)


def test_the_bound_counts_points_on_a_line_and_halves_of_space():
    assert regions.most_regions(7, 1) == 8
    assert regions.most_regions(3, 5) == 2**3
    assert regions.most_regions(0, 2) == 1


@pytest.mark.parametrize("depth", [1, 2, 3, 6])
def test_a_sawtooth_doubles_its_regions_with_every_layer(depth):
    found = regions.cut(regions.sawtooth(depth), low=(0, 0), high=(1, 1))
    assert len(found) == 2**depth


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), widths=st.lists(st.integers(1, 5), min_size=1, max_size=3))
def test_regions_fill_the_square_and_inside_each_no_neuron_changes(seed, widths):
    layers = network(seed, *widths)
    found = regions.cut(layers)
    assert sum(area(region.vertices) for region in found) == pytest.approx(4)
    for region in found:
        towards = 0.01 * region.vertices.mean(dim=0) + 0.99 * region.vertices
        assert (patterns(layers, towards) == region.pattern).all()


def patterns(layers: regions.Layers, x: torch.Tensor) -> torch.Tensor:
    on = []
    for W, b in layers:
        x = x @ W.T + b
        on.append(x > 0)
        x = x.relu()
    return torch.cat(on, dim=1)


def test_a_fine_grid_meets_no_more_patterns_than_there_are_and_nearly_all():
    layers = network(4, 6, 6)
    exact = len({tuple(region.pattern.tolist()) for region in regions.cut(layers)})
    coarse = regions.grid_patterns(layers, n_points=20)
    fine = regions.grid_patterns(layers, n_points=400)
    assert coarse <= fine <= exact
    assert fine >= 0.9 * exact


def test_neurons_that_are_always_off_cut_nothing():
    layers = [(torch.eye(2).double(), torch.full((2,), -9.0).double()), *network(0, 3)[:1]]
    assert len(regions.cut(layers)) == 1
