"""Which sweeps are trained once and stored?

The 21 rows of Table 1, reduced and at the published size; and, reduced only, more seeds or steps of
some rows, and the first sweep with other optimisers and schedules. Rows come in the order in which
they are worth running.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from mechnotes.monosemanticity.config import Optimiser, Schedule, SweepConfig
from mechnotes.monosemanticity.table import LEARNING_RATES, ROWS, row

ORDER = (
    *("LR1", "LR3", "B1", "B2", "B3", "B4", "B5", "K0", "K1", "RG1"),
    *("E1", "E2", "E3", "E4", "LR2", "LR4", "K2", "RP1", "B3-GeLU", "LR5", "D1"),
)
"""Rows in the order in which they are run: what the claims need comes first."""


def case_of(name: str) -> str:
    """Name of the case of a row: its label in small letters.

    Args:
        name: Label of a row.
    """
    return name.lower()


def ablation(
    optimiser: Optimiser, schedule: Schedule, *, rates: tuple[float, ...] = (0.01, 0.03)
) -> SweepConfig:
    """LR1 in 4096 steps with some optimiser and schedule, two seeds each.

    Args:
        optimiser: How gradients become steps.
        schedule: How the learning rate changes.
        rates: Learning rates.

    Raises:
        ValueError: If an optimiser, a schedule or a rate is none.
    """
    reduced = ROWS["LR1"].reduced
    base = replace(
        reduced.base, optimiser=optimiser, schedule=schedule, steps=2**12, learning_rate=rates[0]
    )
    return SweepConfig(base=base, swept=("learning_rate",), values=(rates,), n_seeds=2)


def more_seeds(name: str) -> SweepConfig:
    """The largest learning rate of a row, with three more seeds.

    Args:
        name: Label of a row that sweeps the learning rate.

    Raises:
        ValueError: If there is no such row.
    """
    base = replace(row(name).reduced.base, seed=1, learning_rate=LEARNING_RATES[-1])
    return SweepConfig(
        base=base, swept=("learning_rate",), values=(LEARNING_RATES[-1:],), n_seeds=3
    )


def longer(name: str, *, steps: int, neurons_per_feature: int) -> SweepConfig:
    """One number of neurons of a row, trained for longer, with three seeds.

    Args:
        name: Label of a row that sweeps the number of neurons.
        steps: Steps; biases decay by the same factor in total.
        neurons_per_feature: Number of neurons over number of features.

    Raises:
        ValueError: If there is no such row.
    """
    base = row(name).reduced.base
    n_neurons = neurons_per_feature * base.n_features
    decay = base.decay * base.steps / steps
    return SweepConfig(
        base=replace(base, steps=steps, decay=decay, n_neurons=n_neurons),
        swept=("n_neurons",),
        values=((n_neurons,),),
        n_seeds=3,
    )


EXTRA: Mapping[str, SweepConfig] = MappingProxyType(
    {
        "lr1-seeds": more_seeds("LR1"),
        "lr3-seeds": more_seeds("LR3"),
        "k1-longer": longer("K1", steps=2**14, neurons_per_feature=2),
        "lamb": ablation("lamb", "oscillating cosine"),
        "adam": ablation("adam", "oscillating cosine", rates=(0.001, 0.003, 0.01)),
        "sgd": ablation("sgd", "oscillating cosine", rates=(0.3,)),
        "lamb-constant": ablation("lamb", "constant"),
        "lamb-to-zero": ablation("lamb", "cosine to zero"),
    }
)
"""More seeds of two rows, more steps for one, and LR1 under other ways to train."""

PAPER: Mapping[str, SweepConfig] = MappingProxyType(
    {case_of(name): ROWS[name].paper for name in ORDER}
)
"""Each row at the published size."""

REDUCED: Mapping[str, SweepConfig] = MappingProxyType(
    {**{case_of(name): ROWS[name].reduced for name in ORDER}, **EXTRA}
)
"""Each row at the reduced size, and what else is compared with them."""
