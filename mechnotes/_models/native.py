"""Open a model whose weights are tensors here: an attention-only transformer without layer norm."""

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor

from mechnotes._typing import LanguageModel


@torch.no_grad()
def attention_only(weights: Mapping[str, Tensor]) -> LanguageModel:
    """A TransformerBridge in evaluation mode whose weights ask for no gradient.

    Args:
        weights: W_E [d_vocab d_model], W_pos [pos d_model], W_Q, W_K and W_V [layer head d_model
            d_head], W_O [layer head d_head d_model], W_U [d_model d_vocab]; at least one layer.
    """
    from transformer_lens.model_bridge import TransformerBridge

    opened: Any = TransformerBridge.boot_native(_sizes(weights), model_name="attention-only")
    inner = opened.original_model
    inner.tok_embed.weight.copy_(weights["W_E"])
    inner.pos.weight.copy_(weights["W_pos"])
    inner.head.weight.copy_(weights["W_U"].T)
    for layer, block in enumerate(inner.layers):
        for part, name in ((block.attn.q, "W_Q"), (block.attn.k, "W_K"), (block.attn.v, "W_V")):
            part.weight.copy_(weights[name][layer].mT.flatten(0, 1))
            part.bias.zero_()
        block.attn.o.weight.copy_(weights["W_O"][layer].flatten(0, 1).T)
        block.attn.o.bias.zero_()
    opened.name, opened.revision, opened.folded = "attention-only", "weights", False
    return cast(LanguageModel, opened.eval().requires_grad_(False))


def _sizes(weights: Mapping[str, Tensor]) -> dict[str, object]:
    n_layers, n_heads, d_model, d_head = weights["W_Q"].shape
    return {
        "n_layers": n_layers,
        "n_heads": n_heads,
        "d_model": d_model,
        "d_head": d_head,
        "n_ctx": len(weights["W_pos"]),
        "d_vocab": len(weights["W_E"]),
        "attn_only": True,
        "normalization_type": None,
        "act_fn": "relu",
        "init_weights": False,
    }
