"""Products of weights: against what the heads then do, and against known spectra."""

import math

import pytest
import torch

from mechnotes.circuits.attention_only import model, products
from tests.circuits.attention_only.random_models import D_VOCAB, random_models, texts

TOKENS = texts()


def test_first_layer_scores_are_sums_over_tokens_and_places():
    weights = random_models()
    circuit = products.qk_circuit(weights)
    patterns = model.forward(weights, TOKENS).patterns[:, 0]  # [seed batch head pos pos]
    for number in (0, 5):
        row = TOKENS[number].tolist()
        sources = [(token, D_VOCAB + place) for place, token in enumerate(row)]
        scores = torch.stack(
            [sum(circuit[:, 0, :, i, j] for i in sources[-1] for j in asked) for asked in sources],
            dim=-1,
        )
        assert torch.allclose(scores.softmax(-1), patterns[:, number, :, -1])


def test_first_layer_words_are_sums_over_what_is_looked_at():
    weights = random_models()
    circuit, ran = products.ov_circuit(weights), model.forward(weights, TOKENS)
    row = TOKENS[5].tolist()
    said = [
        circuit[:, 0, :, token] + circuit[:, 0, :, D_VOCAB + place]
        for place, token in enumerate(row)
    ]
    looked = ran.patterns[:, 0, 5, :, -1]  # [seed head pos]
    expected = (looked[..., None] * torch.stack(said, dim=2)).sum(2)
    found = torch.einsum("shd, sdv -> shv", ran.results[:, 0, 5, :, -1], weights.W_U)
    assert torch.allclose(found, expected)


def test_direct_path_and_first_layer_words_make_up_the_logits_of_one_layer():
    weights = random_models(layer=1)
    direct, words = products.direct_path(weights), products.ov_circuit(weights)[:, 0]
    ran = model.forward(weights, TOKENS)
    looked = ran.patterns[:, 0]  # [seed batch head pos pos]
    places = torch.arange(D_VOCAB, D_VOCAB + TOKENS.shape[1])
    said = words[:, :, TOKENS] + words[:, :, places][:, :, None]  # [seed head batch pos d_vocab]
    expected = direct[:, TOKENS] + direct[:, places][:, None]
    expected = expected + torch.einsum("sbhij, shbjv -> sbiv", looked, said)
    assert torch.allclose(ran.logits, expected)


def test_the_direct_path_is_all_that_a_model_without_layers_says():
    weights = random_models(layer=0)
    direct = products.direct_path(weights)
    places = torch.arange(D_VOCAB, D_VOCAB + TOKENS.shape[1])
    said = direct[:, TOKENS] + direct[:, places][:, None]
    assert torch.allclose(model.logits(weights, TOKENS), said)


def test_copying_score_is_one_for_copying_and_minus_one_for_denying():
    copying = torch.stack([torch.eye(6), -3 * torch.eye(6)])
    assert products.copying_score(copying).tolist() == [1.0, -1.0]


def test_copying_score_of_eigenvalues_that_are_known():
    assert products.copying_score(torch.diag(torch.tensor([3.0, -1.0]))) == 0.5
    turned = torch.tensor([[0.0, -1.0], [1.0, 0.0]])  # eigenvalues i and -i
    assert products.copying_score(turned).item() == pytest.approx(0)
    angle = math.pi / 3
    turned = math.cos(angle) * torch.eye(2) + math.sin(angle) * turned
    assert products.copying_score(turned).item() == pytest.approx(0.5)
    triangle = torch.tensor([[2.0, 100.0], [0.0, 2.0]])  # eigenvalues say nothing of the rest
    assert products.copying_score(triangle).item() == pytest.approx(1)


def test_copying_score_ignores_scale_and_basis_and_has_no_value_for_zero():
    generator = torch.Generator().manual_seed(0)
    matrix, basis = torch.randn(2, 6, 6, generator=generator, dtype=torch.double)
    score = products.copying_score(matrix)
    assert torch.allclose(products.copying_score(5 * matrix), score)
    assert torch.allclose(products.copying_score(basis @ matrix @ basis.inverse()), score)
    assert products.copying_score(torch.zeros(3, 3)).isnan()


def test_random_heads_do_not_copy():
    words = products.ov_circuit(random_models(n_seeds=200))[..., :D_VOCAB, :]
    assert products.copying_score(words).mean().abs() < 0.1
