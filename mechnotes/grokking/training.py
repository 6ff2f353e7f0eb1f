"""How is the network trained, and what is kept of a run?

`train` runs full-batch AdamW for a fixed number of epochs. It keeps the final weights, from which
pages and tests recompute every number, and curves of what happened on the way:

    run = experiments.load(training.train, "seed-0")
    frequencies = fourier.keys(run.weights.W_E[:-1])

The progress measures need the key frequencies of the final network, so they are taken when training
is over, from checkpoints that the run holds until then. The first seed also keeps a few of these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.experiments import Provenance, experiment
from mechnotes.grokking import config as configs
from mechnotes.grokking import fourier, model, pairs, progress
from mechnotes.grokking.config import CASES, SCALES, GrokkingConfig
from mechnotes.grokking.state import CURVES, TrainingState, initial_state
from mechnotes.grokking.weights import AXES, Weights
from mechnotes.runs import Run


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedNetwork:
    """One network trained to add modulo p, and what happened on the way."""

    config: GrokkingConfig
    """What was trained."""
    stored: Weights
    """Final weights in half precision, as the file holds them; compute with `weights`."""
    stored_on_the_way: tuple[Weights, ...]
    """Weights after `kept_epochs`, in half precision."""
    kept_epochs: tuple[int, ...]
    """`config.n_kept` checkpoints, spread evenly from the first recorded epoch at which 99 % of the
    training pairs are right to the first at which 99 % of the test pairs are, or to the end."""
    loss: Float[Tensor, " epoch"]
    """Training loss before each epoch, in nats."""
    curves: Mapping[str, Float[Tensor, " entry"]]
    """After each number of epochs in `config.recorded`: "train_accuracy", "test_loss" in nats,
    "test_accuracy" and "squared_weights", the sum of squares of all weights."""
    restricted: Float[Tensor, " checkpoint"]
    """Restricted loss in nats, after each number of epochs in `config.checkpoints`, with the key
    frequencies of the final network."""
    excluded: Float[Tensor, " checkpoint"]
    """Excluded loss in nats at the same places."""
    power: Float[Tensor, "checkpoint frequency"]
    """Share of each frequency in the embedding of the numbers at the same places."""
    provenance: Provenance | None = field(default=None, compare=False, repr=False)
    """Where, when and how it was computed; None for a result that was not stored."""

    @property
    def weights(self) -> Weights:
        """The final weights in single precision."""
        return self.stored.each(lambda W: W.float())

    @property
    def on_the_way(self) -> tuple[Weights, ...]:
        """The weights after `kept_epochs` in single precision."""
        return tuple(weights.each(lambda W: W.float()) for weights in self.stored_on_the_way)


@experiment(cases=CASES, minutes=20.0, scale=SCALES)
def train(config: GrokkingConfig, *, device: str = "cpu", run: Run | None = None) -> TrainedNetwork:
    """Train one network on all its training pairs.

    Args:
        config: What to train.
        device: "cpu" or "cuda"; about 60 ms an epoch for p = 113 on one core.
        run: Progress bar and checkpoints; by default neither.

    Raises:
        ValueError: If the config is not a GrokkingConfig or the device is unknown.

    Source:
        Nanda et al. 2023, Progress measures for grokking via mechanistic interpretability.
    """
    run = Run() if run is None else run
    state = initial_state(configs.checked(config), device=validate.device(device))
    restored = run.restored()
    if restored is not None:
        state.load(restored)
    for epoch in run.steps(config.epochs):
        state.note(epoch)
        state.optimizer.param_groups[0]["lr"] = state.rate(epoch)
        loss = state.loss()
        state.optimizer.zero_grad()
        loss.backward()
        state.optimizer.step()
        state.book["loss"][epoch] = loss.detach()
        run.trace(loss)
        run.save(epoch + 1, state.tensors)
    state.note(config.epochs)
    return _result(state)


def _result(state: TrainingState) -> TrainedNetwork:
    """Take the progress measures and choose what to keep."""
    config, book = state.config, state.book
    history = [
        Weights(**{name: book[f"kept.{name}"][place].clone() for name in AXES})
        for place in range(len(config.checkpoints))
    ]
    measured = _measured(history, config)
    curves = {name: book[f"curve.{name}"] for name in CURVES}
    kept = _kept(config, curves) if config.n_kept else ()
    return TrainedNetwork(
        config=config,
        stored=history[-1],
        stored_on_the_way=tuple(history[place] for place in kept),
        kept_epochs=tuple(config.checkpoints[place] for place in kept),
        loss=book["loss"],
        curves=curves,
        restricted=measured[0],
        excluded=measured[1],
        power=torch.stack([fourier.power(at.W_E[:-1].float()) for at in history]).float(),
    )


@torch.no_grad()
def _measured(history: Sequence[Weights], config: GrokkingConfig) -> Float[Tensor, "2 checkpoint"]:
    """Restricted and excluded loss of each checkpoint, with the keys of the last."""
    every, is_training = pairs.every(config.p), pairs.is_training(config)
    frequencies = fourier.keys(history[-1].W_E[:-1].float())
    found = []
    for weights in history:
        logits = model.logits(weights.each(lambda W: W.float()), every)
        found.append(
            [
                float(progress.restricted_loss(logits, frequencies)),
                float(progress.excluded_loss(logits, frequencies, is_training)),
            ]
        )
    return torch.tensor(found).T


def first_reach(config: GrokkingConfig, accuracy: Float[Tensor, " entry"]) -> int | None:
    """First recorded number of epochs at which an accuracy is 99 % or more; None if it never is.

    Args:
        config: What was trained; `config.recorded` labels the entries.
        accuracy: One of the curves of a run.

    Raises:
        ValueError: If the config is not a GrokkingConfig, or has another number of entries.
    """
    recorded = configs.checked(config).recorded
    validate.shape(
        validate.floating(accuracy, "accuracy"), "accuracy", ("entry",), entry=len(recorded)
    )
    reached = [
        epoch for epoch, value in zip(recorded, accuracy.tolist(), strict=True) if value >= 0.99
    ]
    return reached[0] if reached else None


def _kept(config: GrokkingConfig, curves: Mapping[str, Float[Tensor, " entry"]]) -> tuple[int, ...]:
    """Places of the checkpoints to keep: evenly from memorised to generalised, none twice."""
    first = first_reach(config, curves["train_accuracy"])
    last = first_reach(config, curves["test_accuracy"])
    start, end = first or 0, last or config.epochs
    wanted = torch.linspace(start, end, config.n_kept).tolist()
    epochs = torch.tensor(config.checkpoints)
    return tuple(sorted({int((epochs - epoch).abs().argmin()) for epoch in wanted}))
