"""How is each claim about grokking measured?

One function for each number in `claims`, recomputed from final weights wherever weights suffice and
from recorded curves where the way is the point. Four seeds; the value is the one furthest from what
is claimed, the spread is over seeds. The control is the same number without weight decay, with
most pairs to learn from, or with the initial weights.
"""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import experiments, rng
from mechnotes.claims import Measured
from mechnotes.grokking import fourier, model, neurons, pairs, progress
from mechnotes.grokking import weights as weightings
from mechnotes.grokking.losses import accuracy, cross_entropy
from mechnotes.grokking.training import TrainedNetwork, first_reach, train
from mechnotes.grokking.weights import Weights

SEEDS = ("seed-0", "seed-1", "seed-2", "seed-3")
"""The cases that differ in nothing but the seed and where they end."""

WELL_FITTED = 0.85
"""Share of a neuron's variance above which it belongs to one frequency."""


def test_accuracy_when_memorised() -> Measured:
    """Test accuracy when 99 % of the training pairs are right; control: 60 % of the pairs."""
    return _over_seeds(_when_memorised, claimed=0.0, control=_when_memorised(_run("most-pairs")))


def final_test_accuracy() -> Measured:
    """Test accuracy of the final weights; control: without weight decay."""
    control = _final_test_accuracy(_run("no-weight-decay"))
    return _over_seeds(_final_test_accuracy, claimed=1.0, control=control)


def epochs_between() -> Measured:
    """Epochs from 99 % of the training pairs to 99 % of the test pairs; control: 60 % of pairs."""
    return _over_seeds(_gap, claimed=math.inf, control=_gap(_run("most-pairs")))


def number_of_keys() -> Measured:
    """Key frequencies of the embedding; control: before training."""
    counts = {case: len(_keys(_run(case).weights)) for case in SEEDS}
    found = ", ".join(f"{case}: {_keys(_run(case).weights)}" for case in SEEDS)
    return Measured.of_seeds(
        tuple(counts.values()),
        max(counts.values(), key=lambda count: abs(count - 6)),
        control=len(_keys(_start())),
        note=f"keys of {found}",
    )


def power_of_keys() -> Measured:
    """Share of the embedding's varying power in the keys; control: before training, its largest."""
    untrained = float(fourier.power(_start().W_E[:-1]).sort().values[-5:].sum())
    return _over_seeds(
        lambda run: _held(run.weights, _keys(run.weights)),
        claimed=1.0,
        control=untrained,
        note="the control is the share of the five strongest frequencies before training",
    )


def logits_explained() -> Measured:
    """Share of the logits' variance along the keys' waves of a + b; control: no weight decay.

    The network without weight decay has its five strongest frequencies counted as keys.
    """
    plain = _run("no-weight-decay").weights
    return _over_seeds(
        lambda run: progress.explained(_logits(run.weights), _keys(run.weights)),
        claimed=1.0,
        control=progress.explained(_logits(plain), _strongest(plain)),
    )


def restricted_fall() -> Measured:
    """How much of its height the restricted loss has lost when the test loss is down to half.

    Both heights are the largest values on the way. Control: what it has lost when the training
    pairs are memorised, the most over seeds.
    """
    control = max(_fall_when_memorised(_run(case)) for case in SEEDS)
    return _over_seeds(_restricted_fall, claimed=1.0, control=control)


def restricted_over_test() -> Measured:
    """Restricted loss over test loss, of the final weights; control: other frequencies kept."""
    run = _run("seed-0")
    control = _restricted_over_test(run, _others(run.weights))
    return _over_seeds(
        lambda run: _restricted_over_test(run, _keys(run.weights)),
        claimed=0.0,
        control=control,
    )


def excluded_over_train() -> Measured:
    """Excluded loss over training loss, of the final weights; control: other frequencies."""
    run = _run("seed-0")
    control = _excluded_over_train(run, _others(run.weights))
    return _over_seeds(
        lambda run: _excluded_over_train(run, _keys(run.weights)),
        claimed=math.inf,
        control=control,
    )


def neurons_of_one_frequency() -> Measured:
    """Share of neurons with over 85 % of their variance in one frequency; control: untrained."""
    return _over_seeds(
        lambda run: _well_fitted(run.weights), claimed=1.0, control=_well_fitted(_start())
    )


def test_accuracy_without_decay() -> Measured:
    """Final test accuracy without weight decay; control: with it, the lowest of four seeds."""
    lowest = min(_final_test_accuracy(_run(case)) for case in SEEDS)
    return Measured(value=_final_test_accuracy(_run("no-weight-decay")), control=lowest)


def epochs_between_with_most_pairs() -> Measured:
    """Epochs between memorising and generalising with 60 % of the pairs; control: with 30 %."""
    shortest = min(_gap(_run(case)) for case in SEEDS)
    return Measured(value=_gap(_run("most-pairs")), control=shortest)


