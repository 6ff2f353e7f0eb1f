"""Training on chains: repeatable, and measured on texts that nobody learns from."""

from dataclasses import replace

import pytest
import torch

from mechnotes.circuits.markov import config, training

SMALL = config.MarkovConfig(
    n_layers=2,
    n_heads=1,
    d_model=16,
    d_head=8,
    n_pos=12,
    steps=40,
    batch_size=8,
    n_seeds=2,
    every=20,
)


def test_the_same_config_gives_the_same_numbers_and_learns_something():
    one, other = training.train(SMALL), training.train(SMALL)
    assert torch.equal(one.stored.W_E, other.stored.W_E)
    end = training.mean_loss(one.weights, training.watched(SMALL))
    assert one.curve.shape == (2, 2)
    assert (end < one.curve[0]).all()


def test_watched_texts_do_not_depend_on_sizes_of_the_model():
    wider = replace(SMALL, d_model=32)
    assert torch.equal(training.watched(SMALL), training.watched(wider))


@pytest.mark.bad_input
def test_what_is_no_config_is_refused():
    with pytest.raises(ValueError, match="expected a MarkovConfig"):
        training.train("two-layers")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="d_vocab: got 1"):
        replace(SMALL, d_vocab=1)
