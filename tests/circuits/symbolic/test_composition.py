"""Path ablations: against a slow version, at their ends, and with their control."""

import math

import pytest
import torch

from mechnotes import metrics
from mechnotes.circuits.symbolic import composition, handmade, reading, task
from tests.circuits.symbolic.random_models import random_models

PROMPTS = task.all_prompts()
TWO = random_models(n_layers=2, n_heads=2)


def slow_logits(weights, seed: int, paths: tuple[str, ...], replacement: str) -> torch.Tensor:
    """One model; the second layer's heads read from streams of their own, position by position."""
    W = {name: tensor[seed] for name, tensor in weights.tensors().items()}
    embedded = W["W_E"][PROMPTS.tokens] + W["W_pos"]

    def layer(number, queries, keys, values):
        added = torch.zeros_like(embedded)
        for head in range(weights.n_heads):
            Q, K, V, out = (W[name][number, head] for name in ("W_Q", "W_K", "W_V", "W_O"))
            for here in range(5):
                q, k = queries[:, here] @ Q, keys[:, : here + 1] @ K
                scores = torch.einsum("be, bpe -> bp", q, k) / math.sqrt(weights.d_head)
                mixed = (scores.softmax(-1)[..., None] * (values[:, : here + 1] @ V)).sum(1)
                added[:, here] += mixed @ out
        return added

    first = layer(0, embedded, embedded, embedded)
    mean = first.mean(0).expand_as(first) if replacement == "mean" else torch.zeros_like(first)
    heard = [embedded + (mean if path in paths else first) for path in composition.PATHS]
    return (embedded + first + layer(1, *heard))[:, -1] @ W["W_U"]


@pytest.mark.parametrize("replacement", ["mean", "zero"])
@pytest.mark.parametrize("paths", [(), ("queries",), ("keys",), ("values",), ("queries", "values")])
def test_an_ablated_path_equals_streams_kept_apart_by_hand(paths, replacement):
    found = composition.ablated_logits(TWO, PROMPTS, paths=paths, replacement=replacement)
    for seed in range(TWO.n_seeds):
        assert torch.allclose(found[seed], slow_logits(TWO, seed, paths, replacement))


def test_cutting_nothing_costs_nothing():
    for replacement in composition.REPLACEMENTS:
        cost = composition.cost(TWO, PROMPTS, paths=(), replacement=replacement)
        assert torch.allclose(cost, torch.zeros(3).double())


def test_a_first_layer_that_says_nothing_costs_nothing_wherever_it_is_cut():
    silent = TWO.W_O.clone()
    silent[:, 0] = 0
    weights = type(TWO)(**dict(TWO.tensors(), W_O=silent))
    for paths in (("queries",), ("keys",), ("values",), composition.PATHS):
        cost = composition.cost(weights, PROMPTS, paths=paths)
        assert torch.allclose(cost, torch.zeros(3).double(), atol=1e-9)


def test_with_all_paths_cut_the_second_layer_is_that_of_a_model_without_the_first():
    cut = composition.ablated_logits(TWO, PROMPTS, paths=composition.PATHS, replacement="zero")
    alone = TWO.each(lambda W: W[:, 1:] if W.ndim == 5 else W)
    first = TWO.each(lambda W: W[:, :1] if W.ndim == 5 else W)
    embedded = torch.einsum("spd, sdv -> spv", TWO.W_E[:, PROMPTS.tokens[:, -1]], TWO.W_U)
    embedded = embedded + torch.einsum("sd, sdv -> sv", TWO.W_pos[:, -1], TWO.W_U)[:, None]
    expected = reading.logits(first, PROMPTS) + reading.logits(alone, PROMPTS) - embedded
    assert torch.allclose(cut, expected)


def test_cost_is_the_lost_share_of_the_logit_difference():
    left = composition.ablated_logits(TWO, PROMPTS, paths=("queries",))
    after = reading.scored(left, PROMPTS, metric=metrics.logit_diff).mean(-1)
    before = reading.logit_difference(TWO, PROMPTS)
    cost = composition.cost(TWO, PROMPTS, paths=("queries",))
    assert torch.allclose(cost, (before - after) / before)


def test_a_random_push_is_as_long_as_what_the_mean_takes_away():
    results = torch.randn(2, 60, 5, 4, generator=torch.Generator().manual_seed(0))
    pushed = composition._replaced(results, "push", seed=0)
    removed = composition._replaced(results, "mean", seed=0)
    assert torch.allclose((pushed - results).norm(dim=-1), (removed - results).norm(dim=-1))


def test_a_random_push_spares_a_path_that_a_cut_destroys():
    weights = handmade.two_layers(path="value")
    cut = composition.cost(weights, PROMPTS, paths=("values",))
    pushed = composition.cost(weights, PROMPTS, paths=("values",), replacement="push")
    assert cut.item() == pytest.approx(1, abs=1e-4)
    assert abs(pushed.item()) < 0.3


def test_pushes_of_one_model_do_not_depend_on_the_others():
    together = composition.cost(TWO, PROMPTS, paths=("keys",), replacement="push")
    first = TWO.each(lambda W: W[:1])
    assert torch.allclose(
        composition.cost(first, PROMPTS, paths=("keys",), replacement="push"), together[:1]
    )
