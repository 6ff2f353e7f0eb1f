"""The transformer: equal to one written with loops, equal to its fast twin, and causal."""

import pytest
import torch

from mechnotes.circuits.attention_only import model
from tests.circuits.attention_only.random_models import N_CTX, random_models, texts
from tests.circuits.attention_only.slow import slow_logits

TOKENS = texts()
SHAPES = [(0, 1), (1, 1), (1, 2), (2, 1), (2, 2), (3, 2)]


@pytest.mark.parametrize(("layer", "head"), SHAPES)
def test_all_models_side_by_side_equal_loops_over_positions(layer, head):
    weights = random_models(layer=layer, head=head)
    found = model.forward(weights, TOKENS).logits
    for seed in range(weights.n_seeds):
        for number, row in enumerate(TOKENS):
            assert torch.allclose(found[seed, number], slow_logits(weights, seed, row))


@pytest.mark.parametrize(("layer", "head"), SHAPES)
def test_the_fast_logits_are_those_of_the_run_that_keeps_everything(layer, head):
    weights = random_models(layer=layer, head=head)
    assert torch.allclose(model.logits(weights, TOKENS), model.forward(weights, TOKENS).logits)


def test_the_fast_logits_have_the_same_gradients():
    def gradients(run):
        weights = random_models().each(lambda W: W.requires_grad_())
        loss = run(weights).log_softmax(-1)[..., 0].sum()
        return torch.autograd.grad(loss, list(weights.tensors().values()))

    slow = gradients(lambda weights: model.forward(weights, TOKENS).logits)
    fast = gradients(lambda weights: model.logits(weights, TOKENS))
    for one, other in zip(slow, fast, strict=True):
        assert torch.allclose(one, other)


def test_without_layers_a_token_and_its_place_say_all_there_is():
    weights = random_models(layer=0)
    ran = model.forward(weights, TOKENS)
    for place in range(N_CTX):
        alone = weights.W_E[:, TOKENS[:, place]] + weights.W_pos[:, None, place]
        assert torch.allclose(ran.logits[:, :, place], alone @ weights.W_U)
    assert ran.patterns.shape[1] == ran.results.shape[1] == 0


@pytest.mark.parametrize("n_pos", [1, 2, N_CTX - 1])
def test_a_shorter_text_is_read_as_the_beginning_of_a_longer_one(n_pos):
    weights = random_models()
    for run in (model.logits, lambda *given: model.forward(*given).logits):
        begun, whole = run(weights, TOKENS[:, :n_pos]), run(weights, TOKENS)
        assert torch.allclose(begun, whole[:, :, :n_pos])


def test_no_position_looks_ahead_and_each_row_of_attention_adds_up_to_one():
    patterns = model.forward(random_models(), TOKENS).patterns
    assert torch.equal(patterns.triu(1), torch.zeros_like(patterns))
    assert torch.allclose(patterns.sum(-1), torch.ones(patterns.shape[:-1]).double())


def test_what_heads_add_leads_to_the_logits():
    weights = random_models()
    ran = model.forward(weights, TOKENS)
    stream = ran.embedded + ran.results.sum((1, 3))
    assert torch.allclose(model.unembed(weights, stream), ran.logits)


def test_heads_that_read_three_streams_look_by_two_and_take_from_the_third():
    weights = random_models()
    here, there = (
        model.embed(weights, texts(n_texts=18)[half]) for half in (slice(9), slice(9, 18))
    )
    pattern, result = model.attend(weights, 1, queries=here, keys=there, values=here)
    apart, _ = model.attend(weights, 1, queries=here, keys=there, values=there)
    assert torch.allclose(pattern, apart)
    values = torch.einsum("sbpd, shde, shef -> sbhpf", here, weights.W_V[:, 1], weights.W_O[:, 1])
    assert torch.allclose(result, pattern @ values)


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_token_numbers_of_either_width_give_the_same_logits(dtype):
    weights = random_models()
    assert torch.equal(model.logits(weights, TOKENS.to(dtype)), model.logits(weights, TOKENS))


def test_a_model_gives_the_same_logits_in_any_company():
    weights = random_models(n_seeds=5)
    together = model.logits(weights, TOKENS)
    for seed in range(5):
        assert torch.allclose(model.logits(weights.one(seed), TOKENS), together[seed : seed + 1])
