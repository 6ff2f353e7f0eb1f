"""Training side by side: each model as if alone, resumable, and with a true record of the way."""

from collections.abc import Mapping

import pytest
import torch

from mechnotes.circuits.attention_only import model
from mechnotes.circuits.attention_only.fitting import Fitted, fit
from mechnotes.circuits.attention_only.weights import AXES, Weights
from mechnotes.runs import Run
from tests.circuits.attention_only.random_models import random_models, texts
from tests.circuits.attention_only.slow import slow_logits
from tests.superposition.test_training import KilledRun

START = random_models().each(lambda W: W / 2)
TOKENS = texts(n_texts=24)
STEPS, EVERY, KEEP = 7, 3, (0, 2, 7)


def batch(step: int) -> torch.Tensor:
    """Other texts at every step."""
    return TOKENS[torch.arange(8) + 2 * step]


def next_token(weights: Weights, step: int) -> torch.Tensor:
    """Loss of each model on the step's texts."""
    log_probs = model.logits(weights, batch(step))[:, :, :-1].log_softmax(-1)
    following = batch(step)[:, 1:, None].expand(weights.n_seeds, -1, -1, -1)
    return -log_probs.gather(-1, following).mean((1, 2, 3))


def lengths(weights: Weights, step: int) -> Mapping[str, torch.Tensor]:
    """Two things to record on the way; the second tells at which step it was asked for."""
    return {
        "length": weights.W_E.norm(dim=(1, 2)),
        "asked": torch.full((weights.n_seeds,), float(step)),
    }


def slower(step: int) -> float:
    return 1 / (1 + step)


def fitted(start: Weights = START, run: Run | None = None, **changes) -> Fitted:
    chosen = {"steps": STEPS, "learning_rate": 0.02, "every": EVERY, "rate": slower, "keep": KEEP}
    chosen |= {"measures": lengths, **changes}
    return fit(start, next_token, run=Run() if run is None else run, **chosen)


def same(one: Weights, other: Weights) -> bool:
    pairs = zip(one.tensors().values(), other.tensors().values(), strict=True)
    return all(torch.allclose(a, b) for a, b in pairs)


def by_hand(start: Weights) -> Weights:
    """Adam's formulas on the loss of a single model, computed with loops."""
    alone = start.each(lambda W: W.clone().requires_grad_())
    moments = dict.fromkeys(AXES, (0.0, 0.0))
    for step in range(STEPS):
        rows = batch(step)
        logits = torch.cat([slow_logits(alone, 0, row)[:-1] for row in rows])
        loss = torch.nn.functional.cross_entropy(logits, rows[:, 1:].flatten())
        gradients = torch.autograd.grad(loss, list(alone.tensors().values()))
        for (name, tensor), gradient in zip(alone.tensors().items(), gradients, strict=True):
            first, second = moments[name]
            first = 0.9 * first + 0.1 * gradient
            second = 0.999 * second + 0.001 * gradient**2
            moments[name] = first, second
            size = (second / (1 - 0.999 ** (step + 1))).sqrt() + 1e-8
            with torch.no_grad():
                tensor -= 0.02 * slower(step) * first / (1 - 0.9 ** (step + 1)) / size
    return alone.each(torch.detach)


@pytest.mark.parametrize("seed", [0, 2])
def test_each_model_is_trained_as_adam_would_train_it_alone(seed):
    assert same(fitted().weights.one(seed), by_hand(START.one(seed)))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_several_models_at_once_equal_one_after_the_other(seed):
    together, alone = fitted(), fitted(START.one(seed))
    assert same(together.weights.one(seed), alone.weights)
    for name, curve in together.curves.items():
        assert torch.allclose(curve[:, seed], alone.curves[name][:, 0]), name


@pytest.mark.parametrize("steps_to_live", [1, 2, 4, 6, 7])
def test_a_killed_run_resumes_to_the_same_weights_and_the_same_record(tmp_path, steps_to_live):
    place = {"checkpoint": tmp_path / "models", "key": "same", "save_seconds": 0.0}
    with pytest.raises(KeyboardInterrupt):
        fitted(run=KilledRun(steps_to_live=steps_to_live, **place))
    resumed, whole = fitted(run=Run(**place)), fitted()
    for one, other in ((resumed.weights, whole.weights), (resumed.kept, whole.kept)):
        for name, tensor in other.tensors().items():
            assert torch.equal(getattr(one, name), tensor), name
    assert resumed.curves.keys() == whole.curves.keys()
    for name, curve in whole.curves.items():
        assert torch.equal(resumed.curves[name], curve), name


