"""Which bigrams does a transformer hold, and which lines of a table are the strongest?

Without layers, the last token's row of `W_E W_U` is all that a model knows: the logits of a bigram
table. The same product is the direct path of every larger model. Positions are averaged over.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, zero-layer transformers.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only.weights import Weights, checked


def bigrams(
    W_E: Float[Tensor, "*seed token d_model"], W_U: Float[Tensor, "*seed d_model token"]
) -> Float[Tensor, "*seed token next"]:
    """Bigrams of a transformer without layers and positions.

    Args:
        W_E: Embedding.
        W_U: Unembedding.

    Returns:
        Probability of each next token, given one token alone; rows add up to 1.

    Raises:
        ValueError: If the matrices are not finite or do not fit together.

    Source:
        Elhage et al. 2021, zero-layer transformers.
    """
    validate.shape(validate.finite(W_E, "W_E"), "W_E", ("...", "token", "d_model"))
    sizes = {"d_model": W_E.shape[-1], "token": W_E.shape[-2]}
    validate.shape(validate.finite(W_U, "W_U"), "W_U", ("...", "d_model", "token"), **sizes)
    return (W_E @ W_U).softmax(dim=-1)


def bigram_table(weights: Weights) -> Float[Tensor, "seed token next"]:
    """Bigrams on the direct path of any such model, at an average position.

    Raises:
        ValueError: If the weights are none.
    """
    typical = at_average_position(weights)
    return bigrams(typical.W_E, typical.W_U)


def divergence(
    table: Float[Tensor, "*seed token next"], truth: Float[Tensor, "token next"]
) -> Float[Tensor, "*seed token"]:
    """KL(truth || table) of each row.

    Args:
        table: Probabilities that a model gives.
        truth: Probabilities as they are.

    Returns:
        Nats: 0 for the truth itself, and what the model's loss after this token lies above the
        lowest possible one.

    Raises:
        ValueError: If these are no probabilities or the shapes do not fit.

    Source:
        Kullback and Leibler 1951.
    """
    validate.between(truth, "truth", low=0, high=1 + 1e-6)
    validate.shape(truth, "truth", ("token", "next"))
    sizes = {"token": truth.shape[0], "next": truth.shape[1]}
    validate.between(table, "table", low=0, high=1 + 1e-6)
    validate.shape(table, "table", ("...", "token", "next"), **sizes)
    return (torch.xlogy(truth, truth) - torch.xlogy(truth, table)).sum(dim=-1)


def at_average_position(weights: Weights) -> Weights:
    """The models with each position's embedding replaced by the mean of all, in the tokens' own.

    Raises:
        ValueError: If the weights are none.
    """
    mean = checked(weights).W_pos.mean(dim=1, keepdim=True)
    tensors = weights.tensors()
    moved = {"W_E": weights.W_E + mean, "W_pos": torch.zeros_like(weights.W_pos)}
    return Weights(**{**tensors, **moved})


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of a table of skip-trigrams."""

    source: int
    """Token that stands earlier in the text."""
    destination: int
    """Token after which something is predicted."""
    output: int
    """Token that is predicted."""
    nats: float
    """What the source adds to its logit."""


def strongest(
    table: Float[Tensor, "destination source output"], *, count: int = 10
) -> tuple[Entry, ...]:
    """The skip-trigrams with the highest values of one model, the highest first.

    Args:
        table: `uplift` or `spoken` of one seed.
        count: How many.

    Raises:
        ValueError: If the table is not finite, has other axes, or the count is below 1.
    """
    axes = ("destination", "source", "output")
    validate.shape(validate.finite(table, "table"), "table", axes)
    validate.integer(count, "count", minimum=1, maximum=table.numel())
    values, places = table.flatten().topk(count)
    entries = []
    for value, place in zip(values.tolist(), places, strict=True):
        destination, source, output = (int(i) for i in torch.unravel_index(place, table.shape))
        entries.append(Entry(source=source, destination=destination, output=output, nats=value))
    return tuple(entries)
