"""The quadratic model: its loss, the best allocation, the weights that reach it."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.superposition import geometry
from mechnotes.superposition.capacity import allocation, blocks, descent, quadratic

V = 0.8 ** torch.arange(20, dtype=torch.float64)
KURTOSES = (2.0, 3.0, 6.0, 15.0, 30.0)


def random_model(seed: int) -> torch.Tensor:
    return 0.5 * torch.randn(2, 6, generator=rng.generator(seed)).double()


@pytest.mark.parametrize("kurtosis", [3.0, 15.0])
def test_sampled_and_closed_form_loss_agree_within_the_sampling_error(kurtosis):
    v, W = V[:6], random_model(0)
    x = quadratic.sparse_gaussian(200_000, 6, kurtosis=kurtosis, generator=rng.generator(1))
    mean, error = quadratic.sampled_loss(W, v, x)
    assert abs(mean - quadratic.expected_loss(W, v, kurtosis=kurtosis).item()) < 4 * error


def test_sparse_gaussian_features_have_the_moments_asked_for():
    x = quadratic.sparse_gaussian(400_000, 2, kurtosis=12, generator=rng.generator(0))
    assert x.mean().item() == pytest.approx(0, abs=0.01)
    assert x.square().mean().item() == pytest.approx(1, abs=0.02)
    assert x.pow(4).mean().item() == pytest.approx(12, rel=0.05)
    assert (x != 0).double().mean().item() == pytest.approx(1 / 4, abs=0.003)


def test_the_best_constant_removes_the_square_of_the_trace():
    v, W = V[:6], random_model(3)
    trace = (v.sum() - W.square().sum()).square()
    without = quadratic.expected_loss(W, v, kurtosis=9)
    assert torch.allclose(
        without - quadratic.expected_loss(W, v, kurtosis=9, with_constant=True), trace
    )


@pytest.mark.parametrize("kurtosis", KURTOSES)
def test_marginal_value_is_the_slope_of_the_loss(kurtosis):
    C = torch.linspace(0.01, 0.99, 20, dtype=torch.float64).requires_grad_()
    v = V.clone()
    allocation.feature_loss(C, v, kurtosis=kurtosis).sum().backward()
    assert torch.allclose(-C.grad, allocation.marginal_value(C.detach(), v, kurtosis=kurtosis))


def test_a_features_loss_is_its_smallest_over_all_lengths():
    C, v, beta = torch.tensor([0.4]).double(), torch.tensor([0.7]).double(), 9.0
    lengths = torch.linspace(0, 1, 20_001).double()
    losses = (beta - 1) * (v - lengths) ** 2 + 2 * lengths**2 * (1 / C - 1)
    assert losses.min().item() == pytest.approx(
        allocation.feature_loss(C, v, kurtosis=beta).item(), abs=1e-7
    )
    best = allocation.squared_length(C, v, kurtosis=beta).item()
    assert lengths[losses.argmin()].item() == pytest.approx(best, abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(2, 12),
    dimensions=st.integers(1, 12),
    kurtosis=st.floats(1.5, 60),
)
def test_capacity_is_spent_in_order_and_marginal_values_meet_at_one_price(
    seed, n, dimensions, kurtosis
):
    dimensions = min(dimensions, n)
    v = torch.rand(n, generator=rng.generator(seed)).double().add(0.01).sort(descending=True).values
    C = allocation.allocate(v, dimensions=dimensions, kurtosis=kurtosis)
    assert C.sum().item() == pytest.approx(dimensions, abs=1e-6)
    assert (C.diff() <= 1e-9).all()
    if kurtosis > 3:
        worth = allocation.marginal_value(C, v, kurtosis=kurtosis)
        shares = (C > 1e-6) & (C < 1 - 1e-6)
        if shares.any():
            price = worth[shares].mean()
            assert torch.allclose(worth[shares], price.expand(int(shares.sum())), rtol=1e-6)
            assert (worth[C > 1 - 1e-6] >= price * (1 - 1e-6)).all()
            assert (worth[C < 1e-6] <= price * (1 + 1e-6)).all()


@pytest.mark.parametrize("kurtosis", [1.5, 3.0])
def test_at_a_kurtosis_of_three_and_below_nothing_is_shared(kurtosis):
    C = allocation.allocate(V, dimensions=5, kurtosis=kurtosis)
    assert C.tolist() == [1.0] * 5 + [0.0] * 15


@pytest.mark.parametrize("kurtosis", KURTOSES)
def test_the_best_weights_reach_the_loss_of_the_best_allocation(kurtosis):
    C = allocation.allocate(V, dimensions=5, kurtosis=kurtosis)
    W = blocks.best_weights(V, dimensions=5, kurtosis=kurtosis)
    promised = allocation.feature_loss(C, V, kurtosis=kurtosis).sum()
    loss = quadratic.expected_loss(W, V, kurtosis=kurtosis, with_constant=True)
    assert torch.allclose(loss, promised, atol=1e-12)
    assert torch.allclose(geometry.dimensionality(W), C, atol=1e-9)
    assert blocks.off_block_energy(W, C) < 1e-15


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 12), dimensions=st.integers(1, 6))
def test_a_tight_frame_exists_for_all_lengths_that_are_not_too_long(seed, n, dimensions):
    dimensions = min(dimensions, n)
    lengths = torch.rand(n, generator=rng.generator(seed)).double() + 0.05
    for _ in range(50):
        lengths = lengths.clamp(max=(lengths.sum() / dimensions).item())
    lengths = lengths * 0.999 + 0.001 * lengths.mean()
    if lengths.max() > lengths.sum() / dimensions:
        return
    W = blocks.tight_frame(lengths, dimensions=dimensions)
    assert torch.allclose(W.square().sum(dim=0), lengths, atol=1e-9)
    weight = lengths.sum() / dimensions
    assert torch.allclose(W @ W.T, weight * torch.eye(dimensions).double(), atol=1e-9)


def test_a_vector_that_is_too_long_has_no_tight_frame():
    with pytest.raises(ValueError, match="squared_norms: got"):
        blocks.tight_frame(torch.tensor([3.0, 0.5, 0.5]), dimensions=2)


def test_without_a_constant_the_raised_coefficients_give_the_optimum():
    config = descent.QuadraticConfig(
        n_features=6, d_hidden=2, kurtoses=(12.0,), n_starts=2, steps=700
    )
    fitted = descent.fit(config)
    for k, kurtosis in enumerate(config.kurtoses):
        lifted = allocation.raised(config.v, dimensions=2, kurtosis=kurtosis)
        C = allocation.allocate(lifted, dimensions=2, kurtosis=kurtosis)
        W = blocks.best_weights(lifted, dimensions=2, kurtosis=kurtosis)
        promised = quadratic.expected_loss(W, config.v, kurtosis=kurtosis)
        assert fitted.loss[k].min().item() == pytest.approx(promised.item(), rel=1e-4)
        assert fitted.loss[k].min() >= promised - 1e-9
        assert torch.allclose(geometry.dimensionality(fitted.best[k]), C, atol=0.01)
        assert blocks.weight_spread(fitted.best[k], C).nan_to_num() < 0.01


def test_random_weights_have_energy_outside_the_blocks():
    C = allocation.allocate(V, dimensions=5, kurtosis=15)
    W = torch.randn(5, 20, generator=rng.generator(0)).double()
    assert blocks.off_block_energy(W, C) > 0.1
    assert blocks.weight_spread(W, C) > 0.1
