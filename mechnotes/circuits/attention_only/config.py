"""What do all trainings of attention-only models on fresh random texts have in common?

A topic's config adds what its texts are made of. All models of a config read the same texts; their
initial weights differ.
"""

from dataclasses import dataclass

from mechnotes import validate
from mechnotes.circuits.attention_only.weights import Weights, initial


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingConfig:
    """Sizes and schedule of attention-only models trained side by side."""

    n_layers: int
    """Layers, at least 1."""
    n_heads: int
    """Heads in each layer."""
    d_model: int
    """Width of the stream."""
    d_head: int
    """Width of a head."""
    d_vocab: int
    """Tokens, at least 2."""
    n_pos: int
    """Tokens in a text, at least 2."""
    deviation: float | int
    """Standard deviation of all initial weights."""
    learning_rate: float | int
    """Adam's learning rate at the start; from 60 % of the steps on it falls in a line to 0."""
    steps: int
    """Optimiser steps."""
    batch_size: int
    """Texts in a step."""
    n_seeds: int = 5
    """Models side by side, each with its own initial weights."""
    seed: int = 0
    """Seed of all random streams."""
    every: int
    """Steps between two entries of the curves."""

    def __post_init__(self) -> None:
        counts = ("n_layers", "n_heads", "d_model", "d_head", "steps", "batch_size", "n_seeds")
        for name in (*counts, "every"):
            validate.integer(getattr(self, name), name, minimum=1)
        for name in ("d_vocab", "n_pos"):
            validate.integer(getattr(self, name), name, minimum=2)
        for name in ("deviation", "learning_rate"):
            validate.number(getattr(self, name), name, low=0.0, low_open=True)
        validate.seed(self.seed)

    @property
    def recorded(self) -> tuple[int, ...]:
        """Numbers of steps done at which the curves have an entry, from 0."""
        return tuple(range(0, self.steps, self.every))

    def rate(self, step: int) -> float:
        """Factor on the learning rate at a step."""
        return min(1.0, (1 - step / self.steps) / 0.4)

    def start(self, *, device: str = "cpu") -> Weights:
        """The weights that training starts from."""
        sizes = {
            "d_vocab": self.d_vocab,
            "pos": self.n_pos,
            "layer": self.n_layers,
            "head": self.n_heads,
            "d_model": self.d_model,
            "d_head": self.d_head,
        }
        return initial(
            sizes, n_seeds=self.n_seeds, deviation=self.deviation, seed=self.seed, device=device
        )
