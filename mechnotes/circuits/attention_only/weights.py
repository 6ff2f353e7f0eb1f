"""What are the weights of an attention-only transformer, and of many side by side?

Every tensor has a leading `seed` axis, and no number of one seed ever meets a number of another.
There are no biases, no MLP and no layer norm. Weights multiply from the right: `x @ W`.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate

AXES: Mapping[str, tuple[str, ...]] = {
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
    """Embedding of the tokens."""
    W_pos: Float[Tensor, "seed pos d_model"]
    """Embedding of the positions; as many as the longest text has."""
    W_Q: Float[Tensor, "seed layer head d_model d_head"]
    """Query weights; no layers make a model that knows the last token only."""
    W_K: Float[Tensor, "seed layer head d_model d_head"]
    """Key weights."""
    W_V: Float[Tensor, "seed layer head d_model d_head"]
    """Value weights."""
    W_O: Float[Tensor, "seed layer head d_head d_model"]
    """Output weights."""
    W_U: Float[Tensor, "seed d_model d_vocab"]
    """Unembedding."""

    def __post_init__(self) -> None:
        tensors = {name: validate.finite(W, name) for name, W in self.tensors().items()}
        sizes: dict[str, int] = {}
        for name, axes in AXES.items():
            tensor = tensors[name]
            if "layer" in axes and self._without_layers():
                tensor = tensor.new_zeros((len(tensor), 1, *tensor.shape[2:]))
            known = {axis: size for axis, size in sizes.items() if axis in axes}
            validate.shape(tensor, name, axes, **known)
            sizes |= dict(zip(axes, tensor.shape, strict=True))

    def _without_layers(self) -> bool:
        """Whether these are models that know the last token only."""
        of_layers = [W for name, W in self.tensors().items() if "layer" in AXES[name]]
        return all(W.ndim == 5 and W.shape[1] == 0 for W in of_layers)

    @property
    def n_seeds(self) -> int:
        """Number of models side by side."""
        return self.W_E.shape[0]

    @property
    def d_vocab(self) -> int:
        """Tokens that the models know."""
        return self.W_E.shape[1]

    @property
    def d_model(self) -> int:
        """Width of the residual stream."""
        return self.W_E.shape[2]

    @property
    def n_ctx(self) -> int:
        """Longest text, in tokens."""
        return self.W_pos.shape[1]

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

    def one(self, seed: int) -> "Weights":
        """One of the models alone; its `seed` axis has one entry.

        Raises:
            ValueError: If there is no such model.
        """
        validate.integer(seed, "seed", maximum=self.n_seeds - 1)
        return self.each(lambda W: W[seed : seed + 1])


def initial(
    sizes: Mapping[str, int],
    *,
    n_seeds: int,
    deviation: float | int,
    seed: int,
    device: str = "cpu",
) -> Weights:
    """Draw the weights that training starts from.

    Each model has a stream of its own, so its start does not depend on how many there are.

    Args:
        sizes: Size of each axis of `AXES` but "seed".
        n_seeds: Models side by side.
        deviation: Standard deviation of every weight.
        seed: Seed of all streams.
        device: Where the weights live; they are drawn on the CPU.

    Raises:
        ValueError: If an axis has no size, a number is out of range, or the device is unknown.
    """
    validate.integer(n_seeds, "n_seeds", minimum=1)
    validate.number(deviation, "deviation", low=0.0)
    device = validate.device(device)
    given = sorted(sizes) if isinstance(sizes, Mapping) else []
    missing = {axis for axes in AXES.values() for axis in axes} - {"seed", *given}
    if missing:
        validate.refuse(
            "sizes",
            got=given or repr(sizes),
            expected=f"a size for {sorted(missing)} too",
            fix='Pass all of "d_vocab", "pos", "layer", "head", "d_model", "d_head".',
        )
    for axis, size in sizes.items():
        validate.integer(size, f"size of {axis}", minimum=0 if axis == "layer" else 1)

    def drawn(name: str) -> Tensor:
        shape = [sizes[axis] for axis in AXES[name][1:]]
        each = [
            torch.randn(shape, generator=rng.generator(seed, name, number))
            for number in range(n_seeds)
        ]
        return (deviation * torch.stack(each)).to(device)

    return Weights(**{name: drawn(name) for name in AXES})


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
            fix="Pass the weights of a trained model, such as experiments.load(...).weights.",
        )
    return weights
