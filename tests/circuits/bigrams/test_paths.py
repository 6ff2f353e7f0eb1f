"""Paths add up to the logits, and each is what its name says."""

import pytest
import torch

from mechnotes.circuits.attention_only import model
from mechnotes.circuits.bigrams import paths
from tests.circuits.attention_only.random_models import D_VOCAB, random_models, texts

TEXTS = texts()


@pytest.mark.parametrize(("n_layers", "count"), [(0, 1), (1, 3), (2, 9), (3, 27)])
def test_the_paths_of_any_depth_add_up_to_the_logits(n_layers, count):
    models = random_models(layer=n_layers)
    found = paths.expand(models, TEXTS)
    assert len(found) == count
    assert torch.allclose(paths.total(found), model.logits(models, TEXTS), atol=1e-9)


def test_the_sum_holds_in_single_precision_to_a_ten_thousandth():
    models = random_models().each(lambda W: W.float())
    found = paths.total(paths.expand(models, TEXTS))
    assert (found - model.logits(models, TEXTS)).abs().max() < 1e-4


def test_a_first_layer_path_is_the_head_s_result_unembedded():
    models = random_models()
    results = model.forward(models, TEXTS).results[:, 0, :, 1]
    found = paths.expand(models, TEXTS)["0.1"]
    assert torch.allclose(found, model.unembed(models, results))


def test_a_virtual_head_is_two_patterns_and_two_products_in_a_row():
    models = random_models()
    ran = model.forward(models, TEXTS)
    found = paths.expand(models, TEXTS)["0.1 > 1.0"]
    W = {name: tensor[2] for name, tensor in models.tensors().items()}
    first, second = ran.patterns[2, 0, 4, 1], ran.patterns[2, 1, 4, 0]
    stream = W["W_E"][TEXTS[4]] + W["W_pos"]
    words = W["W_V"][0, 1] @ W["W_O"][0, 1] @ W["W_V"][1, 0] @ W["W_O"][1, 0] @ W["W_U"]
    assert torch.allclose(found[2, 4], second @ first @ stream @ words)


def test_frozen_patterns_make_the_logits_linear_in_the_embeddings():
    models = random_models()
    patterns = model.forward(models, TEXTS).patterns
    doubled = models.each(lambda W: 2 * W if W is models.W_E or W is models.W_pos else W)
    found = paths.total(paths.expand(doubled, TEXTS, patterns=patterns))
    assert torch.allclose(found, 2 * model.logits(models, TEXTS), atol=1e-9)


def test_paths_with_the_patterns_of_other_heads_do_not_add_up():
    models = random_models()
    patterns = model.forward(models, TEXTS).patterns.flip(3)
    found = paths.total(paths.expand(models, TEXTS, patterns=patterns))
    assert (found - model.logits(models, TEXTS)).abs().max() > 0.1


@pytest.mark.parametrize("seed", [0, 2])
def test_circuits_alone_give_the_paths_of_one_layer(seed):
    models = random_models(layer=1)
    one = {name: W[seed, 0] if W.ndim == 5 else W[seed] for name, W in models.tensors().items()}
    for row, text in enumerate(TEXTS[:, :4]):
        found = paths.one_layer(text, **one)
        whole = paths.expand(models, TEXTS[:, :4])
        expected = torch.stack([path[seed, row] for path in whole.values()])
        assert torch.allclose(found, expected, atol=1e-9)


def test_the_first_token_attends_to_itself_and_its_path_is_its_own_words():
    models = random_models(layer=1)
    text = torch.arange(D_VOCAB)[:, None]
    found = paths.expand(models, text)["0.0"][:, :, 0]
    own = (models.W_E + models.W_pos[:, :1]) @ models.W_V[:, 0, 0] @ models.W_O[:, 0, 0]
    assert torch.allclose(found, own @ models.W_U)
