"""Products of weights: against single entries, known spectra and what the heads then do."""

import math

import pytest
import torch

from mechnotes.circuits.symbolic import handmade, model, products, task
from tests.circuits.symbolic.random_models import random_models

PROMPTS = task.all_prompts()


def test_first_layer_scores_are_sums_over_symbols_and_places():
    weights = random_models()
    circuit = products.qk_circuit(weights)
    patterns = model.forward(weights, PROMPTS.tokens).patterns[:, 0]  # [seed prompt head pos pos]
    for number in (0, 31):
        row = PROMPTS.tokens[number].tolist()
        sources = [(symbol, 8 + place) for place, symbol in enumerate(row)]
        scores = torch.stack(
            [sum(circuit[:, 0, :, i, j] for i in sources[-1] for j in asked) for asked in sources],
            dim=-1,
        )
        assert torch.allclose(scores.softmax(-1), patterns[:, number, :, -1])


def test_what_the_end_asks_for_gives_its_attention_in_every_prompt():
    weights = random_models()
    scores = products.end_scores(weights)[:, 0]  # [seed head source]
    placed = scores[..., PROMPTS.tokens] + scores[:, :, None, 8:]  # [seed head prompt pos]
    ran = model.forward(weights, PROMPTS.tokens).patterns[:, 0]
    assert torch.allclose(placed.softmax(-1), ran[..., -1, :].transpose(1, 2))


def test_first_layer_words_are_sums_over_what_is_looked_at():
    weights = random_models()
    circuit, ran = products.ov_circuit(weights), model.forward(weights, PROMPTS.tokens)
    row = PROMPTS.tokens[5].tolist()
    said = [
        circuit[:, 0, :, symbol] + circuit[:, 0, :, 8 + place] for place, symbol in enumerate(row)
    ]
    looked = ran.patterns[:, 0, 5, :, -1]  # [seed head pos]
    expected = (looked[..., None] * torch.stack(said, dim=2)).sum(2)
    found = torch.einsum("shd, sdv -> shv", ran.results[:, 0, 5, :, -1], weights.W_U)
    assert torch.allclose(found, expected)


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
    scores = products.name_copying(random_models(n_seeds=200))
    assert scores.mean().abs() < 0.1


def test_the_hand_built_heads_copy_and_deny():
    assert products.name_copying(handmade.two_heads())[0, 0].tolist() == [1.0, -1.0]


def test_the_single_head_that_solves_the_task_has_positive_eigenvalues_only():
    assert products.name_copying(handmade.one_head()).item() == pytest.approx(1)
