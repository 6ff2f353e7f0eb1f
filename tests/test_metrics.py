"""Metrics on constructed logits: sign, invariances, and what each one does not see (N-IOI-2)."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mechnotes import metrics

EVERY = (
    metrics.logit_diff,
    metrics.log_prob,
    metrics.probability,
    metrics.accuracy,
    metrics.divergence,
)


def target(clean: torch.Tensor) -> metrics.Target:
    """Answer in column 0, wrong answer in column 1."""
    zero = torch.zeros(len(clean), dtype=torch.long)
    return metrics.Target(answers=zero, wrong=zero + 1, clean=clean)


def test_a_table_of_logits_has_known_scores():
    logits = torch.tensor([[math.log(8.0), math.log(1.0), math.log(1.0)]])
    goal = target(torch.zeros(1, 3))
    assert metrics.logit_diff(logits, goal).item() == pytest.approx(math.log(8))
    assert metrics.probability(logits, goal).item() == pytest.approx(0.8)
    assert metrics.log_prob(logits, goal).item() == pytest.approx(math.log(0.8))
    assert metrics.accuracy(logits, goal).item() == 1
    expected = sum(math.log((1 / 3) / p) / 3 for p in (0.8, 0.1, 0.1))
    assert metrics.divergence(logits, goal).item() == pytest.approx(expected)


def test_the_logit_difference_changes_its_sign_when_the_answers_are_exchanged():
    logits = torch.tensor([[2.0, 5.0, 1.0]])
    goal = target(logits)
    other = metrics.Target(answers=goal.wrong, wrong=goal.answers, clean=logits)
    assert metrics.logit_diff(logits, goal) == -metrics.logit_diff(logits, other) == -3


@given(shift=st.floats(-50, 50), seed=st.integers(0, 1000))
def test_a_constant_added_to_all_logits_changes_no_metric(shift, seed):
    logits = torch.randn(3, 5, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    goal = target(logits.roll(1, 0))
    for metric in EVERY:
        moved = metric(logits + shift, goal)
        assert torch.allclose(moved, metric(logits, goal), atol=1e-6), metric.__name__


def test_a_third_word_moves_every_metric_but_the_logit_difference():
    logits = torch.tensor([[3.0, 1.0, 0.0]])
    raised = logits + torch.tensor([[0.0, 0.0, 9.0]])
    goal = target(logits)
    assert metrics.logit_diff(raised, goal) == metrics.logit_diff(logits, goal)
    for metric in EVERY[1:]:
        assert metric(raised, goal) != metric(logits, goal), metric.__name__


def test_probability_saturates_where_the_logit_difference_does_not():
    steps = torch.tensor([[0.0, 0.0], [4.0, 0.0], [8.0, 0.0]])
    goal = target(steps)
    evidence, chance = (m(steps, goal).diff() for m in (metrics.logit_diff, metrics.probability))
    assert evidence.tolist() == [4, 4]
    assert chance[0] > 20 * chance[1]


def test_recovered_is_zero_at_corrupted_and_one_at_clean_and_is_not_clipped():
    found = metrics.recovered(torch.tensor([1.0, 3.0, 5.0, -1.0]), clean=3.0, corrupted=1.0)
    assert found.tolist() == [0, 1, 2, -1]


@pytest.mark.parametrize("clean", [math.nan, math.inf])
def test_runs_without_a_finite_score_are_refused_for_that_and_not_for_being_alike(clean):
    with pytest.raises(ValueError, match=f"got scores that are not finite, {clean} and 2"):
        metrics.recovered(torch.tensor([1.0]), clean=clean, corrupted=2.0)


def test_two_runs_that_score_alike_are_refused():
    with pytest.raises(ValueError, match="clean and corrupted: got the same value, 2"):
        metrics.recovered(torch.tensor([1.0]), clean=2.0, corrupted=2.0)
