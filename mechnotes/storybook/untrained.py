"""A model that has read nothing: the control for everything that training is said to bring."""

import tempfile
from pathlib import Path

from mechnotes import models
from mechnotes._typing import LanguageModel
from mechnotes.storybook import folder, training
from mechnotes.storybook.config import StorybookConfig


def load(*, seed: int, device: str = "cpu") -> LanguageModel:
    """A storybook model as it is before the first step of training.

    Args:
        seed: Seed of the random weights.
        device: "cpu" or "cuda".

    Raises:
        ValueError: If the seed or the device is none.
    """
    config = StorybookConfig(seed=seed, steps=1, warmup=1, batch_size=1, n_checkpoints=1)
    start = training.train(config).checkpoints
    weights = {name: kept[0].float() for name, kept in start.items()}
    with tempfile.TemporaryDirectory() as place:
        model = models.load(folder.write(weights, config, Path(place) / "untrained"), device=device)
    model.name = f"untrained/seed-{seed}"
    return model
