"""What happens in an attention-only transformer, and how do many run side by side?

A token's embedding and its position's are added; each head reads the sum and adds what it has read;
the sum is unembedded. Without layer norm the logits are a plain sum too,
logits = (embedding + every head's result) W_U, which is what makes reading off weights exact.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, attention-only models.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from mechnotes import validate
from mechnotes.circuits.attention_only.weights import Weights, checked


@dataclass(frozen=True, kw_only=True, eq=False)
class Activations:
    """What happens in all models on some texts."""

    embedded: Float[Tensor, "seed batch pos d_model"]
    """Token and position, added: what the first layer reads."""
    patterns: Float[Tensor, "seed layer batch head pos pos"]
    """How much each position (last axis but one) takes from each other one; rows add up to 1."""
    results: Float[Tensor, "seed layer batch head pos d_model"]
    """What each head adds to the stream."""
    logits: Float[Tensor, "seed batch pos d_vocab"]
    """Logits of the token after each position."""


def forward(weights: Weights, tokens: Int[Tensor, "batch pos"]) -> Activations:
    """Run all models on the same texts and keep everything.

    Args:
        weights: The models.
        tokens: Token numbers of texts of equal length.

    Raises:
        ValueError: If the weights are none, or the tokens are not whole numbers in range, or the
            texts are too long.
    """
    stream = embedded = embed(weights, tokens)
    (n_seeds, n_texts, n_pos, d_model), n_heads = stream.shape, weights.n_heads
    patterns = stream.new_empty((0, n_seeds, n_texts, n_heads, n_pos, n_pos))
    results = stream.new_empty((0, n_seeds, n_texts, n_heads, n_pos, d_model))
    for layer in range(weights.n_layers):
        pattern, result = attend(weights, layer, queries=stream, keys=stream, values=stream)
        stream = stream + result.sum(2)
        patterns = torch.cat((patterns, pattern[None]))
        results = torch.cat((results, result[None]))
    return Activations(
        embedded=embedded,
        patterns=patterns.movedim(0, 1),
        results=results.movedim(0, 1),
        logits=unembed(weights, stream),
    )


def logits(
    weights: Weights, tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, "seed batch pos d_vocab"]:
    """The logits of `forward` and nothing else, several times as fast.

    Raises:
        ValueError: As `forward`.
    """
    stream = embed(weights, tokens)
    for layer in range(weights.n_layers):
        q, k, v = (_to_heads(stream, W[:, layer]) for W in (weights.W_Q, weights.W_K, weights.W_V))
        z = scaled_dot_product_attention(q, k, v, is_causal=True)  # [seed*batch head pos d_head]
        z = z.transpose(1, 2).unflatten(0, stream.shape[:2]).flatten(-2)
        stream = stream + torch.einsum("sbpe, sed -> sbpd", z, weights.W_O[:, layer].flatten(1, 2))
    return unembed(weights, stream)


def embed(
    weights: Weights, tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, "seed batch pos d_model"]:
    """What the first layer reads: each token's embedding plus its position's.

    Raises:
        ValueError: As `forward`.
    """
    n_pos = checked_tokens(checked(weights), tokens).shape[1]
    return weights.W_E[:, tokens] + weights.W_pos[:, None, :n_pos]


def attend(
    weights: Weights,
    layer: int,
    *,
    queries: Float[Tensor, "seed batch pos d_model"],
    keys: Float[Tensor, "seed batch pos d_model"],
    values: Float[Tensor, "seed batch pos d_model"],
) -> tuple[Float[Tensor, "seed batch head pos pos"], Float[Tensor, "seed batch head pos d_model"]]:
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
    sizes = {"seed": weights.n_seeds, "d_model": weights.d_model}
    for name, stream in (("queries", queries), ("keys", keys), ("values", values)):
        axes = ("seed", "batch", "pos", "d_model")
        validate.shape(validate.floating(stream, name), name, axes, **sizes)
        sizes |= {"batch": stream.shape[1], "pos": stream.shape[2]}
    q = torch.einsum("sbpd, shde -> sbhpe", queries, weights.W_Q[:, layer])
    k = torch.einsum("sbpd, shde -> sbhpe", keys, weights.W_K[:, layer])
    v = torch.einsum("sbpd, shde -> sbhpe", values, weights.W_V[:, layer])
    scores = q @ k.mT / math.sqrt(weights.d_head)
    later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)
    pattern = scores.masked_fill(later, -torch.inf).softmax(dim=-1)
    return pattern, torch.einsum("sbhpe, shed -> sbhpd", pattern @ v, weights.W_O[:, layer])


def unembed(
    weights: Weights, stream: Float[Tensor, "seed batch pos d_model"]
) -> Float[Tensor, "seed batch pos d_vocab"]:
    """Logits after every position of a stream.

    Raises:
        ValueError: If the weights are none or the stream does not fit them.
    """
    sizes = {"seed": checked(weights).n_seeds, "d_model": weights.d_model}
    axes = ("seed", "batch", "pos", "d_model")
    validate.shape(validate.floating(stream, "stream"), "stream", axes, **sizes)
    return torch.einsum("sbpd, sdv -> sbpv", stream, weights.W_U)


def checked_tokens(weights: Weights, tokens: object) -> Int[Tensor, "batch pos"]:
    """Check that tokens are numbers of texts that the models can read.

    Raises:
        ValueError: If they are not.
    """
    kinds = (torch.int32, torch.int64)  # as indices, smaller ones are refused or read as masks
    whole = isinstance(tokens, Tensor) and tokens.dtype in kinds and tokens.ndim == 2
    shape = tuple(getattr(tokens, "shape", ())) or type(tokens).__name__
    if not whole or 0 in tokens.shape or tokens.shape[1] > weights.n_ctx:  # type: ignore[attr-defined]
        validate.refuse(
            "tokens",
            got=f"{getattr(tokens, 'dtype', '')} {shape}".strip(),
            expected=f"whole numbers of shape (batch, pos), at most {weights.n_ctx} positions",
            fix="Pass texts of equal length that fit the models.",
        )
    assert isinstance(tokens, Tensor)
    if not 0 <= int(tokens.min()) <= int(tokens.max()) < weights.d_vocab:
        validate.refuse(
            "tokens",
            got=f"numbers from {int(tokens.min())} to {int(tokens.max())}",
            expected=f"numbers from 0 to {weights.d_vocab - 1}",
            fix="Number the tokens as the models do.",
        )
    return tokens


def _to_heads(
    stream: Float[Tensor, "seed batch pos d_model"], W: Float[Tensor, "seed head d_model d_head"]
) -> Float[Tensor, "seed*batch head pos d_head"]:
    """Queries, keys or values of every head."""
    wide = torch.einsum("sbpd, sde -> sbpe", stream, W.transpose(1, 2).flatten(2))
    return wide.flatten(0, 1).unflatten(-1, W.shape[1::2]).transpose(1, 2)
