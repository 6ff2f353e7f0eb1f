"""All models of a sweep at once: as if one at a time, repeatable, and resumable."""

from dataclasses import fields, replace

import pytest
import torch

from mechnotes import rng
from mechnotes._artifacts import results
from mechnotes.monosemanticity import batched, measures, model, reference, schedules, training
from mechnotes.monosemanticity.config import VARIABLE, RunConfig, SweepConfig
from mechnotes.monosemanticity.features import source
from mechnotes.runs import Run

BASE = RunConfig(
    n_features=24,
    d_embedding=6,
    n_neurons=32,
    density=1 / 12,
    learning_rate=0.01,
    batch_size=32,
    steps=120,
)
VARIED = {
    "learning_rate": (0.002, 0.02),
    "initial_bias": (-0.2, 0.1),
    "decay": (0.1, 1.0),
    "regulariser": (0.0, 0.05),
    "density": (0.05, 0.2),
    "n_neurons": (8, 40),
}


def sweep(*names: str, n_seeds: int = 1, **changes) -> SweepConfig:
    values = tuple(VARIED[name] for name in names)
    base = replace(BASE, **changes)
    return SweepConfig(base=base, swept=names, values=values, n_seeds=n_seeds)


def distance(config: SweepConfig, steps: int) -> float:
    """Largest difference of any weight of any model from the loop's."""
    programs = batched.Programs(config)
    for step in range(steps):
        programs.advance(step)
    found = 0.0
    for stack in programs.stacks:
        for place, run in enumerate(stack.runs):
            alone, _ = reference.train(run, steps=steps)
            pairs = zip(stack.weights.parts, alone.parts, strict=True)
            found = max(found, *((a[place] - b[0]).abs().max().item() for a, b in pairs))
    return found


@pytest.mark.parametrize("name", VARIABLE)
def test_whatever_varies_fifty_steps_are_those_of_one_model_at_a_time(name):
    assert distance(sweep(name, n_seeds=2, initial_bias=0.05, decay=0.5), 50) < 1e-5


@pytest.mark.parametrize(
    "changes",
    [
        {"task": "abs", "activation": "gelu", "optimiser": "adam"},
        {
            "task": "re-projector",
            "activation": "solu",
            "optimiser": "adamw",
            "schedule": "constant",
        },
        {"distribution": "power-law", "optimiser": "sgd", "schedule": "cosine to zero"},
        {"task": "abs", "distribution": "power-law", "regulariser": 0.1},
    ],
)
def test_so_are_those_of_every_task_activation_and_optimiser(changes):
    assert distance(sweep("learning_rate", **changes), 50) < 1e-5


def test_at_the_end_they_agree_within_the_spread_of_seeds():
    config = sweep(n_seeds=3, steps=256, learning_rate=0.03)
    programs = batched.Programs(config)
    for step in range(256):
        programs.advance(step)
    ours = fresh_loss(programs.stacks[0].weights)
    # The loop draws samples of its own, a number for every feature.
    alone = [reference.train(run, dense=True)[0] for run in config.runs]
    theirs = fresh_loss(model.stacked(alone))
    spread = max(one.max() - one.min() for one in (ours, theirs))
    assert (ours.mean() - theirs.mean()).abs() < spread


def fresh_loss(weights: model.Weights) -> torch.Tensor:
    """Loss of three models with seeds 0, 1, 2 on samples of their own embeddings."""
    losses = []
    for seed in range(3):
        seen, target = source(replace(BASE, seed=seed)).draw(4096, generator=rng.generator(9))
        W_in, b, W_out = (part[seed : seed + 1] for part in weights.parts)
        one = model.Weights(W_in=W_in, b=b, W_out=W_out)
        error = model.outputs(one, seen[None], activation="relu")[0] - target
        losses.append(error.square().sum(1).mean())
    return torch.stack(losses)


def packed(result: training.SweepResult) -> dict[str, list]:
    """All tensors of a result, so that two results can be compared entry by entry."""
    tensors, _ = results.pack(result)
    return {name: tensor.nan_to_num(-1).tolist() for name, tensor in tensors.items()}