def _run(case: str) -> TrainedNetwork:
    return experiments.load(train, case)


def _start() -> Weights:
    """The first seed's weights before training."""
    return weightings.initial(_run("seed-0").config)


def _over_seeds(
    measure: Callable[[TrainedNetwork], float],
    *,
    claimed: float,
    control: float,
    note: str = "",
) -> Measured:
    """The seeds' value furthest from what is claimed, and all of them."""
    each = tuple(measure(_run(case)) for case in SEEDS)
    if any(map(math.isnan, each)):  # a seed in which there is nothing to measure decides nothing
        return Measured(value=math.nan, per_seed=each, control=control, note=note)
    worst = min(each) if claimed > max(each) else max(each, key=lambda value: abs(value - claimed))
    return Measured.of_seeds(each, worst, control=control, note=note)


def _logits(weights: Weights) -> Float[Tensor, "pair p"]:
    with torch.no_grad():
        return model.logits(weights, pairs.every(weights.p))


def _keys(weights: Weights) -> tuple[int, ...]:
    return fourier.keys(weights.W_E[:-1])


def _held(weights: Weights, frequencies: tuple[int, ...]) -> float:
    shares = fourier.power(weights.W_E[:-1])
    return float(sum((shares[k - 1] for k in frequencies), torch.zeros(())))


def _strongest(weights: Weights, count: int = 5) -> tuple[int, ...]:
    order = fourier.power(weights.W_E[:-1]).argsort(descending=True)
    return tuple(sorted(int(place) + 1 for place in order[:count]))


def _others(weights: Weights) -> tuple[int, ...]:
    """As many frequencies as there are keys, drawn from the rest."""
    keys = _keys(weights)
    rest = [k for k in range(1, weights.p // 2 + 1) if k not in keys]
    order = torch.randperm(len(rest), generator=rng.generator(0, "grokking", "others"))
    return tuple(sorted(rest[place] for place in order[: len(keys)]))


def _final_test_accuracy(run: TrainedNetwork) -> float:
    every, is_test = pairs.every(run.config.p), ~pairs.is_training(run.config)
    return accuracy(_logits(run.weights)[is_test], every.sums[is_test])


def _when_memorised(run: TrainedNetwork) -> float:
    """Test accuracy at the first recorded epoch with 99 % of the training pairs right."""
    epoch = first_reach(run.config, run.curves["train_accuracy"])
    if epoch is None:
        return math.nan
    return float(run.curves["test_accuracy"][run.config.recorded.index(epoch)])


def _gap(run: TrainedNetwork) -> float:
    """Epochs from memorised to generalised; NaN if one of the two never happens."""
    known = first_reach(run.config, run.curves["train_accuracy"])
    new = first_reach(run.config, run.curves["test_accuracy"])
    return math.nan if known is None or new is None else float(new - known)


def _restricted_fall(run: TrainedNetwork) -> float:
    """1 − restricted loss over its maximum when the test loss falls to half of its own."""
    loss = run.curves["test_loss"]
    peak = int(loss.argmax())
    below = (loss[peak:] <= loss[peak] / 2).nonzero().flatten()
    if not len(below):
        return math.nan
    return _fall_at(run, run.config.recorded[peak + int(below[0])])


def _fall_when_memorised(run: TrainedNetwork) -> float:
    epoch = first_reach(run.config, run.curves["train_accuracy"])
    return math.nan if epoch is None else _fall_at(run, epoch)


def _fall_at(run: TrainedNetwork, epoch: int) -> float:
    """The same at the last checkpoint that is not after an epoch."""
    before = max(i for i, at in enumerate(run.config.checkpoints) if at <= epoch)
    return float(1 - run.restricted[before] / run.restricted.max())


def _restricted_over_test(run: TrainedNetwork, frequencies: tuple[int, ...]) -> float:
    every, is_test = pairs.every(run.config.p), ~pairs.is_training(run.config)
    logits = _logits(run.weights)
    test = cross_entropy(logits[is_test], every.sums[is_test])
    return float(progress.restricted_loss(logits, frequencies) / test)


def _excluded_over_train(run: TrainedNetwork, frequencies: tuple[int, ...]) -> float:
    every, is_training = pairs.every(run.config.p), pairs.is_training(run.config)
    logits = _logits(run.weights)
    train_loss = cross_entropy(logits[is_training], every.sums[is_training])
    return float(progress.excluded_loss(logits, frequencies, is_training) / train_loss)


def _well_fitted(weights: Weights) -> float:
    """Share of all neurons, idle ones included, that one frequency explains well."""
    best = neurons.shares(neurons.activations(weights)).amax(0)
    return float((best.nan_to_num() > WELL_FITTED).double().mean())
