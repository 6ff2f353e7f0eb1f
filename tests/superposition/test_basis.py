"""Privileged basis: what a rotation of the hidden space changes."""

import pytest
import torch

from mechnotes import rng
from mechnotes.superposition import basis
from mechnotes.superposition.model import xavier_normal

IMPORTANCE = torch.ones(6)


def losses(*, hidden_activation: str) -> torch.Tensor:
    generator = rng.generator(0, "basis")
    W = xavier_normal(1, 3, 6, generator=generator)[0]
    x = torch.rand(200, 6, generator=generator)
    rotations = basis.random_rotations(20, 3, generator=generator)
    return basis.rotated_loss(
        W,
        torch.zeros(6),
        x,
        rotations=rotations,
        importance=IMPORTANCE,
        hidden_activation=hidden_activation,
    )


def test_rotations_keep_lengths_and_do_not_mirror():
    R = basis.random_rotations(50, 4, generator=rng.generator(0))
    assert torch.allclose(R.mT @ R, torch.eye(4).expand(50, -1, -1), atol=1e-5)
    assert torch.allclose(torch.linalg.det(R), torch.ones(50), atol=1e-5)


def test_rotations_are_uniform():
    # Every entry of a uniform rotation has mean 0 and variance 1 / d.
    R = basis.random_rotations(20_000, 3, generator=rng.generator(0))
    error = (1 / 3 / 20_000) ** 0.5
    assert R.mean(dim=0).abs().max() <= 4 * error
    assert (R.square().mean(dim=0) - 1 / 3).abs().max() <= 4 * error


def test_the_only_rotation_of_one_dimension_is_the_identity():
    assert torch.equal(
        basis.random_rotations(5, 1, generator=rng.generator(0)), torch.ones(5, 1, 1)
    )


def test_a_linear_hidden_layer_cannot_tell_a_rotation():
    loss = losses(hidden_activation="linear")
    assert torch.allclose(loss, loss[0].expand(20), rtol=1e-5)


def test_a_relu_hidden_layer_can():
    loss = losses(hidden_activation="relu")
    assert loss.max() > 1.05 * loss.min()


def test_axis_share_is_one_on_an_axis_and_one_over_m_on_the_diagonal():
    W = torch.tensor([[3.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    share = basis.axis_share(W)
    assert share[:2].tolist() == pytest.approx([1.0, 0.5])
    assert share[2].isnan()


def test_monosemanticity_is_one_for_one_feature_and_one_over_n_for_all_alike():
    W = torch.tensor([[0.0, 2.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]])
    measured = basis.monosemanticity(W)
    assert measured[:2].tolist() == pytest.approx([1.0, 0.25])
    assert measured[2].isnan()


def test_a_relu_neuron_does_not_answer_with_its_negative_weights():
    W = torch.tensor([[-9.0, 1.0, 1.0]])
    assert basis.monosemanticity(W).item() == pytest.approx(1 / 2)
    linear = basis.monosemanticity(W, hidden_activation="linear")
    assert linear.item() == pytest.approx(9 / 11)


@pytest.mark.bad_input
def test_a_matrix_that_stretches_is_no_rotation():
    with pytest.raises(ValueError, match=r"rotations: got .* Draw them with"):
        basis.rotated_loss(
            torch.ones(2, 3),
            torch.zeros(3),
            torch.zeros(4, 3),
            rotations=2 * torch.eye(2)[None],
            importance=torch.ones(3),
        )
