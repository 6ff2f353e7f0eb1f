"""One attention-only transformer as a language model that every other tool can open.

    model = bridge.bridge(trained.weights, seed=0)
    scores.previous_token(model, tokens)

Patching, scores and graphs know a `LanguageModel`; this makes one from weights, with hooks at every
activation. It has no tokenizer: texts are token numbers.
"""

from typing import Any, cast

import torch

from mechnotes import validate
from mechnotes._typing import LanguageModel
from mechnotes.circuits.attention_only.weights import Weights, checked


@torch.no_grad()
def bridge(weights: Weights, *, seed: int = 0) -> LanguageModel:
    """Open one of several models.

    Args:
        weights: The models; at least one layer.
        seed: Which of them.

    Returns:
        A TransformerBridge in evaluation mode whose weights ask for no gradient.

    Raises:
        ValueError: If there is no such model, or it has no layer.
    """
    one = checked(weights).one(seed)
    if not one.n_layers:
        validate.refuse(
            "weights",
            got="a model without layers",
            expected="at least one layer",
            fix="Read a model without layers off its weights, with products.direct_path.",
        )
    from transformer_lens.model_bridge import TransformerBridge

    opened: Any = TransformerBridge.boot_native(_sizes(one), model_name="attention-only")
    inner = opened.original_model
    inner.tok_embed.weight.copy_(one.W_E[0])
    inner.pos.weight.copy_(one.W_pos[0])
    inner.head.weight.copy_(one.W_U[0].T)
    for layer, block in enumerate(inner.layers):
        for name, W in (("q", one.W_Q), ("k", one.W_K), ("v", one.W_V)):
            part = getattr(block.attn, name)
            part.weight.copy_(W[0, layer].permute(0, 2, 1).flatten(0, 1))
            part.bias.zero_()
        block.attn.o.weight.copy_(one.W_O[0, layer].flatten(0, 1).T)
        block.attn.o.bias.zero_()
    opened.name, opened.revision, opened.folded = "attention-only", "weights", False
    return cast(LanguageModel, opened.eval().requires_grad_(False))


def _sizes(one: Weights) -> dict[str, object]:
    return {
        "n_layers": one.n_layers,
        "n_heads": one.n_heads,
        "d_model": one.d_model,
        "d_head": one.d_head,
        "n_ctx": one.n_ctx,
        "d_vocab": one.d_vocab,
        "attn_only": True,
        "normalization_type": None,
        "act_fn": "relu",
        "init_weights": False,
    }
