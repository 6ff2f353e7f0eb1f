"""Does a head of one layer write what a head above it reads? A score from weights alone.

The composition score of two matrices that come one after the other is |AB| / (|A| |B|), with the
root of the summed squares of all entries as |.|. If B reads the directions that A writes, it is
large; if it reads others, 0. Two random matrices have about 1/sqrt(d_model), whatever their rank;
the rank says how far single draws lie from that. So a score means nothing until it is compared with
draws of the same size and rank.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, two-layer models, Q-, K-
    and V-composition. They subtract the score of random matrices too.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.circuits.attention_only.weights import Weights, checked

KINDS = ("Q", "K", "V")
"""What of the receiver hears the sender: its queries, its keys, or its values."""


def composition(
    first: Float[Tensor, "*batch d_in d"], second: Float[Tensor, "*batch d d_out"]
) -> Float[Tensor, "*batch"]:
    """|first second| / (|first| |second|).

    Args:
        first: What is applied first; weights multiply from the right.
        second: What is applied to its result.

    Returns:
        0 if the second reads nothing that the first writes, 1 if both have rank one and agree
        fully, about 1/sqrt(d) for random matrices of d columns and rows; NaN for a zero matrix.

    Raises:
        ValueError: If the matrices are not finite or do not fit together.
    """
    validate.shape(validate.finite(first, "first"), "first", ("...", "d_in", "d"))
    sizes = {"d": first.shape[-1]}
    validate.shape(validate.finite(second, "second"), "second", ("...", "d", "d_out"), **sizes)
    return _size(first @ second) / (_size(first) * _size(second))


def key_composition(
    W_V: Float[Tensor, "d_model d_head"],
    W_O: Float[Tensor, "d_head d_model"],
    W_Q: Float[Tensor, "d_model d_head"],
    W_K: Float[Tensor, "d_model d_head"],
) -> float:
    """K-composition of two heads in units of what random matrices have.

    Args:
        W_V: Value weights of the lower head.
        W_O: Output weights of the lower head.
        W_Q: Query weights of the upper head.
        W_K: Key weights of the upper head.

    Returns:
        The composition score of the lower head's output with the upper head's keys, times
        sqrt(d_model): 1 is chance.

    Raises:
        ValueError: As `composition`.
    """
    axes = ("d_model", "d_head")
    validate.shape(validate.finite(W_V, "W_V"), "W_V", axes)
    sizes = dict(zip(axes, W_V.shape, strict=True))
    validate.shape(validate.finite(W_Q, "W_Q"), "W_Q", axes, **sizes)
    validate.shape(validate.finite(W_K, "W_K"), "W_K", axes, **sizes)
    validate.shape(validate.finite(W_O, "W_O"), "W_O", ("d_head", "d_model"), **sizes)
    return composition(W_V @ W_O, W_K @ W_Q.mT).item() * math.sqrt(len(W_V))


def scores(
    weights: Weights, *, sender: int = 0, receiver: int = 1
) -> dict[str, Float[Tensor, "seed sender receiver"]]:
    """Composition score of every head of one layer with every head of a higher one.

    Args:
        weights: Models of at least two layers.
        sender: The lower layer.
        receiver: The higher layer.

    Returns:
        Scores by "Q", "K" and "V"; compare them with `baseline` at the same sizes.

    Raises:
        ValueError: If the weights are none, or there are no such layers in this order.
    """
    last = checked(weights).n_layers - 1
    if last < 1:
        validate.refuse(
            "weights",
            got=f"models of {last + 1} layers",
            expected="models of at least two",
            fix="Composition is between two layers.",
        )
    validate.integer(receiver, "receiver", minimum=1, maximum=last)
    validate.integer(sender, "sender", maximum=receiver - 1)
    wrote = (weights.W_V[:, sender] @ weights.W_O[:, sender])[:, :, None]
    wrote = wrote.expand(-1, -1, weights.n_heads, -1, -1)  # [seed sender receiver d_model d_model]
    W_QK = weights.W_Q[:, receiver] @ weights.W_K[:, receiver].mT
    W_OV = weights.W_V[:, receiver] @ weights.W_O[:, receiver]
    reading = {"Q": W_QK, "K": W_QK.mT, "V": W_OV}
    return {kind: composition(wrote, reading[kind][:, None].expand_as(wrote)) for kind in KINDS}


@dataclass(frozen=True, kw_only=True, eq=False)
class Baseline:
    """Composition scores of random matrices."""

    draws: Float[Tensor, " draw"]
    """One score for each pair of random matrices."""

    @property
    def mean(self) -> float:
        """Mean score."""
        return self.draws.mean().item()

    @property
    def deviation(self) -> float:
        """Standard deviation over draws: how far chance alone takes one score."""
        return self.draws.std().item()

    @property
    def root_mean_square(self) -> float:
        """Root of the mean square, which is 1/sqrt(d_model) in theory."""
        return self.draws.square().mean().sqrt().item()

    def standardised(self, found: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        """Scores as multiples of the deviation, from the mean: 0 is chance."""
        return (found - self.mean) / self.deviation


def baseline(d_model: int, d_head: int, *, n_draws: int = 500, seed: int = 0) -> Baseline:
    """Scores of random heads: four Gaussian factors of the heads' shapes.

    Args:
        d_model: Width of the stream.
        d_head: Width of a head, which is the rank of its matrices, at most d_model.
        n_draws: Pairs of heads, at least 2.
        seed: Seed.

    Raises:
        ValueError: If a size is below 1, the rank above the width, or there are too few draws.
    """
    d_model = validate.integer(d_model, "d_model", minimum=1)
    d_head = validate.integer(d_head, "d_head", minimum=1, maximum=d_model)
    n_draws = validate.integer(n_draws, "n_draws", minimum=2)
    generator = rng.generator(seed, "composition", d_model, d_head)
    found = torch.empty(n_draws)
    for draw in range(n_draws):
        W_V, W_O, W_Q, W_K = torch.randn(4, d_model, d_head, generator=generator)
        found[draw] = composition(W_V @ W_O.T, W_Q @ W_K.T)
    return Baseline(draws=found)


def _size(matrices: Float[Tensor, "*batch rows columns"]) -> Float[Tensor, "*batch"]:
    return matrices.flatten(-2).norm(dim=-1)
