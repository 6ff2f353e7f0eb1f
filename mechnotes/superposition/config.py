"""What decides the outcome of a toy-model run?

Everything in `ToyConfig` and nothing else: the sizes, the data, the training and one seed. The
device is not in it because it must not change the answer (beyond rounding and another random
stream). A run trains one instance for every density and every seed, all side by side.

Defaults are those of the paper's published notebook: AdamW with learning rate 1e-3 and weight decay
0.01, batches of 1024 fresh samples, 10,000 steps.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.superposition.model import ACTIVATIONS, Activation

Sampler = Literal["independent", "correlated pairs", "anticorrelated pairs"]
_SAMPLERS: tuple[Sampler, ...] = ("independent", "correlated pairs", "anticorrelated pairs")


@dataclass(frozen=True, kw_only=True, slots=True)
class ToyConfig:
    """Configuration of toy models trained over densities and seeds."""

    n_features: int
    """Number of features n, at least 1."""
    d_hidden: int
    """Number of hidden dimensions m, at least 1."""
    densities: tuple[float, ...]
    """Probabilities that a feature is active, in [0, 1]; one set of instances for each."""
    importance_decay: float = 1.0
    """Importance of feature i is this to the power i; 1 makes all features equally important."""
    n_seeds: int = 8
    """Instances for each density, with their own initial weights and their own data."""
    seed: int = 0
    """Seed of all random streams."""
    sampler: Sampler = "independent"
    """Which features are active together; see `data`."""
    activation: Activation = "relu"
    """Output activation; "linear" is the control that cannot profit from superposition."""
    hidden_activation: Activation = "linear"
    """Hidden activation; "relu" gives the hidden layer a privileged basis."""
    steps: int = 10_000
    """Optimiser steps."""
    batch_size: int = 1024
    """Fresh samples for each step and instance."""
    learning_rate: float = 1e-3
    """AdamW's learning rate, constant."""
    weight_decay: float = 0.01
    """AdamW's decoupled weight decay, on weights and biases."""
    n_frames: int = 0
    """Snapshots kept on the way: the start, then evenly spaced on a log scale; 0 keeps none."""

    def __post_init__(self) -> None:
        for name in ("n_features", "d_hidden", "n_seeds", "steps", "batch_size"):
            validate.integer(getattr(self, name), name, minimum=1)
        validate.integer(self.n_frames, "n_frames", maximum=self.steps)
        validate.seed(self.seed)
        if not isinstance(self.densities, tuple) or not self.densities:
            validate.refuse(
                "densities",
                got=repr(self.densities),
                expected="a tuple of at least one number",
                fix="Write densities=(0.1,), with the comma.",
            )
        for density in self.densities:
            validate.number(density, "densities", low=0.0, high=1.0)
        validate.number(self.importance_decay, "importance_decay", low=0.0)
        validate.number(self.learning_rate, "learning_rate", low=0.0, low_open=True)
        validate.number(self.weight_decay, "weight_decay", low=0.0)
        validate.choice(self.sampler, "sampler", _SAMPLERS)
        validate.choice(self.activation, "activation", ACTIVATIONS)
        validate.choice(self.hidden_activation, "hidden_activation", ACTIVATIONS)

    @property
    def importance(self) -> Float[Tensor, " features"]:
        """Weight of each feature's error in the loss, from 1 downwards."""
        return self.importance_decay ** torch.arange(self.n_features, dtype=torch.float32)

    @property
    def density(self) -> Float[Tensor, "densities features"]:
        """Probability that each feature is active, equal for all features of an instance."""
        return torch.tensor(self.densities, dtype=torch.float32)[:, None].repeat(1, self.n_features)

    @property
    def frame_steps(self) -> tuple[int, ...]:
        """Numbers of steps done at which a snapshot is kept, rising from 0 to `steps`.

        Early steps that round to the same number are kept once, so there may be fewer than
        `n_frames`.
        """
        last = self.n_frames - 1
        spaced = (round(self.steps ** (k / last)) for k in range(last + 1)) if last > 0 else ()
        return tuple(sorted({0, *spaced})) if self.n_frames else ()


def checked(config: object) -> ToyConfig:
    """Check that `config` is a ToyConfig.

    Raises:
        ValueError: If it is something else, such as a case's name or a dict.
    """
    if not isinstance(config, ToyConfig):
        validate.refuse(
            "config",
            got=repr(config),
            expected="a ToyConfig",
            fix='Pass ToyConfig(...) or one of cases.TOYS, for example cases.TOYS["pentagon"].',
        )
    return config
