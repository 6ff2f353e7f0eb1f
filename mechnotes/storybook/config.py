"""What decides how a storybook model turns out: its sizes, its training and one seed."""

from dataclasses import dataclass

from mechnotes import validate


@dataclass(frozen=True, kw_only=True, slots=True)
class StorybookConfig:
    """Configuration of a storybook model and its training."""

    n_layers: int = 3
    """Transformer blocks."""
    n_heads: int = 4
    """Attention heads in each block."""
    d_model: int = 64
    """Width of the residual stream; a multiple of `n_heads`."""
    n_ctx: int = 64
    """Longest text, in tokens."""
    steps: int = 4000
    """Optimiser steps."""
    batch_size: int = 64
    """Fresh passages in each step."""
    learning_rate: float = 4e-3
    """AdamW's highest learning rate, reached after `warmup` steps."""
    warmup: int = 100
    """Steps over which the learning rate rises."""
    weight_decay: float = 0.01
    """AdamW's decoupled weight decay."""
    n_checkpoints: int = 0
    """Weights kept on the way: at the start, then evenly spaced on a log scale; 0 keeps none."""
    first_checkpoint: int = 50
    """Steps done at the second checkpoint; before it little but word frequencies is learnt."""
    seed: int = 0
    """Seed of the initial weights and of the text."""

    def __post_init__(self) -> None:
        for name in ("n_layers", "n_heads", "d_model", "steps", "batch_size"):
            validate.integer(getattr(self, name), name, minimum=1)
        validate.integer(self.n_ctx, "n_ctx", minimum=2)
        validate.integer(self.warmup, "warmup", maximum=self.steps)
        validate.integer(self.n_checkpoints, "n_checkpoints", maximum=self.steps)
        validate.integer(self.first_checkpoint, "first_checkpoint", minimum=1)
        validate.seed(self.seed)
        validate.number(self.learning_rate, "learning_rate", low=0.0, low_open=True)
        validate.number(self.weight_decay, "weight_decay", low=0.0)
        if self.d_model % self.n_heads:
            validate.refuse(
                "d_model",
                got=f"{self.d_model} with {self.n_heads} heads",
                expected="a multiple of n_heads",
                fix="Choose d_model = n_heads times the width of a head.",
            )

    @property
    def checkpoint_steps(self) -> tuple[int, ...]:
        """Numbers of steps done at which weights are kept, rising from 0 to `steps`."""
        if self.n_checkpoints < 2:
            return (0,) * self.n_checkpoints
        last, first = self.n_checkpoints - 2, min(self.first_checkpoint, self.steps)
        growth = (self.steps / first) ** (1 / max(last, 1))
        return tuple(sorted({0, self.steps, *(round(first * growth**k) for k in range(last))}))
