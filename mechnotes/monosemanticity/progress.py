"""What is written down while models train, and so what must survive a kill?

`Progress` joins the models in training with everything recorded of them so far. At each checkpoint
it measures loss on samples that no model learnt from, counts monosemantic neurons and takes the
mean bias; every 64 steps it keeps the loss on the batch; at the trough it copies the weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import rng
from mechnotes.monosemanticity import measures, model, schedules
from mechnotes.monosemanticity.batched import Programs, Stack
from mechnotes.monosemanticity.config import SweepConfig
from mechnotes.monosemanticity.model import Weights

CURVE_EVERY = 64
"""Steps between two points of the loss curve."""

N_FRESH = 2048
"""Samples on which loss is measured at a checkpoint."""

RECORDED = ("loss", "counts", "mean_bias", "silent", "curve")
"""What is recorded of every model on the way."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Settled:
    """What every model does at the trough; one entry for each model."""

    share: list[Tensor]
    """Top share of each neuron."""
    participation: list[Tensor]
    """Effective number of features of each neuron."""
    top_feature: list[Tensor]
    """Feature that each neuron responds to most."""
    bias: list[Tensor]
    """Bias of each neuron."""
    W_in: list[Tensor]
    """What each neuron reads."""
    W_out: list[Tensor]
    """What each neuron writes."""
    dimensionality: list[Tensor]
    """Share of a direction that each feature has to itself."""


class Progress:
    """All models of a sweep in training, and what was recorded of them."""

    loss: Float[Tensor, "checkpoint model"]
    counts: Int[Tensor, "checkpoint model measure"]
    mean_bias: Float[Tensor, "checkpoint model"]
    silent: Float[Tensor, "checkpoint model"]
    curve: Float[Tensor, "point model"]

    def __init__(self, config: SweepConfig, *, device: str = "cpu") -> None:
        """Set up the models and draw the samples for measuring.

        Args:
            config: The sweep.
            device: Where to compute.

        Raises:
            ValueError: If the config is not a SweepConfig.
        """
        self.programs, self.config = Programs(config, device=device), config
        steps, n_models = config.base.steps, config.n_models
        self.checkpoints = schedules.checkpoints(steps)
        n_checkpoints, n_points = len(self.checkpoints), -(-steps // CURVE_EVERY)
        self.loss = torch.full((n_checkpoints, n_models), torch.nan, device=device)
        self.mean_bias, self.silent = self.loss.clone(), self.loss.clone()
        self.counts = torch.zeros(n_checkpoints, n_models, len(measures.MEASURES), device=device)
        self.curve = torch.full((n_points, n_models), torch.nan, device=device)
        self.copies = [_copy(stack.weights) for stack in self.programs.stacks]
        streams = [rng.generator(seed, "fresh", device=device) for _, seed in self.programs.keys]
        self.seen, self.target = self.programs.draw(N_FRESH, streams)

    def advance(self, step: int, *, measure: bool = False) -> Float[Tensor, " models"] | None:
        """Make one step; keep its loss where a point of the curve is due.

        Args:
            step: Steps made before it.
            measure: Whether to measure the loss in any case.

        Returns:
            Loss of each model on the batch, if it was measured.
        """
        due = step % CURVE_EVERY == 0
        loss = self.programs.advance(step, measure=measure or due)
        if due and loss is not None:
            self.curve[step // CURVE_EVERY] = loss
        return loss

    @torch.no_grad()
    def look(self, steps_done: int) -> None:
        """Measure every model, if a checkpoint is due.

        Args:
            steps_done: Steps made so far.
        """
        if steps_done not in self.checkpoints:
            return
        place = self.checkpoints.index(steps_done)
        for stack in self.programs.stacks:
            numbers = list(stack.numbers)
            self.mean_bias[place, numbers] = stack.weights.b.mean(1)
            found = self._responses(stack)
            self.counts[place, numbers] = measures.counts(found).float()
            self.silent[place, numbers] = measures.silent_share(found)
            self.loss[place, numbers] = self._fresh_loss(stack)
        if steps_done == schedules.trough(self.config.base.steps):
            self.copies = [_copy(stack.weights) for stack in self.programs.stacks]

    def _responses(self, stack: Stack, weights: Weights | None = None) -> Tensor:
        weights = stack.weights if weights is None else weights
        E = torch.stack([self.programs.sources[i].E for i in stack.source.tolist()])
        return measures.responses(
            weights.W_in, weights.b, E, activation=self.config.base.activation
        )

    def _fresh_loss(self, stack: Stack) -> Tensor:
        """Loss of each model on the fresh samples, a model at a time to save memory."""
        losses = []
        for i, place in enumerate(stack.source.tolist()):
            W_in, b, W_out = (part[i : i + 1] for part in stack.weights.parts)
            one = Weights(W_in=W_in, b=b, W_out=W_out)
            answer = model.outputs(
                one, self.seen[place][None], activation=self.config.base.activation
            )
            losses.append((answer[0] - self.target[place]).square().sum(1).mean())
        return torch.stack(losses)

    def silent_loss(self) -> Float[Tensor, " models"]:
        """Loss of a model that always answers zero, on each one's fresh samples."""
        places = {
            number: place
            for stack in self.programs.stacks
            for number, place in zip(stack.numbers, stack.source.tolist(), strict=True)
        }
        by_source = self.target.square().sum(2).mean(1)
        return by_source[[places[number] for number in sorted(places)]]

    def settled(self) -> Settled:
        """What every neuron did at the trough, in the order of the sweep."""
        rows: dict[int, tuple[Tensor, ...]] = {}
        for stack, weights in zip(self.programs.stacks, self.copies, strict=True):
            found = self._responses(stack, weights).nan_to_num(0.0, 0.0, 0.0)
            per_model = (
                measures.top_share(found),
                measures.participation(found),
                measures.top_feature(found),
                weights.b,
                weights.W_in,
                weights.W_out,
                measures.dimensionality(found),
            )
            for place, number in enumerate(stack.numbers):
                rows[number] = tuple(values[place] for values in per_model)
        columns = (list(column) for column in zip(*(rows[n] for n in sorted(rows)), strict=True))
        names = ("share", "participation", "top_feature", "bias", "W_in", "W_out", "dimensionality")
        return Settled(**dict(zip(names, columns, strict=True)))

    def tensors(self) -> dict[str, Tensor]:
        """Everything that a continuation needs, by name."""
        recorded = {name: getattr(self, name) for name in RECORDED}
        copies = {
            f"copy.{i}.{name}": part
            for i, weights in enumerate(self.copies)
            for name, part in zip(("W_in", "b", "W_out"), weights.parts, strict=True)
        }
        return {**self.programs.tensors(), **recorded, **copies}

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Continue from what `tensors` gave.

        Args:
            tensors: By name.
        """
        self.programs.load(tensors)
        for name, current in self.tensors().items():
            if name.startswith("copy.") or name in RECORDED:
                current.copy_(tensors[name])


def _copy(weights: Weights) -> Weights:
    return Weights(
        **{
            name: part.clone()
            for name, part in zip(("W_in", "b", "W_out"), weights.parts, strict=True)
        }
    )
