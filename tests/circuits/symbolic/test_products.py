"""What the end asks for and which heads copy names: against attention, and models made by hand."""

import pytest
import torch

from mechnotes.circuits.attention_only import model
from mechnotes.circuits.symbolic import handmade, products, task
from tests.circuits.symbolic.random_models import random_models

PROMPTS = task.all_prompts()


def test_what_the_end_asks_for_gives_its_attention_in_every_prompt():
    weights = random_models()
    scores = products.end_scores(weights)[:, 0]  # [seed head source]
    placed = scores[..., PROMPTS.tokens] + scores[:, :, None, 8:]  # [seed head prompt pos]
    ran = model.forward(weights, PROMPTS.tokens).patterns[:, 0]
    assert torch.allclose(placed.softmax(-1), ran[..., -1, :].transpose(1, 2))


def test_random_heads_do_not_copy():
    scores = products.name_copying(random_models(n_seeds=200))
    assert scores.mean().abs() < 0.1


def test_the_hand_built_heads_copy_and_deny():
    assert products.name_copying(handmade.two_heads())[0, 0].tolist() == [1.0, -1.0]


def test_the_single_head_that_solves_the_task_has_positive_eigenvalues_only():
    assert products.name_copying(handmade.one_head()).item() == pytest.approx(1)
