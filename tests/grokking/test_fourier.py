"""The basis is orthonormal, and finds the frequencies that were put in."""

import math

import pytest
import torch

from mechnotes import rng
from mechnotes.grokking import fourier

PRIMES = (3, 5, 59, 113)


@pytest.mark.parametrize("p", PRIMES)
def test_the_basis_is_orthonormal(p):
    F = fourier.basis(p)
    one = torch.eye(p, dtype=torch.float64)
    assert torch.allclose(F @ F.T, one, atol=1e-12)
    assert torch.allclose(F.T @ F, one, atol=1e-12)


def test_rows_are_a_constant_then_cosine_and_sine_of_each_frequency():
    F, p = fourier.basis(11), 11
    for a in range(p):
        assert F[0, a] == pytest.approx(p**-0.5)
        for k in range(1, 6):
            angle = 2 * math.pi * k * a / p
            assert F[2 * k - 1, a] == pytest.approx((2 / p) ** 0.5 * math.cos(angle), abs=1e-12)
            assert F[2 * k, a] == pytest.approx((2 / p) ** 0.5 * math.sin(angle), abs=1e-12)
    assert torch.equal(fourier.rows((4, 2), p), F[[7, 8, 3, 4]])


def test_power_is_the_share_of_each_wave_and_ignores_the_mean():
    numbers = torch.arange(59)
    columns = [
        3 * (2 * math.pi * 4 * numbers / 59 + 0.7).cos() + 50,
        4 * (2 * math.pi * 20 * numbers / 59).sin(),
    ]
    shares = fourier.power(torch.stack(columns, dim=1))
    assert shares[3] == pytest.approx(9 / 25)
    assert shares[19] == pytest.approx(16 / 25)
    assert shares.sum() == pytest.approx(1)


def test_shifting_the_numbers_leaves_the_power_alone():
    function = torch.randn(13, 4, generator=rng.generator(0, "test"))
    assert torch.allclose(fourier.power(function), fourier.power(function.roll(5, 0)))


def test_renaming_the_numbers_by_a_factor_permutes_the_power():
    function = torch.randn(13, 4, generator=rng.generator(1, "test"))
    renamed = function[3 * torch.arange(13) % 13]  # value at a is that at 3a: k becomes 3k
    one, other = fourier.power(function), fourier.power(renamed)
    for k in range(1, 7):
        moved = min(3 * k % 13, -3 * k % 13)
        assert other[moved - 1] == pytest.approx(one[k - 1])


def test_keys_are_the_frequencies_that_were_put_in():
    F = fourier.basis(113)
    mixing = torch.randn(4, 128, generator=rng.generator(0, "mix"), dtype=torch.float64)
    embedding = F[[9, 10, 81, 82]].T @ mixing
    assert fourier.keys(embedding) == (5, 41)


@pytest.mark.parametrize("seed", range(20))
def test_a_random_embedding_has_no_key(seed):
    assert fourier.keys(torch.randn(113, 128, generator=rng.generator(seed, "noise"))) == ()


def test_an_embedding_on_a_circle_is_seen_as_that_circle_whatever_else_it_holds():
    numbers = torch.arange(59)
    angle = 2 * math.pi * 7 * numbers / 59
    function = torch.zeros(59, 6, dtype=torch.float64)
    function[:, 2], function[:, 4] = 3 * angle.cos(), 3 * angle.sin()
    function[:, 0] = 50 + 4 * (2 * math.pi * 9 * numbers / 59).cos()
    turned = (
        function
        @ torch.linalg.qr(
            torch.randn(6, 6, generator=rng.generator(0, "turn"), dtype=torch.float64)
        ).Q
    )
    expected = 3 * torch.stack([angle.cos(), angle.sin()], dim=1).double()
    assert torch.allclose(fourier.circle(turned, 7), expected, atol=1e-5)


def test_noise_is_no_circle():
    noise = torch.randn(113, 128, generator=rng.generator(0, "noise"))
    radii = fourier.circle(noise, 5).norm(dim=1)
    assert radii.std() / radii.mean() > 0.3
