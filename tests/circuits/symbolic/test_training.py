"""Training: each seed as if alone, repeatable, resumable."""

import math
from dataclasses import replace

import pytest
import torch

from mechnotes.circuits.attention_only.weights import AXES
from mechnotes.circuits.symbolic import task, training
from mechnotes.circuits.symbolic.config import SymbolicConfig
from mechnotes.runs import Run
from tests.circuits.attention_only.slow import slow_logits
from tests.superposition.test_training import KilledRun

SMALL = SymbolicConfig(
    n_layers=2,
    n_heads=1,
    d_model=10,
    d_head=4,
    learning_rate=0.01,
    steps=5,
    n_seeds=3,
    loss_every=2,
)
PROMPTS = task.all_prompts()


def train_one_by_hand(config: SymbolicConfig, *, seed: int):
    """Train a single model with Adam's formulas, on logits computed with loops."""
    alone = training.initial_weights(config).each(lambda W: W[seed : seed + 1].requires_grad_())
    moments = dict.fromkeys(AXES, (0.0, 0.0))
    for step in range(1, config.steps + 1):
        logits = torch.stack([slow_logits(alone, 0, row)[-1] for row in PROMPTS.tokens])
        loss = torch.nn.functional.cross_entropy(logits, PROMPTS.answers)
        gradients = torch.autograd.grad(loss, list(alone.tensors().values()))
        for (name, tensor), gradient in zip(alone.tensors().items(), gradients, strict=True):
            first, second = moments[name]
            first = 0.9 * first + 0.1 * gradient
            second = 0.999 * second + 0.001 * gradient**2
            moments[name] = first, second
            size = (second / (1 - 0.999**step)).sqrt() + 1e-8
            with torch.no_grad():
                tensor -= config.learning_rate * first / (1 - 0.9**step) / size
    return alone.each(torch.detach)


@pytest.mark.parametrize("seed", [0, 2])
def test_each_seed_is_trained_as_if_alone(seed):
    together = training.train(SMALL).stored
    alone = train_one_by_hand(SMALL, seed=seed).each(lambda W: W.half())
    for name, tensor in alone.tensors().items():
        assert torch.allclose(getattr(together, name)[seed], tensor[0], atol=2e-3), name


def test_adding_seeds_leaves_the_other_runs_alone():
    few, many = training.train(SMALL), training.train(replace(SMALL, n_seeds=5))
    assert torch.allclose(few.loss_curve, many.loss_curve[:, :3], atol=1e-5)
    assert torch.allclose(few.loss, many.loss[:3], atol=1e-3)


def test_the_same_config_gives_the_same_numbers_and_another_seed_others():
    first, again = training.train(SMALL), training.train(SMALL)
    other = training.train(replace(SMALL, seed=1))
    assert torch.equal(first.stored.W_Q, again.stored.W_Q)
    assert not torch.allclose(first.loss, other.loss, atol=1e-3)


@pytest.mark.parametrize("steps_to_live", [1, 2, 4, 5])
def test_a_killed_run_resumes_to_the_same_tensors(tmp_path, steps_to_live):
    place = {"checkpoint": tmp_path / "models", "key": "same", "save_seconds": 0.0}
    with pytest.raises(KeyboardInterrupt):
        training.train(SMALL, run=KilledRun(steps_to_live=steps_to_live, **place))
    resumed, whole = training.train(SMALL, run=Run(**place)), training.train(SMALL)
    assert torch.equal(resumed.loss_curve, whole.loss_curve)
    for name, tensor in whole.stored.tensors().items():
        assert torch.equal(getattr(resumed.stored, name), tensor), name


def test_the_loss_curve_starts_at_the_initial_weights_and_leaves_out_nothing():
    trained = training.train(SMALL)
    start = training.answer_loss(training.initial_weights(SMALL), PROMPTS)
    assert SMALL.loss_steps == (0, 2, 4)
    assert torch.allclose(trained.loss_curve[0], start)
    assert not trained.loss_curve.isnan().any()


def test_initial_weights_have_the_deviation_that_the_config_asks_for():
    config = replace(SMALL, d_model=64, d_head=64, initial_scale=0.5)
    for name, tensor in training.initial_weights(config).tensors().items():
        assert tensor.std().item() == pytest.approx(0.5 / 8, rel=0.1), name


def test_silent_models_guess_among_all_symbols():
    silent = training.initial_weights(SMALL).each(torch.zeros_like)
    assert torch.allclose(training.answer_loss(silent, PROMPTS), torch.tensor(math.log(8)))


def test_a_short_run_of_one_head_learns_the_two_names_and_not_who_gives():
    config = SymbolicConfig(n_layers=1, n_heads=1, n_seeds=4, steps=400, learning_rate=5e-3)
    loss = training.train(config).loss
    assert ((loss > math.log(2) - 0.03) & (loss < math.log(2) + 0.1)).all(), loss


def test_a_short_run_of_two_layers_learns_who_gives():
    config = SymbolicConfig(n_layers=2, n_heads=1, n_seeds=4, steps=400, learning_rate=5e-3)
    assert (training.train(config).loss < 0.1).sum() >= 2
