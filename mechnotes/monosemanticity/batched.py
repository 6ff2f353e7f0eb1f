"""How do all models of a sweep advance in one tensor program?

Whatever varies between models (learning rate, bias, decay, regulariser, density, seed) varies along
the axis `models` of one stack of weights; only models with different numbers of neurons need stacks
of their own. At each step the samples of every distinct density and seed are drawn once and shared
by all models that use them. `reference` trains one model at a time and gets the same numbers.

`Programs` holds everything that changes during training and turns it into named tensors and back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import rng
from mechnotes.monosemanticity import features, model, optimisers, schedules
from mechnotes.monosemanticity.config import RunConfig, SweepConfig, checked_sweep
from mechnotes.monosemanticity.model import Weights


@dataclass(kw_only=True, eq=False)
class Stack:
    """Models with one number of neurons, side by side."""

    runs: tuple[RunConfig, ...]
    """Config of each."""
    numbers: tuple[int, ...]
    """Number of each in the sweep."""
    weights: Weights
    """Where they are now."""
    moments: optimisers.Moments
    """What the optimiser remembers of each."""
    source: Int[Tensor, " models"]
    """Which source of samples each uses."""
    in_order: bool
    """Whether there is one source for all, or model number i uses source number i."""
    learning_rate: Float[Tensor, " models"]
    """Largest learning rate of each."""
    bias_factor: Float[Tensor, " models"]
    """What the biases of each are multiplied by at a step of the first half."""
    regulariser: Float[Tensor, " models"] | None
    """Weight of each one's L1 penalty; None if none has any."""
    memory: model.Workspace
    """Where a step is computed."""

    def chosen(self, drawn: Float[Tensor, "sources batch any"]) -> Tensor:
        """The samples of each model, without a copy if they are in order already."""
        return drawn if self.in_order else drawn[self.source]


class Programs:
    """All models of a sweep, and the samples that they learn from."""

    def __init__(self, config: SweepConfig, *, device: str = "cpu") -> None:
        """Draw initial weights and set up the sources of samples.

        Args:
            config: The sweep.
            device: Where to compute.

        Raises:
            ValueError: If the config is not a SweepConfig.
        """
        self.config, self.device = checked_sweep(config), device
        runs = config.runs
        by_source = {_source_key(run): run for run in reversed(runs)}
        self.keys = list(dict.fromkeys(_source_key(run) for run in runs))
        self.sources = [features.source(by_source[key], device=device) for key in self.keys]
        self.streams = [
            rng.generator(by_source[key].seed, "data", device=device) for key in self.keys
        ]
        sizes = dict.fromkeys(run.n_neurons for run in runs)
        self.stacks = [self._stack(k) for k in sizes]

    def _stack(self, n_neurons: int) -> Stack:
        chosen = [(i, run) for i, run in enumerate(self.config.runs) if run.n_neurons == n_neurons]
        numbers, runs = zip(*chosen, strict=True)
        cpu = model.stacked([model.initial(run) for run in runs])
        W_in, b, W_out = (part.to(self.device) for part in cpu.parts)
        weights = Weights(W_in=W_in, b=b, W_out=W_out)

        def vector(values: list[float]) -> Tensor:
            return torch.tensor(values, dtype=torch.float64).float().to(self.device)

        penalty = [run.regulariser for run in runs]
        places = [self.keys.index(_source_key(run)) for run in runs]
        return Stack(
            runs=runs,
            numbers=numbers,
            weights=weights,
            moments=optimisers.no_moments(weights),
            source=torch.tensor(places, device=self.device),
            in_order=len(self.keys) == 1 or places == list(range(len(self.keys))),
            learning_rate=vector([run.learning_rate for run in runs]),
            bias_factor=vector([1 - run.decay * run.learning_rate for run in runs]),
            regulariser=vector(penalty) if any(penalty) else None,
            memory=model.workspace(weights, batch_size=self.config.base.batch_size),
        )

    def draw(
        self, n_samples: int, streams: list[torch.Generator]
    ) -> tuple[Float[Tensor, "sources batch embedding"], Float[Tensor, "sources batch outputs"]]:
        """Draw inputs and targets once from every source.

        Args:
            n_samples: Samples from each source.
            streams: A random stream for each source.
        """
        pairs = zip(self.sources, streams, strict=True)
        drawn = [source.draw(n_samples, generator=stream) for source, stream in pairs]
        seen, target = zip(*drawn, strict=True)
        return torch.stack(seen), torch.stack(target)

    def advance(self, steps_done: int, *, measure: bool = False) -> Float[Tensor, " models"] | None:
        """Make one step with every model.

        Args:
            steps_done: Steps made before it.
            measure: Whether to return each model's loss on the batch, which takes a little time.

        Returns:
            Loss without the regulariser in the order of the sweep, or None.
        """
        base = self.config.base
        seen, target = self.draw(base.batch_size, self.streams)
        factor = schedules.rate(steps_done, schedule=base.schedule, steps=base.steps)
        decays = schedules.decays_bias(steps_done, steps=base.steps)
        losses = torch.empty(self.config.n_models, device=self.device) if measure else None
        for stack in self.stacks:
            made = model.step(
                stack.weights,
                stack.chosen(seen),
                stack.chosen(target),
                activation=base.activation,
                regulariser=stack.regulariser,
                into=stack.memory,
            )
            if losses is not None:
                losses[list(stack.numbers)] = made.loss
            optimisers.advance(
                stack.weights,
                made.gradients,
                stack.moments,
                learning_rate=factor * stack.learning_rate,
                steps_done=steps_done,
                optimiser=base.optimiser,
            )
            if decays:
                stack.weights.b.mul_(stack.bias_factor[:, None])
        return losses

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the remaining steps depend on, by name."""
        named = {f"stream.{i}": stream.get_state() for i, stream in enumerate(self.streams)}
        for i, stack in enumerate(self.stacks):
            moments = stack.moments
            kinds = {"now": stack.weights, "first": moments.first, "second": moments.second}
            for kind, weights in kinds.items():
                for name, part in zip(("W_in", "b", "W_out"), weights.parts, strict=True):
                    named[f"{kind}.{i}.{name}"] = part
        return named

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Continue from what `tensors` gave.

        Args:
            tensors: By name.
        """
        for name, current in self.tensors().items():
            if name.startswith("stream."):
                self.streams[int(name.partition(".")[2])].set_state(tensors[name])
            else:
                current.copy_(tensors[name])


def _source_key(run: RunConfig) -> tuple[float, int]:
    """What the samples of a run depend on, beyond what all runs of a sweep share."""
    return run.density, run.seed
