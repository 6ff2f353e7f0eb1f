"""The storybook models that ship with the package, by name."""

import pytest
import torch
from transformers import AutoModelForCausalLM

from mechnotes import models, prompts
from mechnotes._models.weights import quiet
from mechnotes.storybook import folder

SEEDS = (0, 1, 2)
BARS = {
    prompts.ioi: 0.98,
    prompts.induction: 0.95,
    prompts.sentiment: 0.95,
    prompts.agreement: 0.98,
}


@pytest.fixture(scope="module", params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture(scope="module")
def model(seed: int):
    return models.load(f"storybook/seed-{seed}")


def test_the_default_is_seed_0():
    default, named = models.load("storybook"), models.load(f"storybook/seed-{folder.DEFAULT}")
    assert (default.name, default.revision) == (named.name, named.revision)


def test_each_seed_is_another_model():
    assert len({models.load(f"storybook/seed-{seed}").revision for seed in SEEDS}) == len(SEEDS)


def test_its_logits_are_those_of_transformers(seed, model):
    with quiet():
        plain = AutoModelForCausalLM.from_pretrained(folder.path(seed)).eval()
    tokens = prompts.ioi(n_pairs=8, seed=0).clean
    with torch.no_grad():
        torch.testing.assert_close(model(tokens), plain(tokens).logits, atol=1e-4, rtol=0.0)


@pytest.mark.parametrize(("build", "bar"), BARS.items())
def test_it_prefers_the_answer_in_the_clean_prompt_and_not_in_the_corrupted(model, build, bar):
    pairs = build(n_pairs=256, seed=0, model=model)
    assert preferred(model, pairs.clean, pairs) >= bar
    after = preferred(model, pairs.corrupted, pairs)
    # A third giver leaves the choice between two open; elsewhere the wrong answer is now right.
    assert abs(after - 0.5) < 0.15 if build is prompts.ioi else after <= 1 - bar


def preferred(model, tokens: torch.Tensor, pairs: prompts.Pairs) -> float:
    """Share of prompts after which the answer has the higher logit of the two."""
    logits, rows = model(tokens)[:, -1], torch.arange(len(tokens))
    return (logits[rows, pairs.answers] > logits[rows, pairs.wrong]).float().mean().item()