def test_the_first_model_is_kept_at_the_steps_that_were_asked_for():
    for place, step in enumerate(KEEP):
        until = fitted(steps=step, keep=()).weights if step else START
        assert same(fitted().kept.one(place), until.one(0)), step


def test_what_is_kept_comes_in_the_order_of_asking_and_as_often():
    kept, again = fitted().kept, fitted(keep=(7, 0, 7)).kept
    for place, known in enumerate((2, 0, 2)):
        assert same(again.one(place), kept.one(known))


def test_nothing_is_kept_unless_it_is_asked_for():
    assert fitted(keep=()).kept is None
    assert same(fitted(keep=()).weights, fitted().weights)


def test_curves_have_an_entry_before_every_third_step():
    curves = fitted().curves
    assert set(curves) == {"loss", "length", "asked"}
    for entry, step in enumerate((0, 3, 6)):
        weights = fitted(steps=step, keep=()).weights if step else START
        assert torch.allclose(curves["loss"][entry], next_token(weights, step).float())
        assert torch.allclose(curves["length"][entry], lengths(weights, step)["length"].float())
        assert curves["asked"][entry].tolist() == [step] * 3
    assert all(len(curve) == 3 for curve in curves.values())


def test_measuring_changes_nothing():
    assert same(fitted(measures=lambda _weights, _step: {}).weights, fitted().weights)


def test_a_rate_is_a_factor_on_the_learning_rate_of_its_step():
    assert same(
        fitted(rate=lambda _: 0.5).weights, fitted(learning_rate=0.01, rate=lambda _: 1).weights
    )
    stopped = fitted(rate=lambda step: float(step < 2))
    assert same(stopped.weights, fitted(rate=lambda _: 1.0, steps=2, keep=()).weights)


def test_the_start_is_left_alone_and_the_end_asks_for_no_gradient():
    before = START.each(torch.clone)
    found = fitted()
    assert all(torch.equal(getattr(START, name), W) for name, W in before.tensors().items())
    assert not any(W.requires_grad for W in START.tensors().values())
    assert not any(W.requires_grad for W in found.weights.tensors().values())


def test_models_without_layers_learn_what_follows_what():
    rows = (torch.arange(7)[:, None] + torch.arange(6)) % 7  # each token is followed by the next

    def loss(weights: Weights, _step: int) -> torch.Tensor:
        log_probs = model.logits(weights, rows[:, :-1]).log_softmax(-1)
        following = rows[:, 1:, None].expand(weights.n_seeds, -1, -1, -1)
        return -log_probs.gather(-1, following).mean((1, 2, 3))

    start = random_models(layer=0).each(lambda W: W / 2)
    found = fit(start, loss, steps=60, learning_rate=0.05, every=1, run=Run(), keep=(60,))
    assert (found.curves["loss"][0] > 1).all()
    assert (loss(found.weights, 60) < 0.05).all()
    assert found.kept is not None
    assert same(found.kept, found.weights.one(0))


def test_a_run_whose_model_leaves_some_weights_unused_resumes_too(tmp_path):
    """Without layers the heads' weights have no gradient, and Adam keeps nothing of them."""
    start = random_models(layer=0)

    def loss(weights: Weights, step: int) -> torch.Tensor:
        tokens = torch.tensor([[step % 3, 1, 2]])
        return model.logits(weights, tokens).square().mean((1, 2, 3))

    how = {"steps": 6, "learning_rate": 0.01, "every": 3}
    place = {"checkpoint": tmp_path / "models", "key": "same", "save_seconds": 0.0}
    with pytest.raises(KeyboardInterrupt):
        fit(start, loss, run=KilledRun(steps_to_live=3, **place), **how)
    resumed, whole = fit(start, loss, run=Run(**place), **how), fit(start, loss, run=Run(), **how)
    assert torch.equal(resumed.weights.W_E, whole.weights.W_E)
