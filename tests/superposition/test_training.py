"""Training: equal to a loop written by hand, repeatable, and resumable."""

from dataclasses import replace

import pytest
import torch

from mechnotes import rng
from mechnotes.runs import Run
from mechnotes.superposition import data, training
from mechnotes.superposition.config import ToyConfig
from mechnotes.superposition.evaluation import evaluation_loss
from mechnotes.superposition.model import xavier_normal

SMALL = ToyConfig(
    n_features=4,
    d_hidden=2,
    densities=(0.5, 0.2),
    importance_decay=0.9,
    n_seeds=3,
    steps=25,
    batch_size=32,
    learning_rate=0.01,
    n_frames=6,
)


def train_one_by_hand(config: ToyConfig, *, place: int, seed: int):
    """Train a single instance with plain matrices and torch's own AdamW."""
    stream = rng.generator(config.seed, "weights", seed)
    W = xavier_normal(len(config.densities), config.d_hidden, config.n_features, generator=stream)
    W, b = W[place].clone().requires_grad_(), torch.zeros(config.n_features, requires_grad=True)
    optimizer = torch.optim.AdamW(
        [W, b], lr=config.learning_rate, weight_decay=config.weight_decay, foreach=False
    )
    stream = rng.generator(config.seed, "data", seed)
    for _ in range(config.steps):
        batch = data.independent(config.batch_size, density=config.density, generator=stream)
        x = batch[:, place]
        x_hat = torch.relu(x @ W.T @ W + b)
        loss = (config.importance * (x_hat - x) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return W.detach(), b.detach()


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("seed", [0, 2])
def test_each_parallel_instance_is_trained_as_if_alone(place, seed):
    toys = training.train(SMALL)
    W, b = train_one_by_hand(SMALL, place=place, seed=seed)
    assert torch.allclose(toys.W[place, seed], W, atol=1e-5)
    assert torch.allclose(toys.b[place, seed], b, atol=1e-5)


def test_the_same_config_gives_the_same_numbers():
    assert torch.equal(training.train(SMALL).W, training.train(SMALL).W)


def test_adding_seeds_leaves_the_other_runs_alone():
    few, many = training.train(SMALL), training.train(replace(SMALL, n_seeds=5))
    assert torch.allclose(few.W, many.W[:, :3], atol=1e-6)


def test_runs_of_different_seeds_differ():
    toys = training.train(SMALL)
    assert not torch.allclose(toys.W[:, 0], toys.W[:, 1], atol=0.01)
    other = training.train(replace(SMALL, seed=1))
    assert not torch.allclose(toys.W, other.W, atol=0.01)


class KilledRun(Run):
    """A run that dies after some steps."""

    def __init__(self, *, steps_to_live: int, **options) -> None:
        super().__init__(**options)
        self.steps_to_live = steps_to_live

    def trace(self, value) -> None:
        super().trace(value)
        self.steps_to_live -= 1
        if self.steps_to_live == 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("steps_to_live", [1, 2, 13, 25])
def test_a_killed_run_resumes_to_the_same_tensors(tmp_path, steps_to_live):
    place = {"checkpoint": tmp_path / "toys", "key": "same", "save_seconds": 0.0}
    with pytest.raises(KeyboardInterrupt):
        training.train(SMALL, run=KilledRun(steps_to_live=steps_to_live, **place))
    resumed, whole = training.train(SMALL, run=Run(**place)), training.train(SMALL)
    for name in ("W", "b", "loss", "W_frames", "b_frames"):
        assert torch.equal(getattr(resumed, name), getattr(whole, name)), name


def test_stored_loss_is_what_the_stored_weights_give():
    toys = training.train(SMALL)
    assert torch.equal(toys.loss, evaluation_loss(toys.W, toys.b, toys.config))


def test_evaluation_ranks_all_seeds_on_the_same_data():
    toys = training.train(SMALL)
    same = toys.W[:, :1].expand(-1, 3, -1, -1), toys.b[:, :1].expand(-1, 3, -1)
    loss = evaluation_loss(*same, toys.config)
    assert torch.equal(loss, loss[:, :1].expand(-1, 3))


def test_frames_run_from_the_initial_to_the_final_weights():
    toys = training.train(SMALL)
    assert SMALL.frame_steps[0] == 0
    assert SMALL.frame_steps[-1] == SMALL.steps
    start = training.train(replace(SMALL, steps=1, n_frames=1))
    assert torch.equal(toys.W_frames[0], start.W_frames[0])
    assert torch.equal(toys.W_frames[-1], toys.W)
    assert not toys.W_frames.isnan().any()


def test_no_frames_are_kept_unless_asked_for():
    assert training.train(replace(SMALL, n_frames=0)).W_frames.shape[0] == 0


@pytest.mark.parametrize("sampler", ["correlated pairs", "anticorrelated pairs"])
def test_training_lowers_the_loss_for_every_sampler_and_activation(sampler):
    for hidden_activation in ("linear", "relu"):
        config = replace(
            SMALL, sampler=sampler, hidden_activation=hidden_activation, steps=150, n_frames=2
        )
        toys = training.train(config)
        before = evaluation_loss(toys.W_frames[0], toys.b_frames[0], config)
        assert (toys.loss < before).all()
