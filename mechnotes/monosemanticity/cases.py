"""Which sweeps are trained once and stored?

The 21 rows of Table 1, reduced and at the published size; and, reduced only, the same first sweep
with other optimisers and schedules. Rows come in the order in which they are worth running.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from mechnotes.monosemanticity.config import Optimiser, Schedule, SweepConfig
from mechnotes.monosemanticity.table import LEARNING_RATES, ROWS

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
    optimiser: Optimiser, schedule: Schedule, *, rates: tuple[float, ...] = LEARNING_RATES[::2]
) -> SweepConfig:
    """LR1 with another optimiser or schedule, three seeds each.

    Args:
        optimiser: How gradients become steps.
        schedule: How the learning rate changes.
        rates: Learning rates.

    Raises:
        ValueError: If an optimiser, a schedule or a rate is none.
    """
    reduced = ROWS["LR1"].reduced
    base = replace(reduced.base, optimiser=optimiser, schedule=schedule)
    return replace(reduced, base=base, values=(rates,), n_seeds=3, keep_decoders=())


ABLATIONS: Mapping[str, SweepConfig] = MappingProxyType(
    {
        "adam": ablation("adam", "oscillating cosine", rates=(0.0003, 0.001, 0.003, 0.01)),
        "adamw": ablation("adamw", "oscillating cosine", rates=(0.001, 0.003)),
        "sgd": ablation("sgd", "oscillating cosine", rates=(0.03, 0.3)),
        "lamb-constant": ablation("lamb", "constant", rates=(0.003, 0.01)),
        "lamb-to-zero": ablation("lamb", "cosine to zero", rates=(0.003, 0.01)),
    }
)
"""LR1, without the bias trick, under other ways to train; LR1 itself is LAMB, oscillating."""

PAPER: Mapping[str, SweepConfig] = MappingProxyType(
    {case_of(name): ROWS[name].paper for name in ORDER}
)
"""Each row at the published size."""

REDUCED: Mapping[str, SweepConfig] = MappingProxyType(
    {**{case_of(name): ROWS[name].reduced for name in ORDER}, **ABLATIONS}
)
"""Each row at the reduced size, and the ablations."""
