"""Polytopes, the bound by leverage, and the naming of shapes in weights."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.superposition import geometry
from mechnotes.superposition.dimensionality import clusters, leverage, polytopes

SETTINGS = settings(max_examples=60, deadline=None)
NAMES = tuple(polytopes.SIZES)


def side_by_side(*names: str) -> torch.Tensor:
    """Shapes in orthogonal subspaces, turned together by a random rotation."""
    W = torch.block_diag(*[polytopes.corners(name) for name in names])
    turn, _ = torch.linalg.qr(torch.randn(len(W), len(W), generator=rng.generator(3)).double())
    return turn @ W


@pytest.mark.parametrize("name", NAMES)
def test_every_corner_of_a_polytope_has_the_share_of_its_name(name):
    W = polytopes.corners(name)
    assert W.shape == polytopes.SIZES[name]
    assert (geometry.dimensionality(W) - polytopes.share(name)).abs().max() < 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_polytopes_are_unit_vectors_in_a_tight_frame(name):
    W = polytopes.corners(name)
    assert (W.norm(dim=0) - 1).abs().max() < 1e-12
    assert polytopes.frame_error(W) < 1e-12


def test_an_antiprism_that_is_not_stretched_is_not_tight():
    W = polytopes.corners("square antiprism").clone()
    W[2] *= 1.2
    assert polytopes.frame_error(W) > 0.1
    assert geometry.dimensionality(W).sum() < 3 - 1e-3


def test_shapes_side_by_side_keep_their_shares():
    D = geometry.dimensionality(side_by_side("pentagon", "digon", "triangle"))
    expected = torch.tensor([2 / 5] * 5 + [1 / 2] * 2 + [2 / 3] * 3, dtype=torch.float64)
    assert (D - expected).abs().max() < 1e-12


def test_a_zero_vector_has_no_share_and_no_leverage():
    holed = torch.cat((polytopes.corners("digon"), torch.zeros(1, 1).double()), dim=1)
    assert geometry.dimensionality(holed).tolist() == [0.5, 0.5, 0]
    assert leverage.leverage(holed)[2] == 0


random_weights = st.builds(
    lambda seed, m, n, rank: (
        torch.randn(m, min(rank, m), generator=rng.generator(seed)).double()
        @ torch.randn(min(rank, m), n, generator=rng.generator(seed, "right")).double()
    ),
    st.integers(0, 10**6),
    st.integers(1, 6),
    st.integers(1, 12),
    st.integers(1, 6),
)


@SETTINGS
@given(W=random_weights)
def test_no_share_exceeds_its_leverage_and_leverages_add_up_to_the_rank(W):
    rank = torch.linalg.matrix_rank(W)
    assert leverage.slack(W).min() > -1e-9
    assert leverage.leverage(W).sum() == pytest.approx(rank.item(), abs=1e-8)
    assert geometry.dimensionality(W).sum() <= min(rank.item(), len(W)) + 1e-9


@SETTINGS
@given(W=random_weights)
def test_leverage_is_the_diagonal_of_the_projection_on_the_rows(W):
    projection = torch.linalg.pinv(W, rtol=1e-10) @ W
    assert torch.allclose(leverage.leverage(W), projection.diagonal(), atol=1e-7)


def test_the_bound_is_met_within_tight_blocks_and_only_there():
    tight = side_by_side("pentagon", "tetrahedron", "single")
    assert leverage.slack(tight).abs().max() < 1e-12
    longer = tight.clone()
    longer[:, 0] *= 1.5
    assert leverage.slack(longer)[:5].max() > 1e-3
    assert leverage.slack(longer)[5:].abs().max() < 1e-12


def test_groups_of_a_mixed_model_are_found_and_named():
    names = ("square antiprism", "pentagon", "tetrahedron", "triangle", "digon", "single")
    W = side_by_side(*names)
    shuffle = torch.randperm(W.shape[1], generator=rng.generator(5))
    found = clusters.groups(torch.cat((W[:, shuffle], torch.zeros(len(W), 2)), dim=1))
    assert [group.name for group in found] == list(names)
    assert sorted(i for group in found for i in group.features) == list(range(W.shape[1]))


def test_features_that_are_not_stored_belong_to_no_group():
    W = torch.tensor([[1.0, -1.0, 0.1], [0.0, 0.0, 0.0]])
    assert clusters.labels(W).tolist() == [0, 0, -1]
    assert clusters.groups(torch.zeros(2, 3)) == []


def test_random_directions_form_no_named_shape():
    W = torch.randn(6, 40, generator=rng.generator(0))
    found = clusters.groups(W)
    assert [group.name for group in found] == ["other"]
