"""Training: equal to a loop written by hand, repeatable, and resumable."""

from dataclasses import replace

import pytest
import torch

from mechnotes.grokking import fourier, model, pairs, progress, training, weights
from mechnotes.grokking.config import GrokkingConfig
from mechnotes.grokking.losses import accuracy, cross_entropy
from mechnotes.runs import Run

SMALL = GrokkingConfig(
    p=11,
    d_model=16,
    n_heads=2,
    d_head=4,
    d_mlp=24,
    train_fraction=0.5,
    epochs=30,
    every=4,
    between_checkpoints=8,
    n_kept=2,
)


def train_by_hand(config: GrokkingConfig):
    """The same training with the whole network at every position and one tensor at a time."""
    start = weights.initial(config).each(lambda W: W.requires_grad_())
    known = pairs.every(config.p).where(pairs.is_training(config))
    texts = torch.stack([known.a, known.b, torch.full_like(known.a, config.p)], dim=1)
    optimizer = torch.optim.AdamW(
        [*start.tensors().values()],
        lr=1e-3,
        betas=(0.9, 0.98),
        weight_decay=config.weight_decay,
        foreach=False,
    )
    losses = []
    for epoch in range(config.epochs):
        optimizer.param_groups[0]["lr"] = 1e-3 * min((epoch + 1) / 10, 1)
        logits = model.full(start, texts)[:, -1].double()
        right = logits.gather(1, known.sums[:, None])[:, 0]
        loss = (logits.logsumexp(1) - right).mean()
        losses.append(float(loss.detach()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return start.each(lambda W: W.detach()), torch.tensor(losses)


def test_training_is_adamw_on_the_whole_network():
    run = training.train(SMALL)
    by_hand, losses = train_by_hand(SMALL)
    assert torch.allclose(run.loss, losses, atol=1e-5)
    for name, tensor in run.weights.tensors().items():
        assert torch.allclose(tensor, by_hand.tensors()[name], atol=1e-3), name  # half precision


def test_the_same_config_gives_the_same_numbers_and_another_seed_others():
    run, again = training.train(SMALL), training.train(SMALL)
    assert torch.equal(run.loss, again.loss)
    assert not torch.allclose(run.loss, training.train(replace(SMALL, seed=1)).loss, atol=1e-3)


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


@pytest.mark.parametrize("steps_to_live", [1, 17])
def test_a_killed_run_resumes_to_the_same_tensors(tmp_path, steps_to_live):
    place = {"checkpoint": tmp_path / "run", "key": "same", "save_seconds": 0.0}
    with pytest.raises(KeyboardInterrupt):
        training.train(SMALL, run=KilledRun(steps_to_live=steps_to_live, **place))
    resumed, whole = training.train(SMALL, run=Run(**place)), training.train(SMALL)
    for name in ("loss", "restricted", "excluded", "power"):
        assert torch.equal(getattr(resumed, name), getattr(whole, name)), name
    for name, curve in whole.curves.items():
        assert torch.equal(resumed.curves[name], curve), name
    for name, tensor in whole.weights.tensors().items():
        assert torch.equal(resumed.weights.tensors()[name], tensor), name


def test_curves_end_with_what_the_final_weights_give():
    run = training.train(SMALL)
    every, is_training = pairs.every(SMALL.p), pairs.is_training(SMALL)
    logits = model.logits(run.weights, every)
    test = cross_entropy(logits[~is_training], every.sums[~is_training])
    keys = fourier.keys(run.weights.W_E[:-1])
    assert run.curves["test_loss"][-1] == pytest.approx(float(test), rel=1e-2)
    assert run.curves["test_accuracy"][-1] == pytest.approx(
        accuracy(logits[~is_training], every.sums[~is_training]), abs=0.02
    )
    assert run.restricted[-1] == pytest.approx(float(progress.restricted_loss(logits, keys)))
    assert run.excluded[-1] == pytest.approx(
        float(progress.excluded_loss(logits, keys, is_training))
    )
    assert torch.allclose(run.power[-1].double(), fourier.power(run.weights.W_E[:-1]))


def test_curves_begin_with_the_initial_weights():
    run, start = training.train(SMALL), weights.initial(SMALL)
    assert run.curves["squared_weights"][0] == pytest.approx(start.squared)
    assert len(run.curves["test_loss"]) == len(SMALL.recorded) == 9
    assert SMALL.recorded[-2:] == (28, 30)
    assert SMALL.checkpoints == (0, 8, 16, 24, 30)
    assert not any(curve.isnan().any() for curve in run.curves.values())


def test_kept_weights_run_from_memorised_to_generalised():
    run = training.train(replace(SMALL, epochs=200, learning_rate=1e-2, n_kept=3))
    first = training.first_reach(run.config, run.curves["train_accuracy"])
    assert first is not None
    assert run.kept_epochs[0] == pytest.approx(first, abs=4)
    assert run.kept_epochs[-1] == 200  # eleven numbers are too few: it never generalises
    for name, tensor in run.on_the_way[-1].tensors().items():
        assert torch.equal(tensor, run.weights.tensors()[name]), name


def test_an_accuracy_that_is_never_reached_has_no_first_epoch():
    low = torch.full((9,), 0.5)
    assert training.first_reach(SMALL, low) is None
    low[5:] = 0.99
    assert training.first_reach(SMALL, low) == 20


def test_a_longer_run_begins_like_a_shorter_one():
    """Nothing on the way depends on where the end is, so a run can be taken further."""
    short, long = training.train(replace(SMALL, epochs=20)), training.train(SMALL)
    assert torch.equal(long.loss[:20], short.loss)
    for name, curve in short.curves.items():
        assert torch.equal(long.curves[name][:6], curve), name
