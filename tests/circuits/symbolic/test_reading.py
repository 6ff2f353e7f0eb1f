"""Accuracy, logit difference and attention: against loops, closed forms and relabelled names."""

import torch

from mechnotes import metrics
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.symbolic import handmade, reading, task
from tests.circuits.attention_only.slow import slow_logits
from tests.circuits.symbolic.random_models import random_models

PROMPTS = task.all_prompts()


def test_logits_are_those_after_the_last_position():
    weights = random_models(n_layers=2)
    found = reading.logits(weights, PROMPTS)
    for seed in range(weights.n_seeds):
        for number in (0, 17, 59):
            last = slow_logits(weights, seed, PROMPTS.tokens[number])[-1]
            assert torch.allclose(found[seed, number], last)


def test_accuracy_and_logit_difference_equal_loops_over_models_and_prompts():
    weights = random_models()
    logits = model.forward(weights, PROMPTS.tokens).logits[:, :, -1]
    for seed in range(weights.n_seeds):
        rows = zip(logits[seed], PROMPTS.answers, PROMPTS.wrong, strict=True)
        found = [(row.argmax() == a, row[a] - row[w]) for row, a, w in rows]
        right, gaps = (
            torch.stack([torch.as_tensor(x) for x in c]) for c in zip(*found, strict=True)
        )
        assert reading.accuracy(weights, PROMPTS)[seed] == right.double().mean()
        assert torch.allclose(reading.logit_difference(weights, PROMPTS)[seed], gaps.mean())


def test_a_model_that_says_both_names_is_right_half_of_the_time_and_prefers_neither():
    both = handmade.two_heads().each(lambda W: W[:, :, :1] if W.ndim == 5 else W)
    log_probs = reading.logits(both, PROMPTS).log_softmax(-1)[0]
    assert torch.allclose(log_probs.amax(-1).exp(), torch.tensor(0.5), atol=1e-3)
    assert torch.allclose(reading.logit_difference(both, PROMPTS), torch.zeros(1), atol=1e-4)
    assert not reading.solved(both, PROMPTS).any()


def test_a_metric_of_the_package_gives_one_number_for_each_model_and_prompt():
    logits = reading.logits(random_models(), PROMPTS)
    found = reading.scored(logits, PROMPTS, metric=metrics.probability)
    one = logits[1].softmax(-1)[torch.arange(60), PROMPTS.answers]
    assert torch.allclose(found[1], one)


def test_attention_by_role_is_attention_at_the_positions_of_the_roles():
    weights = random_models(n_layers=2)
    patterns = model.forward(weights, PROMPTS.tokens).patterns
    found = reading.end_attention(weights, PROMPTS)
    for number, order in enumerate(PROMPTS.orders):
        places = (0, 1, 2, 3, 4) if order == "ABBA" else (0, 2, 1, 3, 4)
        for role, place in enumerate(places):
            expected = patterns[:, :, number, :, -1, place]
            assert torch.equal(found[:, :, :, number, role], expected)


def test_renaming_everybody_changes_nothing_in_a_model_without_favourites():
    weights, shuffled = handmade.two_heads(), torch.tensor([3, 0, 5, 1, 4, 2, 6, 7])
    renamed = dict(weights.tensors(), W_E=weights.W_E[:, shuffled], W_U=weights.W_U[..., shuffled])
    found = reading.logit_difference(type(weights)(**renamed), PROMPTS)
    assert torch.allclose(found, reading.logit_difference(weights, PROMPTS))
