"""What decides the outcome of a run, and of a sweep over runs?

`RunConfig` describes one model and its training; its defaults are the published setting of
Engineering Monosemanticity. `SweepConfig` describes models that differ in a few named fields: every
combination of the swept values, for every seed. The device is in neither.

The paper's letters: N features, embedded in m dimensions, read by k neurons; a feature is active
with mean probability ε.

Source: Jermyn, Schiefer and Hubinger 2022, Engineering Monosemanticity in Toy Models,
arXiv:2211.09169, Table 1 and the authors' code.
"""

import itertools
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeVar, get_args

from mechnotes import validate

Distribution = Literal["uniform", "power-law"]
Task = Literal["decoder", "re-projector", "abs"]
Activation = Literal["relu", "gelu", "solu"]
Optimiser = Literal["lamb", "adam", "adamw", "sgd"]
Schedule = Literal["oscillating cosine", "cosine to zero", "constant"]

VARIABLE = ("learning_rate", "initial_bias", "decay", "regulariser", "density", "n_neurons")
"""Fields that may differ between the models of a sweep."""

_CHOICES = {
    "distribution": get_args(Distribution),
    "task": get_args(Task),
    "activation": get_args(Activation),
    "optimiser": get_args(Optimiser),
    "schedule": get_args(Schedule),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RunConfig:
    """One model and its training."""

    n_features: int = 512
    """Number of features N."""
    d_embedding: int = 64
    """Dimensions m that the features are squeezed into; at most `n_features`."""
    n_neurons: int = 1024
    """Number of neurons k."""
    density: float = 1 / 64
    """Mean probability ε that a feature is active, in (0, 1]."""
    distribution: Distribution = "uniform"
    """Whether all features are equally likely, or feature i in proportion to i^-1.1."""
    task: Task = "decoder"
    """What the model has to output: the features, another projection of them, or their absolute
    values; see `features`."""
    activation: Activation = "relu"
    """What each neuron does with its input; see `activations`."""
    learning_rate: float = 0.003
    """Largest learning rate of the schedule."""
    decay: float = 0.0
    """Decay rate of the biases: each is multiplied by 1 - decay * learning_rate at every step of
    the first half of training."""
    initial_bias: float = 0.0
    """Added to all biases before training (the table's bias offset)."""
    regulariser: float = 0.0
    """Weight in the loss of the summed magnitudes of activations (L1)."""
    batch_size: int = 2**13
    """Fresh samples for each step."""
    steps: int = 2**17
    """Optimiser steps."""
    optimiser: Optimiser = "lamb"
    """How a gradient becomes a step; see `optimisers`."""
    schedule: Schedule = "oscillating cosine"
    """How the learning rate changes over training; see `schedules`."""
    seed: int = 0
    """Seed of all random streams: embedding, initial weights, data."""

    def __post_init__(self) -> None:
        for name in ("n_features", "d_embedding", "n_neurons", "batch_size", "steps"):
            validate.integer(getattr(self, name), name, minimum=1)
        validate.integer(self.d_embedding, "d_embedding", minimum=1, maximum=self.n_features)
        validate.number(self.density, "density", low=0.0, high=1.0, low_open=True)
        validate.number(self.learning_rate, "learning_rate", low=0.0, low_open=True)
        validate.number(self.decay, "decay", low=0.0)
        validate.number(self.initial_bias, "initial_bias")
        validate.number(self.regulariser, "regulariser", low=0.0)
        for name, options in _CHOICES.items():
            validate.choice(getattr(self, name), name, options)
        validate.seed(self.seed)

    @property
    def n_outputs(self) -> int:
        """Number of outputs: m for the re-projector, else one for each feature."""
        return self.d_embedding if self.task == "re-projector" else self.n_features


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepConfig:
    """Models that differ in a few fields, trained side by side."""

    base: RunConfig
    """What all models share."""
    swept: tuple[str, ...] = ()
    """Names of the fields that vary, from `VARIABLE`."""
    values: tuple[tuple[float | int, ...], ...] = ()
    """The values of each of them, in the same order; all combinations are trained."""
    n_seeds: int = 1
    """Seeds for each combination: `base.seed` and the integers after it."""
    keep_decoders: tuple[int, ...] = ()
    """Numbers of the models whose output weights are stored too."""

    def __post_init__(self) -> None:
        checked_run(self.base)
        validate.integer(self.n_seeds, "n_seeds", minimum=1)
        _check_names(self.swept)
        if not isinstance(self.values, tuple) or len(self.values) != len(self.swept):
            validate.refuse(
                "values",
                got=repr(self.values),
                expected=f"a tuple of values for each of {', '.join(self.swept) or 'no fields'}",
                fix='Write swept=("learning_rate",), values=((0.001, 0.003),).',
            )
        for name, values in zip(self.swept, self.values, strict=True):
            _check_values(name, values, self.base)
        for number in self.keep_decoders:
            validate.integer(number, "keep_decoders", maximum=self.n_models - 1)

    @property
    def n_models(self) -> int:
        """Number of models: combinations times seeds."""
        return len(self.combinations) * self.n_seeds

    @property
    def combinations(self) -> tuple[tuple[float | int, ...], ...]:
        """Every combination of swept values, the last field varying fastest."""
        return tuple(itertools.product(*self.values))

    @property
    def runs(self) -> tuple[RunConfig, ...]:
        """Config of each model: combination after combination, seeds within each."""
        seeds = range(self.base.seed, self.base.seed + self.n_seeds)
        return tuple(
            _with(self.base, names=(*self.swept, "seed"), values=(*chosen, seed))
            for chosen in self.combinations
            for seed in seeds
        )


def _check_names(swept: object) -> None:
    """Check the names of swept fields."""
    if not isinstance(swept, tuple):
        validate.refuse(
            "swept",
            got=repr(swept),
            expected="a tuple of field names",
            fix='Write swept=("learning_rate",), with the comma.',
        )
    for name in swept:
        validate.choice(name, "swept", VARIABLE)
    if len(set(swept)) < len(swept):
        validate.refuse(
            "swept", got=repr(swept), expected="distinct names", fix="Name each field once."
        )


def _check_values(name: str, values: object, base: RunConfig) -> None:
    """Check that a swept field accepts each of its values."""
    if not isinstance(values, tuple) or not values:
        validate.refuse(
            "values",
            got=repr(values),
            expected=f"a tuple of at least one value of {name}",
            fix="Write values=((0.001, 0.003),).",
        )
    for value in values:
        _with(base, names=(name,), values=(value,))


def _with(base: RunConfig, *, names: tuple[str, ...], values: tuple[Any, ...]) -> RunConfig:
    """A config with other values of some fields."""
    return replace(base, **dict(zip(names, values, strict=True)))


Config = TypeVar("Config")


def checked_run(config: object) -> RunConfig:
    """Check that `config` is a RunConfig.

    Raises:
        ValueError: If it is something else.
    """
    return _of_kind(config, RunConfig)


def checked_sweep(config: object) -> SweepConfig:
    """Check that `config` is a SweepConfig.

    Raises:
        ValueError: If it is something else, such as a row's name.
    """
    return _of_kind(config, SweepConfig)


def _of_kind(config: object, kind: type[Config]) -> Config:
    if not isinstance(config, kind):
        validate.refuse(
            "config",
            got=repr(config),
            expected=f"a {kind.__name__}",
            fix='For a row of Table 1, pass table.row("LR1").reduced.',
        )
    return config


def field_names() -> tuple[str, ...]:
    """Names of all fields of `RunConfig`, in order."""
    return tuple(field.name for field in fields(RunConfig))
