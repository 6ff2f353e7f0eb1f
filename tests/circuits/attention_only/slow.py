"""The transformer again, written with loops."""

import math

import torch

from mechnotes.circuits.attention_only.weights import Weights


def slow_logits(weights: Weights, seed: int, row: torch.Tensor) -> torch.Tensor:
    """One text, one model, one position at a time; logits after every position."""
    W = {name: tensor[seed] for name, tensor in weights.tensors().items()}
    stream = [W["W_E"][token] + W["W_pos"][place] for place, token in enumerate(row.tolist())]
    for layer in range(weights.n_layers):
        added = [torch.zeros_like(x) for x in stream]
        for head in range(weights.n_heads):
            Q, K, V, out = (W[name][layer, head] for name in ("W_Q", "W_K", "W_V", "W_O"))
            for here, x in enumerate(stream):
                seen = stream[: here + 1]
                scores = torch.stack([(x @ Q) @ (y @ K) for y in seen]) / math.sqrt(weights.d_head)
                for weight, y in zip(scores.softmax(0), seen, strict=True):
                    added[here] = added[here] + weight * (y @ V @ out)
        stream = [x + more for x, more in zip(stream, added, strict=True)]
    return torch.stack([x @ W["W_U"] for x in stream])
