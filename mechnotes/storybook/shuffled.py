"""A trained model whose weights have changed places: the same numbers, and nothing learnt.

The control for methods that search a model: what they find here, they bring along themselves.
"""

import tempfile
from pathlib import Path

import torch
from torch import Tensor

from mechnotes import models, rng, validate
from mechnotes._typing import LanguageModel
from mechnotes.storybook import folder
from mechnotes.storybook.config import StorybookConfig


def load(*, seed: int, model: int = folder.DEFAULT, folded: bool = False) -> LanguageModel:
    """A storybook model with the entries of each weight matrix in random order.

    Args:
        seed: Seed of the order.
        model: Which trained model, by its seed.
        folded: See `models.load`.

    Raises:
        ValueError: If the seed is none, or there is no such model.

    Source:
        Conmy et al. 2023, arXiv:2304.14997, reset networks.
    """
    generator = rng.generator(validate.seed(seed), "shuffled")
    trained = folder.weights(folder.path(model))
    weights = {name: _mixed(weight, generator) for name, weight in trained.items()}
    config = StorybookConfig(seed=model)
    with tempfile.TemporaryDirectory() as place:
        written = folder.write(weights, config, Path(place) / "shuffled")
        return models.load(written, folded=folded)


def _mixed(weight: Tensor, generator: torch.Generator) -> Tensor:
    order = torch.randperm(weight.numel(), generator=generator)
    return weight.flatten()[order].view(weight.shape)
