"""A network written down by hand: its keys are known, and removing them ruins it."""

import math

import pytest
import torch

from mechnotes import rng
from mechnotes.grokking import (
    ablation,
    by_hand,
    config,
    fourier,
    model,
    neurons,
    pairs,
    progress,
    waves,
    weights,
)
from mechnotes.grokking.losses import accuracy

P, KEYS = 59, (4, 11, 23)
EVERY = pairs.every(P)


def answered(network: weights.Weights) -> float:
    return accuracy(model.logits(network, EVERY), EVERY.sums)


def test_it_answers_every_pair_and_its_keys_are_the_chosen_ones():
    network = by_hand.network(P, KEYS)
    assert answered(network) == 1
    assert fourier.keys(network.W_E[:-1]) == KEYS


def test_its_logits_are_the_ones_in_its_docstring():
    logits = model.logits(by_hand.network(P, KEYS, n_phases=128, gain=3.0), EVERY)
    expected = torch.zeros(P * P, P, dtype=torch.float64)
    for k in KEYS:
        w = 2 * math.pi * k / P
        length = 2 * (w * (EVERY.a - EVERY.b) / 2).double().cos().abs()
        expected += (
            3 * length[:, None] * (w * (EVERY.sums[:, None] - torch.arange(P))).double().cos()
        )
    assert torch.allclose(logits.double(), expected, atol=0.02)


def test_one_frequency_is_not_enough_where_its_length_vanishes():
    """With a single k, pairs with cos(w(a−b)/2) near 0 have logits near 0."""
    profile = waves.by_difference(model.logits(by_hand.network(P, (4,)), EVERY))
    lengths = [abs(math.cos(math.pi * 4 * d / P)) for d in range(P)]
    assert torch.corrcoef(torch.stack([profile, torch.tensor(lengths).double()]))[0, 1] > 0.999
    assert profile.min() < 0.05 * profile.max()


def test_its_waves_explain_what_the_changing_length_leaves():
    logits = model.logits(by_hand.network(P, (4,), n_phases=128), EVERY)
    share = (2 / math.pi) ** 2 / 0.5  # squared mean of |cos| over its mean square
    assert progress.explained(logits, (4,)) == pytest.approx(share, abs=2e-3)
    assert waves.explained(logits, (4,)) == pytest.approx(share, abs=2e-3)


def test_taking_its_keys_out_ruins_it_and_taking_all_others_out_does_not():
    network = by_hand.network(P, KEYS)
    assert answered(ablation.without(network, KEYS)) < 0.05
    assert answered(ablation.with_only(network, KEYS)) == 1
    others = tuple(k for k in range(1, 30) if k not in KEYS)
    assert answered(ablation.without(network, others)) == 1


def test_a_random_network_answers_nothing_whatever_is_taken_out():
    network = weights.initial(config.GrokkingConfig(p=P, d_model=32, d_mlp=64))
    changed = ablation.without(network, KEYS), ablation.with_only(network, KEYS)
    assert max(map(answered, (network, *changed))) < 0.06
    logits = model.logits(network, EVERY)
    assert progress.explained(logits, KEYS) < 0.2
    best = neurons.shares(neurons.activations(network)).nan_to_num().amax(0)
    assert best.max() < 0.6


def test_ablation_takes_out_the_frequencies_and_nothing_else():
    network = weights.initial(config.GrokkingConfig(p=P, d_model=32, d_mlp=64))
    changed = ablation.without(network, KEYS)
    before, after = (fourier.basis(P).float() @ one.W_E[:P] for one in (network, changed))
    gone = [row for k in KEYS for row in (2 * k - 1, 2 * k)]
    kept = [row for row in range(P) if row not in gone]
    assert torch.allclose(after[gone], torch.zeros(6, 32), atol=1e-5)
    assert torch.allclose(after[kept], before[kept], atol=1e-5)
    assert torch.equal(changed.W_E[P], network.W_E[P])
    assert torch.equal(changed.W_U, network.W_U)


def test_neurons_belong_to_the_frequency_that_they_were_built_for():
    network = by_hand.network(P, KEYS, n_phases=16)
    shares = neurons.shares(neurons.activations(network))
    found = shares.argmax(0) + 1
    assert found.tolist() == [4] * 16 + [11] * 16 + [23] * 16
    assert shares.amax(0).min() > 0.9


def test_shares_of_a_quadratic_form_are_one_and_count_its_products():
    a, b = torch.arange(P)[:, None], torch.arange(P)[None, :]
    w = 2 * math.pi * 4 / P
    added = (w * a).cos() + (w * b).sin()
    multiplied = 2 * (w * (a + b)).cos()
    mixed = (w * a).cos() * (2 * w * b).cos()
    idle = torch.zeros(P, P)
    functions = torch.stack([added, added + multiplied, mixed, idle], dim=-1)
    shares = neurons.shares(functions)
    assert shares[3, 0] == pytest.approx(1, abs=1e-5)
    assert shares[3, 1] == pytest.approx(1, abs=1e-5)
    assert shares[:, 2].max() < 1e-5  # a product of two frequencies belongs to none
    assert shares[:, 3].isnan().all()
    products = neurons.product_shares(functions)
    assert products[:2].tolist() == pytest.approx([0, 2 / 3], abs=1e-5)


def test_the_spectrum_keeps_the_energy():
    functions = torch.randn(11, 11, 3, generator=rng.generator(0, "f"), dtype=torch.float64)
    coefficients = neurons.spectrum(functions)
    assert torch.allclose(coefficients.square().sum((0, 1)), functions.square().sum((0, 1)))
    F = fourier.basis(11)
    by_loop = sum(F[3, a] * F[6, b] * functions[a, b] for a in range(11) for b in range(11))
    assert torch.allclose(coefficients[3, 6], by_loop)
