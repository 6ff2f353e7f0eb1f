"""What a batch of trained models shows: models that differ in one quantity, and how they trained.

`explorer` lets a reader look through several.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Model:
    """What is shown of the models with one value of the swept quantity."""

    value: float
    """The swept quantity; where two vary, the first."""
    label: str
    """What the value is called where one picks it."""
    note: str
    """One sentence with its numbers."""
    bias: Float[np.ndarray, " neuron"]
    """Bias of each neuron of one model."""
    score: Float[np.ndarray, " neuron"]
    """How monosemantic each of its neurons is, from 0 to 1."""
    activations: Float[np.ndarray, "neuron feature"]
    """What each of its neurons answers to each feature alone; not negative."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Batch:
    """Models that differ in one quantity."""

    name: str
    """Short name, for example "LR1"."""
    told: str
    """What all its models share, in a sentence."""
    swept: str
    """The quantity that varies, for example "learning rate"."""
    models: tuple[Model, ...]
    """One for each value, in order."""
    steps: tuple[int, ...]
    """Training steps at which the curves were recorded; the first may be 0."""
    curves: Mapping[str, Float[np.ndarray, "value seed checkpoint"]]
    """What was recorded in training, by its label; the last curve is also drawn against the swept
    quantity. NaN where a model was not measured."""
