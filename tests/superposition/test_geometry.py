"""Geometry: exact polytopes, the rank bound, invariances."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.superposition import basis, geometry

SETTINGS = settings(max_examples=60, deadline=None)


def regular_polygon(n: int) -> torch.Tensor:
    angle = 2 * math.pi * torch.arange(n).double() / n
    return torch.stack((angle.cos(), angle.sin()))


def square_antiprism() -> torch.Tensor:
    """The tight one: eight unit vectors in three dimensions with frame matrix 8/3."""
    height, radius = math.sqrt(1 / 3), math.sqrt(2 / 3)
    square = regular_polygon(4) * radius
    turn = math.pi / 4
    rotation = torch.tensor(
        [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]], dtype=torch.float64
    )
    other = rotation @ square
    level = torch.full((1, 4), height).double()
    return torch.cat((torch.cat((square, level)), torch.cat((other, -level))), dim=1)


TETRAHEDRON = torch.tensor([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]).double().T

POLYTOPES = {
    "antipodal pair": (torch.tensor([[1.0, -1.0]]).double(), 1 / 2),
    "triangle": (regular_polygon(3), 2 / 3),
    "tetrahedron": (TETRAHEDRON, 3 / 4),
    "pentagon": (regular_polygon(5), 2 / 5),
    "square antiprism": (square_antiprism(), 3 / 8),
    "orthogonal": (torch.eye(4).double(), 1.0),
}


def random_weights(seed: int, d_hidden: int, n_features: int) -> torch.Tensor:
    return torch.randn(d_hidden, n_features, generator=rng.generator(seed)).double()


@pytest.mark.parametrize("name", POLYTOPES)
def test_every_vertex_of_a_tight_polytope_has_dimensionality_m_over_n(name):
    W, fraction = POLYTOPES[name]
    assert (geometry.dimensionality(W) - fraction).abs().max() < 1e-12


@SETTINGS
@given(
    seed=st.integers(0, 10**6),
    d_hidden=st.integers(1, 6),
    n_features=st.integers(1, 12),
    rank=st.integers(1, 6),
    zeros=st.integers(0, 3),
)
def test_dimensionalities_never_add_up_to_more_than_the_rank(
    seed, d_hidden, n_features, rank, zeros
):
    rank = min(rank, d_hidden, n_features)
    W = random_weights(seed, d_hidden, rank) @ random_weights(seed + 1, rank, n_features)
    W[:, :zeros] = 0
    D = geometry.dimensionality(W)
    assert D.sum() <= rank + 1e-9
    assert D.min() >= 0
    assert D.max() <= 1 + 1e-12


@SETTINGS
@given(seed=st.integers(0, 10**6), d_hidden=st.integers(1, 5), n_features=st.integers(1, 9))
def test_each_dimensionality_is_at_most_the_statistical_leverage(seed, d_hidden, n_features):
    W = random_weights(seed, d_hidden, n_features)
    leverage = (torch.linalg.pinv(W) @ W).diagonal()
    assert (geometry.dimensionality(W) <= leverage + 1e-9).all()


def test_dimensionality_of_a_zero_vector_is_zero():
    W = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    assert geometry.dimensionality(W).tolist() == [1.0, 0.0]
    assert geometry.dimensionality(torch.zeros(2, 3)).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("scale", [1e-30, 1e-3, 1e30])
def test_dimensionality_does_not_depend_on_the_scale(scale):
    W = random_weights(0, 3, 7).float()
    expected = geometry.dimensionality(W)
    assert torch.allclose(geometry.dimensionality(W * scale), expected, atol=1e-5)


@SETTINGS
@given(seed=st.integers(0, 10**6), d_hidden=st.integers(2, 5), n_features=st.integers(1, 9))
def test_measures_do_not_change_under_rotation_and_follow_relabelling(seed, d_hidden, n_features):
    W = random_weights(seed, d_hidden, n_features)
    rotation = basis.random_rotations(1, d_hidden, generator=rng.generator(seed))[0].double()
    # float32 rotations are orthogonal to 1e-6 only, hence the tolerance.
    order = torch.randperm(n_features, generator=rng.generator(seed, "order"))
    for measure in (geometry.feature_norms, geometry.dimensionality, geometry.interference):
        assert torch.allclose(measure(rotation @ W), measure(W), atol=1e-4, rtol=1e-4)
        assert torch.allclose(measure(W[:, order]), measure(W)[order])


@SETTINGS
@given(seed=st.integers(0, 10**6), d_hidden=st.integers(1, 5), n_features=st.integers(1, 9))
def test_interference_equals_a_double_loop(seed, d_hidden, n_features):
    W = random_weights(seed, d_hidden, n_features)
    for i in range(n_features):
        unit = W[:, i] / W[:, i].norm()
        expected = sum(float(unit @ W[:, j]) ** 2 for j in range(n_features) if j != i)
        assert geometry.interference(W)[i].item() == pytest.approx(expected, abs=1e-9)


def test_orthogonal_features_do_not_interfere_and_antipodal_ones_do():
    assert geometry.interference(torch.eye(3)).abs().max() < 1e-6
    assert geometry.interference(torch.tensor([[1.0, -1.0]])).tolist() == [1.0, 1.0]
    assert geometry.interference(torch.zeros(2, 3)).tolist() == [0.0, 0.0, 0.0]


def test_features_per_dimension_is_one_without_superposition_and_two_for_antipodal_pairs():
    assert geometry.features_per_dimension(torch.eye(3)).item() == pytest.approx(1)
    pairs = torch.tensor([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]])
    assert geometry.features_per_dimension(pairs).item() == pytest.approx(2)


def test_angles_of_a_pentagon_are_72_degrees():
    angles = geometry.adjacent_angles(regular_polygon(5))
    assert torch.allclose(angles, torch.full((5,), 72.0).double())


@SETTINGS
@given(seed=st.integers(0, 10**6), n_features=st.integers(1, 8))
def test_angles_add_up_to_a_full_turn(seed, n_features):
    W = random_weights(seed, 2, n_features)
    angles = geometry.adjacent_angles(W, threshold=0.0)
    assert angles.sum().item() == pytest.approx(360)
    assert angles.min() >= 0


def test_features_that_are_not_stored_have_no_angle():
    W = torch.tensor([[1.0, 0.1, 0.0, -1.0], [0.0, 0.1, 1.0, 0.0]])
    angles = geometry.adjacent_angles(W)
    assert angles[:3].tolist() == pytest.approx([90, 90, 180])
    assert angles[3].isnan()
    assert geometry.adjacent_angles(torch.zeros(2, 3)).isnan().all()


def test_a_single_stored_feature_is_a_full_turn_from_itself():
    assert geometry.adjacent_angles(torch.tensor([[1.0], [1.0]])).tolist() == pytest.approx([360.0])


def test_pair_cosines_tell_same_orthogonal_and_opposite():
    W = torch.tensor([[1.0, 2.0, 1.0, 0.0, 1.0, -3.0, 1.0, 0.0], [0, 0, 0, 1, 0, 0, 0, 0]])
    cosines = geometry.pair_cosines(W)
    assert cosines[:3].tolist() == pytest.approx([1, 0, -1])
    assert cosines[3].isnan()


def test_measures_accept_any_leading_axes():
    W = random_weights(0, 8, 6).reshape(4, 2, 2, 3)
    whole = geometry.dimensionality(W)
    assert torch.allclose(whole[1, 1], geometry.dimensionality(W[1, 1]))
    assert geometry.represented(W).shape == whole.shape
    assert geometry.adjacent_angles(W)[1, 1].nansum() == pytest.approx(
        geometry.adjacent_angles(W[1, 1]).nansum()
    )
