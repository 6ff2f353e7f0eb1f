"""The test for plateaus: finds lines that are there, and none in smooth heaps of values."""

import pytest
import torch

from mechnotes import rng
from mechnotes.superposition import geometry
from mechnotes.superposition.dimensionality import lines


def uniform(seed: int, n: int, low: float, high: float) -> torch.Tensor:
    return low + (high - low) * torch.rand(n, generator=rng.generator(seed)).double()


def test_a_line_is_found_on_a_smooth_background():
    values = torch.cat((uniform(0, 300, 0.2, 0.8), torch.full((30,), 0.4).double()))
    assert lines.line(values, 2 / 5).found
    assert not lines.line(values, 2 / 3).found


def test_the_strict_test_finds_hardly_a_line_in_three_hundred_smooth_spreads():
    found = torch.tensor(
        [
            sum(line.found for line in lines.lines(uniform(seed, 1000, 0.3, 0.8)).values())
            for seed in range(300)
        ]
    )
    assert (found > 0).sum() <= 3
    assert found.max() <= 1


def test_the_naive_test_gives_on_chance_what_covered_foretells():
    values = uniform(1, 200_000, 0.3, 0.8)
    for tolerance in (0.005, 0.02, 0.05):
        expected = lines.covered(0.3, 0.8, tolerance=tolerance)
        assert lines.near_share(values, tolerance=tolerance) == pytest.approx(expected, abs=0.005)


def test_overlapping_windows_are_covered_once():
    assert lines.covered(0.375, 0.4, tolerance=0.02) == 1
    assert lines.covered(0.36, 0.41, tolerance=0.005) == pytest.approx(0.02 / 0.05)
    assert lines.covered(0.8, 0.9) == 0


def test_a_plateau_counts_the_levels_near_a_value():
    steady = torch.tensor([1.0, 0.9, 0.52, 0.5, 0.49, 0.48, 0.3])
    assert lines.levels_near(steady, 0.5) == 4
    assert lines.levels_near(torch.linspace(1, 0.25, 20), 0.5) <= 2


def test_shuffled_directions_keep_the_lengths_and_lose_the_geometry():
    angles = 2 * torch.pi * torch.arange(5) / 5
    W = torch.stack((angles.cos(), angles.sin())).repeat(3, 1, 1)
    shuffled = lines.shuffled_directions(W, generator=rng.generator(0))
    assert torch.allclose(shuffled.norm(dim=-2), W.norm(dim=-2), atol=1e-6)
    assert (geometry.dimensionality(shuffled) - 0.4).abs().max() > 0.05
