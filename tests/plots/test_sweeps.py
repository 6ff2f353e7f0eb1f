"""A trained sweep as a batch of the explorer: every number is the sweep's own."""

import numpy as np
import pytest

from mechnotes.monosemanticity import training
from mechnotes.monosemanticity.config import RunConfig, SweepConfig
from mechnotes.plots import explorer, sweeps

BASE = RunConfig(n_features=8, d_embedding=4, n_neurons=6, batch_size=8, steps=600)


@pytest.fixture(scope="module")
def trained() -> training.SweepResult:
    config = SweepConfig(base=BASE, swept=("learning_rate",), values=((0.001, 0.01),), n_seeds=2)
    return training.trained(config)


def test_curves_are_recorded_numbers_up_to_the_trough(trained: training.SweepResult):
    found = sweeps.batch("LR", trained)
    bias = found.curves["mean bias"]
    end = trained.at_trough + 1
    assert found.steps[-1] == 512 and bias.shape == (2, 2, end)
    assert np.allclose(bias[1, 0], trained.mean_bias[:end, 2])


def test_a_model_is_the_first_seed_of_its_value(trained: training.SweepResult):
    found = sweeps.batch("LR", trained).models[1]
    assert found.label == "0.01"
    assert np.allclose(found.bias, trained.neurons(2).bias)
    assert np.allclose(found.activations, trained.activation_map(2).abs())
    counts = ", ".join(str(n) for n in trained.n_monosemantic[2:].tolist())
    assert f"{counts} of 6 neurons" in found.note


def test_an_explorer_takes_it(trained: training.SweepResult):
    assert "learning rate" in explorer.make([sweeps.batch("LR", trained)]).html({})


@pytest.mark.bad_input
def test_a_sweep_in_which_nothing_varies_is_refused():
    alone = training.trained(SweepConfig(base=BASE))
    with pytest.raises(ValueError, match="Sweep something"):
        sweeps.batch("x", alone)
