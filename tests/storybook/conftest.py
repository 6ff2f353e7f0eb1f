"""Shared by the tests of the storybook: text of every kind, and opened models."""

import pytest
import torch

from mechnotes import models as package
from mechnotes.storybook import corpus, grammar, sampling

SEEDS = (0, 1, 2)


@pytest.fixture(scope="session")
def sentences() -> list[grammar.Sentence]:
    """Three thousand sentences of all kinds."""
    stream = grammar.sentences(torch.Generator().manual_seed(0))
    return [next(stream) for _ in range(3000)]


@pytest.fixture(scope="session")
def text() -> corpus.Passages:
    """Sixty labelled passages."""
    return corpus.passages(60, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="session")
def models() -> dict[int, sampling.Model]:
    """The package's models as functions from tokens to logits, by seed."""
    return {seed: package.load(f"storybook/seed-{seed}") for seed in SEEDS}
