"""Restricted and excluded loss of logits whose keys and memory are known."""

import itertools
import math

import pytest
import torch

from mechnotes import rng
from mechnotes.grokking import by_hand, fourier, pairs, progress, waves
from mechnotes.grokking.losses import cross_entropy

P = 13
EVERY = pairs.every(P)
TRAINED = torch.rand(P * P, generator=rng.generator(0, "split")) < 0.4


def memory(strength: float) -> torch.Tensor:
    """Logits that know the training pairs by heart and nothing else."""
    logits = torch.zeros(P * P, P)
    places = TRAINED.nonzero().flatten()
    logits[places, EVERY.sums[places]] = strength
    return logits


def component_by_loop(logits, frequencies):
    """Project onto cos and sin of w(a+b) over all pairs, one direction and answer at a time."""
    found = torch.zeros(P * P, P, dtype=torch.float64)
    for k, wave in itertools.product(frequencies, (math.cos, math.sin)):
        angles = [2 * math.pi * k * (a + b) / P for a in range(P) for b in range(P)]
        direction = torch.tensor([wave(angle) for angle in angles], dtype=torch.float64)
        direction = direction / direction.norm()
        for answer in range(P):
            found[:, answer] += (direction @ logits[:, answer].double()) * direction
    return found


def test_the_component_is_the_projection_over_all_pairs():
    logits = torch.randn(P * P, P, generator=rng.generator(1, "logits"))
    found = progress.component(logits, (2, 5))[EVERY.sums]
    assert torch.allclose(found, component_by_loop(logits, (2, 5)), atol=1e-9)


def test_an_ideal_network_loses_nothing_when_restricted_and_everything_when_excluded():
    logits = by_hand.logits(P, {2: 6.0, 5: 4.0})
    assert torch.allclose(
        progress.restricted_logits(logits, (2, 5))[EVERY.sums], logits.double(), atol=1e-5
    )
    assert progress.excluded_loss(logits, (2, 5), TRAINED) == pytest.approx(math.log(P), abs=1e-6)
    assert progress.explained(logits, (2, 5)) == pytest.approx(1)
    assert progress.explained(logits, (2,)) == pytest.approx(36 / 52)


def test_restricting_drops_what_is_known_by_heart_and_excluding_keeps_it():
    waves_alone, by_heart = by_hand.logits(P, {2: 3.0, 5: 3.0}), memory(9.0)
    both = waves_alone + by_heart
    ideal = cross_entropy(waves_alone, EVERY.sums)
    assert progress.restricted_loss(both, (2, 5)) == pytest.approx(float(ideal), rel=0.5)
    assert progress.excluded_loss(both, (2, 5), TRAINED) < 0.05
    assert progress.excluded_loss(waves_alone, (2, 5), TRAINED) > 2


def test_a_memory_alone_is_lost_when_restricted():
    assert progress.restricted_loss(memory(20.0), (2, 5)) > 1


def test_with_no_frequency_the_answers_are_a_guess():
    logits = by_hand.logits(P, {2: 6.0})
    assert progress.restricted_loss(logits, ()) == pytest.approx(math.log(P))
    full = cross_entropy(logits[TRAINED], EVERY.sums[TRAINED])
    assert torch.allclose(progress.excluded_loss(logits, (), TRAINED), full)


def test_the_mean_stays_when_restricted():
    logits = by_hand.logits(P, {2: 6.0})
    favoured = logits.clone()
    favoured[:, 7] += 30.0
    assert progress.restricted_loss(favoured, (2,)) > 5 * progress.restricted_loss(logits, (2,))


def test_waves_of_the_wrong_frequency_answer_nothing():
    logits = by_hand.logits(P, {2: 6.0})
    assert progress.restricted_loss(logits, (3,)) == pytest.approx(math.log(P), abs=1e-5)


def test_amplitudes_are_those_that_were_put_in():
    found = waves.amplitudes(by_hand.logits(P, {2: 6.0, 5: -1.5}))
    assert torch.allclose(found, torch.tensor([0, 6.0, 0, 0, -1.5, 0]).double(), atol=1e-5)


def test_the_stricter_share_ignores_waves_of_another_phase():
    """A wave around c + 3 is along cos and sin of a + b, and yet no answer."""
    shifted = by_hand.logits(P, {2: 6.0}).roll(3, 1)
    assert progress.explained(shifted, (2,)) == pytest.approx(1)
    phase = math.cos(2 * math.pi * 2 * 3 / P)
    assert waves.explained(shifted, (2,)) == pytest.approx(phase**2, abs=1e-5)


def test_around_the_answer_an_ideal_network_is_a_sum_of_cosines():
    profile = waves.around_answer(by_hand.logits(P, {2: 6.0, 5: 4.0}))
    by_formula = [
        6 * math.cos(4 * math.pi * d / P) + 4 * math.cos(10 * math.pi * d / P) for d in range(P)
    ]
    assert profile.tolist() == pytest.approx(by_formula, abs=1e-5)
    assert waves.by_difference(by_hand.logits(P, {2: 6.0})).tolist() == pytest.approx([6.0] * P)


def test_explained_is_small_for_noise():
    noise = torch.randn(59 * 59, 59, generator=rng.generator(0, "noise"))
    assert progress.explained(noise, (3, 8, 20)) < 0.01
    assert waves.explained(noise, (3, 8, 20)) < 0.001
    assert progress.explained(noise, tuple(range(1, 30))) == pytest.approx(1 / 59, rel=0.2)


def test_by_sum_averages_the_pairs_with_that_sum():
    logits = torch.randn(P * P, P, generator=rng.generator(2, "logits"))
    for total in (0, 5, 12):
        chosen = logits[EVERY.sums == total].double()
        assert len(chosen) == P
        assert torch.allclose(progress.by_sum(logits)[total], chosen.mean(0))


def test_the_basis_keeps_all_of_the_logits():
    logits = torch.randn(P * P, P, generator=rng.generator(3, "logits"))
    everything = progress.restricted_logits(logits, tuple(range(1, 7)))
    assert torch.allclose(everything, progress.by_sum(logits), atol=1e-9)
    assert fourier.rows((), P).shape == (0, P)
