"""The shuffled model has the trained one's numbers and none of its knowledge."""

import pytest
import torch

from mechnotes import models
from mechnotes.storybook import evaluation, shuffled


def test_the_same_numbers_in_another_order():
    trained, mixed = models.load("storybook"), shuffled.load(seed=0)
    assert torch.equal(trained.W_E.flatten().sort().values, mixed.W_E.flatten().sort().values)
    assert not torch.equal(trained.W_E, mixed.W_E)
    assert not torch.equal(shuffled.load(seed=1).W_E, mixed.W_E)


def test_nothing_that_training_brought_is_left():
    scores = evaluation.tasks(shuffled.load(seed=0), n_rows=20)
    assert max(score.accuracy for score in scores) < 0.75


@pytest.mark.bad_input
def test_a_seed_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"seed: got 1\.5"):
        shuffled.load(seed=1.5)
