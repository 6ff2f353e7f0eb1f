"""Training: resumable, told apart by seeds only, and what is kept on the way."""

import itertools
from dataclasses import replace

import pytest
import torch

from mechnotes.circuits.induction import config, reading, training

SMALL = config.InductionConfig(
    n_layers=2,
    n_heads=2,
    d_model=16,
    d_head=8,
    d_vocab=12,
    n_pos=14,
    periods=(3, 5),
    steps=30,
    batch_size=8,
    n_seeds=2,
    every=10,
    keep=(0, 15, 30),
)


@pytest.fixture(scope="module")
def trained() -> training.TrainedModels:
    return training.train(SMALL)


def test_the_weights_on_the_way_end_in_the_final_ones(trained):
    way, final = trained.on_the_way, trained.weights.one(0)
    assert way.n_seeds == 3
    for name, tensor in way.one(2).tensors().items():
        assert torch.equal(tensor, final.tensors()[name])
    assert not torch.equal(way.W_E[0], way.W_E[1])


def test_curves_begin_with_the_untrained_models(trained):
    watched = training.drawn(SMALL, "watched", n_texts=training.N_WATCHED)
    start = reading.loss_on_repeats(trained.on_the_way.one(0), watched)
    assert trained.curves["repeats"].shape == (3, 2)
    assert trained.curves["repeats"][0, 0].item() == pytest.approx(start.item(), abs=1e-2)
    assert set(trained.curves) == {
        "first_round",
        "repeats",
        "previous_token",
        "prefix_matching",
        "composition",
    }


def test_a_model_is_trained_as_if_alone(trained):
    alone = training.train(replace(SMALL, n_seeds=1))
    assert torch.allclose(alone.weights.W_E[0], trained.weights.W_E[0], atol=1e-3)


def test_one_layer_has_no_composition_and_nothing_kept():
    one = training.train(replace(SMALL, n_layers=1, steps=2, every=1, keep=()))
    assert "composition" not in one.curves
    with pytest.raises(ValueError, match="on_the_way: got none"):
        _ = one.on_the_way


def test_the_rate_is_constant_and_then_falls_in_a_line():
    rates = [SMALL.rate(step) for step in (0, 18, 24, 29)]
    assert rates == pytest.approx([1, 1, 0.5, (1 / 30) / 0.4])


def test_kept_steps_are_spaced_like_a_logarithm():
    steps = config.log_spaced(1_600)
    assert steps[0] == 0 and steps[-1] == 1_600
    growth = [later / sooner for sooner, later in itertools.pairwise(steps[1:])]
    assert max(growth) < 1.3 and len(set(steps)) == len(steps)


@pytest.mark.bad_input
def test_configs_that_cannot_be_trained_are_refused():
    for changed in ({"n_layers": 0}, {"learning_rate": 0.0}, {"periods": (3, 99)}, {"seed": -1}):
        with pytest.raises(ValueError, match="got"):
            replace(SMALL, **changed)
    with pytest.raises(ValueError, match="expected an InductionConfig"):
        training.train("two-layers")  # type: ignore[arg-type]
