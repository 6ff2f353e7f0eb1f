"""What is the smallest transformer that we train, and how do many of them run side by side?

Attention and nothing else: no MLP, no layer norm, no biases. A token's embedding and its position's
are added; each head adds what it has read; the last position's sum is unembedded. Without layer
norm the output is a plain sum, logits = (embedding + every head's result) W_U, which is what makes
the readings of `attribution` exact.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, attention-only models.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.symbolic import task
from mechnotes.circuits.symbolic.weights import Weights, checked


@dataclass(frozen=True, kw_only=True, eq=False)
class Activations:
    """What happens in all models on some prompts."""

    embedded: Float[Tensor, "seed prompt pos d_model"]
    """Symbol and position, added: what the first layer reads."""
    patterns: Float[Tensor, "seed layer prompt head pos pos"]
    """How much each position (last axis but one) takes from each other one; rows add up to 1."""
    results: Float[Tensor, "seed layer prompt head pos d_model"]
    """What each head adds to the stream."""
    logits: Float[Tensor, "seed prompt d_vocab"]
    """Logits of the symbol after the last position."""


def forward(weights: Weights, tokens: Int[Tensor, "prompt pos"]) -> Activations:
    """Run all models on the same prompts.

    Args:
        weights: The models.
        tokens: Token numbers, five to a prompt.

    Returns:
        Logits, and what led to them.

    Raises:
        ValueError: If the weights are none, or the tokens are not whole numbers in range.
    """
    stream = embedded = embed(weights, tokens)
    patterns, results = [], []
    for layer in range(weights.n_layers):
        pattern, result = attend(weights, layer, queries=stream, keys=stream, values=stream)
        stream = stream + result.sum(2)
        patterns.append(pattern)
        results.append(result)
    return Activations(
        embedded=embedded,
        patterns=torch.stack(patterns, dim=1),
        results=torch.stack(results, dim=1),
        logits=unembed(weights, stream),
    )


def embed(
    weights: Weights, tokens: Int[Tensor, "prompt pos"]
) -> Float[Tensor, "seed prompt pos d_model"]:
    """What the first layer reads: each symbol's embedding plus its position's.

    Raises:
        ValueError: As `forward`.
    """
    checked(weights)
    whole = isinstance(tokens, Tensor) and not tokens.is_floating_point() and tokens.ndim == 2
    if not whole or tokens.shape[1] != task.N_POSITIONS or 0 in tokens.shape:
        validate.refuse(
            "tokens",
            got=str(getattr(tokens, "shape", type(tokens).__name__)),
            expected=f"whole numbers of shape (prompt, pos={task.N_POSITIONS})",
            fix="Pass task.all_prompts().tokens.",
        )
    if not 0 <= int(tokens.min()) <= int(tokens.max()) < len(task.SYMBOLS):
        validate.refuse(
            "tokens",
            got=f"numbers from {int(tokens.min())} to {int(tokens.max())}",
            expected=f"numbers from 0 to {len(task.SYMBOLS) - 1}",
            fix="Number the symbols as in task.SYMBOLS.",
        )
    return weights.W_E[:, tokens] + weights.W_pos[:, None]


def attend(
    weights: Weights,
    layer: int,
    *,
    queries: Float[Tensor, "seed prompt pos d_model"],
    keys: Float[Tensor, "seed prompt pos d_model"],
    values: Float[Tensor, "seed prompt pos d_model"],
) -> tuple[
    Float[Tensor, "seed prompt head pos pos"], Float[Tensor, "seed prompt head pos d_model"]
]:
    """One layer of heads, which may read their queries, keys and values from different streams.

    Args:
        weights: The models.
        layer: Which layer.
        queries: Stream from which queries are made; the three are one in an ordinary run.
        keys: Stream from which keys are made.
        values: Stream from which values are made.

    Returns:
        The attention patterns, and what each head adds to the stream.

    Raises:
        ValueError: If the weights are none, there is no such layer, or a stream does not fit.
    """
    validate.integer(layer, "layer", maximum=checked(weights).n_layers - 1)
    sizes = {"seed": weights.n_seeds, "pos": task.N_POSITIONS, "d_model": weights.W_E.shape[-1]}
    for name, stream in (("queries", queries), ("keys", keys), ("values", values)):
        validate.shape(
            validate.floating(stream, name), name, ("seed", "prompt", "pos", "d_model"), **sizes
        )
    q = torch.einsum("sbpd, shde -> sbhpe", queries, weights.W_Q[:, layer])
    k = torch.einsum("sbpd, shde -> sbhpe", keys, weights.W_K[:, layer])
    v = torch.einsum("sbpd, shde -> sbhpe", values, weights.W_V[:, layer])
    scores = q @ k.mT / math.sqrt(weights.d_head)
    later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)
    pattern = scores.masked_fill(later, -torch.inf).softmax(dim=-1)
    return pattern, torch.einsum("sbhpe, shed -> sbhpd", pattern @ v, weights.W_O[:, layer])


def unembed(
    weights: Weights, stream: Float[Tensor, "seed prompt pos d_model"]
) -> Float[Tensor, "seed prompt d_vocab"]:
    """Logits from the last position of a stream.

    Raises:
        ValueError: If the weights are none or the stream does not fit them.
    """
    sizes = {"seed": checked(weights).n_seeds, "d_model": weights.W_U.shape[1]}
    axes = ("seed", "prompt", "pos", "d_model")
    validate.shape(validate.floating(stream, "stream"), "stream", axes, **sizes)
    return stream[:, :, -1] @ weights.W_U
