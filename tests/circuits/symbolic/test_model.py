"""The transformer: equal to one written with loops, and causal."""

import math

import pytest
import torch

from mechnotes.circuits.symbolic import model, task
from tests.circuits.symbolic.random_models import random_models

TOKENS = task.all_prompts().tokens[::7]


def slow_logits(weights, seed: int, row: torch.Tensor) -> torch.Tensor:
    """One prompt, one model, one position at a time."""
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
    return stream[-1] @ W["W_U"]


@pytest.mark.parametrize(("n_layers", "n_heads"), [(1, 1), (1, 2), (2, 1), (2, 2)])
def test_all_models_side_by_side_equal_loops_over_positions(n_layers, n_heads):
    weights = random_models(n_layers=n_layers, n_heads=n_heads)
    found = model.forward(weights, TOKENS).logits
    for seed in range(weights.n_seeds):
        for number, row in enumerate(TOKENS):
            assert torch.allclose(found[seed, number], slow_logits(weights, seed, row))


def test_no_position_looks_ahead_and_each_row_of_attention_adds_up_to_one():
    patterns = model.forward(random_models(n_layers=2), TOKENS).patterns
    assert torch.equal(patterns.triu(1), torch.zeros_like(patterns))
    assert torch.allclose(patterns.sum(-1), torch.ones(patterns.shape[:-1]).double())


def test_what_heads_add_leads_to_the_logits():
    weights = random_models(n_layers=2)
    ran = model.forward(weights, TOKENS)
    stream = ran.embedded + ran.results.sum((1, 3))
    assert torch.allclose(model.unembed(weights, stream), ran.logits)
