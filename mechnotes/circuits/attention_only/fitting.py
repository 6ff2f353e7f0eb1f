"""How are many attention-only transformers trained at once?

The loss that is minimised is the sum over seeds, and Adam's update is made entry by entry, so the
gradient of a seed, and the step on it, are those of training it alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes.circuits.attention_only.weights import AXES, Weights
from mechnotes.runs import Run

Loss = Callable[[Weights, int], Float[Tensor, " seed"]]
"""From the models and the number of steps done to the loss of each, on that step's data."""
Measures = Callable[[Weights, int], Mapping[str, Float[Tensor, " seed"]]]
"""From the models and the number of steps done to further numbers that are recorded on the way."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """Trained weights and what was recorded on the way."""

    weights: Weights
    """Final weights, on the CPU."""
    kept: Weights
    """The first model on the way: in place of seeds, the numbers of steps that were to be kept."""
    curves: Mapping[str, Float[Tensor, "entry seed"]]
    """The loss in nats, and whatever else was measured, before each of the recorded steps."""


def fit(
    start: Weights,
    loss: Loss,
    *,
    steps: int,
    learning_rate: float,
    every: int,
    run: Run,
    rate: Callable[[int], float] = lambda _step: 1.0,
    keep: Sequence[int] = (),
    measures: Measures = lambda _weights, _step: {},
) -> Fitted:
    """Train all models at once with Adam.

    Args:
        start: Weights to begin with; they are not changed.
        loss: Loss of each model.
        steps: Optimiser steps.
        learning_rate: Adam's learning rate.
        every: Steps between two entries of the curves.
        run: Progress bar and checkpoints.
        rate: From a step to a factor on the learning rate.
        keep: Numbers of steps done at which the first model is kept, at most `steps`.
        measures: Further numbers to record.
    """
    weights = start.each(lambda W: W.detach().clone().requires_grad_())
    optimizer = torch.optim.Adam([*weights.tensors().values()], lr=learning_rate, foreach=True)
    named = ("loss", *measures(weights, 0))
    notes = {name: torch.full((-(-steps // every), start.n_seeds), torch.nan) for name in named}
    kept = {
        f"kept.{name}": torch.zeros(len(keep), *W.shape[1:]) for name, W in start.tensors().items()
    }
    book = {**{f"curve.{name}": curve for name, curve in notes.items()}, **kept}
    restored = run.restored()
    if restored is not None:
        _restore(restored, weights, optimizer, book)
    for step in run.steps(steps):
        _keep(weights, step, keep, kept)
        if step % every == 0:
            for name, value in measures(weights, step).items():
                notes[name][step // every] = value.detach().cpu()
        each = loss(weights, step)
        optimizer.param_groups[0]["lr"] = learning_rate * rate(step)
        optimizer.zero_grad()
        each.sum().backward()
        optimizer.step()
        run.trace(each.detach())
        if step % every == 0:
            notes["loss"][step // every] = each.detach().cpu()
        run.save(step + 1, lambda: _state(weights, optimizer, book))
    _keep(weights, steps, keep, kept)
    return Fitted(
        weights=weights.each(lambda W: W.detach().cpu()),
        kept=Weights(**{name: kept[f"kept.{name}"] for name in AXES}),
        curves=notes,
    )


def _keep(weights: Weights, step: int, keep: Sequence[int], kept: Mapping[str, Tensor]) -> None:
    """Write the first model down if this is one of the steps."""
    if step in keep:
        for name, tensor in weights.tensors().items():
            kept[f"kept.{name}"][keep.index(step)] = tensor[0].detach().cpu()


def _state(
    weights: Weights, optimizer: torch.optim.Adam, book: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Everything that the remaining steps depend on, and what was recorded."""
    moments = optimizer.state_dict()["state"]
    named = {
        f"adam.{index}.{name}": value
        for index, entries in moments.items()
        for name, value in entries.items()
    }
    return {**weights.tensors(), **named, **book}


def _restore(
    saved: Mapping[str, Tensor],
    weights: Weights,
    optimizer: torch.optim.Adam,
    book: Mapping[str, Tensor],
) -> None:
    """Continue from what `_state` gave."""
    with torch.no_grad():
        for name, tensor in (*weights.tensors().items(), *book.items()):
            tensor.copy_(saved[name])
    state = optimizer.state_dict()
    state["state"] = {
        index: {name: saved[f"adam.{index}.{name}"] for name in ("step", "exp_avg", "exp_avg_sq")}
        for index in range(len(AXES))
    }
    optimizer.load_state_dict(state)
