"""Which paths do the logits come by, if attention is taken as given?

Freeze who looks at whom, and an attention-only transformer without layer norm is linear: its logits
are a sum over paths from the embedding to the logits. A path goes straight (`direct`), through a
head (`0.1`), or through a head and then through one above it (`0.1 > 1.0`): such a pair acts like
one more head, a *virtual* head. What is frozen are the patterns; the paths say nothing on how they
came about.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, the path expansion trick.
"""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only import model, products
from mechnotes.circuits.attention_only.weights import AXES, Weights, checked

DIRECT = "direct"
"""Name of the path that no head is on."""


def expand(
    weights: Weights,
    tokens: Int[Tensor, "batch pos"],
    *,
    patterns: Float[Tensor, "seed layer batch head pos pos"] | None = None,
) -> Mapping[str, Float[Tensor, "seed batch pos d_vocab"]]:
    """What comes to the logits by each path.

    Args:
        weights: Models of any number of layers; the number of paths is the product of one more than
            the heads of each layer.
        tokens: Texts. Tokens and positions go the same ways.
        patterns: Attention to take as given; by default the models' own on these texts.

    Returns:
        Nats by the name of the path: "direct", "0.1" for head 1 of layer 0, "0.1 > 1.0" for that
        head into head 0 of layer 1. With the models' own patterns their sum is the logits.

    Raises:
        ValueError: If the weights are none, or the tokens or patterns do not fit them.
    """
    own = model.forward(checked(weights), tokens).patterns
    patterns = own if patterns is None else _checked_patterns(patterns, own)
    streams = {DIRECT: model.embed(weights, tokens)}
    for layer in range(weights.n_layers):
        through = {}
        for head in range(weights.n_heads):
            W_OV = weights.W_V[:, layer, head] @ weights.W_O[:, layer, head]
            pattern = patterns[:, layer, :, head]
            for name, stream in streams.items():
                longer = f"{layer}.{head}" if name == DIRECT else f"{name} > {layer}.{head}"
                through[longer] = torch.einsum("sbqk, sbkd, sde -> sbqe", pattern, stream, W_OV)
        streams |= through
    return {name: model.unembed(weights, stream) for name, stream in streams.items()}


def total(
    paths: Mapping[str, Float[Tensor, "seed batch pos d_vocab"]],
) -> Float[Tensor, "seed batch pos d_vocab"]:
    """Sum of all paths: the logits.

    Raises:
        ValueError: If there is no path, or the shapes differ.
    """
    if not isinstance(paths, Mapping) or not paths:
        validate.refuse(
            "paths",
            got=repr(paths),
            expected="paths by name",
            fix="Pass what expand(weights, tokens) returns.",
        )
    first = next(iter(paths.values()))
    axes = ("seed", "batch", "pos", "d_vocab")
    sizes = dict(zip(axes, validate.shape(first, "paths", axes).shape, strict=True))
    return sum(
        (validate.shape(path, name, axes, **sizes) for name, path in paths.items()),
        start=torch.zeros_like(first),
    )


def one_layer(
    tokens: Int[Tensor, " pos"],
    *,
    W_E: Float[Tensor, "d_vocab d_model"],
    W_pos: Float[Tensor, "n_ctx d_model"],
    W_Q: Float[Tensor, "head d_model d_head"],
    W_K: Float[Tensor, "head d_model d_head"],
    W_V: Float[Tensor, "head d_model d_head"],
    W_O: Float[Tensor, "head d_head d_model"],
    W_U: Float[Tensor, "d_model d_vocab"],
) -> Float[Tensor, "path pos d_vocab"]:
    """Paths of a one-layer model on one text, from its circuits: no stream is ever computed.

    Args:
        tokens: The text.
        W_E: Embedding.
        W_pos: Embedding of the positions; as many as the longest text has.
        W_Q: Query weights.
        W_K: Key weights.
        W_V: Value weights.
        W_O: Output weights.
        W_U: Unembedding.

    Returns:
        Nats; first the direct path, then one for each head.

    Raises:
        ValueError: If the matrices do not fit together or the tokens do not fit them.

    Source:
        Elhage et al. 2021, one-layer models: logits = Id ⊗ W_E W_U + Σ A ⊗ W_E W_V W_O W_U.
    """
    outside, heads = (W_E, W_pos, W_U), (W_Q, W_K, W_V, W_O)
    weights = _one_model(outside, heads)
    validate.shape(tokens, "tokens", ("pos",))
    model.checked_tokens(weights, tokens[None])
    # A place in the text is two sources at once: its token and its position.
    token = torch.nn.functional.one_hot(tokens, weights.d_vocab).to(W_E.dtype)
    position = torch.eye(len(tokens), weights.n_ctx, dtype=W_E.dtype)
    both = torch.cat([token, position], dim=1)
    scores = both @ products.qk_circuit(weights)[0, 0] @ both.T
    later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
    pattern = scores.masked_fill(later, -torch.inf).softmax(dim=-1)
    words = pattern @ both @ products.ov_circuit(weights)[0, 0]
    return torch.cat([both @ products.direct_path(weights), words])


def _one_model(outside: Sequence[Tensor], heads: Sequence[Tensor]) -> Weights:
    """Weights of one model of one layer, checked one by one."""
    tensors = {}
    for names, found in ((("W_E", "W_pos", "W_U"), outside), (("W_Q", "W_K", "W_V", "W_O"), heads)):
        for name, W in zip(names, found, strict=True):
            axes = tuple(axis for axis in AXES[name] if axis not in ("seed", "layer"))
            validate.shape(validate.finite(W, name), name, axes)
            tensors[name] = W[None, None] if "layer" in AXES[name] else W[None]
    return Weights(**tensors)


def _checked_patterns(
    patterns: object, own: Float[Tensor, "seed layer batch head pos pos"]
) -> Float[Tensor, "seed layer batch head pos pos"]:
    found = validate.between(patterns, "patterns", low=0, high=1 + 1e-6)
    if not isinstance(found, Tensor) or found.shape != own.shape:
        validate.refuse(
            "patterns",
            got=f"shape {tuple(getattr(found, 'shape', ()))}",
            expected=f"shape {tuple(own.shape)}",
            fix="Take those of model.forward(weights, tokens).patterns.",
        )
    return found
