"""What are the weights of the network that adds?

One layer, no layer norm, no biases outside the MLP, and an unembedding of its own. The tokens are
the numbers 0 to p−1 and, last, "="; a text is a, b, "=". Weights multiply from the right: `x @ W`.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.grokking import config as configs
from mechnotes.grokking.config import GrokkingConfig

AXES: Mapping[str, tuple[str, ...]] = {
    "W_E": ("token", "d_model"),
    "W_pos": ("pos", "d_model"),
    "W_Q": ("head", "d_model", "d_head"),
    "W_K": ("head", "d_model", "d_head"),
    "W_V": ("head", "d_model", "d_head"),
    "W_O": ("head", "d_head", "d_model"),
    "W_in": ("d_model", "d_mlp"),
    "b_in": ("d_mlp",),
    "W_out": ("d_mlp", "d_model"),
    "b_out": ("d_model",),
    "W_U": ("d_model", "p"),
}
"""Axes of each tensor of weights."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Weights:
    """Weights of one network."""

    W_E: Float[Tensor, "token d_model"]
    """Embedding of the numbers 0 to p−1 and, in the last row, of "="."""
    W_pos: Float[Tensor, "pos d_model"]
    """Embedding of the three positions."""
    W_Q: Float[Tensor, "head d_model d_head"]
    """Query weights."""
    W_K: Float[Tensor, "head d_model d_head"]
    """Key weights."""
    W_V: Float[Tensor, "head d_model d_head"]
    """Value weights."""
    W_O: Float[Tensor, "head d_head d_model"]
    """Output weights."""
    W_in: Float[Tensor, "d_model d_mlp"]
    """Into the neurons."""
    b_in: Float[Tensor, " d_mlp"]
    """Bias of each neuron."""
    W_out: Float[Tensor, "d_mlp d_model"]
    """Out of the neurons."""
    b_out: Float[Tensor, " d_model"]
    """Bias of the MLP's output."""
    W_U: Float[Tensor, "d_model p"]
    """Unembedding; "=" is never an answer and has no column."""

    def __post_init__(self) -> None:
        sizes: dict[str, int] = {"pos": 3}
        for name, axes in AXES.items():
            tensor = validate.finite(getattr(self, name), name)
            known = {axis: size for axis, size in sizes.items() if axis in axes}
            validate.shape(tensor, name, axes, **known)
            sizes |= dict(zip(axes, tensor.shape, strict=True))
        validate.shape(self.W_E, "W_E", AXES["W_E"], token=configs.modulus(sizes["p"]) + 1)

    @property
    def p(self) -> int:
        """The modulus."""
        return self.W_U.shape[1]

    @property
    def d_head(self) -> int:
        """Width of a head."""
        return self.W_Q.shape[2]

    def tensors(self) -> dict[str, Tensor]:
        """The tensors by name."""
        return {name: getattr(self, name) for name in AXES}

    def each(self, change: Callable[[Tensor], Tensor]) -> "Weights":
        """The weights after the same change of every tensor, such as `lambda W: W.half()`."""
        return dataclasses.replace(self, **{n: change(W) for n, W in self.tensors().items()})

    @property
    def squared(self) -> float:
        """Sum of the squares of all weights: what weight decay shrinks."""
        return sum(float(W.detach().float().square().sum()) for W in self.tensors().values())


def initial(config: GrokkingConfig, *, device: str = "cpu") -> Weights:
    """Draw the weights that training starts from: normal with variance 1/width, zero biases.

    Args:
        config: Sizes and seed.
        device: Where the weights live; they are drawn on the CPU.

    Raises:
        ValueError: If the config is not a GrokkingConfig or the device is unknown.

    Source:
        Nanda et al. 2023, Progress measures for grokking via mechanistic interpretability, and the
        code published with it.
    """
    config = configs.checked(config)
    device = validate.device(device)
    sizes = {
        "token": config.p + 1,
        "pos": 3,
        "p": config.p,
        "d_model": config.d_model,
        "head": config.n_heads,
        "d_head": config.d_head,
        "d_mlp": config.d_mlp,
    }

    def drawn(name: str) -> Tensor:
        shape = [sizes[axis] for axis in AXES[name]]
        if name.startswith("b_"):
            return torch.zeros(shape, device=device)
        width = config.p + 1 if name == "W_U" else config.d_model
        normal = torch.randn(shape, generator=rng.generator(config.seed, "weights", name))
        return (normal / width**0.5).to(device)

    return Weights(**{name: drawn(name) for name in AXES})


def checked(weights: object) -> Weights:
    """Check that `weights` are weights of such a network.

    Raises:
        ValueError: If they are something else, such as a state dict.
    """
    if not isinstance(weights, Weights):
        validate.refuse(
            "weights",
            got=type(weights).__name__,
            expected="Weights",
            fix="Pass the weights of a trained network, such as experiments.load(...).weights.",
        )
    return weights
