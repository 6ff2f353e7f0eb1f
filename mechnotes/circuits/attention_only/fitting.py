"""How are many attention-only transformers trained at once?

The loss that is minimised is the sum over seeds, and Adam's update is made entry by entry, so the
gradient of a seed, and the step on it, are those of training it alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only.weights import AXES, Weights, checked
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
    kept: Weights | None
    """The first model on the way: in place of seeds, the numbers of steps that were to be kept;
    None if there were none."""
    curves: Mapping[str, Float[Tensor, "entry seed"]]
    """The loss in nats, and whatever else was measured, before each of the recorded steps."""


def fit(
    start: Weights,
    loss: Loss,
    *,
    steps: int,
    learning_rate: float | int,
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
        every: Steps between two entries of the curves, of which the first is before any step.
        run: Progress bar and checkpoints.
        rate: From a step to a factor on the learning rate.
        keep: Numbers of steps done at which the first model is kept, at most `steps`.
        measures: Further numbers to record.

    Raises:
        ValueError: If the weights are none, or a number is out of range.
    """
    _check(start, steps=steps, learning_rate=learning_rate, every=every, keep=keep)
    weights = start.each(lambda W: W.detach().clone().requires_grad_())
    optimizer = torch.optim.Adam([*weights.tensors().values()], lr=learning_rate, foreach=True)
    book = _blank(start, ("loss", *measures(weights, 0)), entries=-(-steps // every), keep=keep)
    _restore(run.restored(), weights, optimizer, book)
    for step in run.steps(steps):
        _keep(book, weights, step, keep)
        each = loss(weights, step)
        if step % every == 0:
            _note(book, step // every, {"loss": each, **measures(weights, step)})
        optimizer.param_groups[0]["lr"] = learning_rate * rate(step)
        optimizer.zero_grad()
        each.sum().backward()
        optimizer.step()
        run.trace(each.detach())
        run.save(step + 1, lambda: _state(weights, optimizer, book))
    _keep(book, weights, steps, keep)
    return Fitted(
        weights=weights.each(lambda W: W.detach().cpu()),
        kept=Weights(**_entries(book, "kept.")) if keep else None,
        curves=_entries(book, "curve."),
    )


def _check(
    start: Weights, *, steps: int, learning_rate: float | int, every: int, keep: Sequence[int]
) -> None:
    checked(start)
    validate.integer(steps, "steps", minimum=1)
    validate.number(learning_rate, "learning_rate", low=0.0, low_open=True)
    validate.integer(every, "every", minimum=1)
    if not isinstance(keep, Sequence):
        validate.refuse(
            "keep",
            got=repr(keep),
            expected="a sequence of numbers of steps",
            fix=f"Pass keep=(0, {steps}) for the first model's start and end.",
        )
    for step in keep:
        validate.integer(step, "keep", maximum=steps)


def _blank(
    start: Weights, names: Sequence[str], *, entries: int, keep: Sequence[int]
) -> dict[str, Tensor]:
    """What is recorded on the way, before anything is."""
    curves = {f"curve.{name}": torch.full((entries, start.n_seeds), torch.nan) for name in names}
    if not keep:
        return curves
    kept = {
        f"kept.{name}": W.cpu().new_zeros(len(keep), *W.shape[1:])
        for name, W in start.tensors().items()
    }
    return {**curves, **kept}


def _entries(book: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Part of the book, by names without the prefix."""
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in book.items()
        if name.startswith(prefix)
    }


def _note(book: Mapping[str, Tensor], entry: int, measured: Mapping[str, Tensor]) -> None:
    """Write one entry of each curve down."""
    for name, value in measured.items():
        book[f"curve.{name}"][entry] = value.detach().cpu()


def _keep(book: Mapping[str, Tensor], weights: Weights, step: int, keep: Sequence[int]) -> None:
    """Write the first model down if this is one of the steps."""
    for place in (place for place, wanted in enumerate(keep) if wanted == step):
        for name, tensor in weights.tensors().items():
            book[f"kept.{name}"][place] = tensor[0].detach().cpu()


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
    saved: Mapping[str, Tensor] | None,
    weights: Weights,
    optimizer: torch.optim.Adam,
    book: Mapping[str, Tensor],
) -> None:
    """Continue from what `_state` gave, if it gave something."""
    if saved is None:
        return
    with torch.no_grad():
        for name, tensor in (*weights.tensors().items(), *book.items()):
            tensor.copy_(saved[name])
    state = optimizer.state_dict()
    state["state"] = {
        index: {name: saved[f"adam.{index}.{name}"] for name in ("step", "exp_avg", "exp_avg_sq")}
        for index in range(len(AXES))
        if f"adam.{index}.step" in saved  # Adam keeps nothing of what has no gradient
    }
    optimizer.load_state_dict(state)
