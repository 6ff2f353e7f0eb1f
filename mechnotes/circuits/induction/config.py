"""What decides the outcome of training on repeating texts?

Everything in `InductionConfig` and nothing else. The cases share every setting but the one that
they are about. All models of a case read the same texts; their initial weights differ.

A pilot with other seeds (1000, two models) chose sizes, learning rate and steps: with two layers
the loss on repeats falls from 3.9 to 0.1 nats between steps 200 and 600, and to 0.02 by the end.
"""

from dataclasses import dataclass

from mechnotes import validate
from mechnotes.circuits.attention_only.config import TrainingConfig
from mechnotes.circuits.induction import texts


@dataclass(frozen=True, kw_only=True, slots=True)
class InductionConfig(TrainingConfig):
    """Configuration of attention-only models trained side by side on repeating texts."""

    periods: tuple[int, int] = (9, 24)
    """Shortest and longest period of a text."""
    keep: tuple[int, ...] = ()
    """Numbers of steps done at which the first model is kept."""
    n_heads: int = 4
    d_model: int = 64
    d_head: int = 16
    d_vocab: int = 64
    n_pos: int = 48
    deviation: float | int = 0.1
    learning_rate: float | int = 5e-3
    steps: int = 1_600
    batch_size: int = 32
    every: int = 20

    def __post_init__(self) -> None:
        TrainingConfig.__post_init__(self)
        texts.checked_periods(self.periods, d_vocab=self.d_vocab, n_pos=self.n_pos)


def log_spaced(steps: int, *, first: int = 25, per_doubling: int = 3) -> tuple[int, ...]:
    """Numbers of steps from 0 to the end, the later the farther apart."""
    kept, step = [0], float(first)
    while step < steps * 0.98:
        kept.append(round(step))
        step *= 2 ** (1 / per_doubling)
    return (*kept, steps)


CASES = {
    "two-layers": InductionConfig(n_layers=2, keep=log_spaced(1_600)),
    "one-layer": InductionConfig(n_layers=1),
    "one-layer-fixed-period": InductionConfig(n_layers=1, periods=(12, 12)),
}
"""What `training.train` is pre-run for."""


def checked(config: object) -> InductionConfig:
    """Check that `config` is an InductionConfig.

    Raises:
        ValueError: If it is something else, such as a case's name.
    """
    if not isinstance(config, InductionConfig):
        validate.refuse(
            "config",
            got=repr(config),
            expected="an InductionConfig",
            fix='Pass one of config.CASES, for example config.CASES["two-layers"].',
        )
    return config
