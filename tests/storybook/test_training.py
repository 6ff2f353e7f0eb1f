"""Training: resumable to the same numbers, and the package's models are what was trained."""

from itertools import pairwise
from pathlib import Path

import pytest
import torch

from mechnotes import experiments
from mechnotes.runs import Run
from mechnotes.storybook import __main__ as command
from mechnotes.storybook import corpus, folder, grammar, training
from mechnotes.storybook.config import StorybookConfig

SMALL = StorybookConfig(
    n_layers=2, n_heads=2, d_model=16, n_ctx=24, steps=6, batch_size=8, warmup=2, n_checkpoints=3
)
SEEDS = (0, 1, 2)


class Killed(Exception):
    """Ends a run in the middle."""


class KilledAt(Run):
    """A run that saves at every step and is killed after some."""

    def __init__(self, path: Path, step: int):
        super().__init__(checkpoint=path, key="test", save_seconds=0)
        self.last = step

    def save(self, step, tensors):
        super().save(step, tensors)
        if step == self.last:
            raise Killed


@pytest.mark.parametrize("step", [1, 3, 5])
def test_a_killed_run_continues_to_the_same_weights(step: int, tmp_path: Path):
    whole = training.train(SMALL)
    path = tmp_path / "checkpoint.safetensors"
    with pytest.raises(Killed):
        training.train(SMALL, run=KilledAt(path, step))
    resumed = training.train(SMALL, run=Run(checkpoint=path, key="test"))
    assert torch.equal(resumed.loss, whole.loss)
    for name, weight in whole.weights.items():
        assert torch.equal(resumed.weights[name], weight), name
        assert torch.equal(resumed.checkpoints[name], whole.checkpoints[name]), name


def test_checkpoints_begin_at_the_start_and_end_with_the_final_weights():
    trained = training.train(SMALL)
    assert trained.checkpoint_steps[0] == 0
    assert trained.checkpoint_steps[-1] == SMALL.steps
    for name, weight in trained.weights.items():
        assert torch.equal(trained.checkpoints[name][-1], weight.half())


def test_the_first_loss_is_that_of_a_model_that_knows_nothing():
    trained = training.train(SMALL)
    uniform = torch.tensor(float(len(grammar.vocabulary()))).log()
    torch.testing.assert_close(trained.loss[0], uniform, atol=0.3, rtol=0)
    assert trained.loss[-1] < trained.loss[0]


def test_no_text_is_read_twice():
    texts = [
        corpus.tokens(8, 64, generator=g) for g in map(torch.Generator().manual_seed, range(40))
    ]
    rows = {tuple(row) for text in texts for row in text.tolist()}
    assert len(rows) == 8 * 40


def test_the_learning_rate_rises_and_falls_to_zero():
    config = StorybookConfig(steps=100, warmup=10)
    rates = [training.learning_rate(config, step) for step in range(100)]
    assert rates[9:15] == [config.learning_rate] * 6
    assert all(later < earlier for earlier, later in pairwise(rates[16:]))
    assert rates[0] == pytest.approx(config.learning_rate / 10)
    assert rates[-1] < 0.03 * config.learning_rate


@pytest.mark.parametrize("seed", SEEDS)
def test_the_packages_folders_are_the_stored_results(seed: int):
    trained = experiments.load(training.train, f"seed-{seed}")
    stored = folder.weights(folder.path(seed))
    assert stored.keys() == trained.weights.keys()
    for name, weight in trained.weights.items():
        assert torch.equal(stored[name], weight), name
    assert sum(p.stat().st_size for p in folder.path(seed).iterdir()) < 2_000_000


@pytest.mark.parametrize("seed", SEEDS)
def test_the_stored_loss_is_that_of_a_run_that_went_well(seed: int):
    trained = experiments.load(training.train, f"seed-{seed}")
    assert trained.loss.shape == (trained.config.steps,)
    assert trained.loss.isfinite().all()
    assert trained.loss[:10].mean() > 4.5
    assert trained.loss[-100:].mean() < 1.75


def test_the_command_line_trains_samples_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture):
    out = tmp_path / "model"
    assert command.main(["train", "--steps", "100", "--out", str(out), "--seed", "5"]) == 0
    assert "nats per token" in capsys.readouterr().out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model"]
    assert command.main(["sample", str(out), "-n", "2", "--words", "5", "--text", "it was a"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines] == [["it", "was", "a"]] * 2
    assert all(len(line.split()) <= 8 for line in lines)
    assert command.main(["train", "--out", str(out)]) == 2
    assert "not empty" in capsys.readouterr().err
    assert command.main(["sample", str(tmp_path / "none")]) == 2
    assert "where no folder is" in capsys.readouterr().err
    assert command.main(["sample", "--text", "it was a colt"]) == 2
    assert "'colt' (near: cold" in capsys.readouterr().err


@pytest.mark.bad_input
@pytest.mark.parametrize(
    "change",
    [
        {"n_layers": 0},
        {"n_heads": 3},
        {"d_model": -1},
        {"n_ctx": 1},
        {"steps": 1.5},
        {"batch_size": "many"},
        {"learning_rate": 0.0},
        {"warmup": 9999},
        {"weight_decay": -1.0},
        {"n_checkpoints": -1},
        {"first_checkpoint": 0},
        {"seed": -1},
        {"seed": True},
    ],
    ids=str,
)
def test_a_config_that_cannot_be_trained_is_refused(change: dict):
    with pytest.raises(ValueError, match=r"got .* expected"):
        StorybookConfig(**change)


@pytest.mark.bad_input
def test_a_case_is_not_a_config():
    with pytest.raises(ValueError, match="config: got 'seed-0'; expected a StorybookConfig"):
        training.train("seed-0")


@pytest.mark.bad_input
def test_an_unknown_seed_is_answered_with_the_command_that_trains_it():
    with pytest.raises(ValueError, match=r"seed: got 7; expected one of 0, 1, 2.*train --seed 7"):
        folder.path(7)