def test_a_model_does_not_notice_what_is_trained_beside_it():
    crowd = training.trained(sweep("learning_rate", "initial_bias", n_seeds=2, steps=30))
    alone = training.trained(sweep("learning_rate", initial_bias=-0.2, steps=30))
    other = training.trained(sweep("learning_rate", steps=30))
    assert torch.allclose(alone.loss, crowd.loss[:, [0, 4]], atol=1e-5)
    assert not torch.allclose(other.mean_bias, crowd.mean_bias[:, [0, 4]], atol=1e-3)


class KilledRun(Run):
    """A run that dies just after it has saved a certain step."""

    def __init__(self, *, last: int, **options) -> None:
        super().__init__(**options)
        self.last = last

    def save(self, step, tensors) -> None:
        super().save(step, tensors)
        if step == self.last:
            raise KeyboardInterrupt


RESUMED = sweep("density", "n_neurons", task="abs", decay=0.2, initial_bias=-0.1, steps=40)


@pytest.fixture(scope="module")
def whole() -> dict[str, list]:
    return packed(training.trained(RESUMED))


def test_the_same_config_gives_the_same_numbers(whole):
    assert packed(training.trained(RESUMED)) == whole


@pytest.mark.parametrize("last", [1, 39, 40])
def test_a_killed_run_resumes_to_the_same_result(tmp_path, last, whole):
    place = {"checkpoint": tmp_path / "sweep", "key": "same", "save_seconds": 0.0}
    with pytest.raises(KeyboardInterrupt):
        training.trained(RESUMED, run=KilledRun(last=last, **place))
    assert packed(training.trained(RESUMED, run=Run(**place))) == whole


LONG = replace(BASE, steps=600, learning_rate=0.03)
KEPT = SweepConfig(
    base=LONG, swept=("n_neurons",), values=((16, 40),), n_seeds=2, keep_decoders=(1, 2)
)


@pytest.fixture(scope="module")
def kept() -> training.SweepResult:
    return training.trained(KEPT)


def test_what_neurons_do_at_the_trough_gives_the_counts_there(kept):
    assert kept.steps_done[kept.at_trough] == schedules.trough(600) == 512
    for number, run in enumerate(KEPT.runs):
        neurons = kept.neurons(number)
        assert len(neurons.share) == len(neurons.W_in) == run.n_neurons
        assert (neurons.share > 0.999).sum() == kept.n_monosemantic[number]
        by_dimension = (kept.dimensionality[number].float() > 0.5).sum()
        assert abs(by_dimension - kept.counts[kept.at_trough, number, 2]) <= 1
        mean = kept.mean_bias[kept.at_trough, number]
        assert torch.allclose(neurons.bias.mean(), mean, atol=1e-3)
        silent = (neurons.top_feature == -1).float().mean()
        assert torch.allclose(silent, kept.silent[kept.at_trough, number])


def test_the_activation_map_from_stored_weights_is_right_to_a_hundredth(kept):
    programs = batched.Programs(KEPT)
    for step in range(512):
        programs.advance(step)
    for stack in programs.stacks:
        for place, number in enumerate(stack.numbers):
            W_in, b = stack.weights.W_in[place], stack.weights.b[place]
            exact = measures.responses(W_in, b, source(stack.runs[place]).E)
            stored = kept.activation_map(number)
            assert (stored - exact).abs().max() < 0.01 * exact.max().clamp(min=1)
            found = measures.top_share(exact)
            assert torch.allclose(kept.neurons(number).share, found, atol=1e-3)
            if number in KEPT.keep_decoders:
                W_out = stack.weights.W_out[place]
                assert torch.allclose(kept.decoder(number), W_out, atol=1e-2)


def test_losses_are_on_the_scale_of_answering_zero(kept):
    expected = 24 / 12 / 3  # N features, active with probability 1/12, of mean square 1/3
    assert torch.allclose(kept.silent_loss, torch.tensor(expected), rtol=0.1)
    assert (kept.loss[-1] < 0.8 * kept.silent_loss).all()
    assert torch.isfinite(kept.curve).all()


def test_a_result_is_stored_and_read_back_whole(kept):
    tensors, values = results.pack(kept)
    again = results.unpack(training.SweepResult, tensors, values)
    assert again.config == kept.config
    assert packed(again) == packed(kept)
    assert {field.name for field in fields(again)} == {field.name for field in fields(kept)}
