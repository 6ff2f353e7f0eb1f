"""A storybook model, and an autoencoder of it that has learnt for a second."""

import pytest

from mechnotes import models
from mechnotes._typing import LanguageModel
from mechnotes.sae import training
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.sae.cases import StorybookSAEConfig


@pytest.fixture(scope="session")
def model() -> LanguageModel:
    return models.load("storybook")


@pytest.fixture(scope="session")
def small_sae() -> Autoencoder:
    """96 latents, of which 6 may be active, after 60 steps."""
    config = StorybookSAEConfig(d_sae=96, k=6, steps=60, warm_up_steps=5, batch_size=512, rows=32)
    return training.train(config).autoencoder
