"""What are the weights of a small transformer, and of many side by side?

Every tensor has a leading `seed` axis, and no number of one seed ever meets a number of another.
There are no biases, no MLP and no layer norm. Weights multiply from the right: `x @ W`.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.symbolic import task

AXES = {
    "W_E": ("seed", "d_vocab", "d_model"),
    "W_pos": ("seed", "pos", "d_model"),
    "W_Q": ("seed", "layer", "head", "d_model", "d_head"),
    "W_K": ("seed", "layer", "head", "d_model", "d_head"),
    "W_V": ("seed", "layer", "head", "d_model", "d_head"),
    "W_O": ("seed", "layer", "head", "d_head", "d_model"),
    "W_U": ("seed", "d_model", "d_vocab"),
}
"""Axes of each tensor of weights."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Weights:
    """Weights of attention-only transformers, one for each seed."""

    W_E: Float[Tensor, "seed d_vocab d_model"]
    """Embedding of the symbols."""
    W_pos: Float[Tensor, "seed pos d_model"]
    """Embedding of the positions."""
    W_Q: Float[Tensor, "seed layer head d_model d_head"]
    """Query weights."""
    W_K: Float[Tensor, "seed layer head d_model d_head"]
    """Key weights."""
    W_V: Float[Tensor, "seed layer head d_model d_head"]
    """Value weights."""
    W_O: Float[Tensor, "seed layer head d_head d_model"]
    """Output weights."""
    W_U: Float[Tensor, "seed d_model d_vocab"]
    """Unembedding."""

    def __post_init__(self) -> None:
        sizes = {"d_vocab": len(task.SYMBOLS), "pos": task.N_POSITIONS}
        for name, axes in AXES.items():
            tensor = validate.finite(getattr(self, name), name)
            known = {axis: size for axis, size in sizes.items() if axis in axes}
            validate.shape(tensor, name, axes, **known)
            sizes |= dict(zip(axes, tensor.shape, strict=True))

    @property
    def n_seeds(self) -> int:
        """Number of models side by side."""
        return self.W_E.shape[0]

    @property
    def n_layers(self) -> int:
        """Layers of each model."""
        return self.W_Q.shape[1]

    @property
    def n_heads(self) -> int:
        """Heads in each layer."""
        return self.W_Q.shape[2]

    @property
    def d_head(self) -> int:
        """Width of a head."""
        return self.W_Q.shape[4]

    def tensors(self) -> dict[str, Tensor]:
        """The tensors by name."""
        return {name: getattr(self, name) for name in AXES}

    def each(self, change: Callable[[Tensor], Tensor]) -> "Weights":
        """The weights after the same change of every tensor, such as `lambda W: W[:3]`."""
        changed = {name: change(tensor) for name, tensor in self.tensors().items()}
        return dataclasses.replace(self, **changed)


def checked(weights: object) -> Weights:
    """Check that `weights` are weights of such models.

    Raises:
        ValueError: If they are something else, such as a state dict.
    """
    if not isinstance(weights, Weights):
        validate.refuse(
            "weights",
            got=type(weights).__name__,
            expected="Weights",
            fix="Pass experiments.load(training.train, case).weights, or one of `handmade`.",
        )
    return weights
