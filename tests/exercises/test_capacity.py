"""The exercise on capacity: its own answer is a proof; see `correct_capacity` for others."""

import pytest
import torch

from mechnotes.exercises.capacity import capacity_and_leverage


def test_the_answer_obeys_the_bound_that_it_proves():
    W = torch.randn(3, 7, generator=torch.Generator().manual_seed(0))
    capacity, leverage = capacity_and_leverage.reference(W)
    assert (capacity <= leverage + 1e-6).all()
    assert leverage.sum().item() == pytest.approx(3, abs=1e-5)
