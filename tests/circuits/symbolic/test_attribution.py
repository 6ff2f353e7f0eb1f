"""What each head says: parts that add up, and a contrast that knows the two kinds of heads."""

import pytest
import torch

from mechnotes.circuits.attention_only import model
from mechnotes.circuits.symbolic import attribution, handmade, reading, task
from tests.circuits.symbolic.random_models import random_models

PROMPTS = task.all_prompts()


@pytest.mark.parametrize(("n_layers", "n_heads"), [(1, 2), (2, 1), (2, 2)])
def test_the_parts_add_up_to_the_logits(n_layers, n_heads):
    weights = random_models(n_layers=n_layers, n_heads=n_heads)
    parts = attribution.contributions(weights, PROMPTS)
    assert torch.allclose(parts.sum(1), reading.logits(weights, PROMPTS))
    assert parts.shape[1] == len(attribution.part_names(weights)) == 1 + n_layers * n_heads


def test_without_layers_the_last_symbol_says_everything():
    weights = random_models().each(lambda W: W[:, :0] if W.ndim == 5 else W)
    parts = attribution.contributions(weights, PROMPTS)
    assert attribution.part_names(weights) == ("direct",)
    assert torch.allclose(parts[:, 0], reading.logits(weights, PROMPTS))


def test_what_a_head_says_is_lost_when_the_head_is_silenced():
    weights = random_models(n_layers=1, n_heads=2)
    parts = attribution.contributions(weights, PROMPTS)
    for head, name in enumerate(("head 0.0", "head 0.1")):
        W_O = weights.W_O.clone()
        W_O[:, 0, head] = 0
        silenced = type(weights)(**dict(weights.tensors(), W_O=W_O))
        lost = reading.logits(weights, PROMPTS) - reading.logits(silenced, PROMPTS)
        assert torch.allclose(parts[:, attribution.part_names(weights).index(name)], lost)


def test_parts_of_two_layers_come_in_the_order_of_their_names():
    weights = random_models(n_layers=2, n_heads=2)
    results = model.forward(weights, PROMPTS.tokens).results[:, 1, :, 0, -1]  # layer 1, head 0
    expected = torch.einsum("spd, sdv -> spv", results, weights.W_U)
    place = attribution.part_names(weights).index("head 1.0")
    assert torch.allclose(attribution.contributions(weights, PROMPTS)[:, place], expected)


def test_evidence_equals_a_loop_over_names():
    weights = random_models()
    parts = attribution.contributions(weights, PROMPTS)
    found = attribution.evidence(weights, PROMPTS)
    for row in (0, 17, 59):
        answer, wrong = int(PROMPTS.answers[row]), int(PROMPTS.wrong[row])
        unsaid = [name for name in range(6) if name not in (answer, wrong)]
        for place, name in enumerate((answer, wrong)):
            expected = parts[..., row, name] - parts[..., row, unsaid].mean(-1)
            assert torch.allclose(found[:, :, row, place], expected)


def test_a_constant_on_all_names_is_no_evidence():
    weights = random_models()
    louder = dict(weights.tensors(), W_U=weights.W_U + torch.ones(8, dtype=torch.double))
    found = attribution.evidence(type(weights)(**louder), PROMPTS)
    assert torch.allclose(found, attribution.evidence(weights, PROMPTS))


def test_shares_of_the_difference_add_up_to_one_and_are_what_the_heads_bring():
    weights = random_models()
    shares = attribution.difference_shares(weights, PROMPTS)
    assert torch.allclose(shares.sum(1), torch.ones(3).double())
    parts = attribution.contributions(weights, PROMPTS)
    rows = torch.arange(60)
    gaps = (parts[:, :, rows, PROMPTS.answers] - parts[:, :, rows, PROMPTS.wrong]).mean(-1)
    expected = gaps / reading.logit_difference(weights, PROMPTS)[:, None]
    assert torch.allclose(shares, expected)


def test_contrast_is_zero_for_saying_both_one_for_denying_one_and_nan_for_silence():
    contrast = attribution.contrast(handmade.two_heads(), PROMPTS)[0]
    direct, additive, contrastive = contrast.tolist()
    assert direct != direct
    assert additive == pytest.approx(0, abs=1e-5)
    assert contrastive == pytest.approx(1)


def test_what_does_not_depend_on_the_prompt_cannot_tell_the_names_apart():
    weights = random_models()
    direct = attribution.evidence(weights, PROMPTS)[:, 0]
    assert torch.allclose(direct[..., 0].mean(-1), direct[..., 1].mean(-1))
