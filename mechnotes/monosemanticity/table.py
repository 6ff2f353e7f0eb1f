"""What did Engineering Monosemanticity train? Its Table 1, row by row.

Each `Row` holds what the table prints, the values of whatever the table calls "variable", and a
note wherever table, code and scripts disagree. `row("LR1").paper` is the published size.
`row("LR1").reduced` is what was trained on a CPU, and differs in this:

- half the features (256), embedding (32) and neurons (k / 2), as in the replication's example;
- batches of 64 in place of 8192, and 16 to 64 times fewer steps (`Row.reduced_steps`);
- rows with one learning rate have 0.024 in place of 0.003 to 0.007, which would get nowhere in so
  few steps; swept learning rates are those of the paper;
- decay rates are multiplied so that biases decay by the same factor in total.

Source: Jermyn, Schiefer and Hubinger 2022, arXiv:2211.09169, Table 1; learning rates from the
authors' code, the other sweeps from a replication's script.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from mechnotes import validate
from mechnotes.monosemanticity.config import RunConfig, SweepConfig

LEARNING_RATES = (0.001, 0.003, 0.005, 0.007, 0.01, 0.03)
BIASES = tuple(round(-2 + 0.3 * i, 1) for i in range(11))
DENSITIES = tuple(2.0 ** -(1 + 0.4 * i) for i in range(11))
NEURONS = tuple(2**i for i in range(4, 12))
REGULARISERS = tuple(10.0**-i for i in range(1, 8))
DECAYS = REGULARISERS

SHRINK = 2
"""Features, embedding and neurons of the reduced scale are the paper's divided by this."""

REDUCED_BATCH = 64
"""Samples in a batch of the reduced scale."""

REDUCED_RATE = 0.024
"""Learning rate of the reduced scale, in rows that do not sweep it; above .05 training explodes."""

TRICK: Mapping[str, Any] = MappingProxyType({"decay": 0.03, "initial_bias": -1.0})
"""The bias trick: start below zero, then decay the biases during the first half."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One batch of Table 1."""

    name: str
    """Its label; the second "B3" of the published table is "B3-GeLU" here."""
    paper: SweepConfig
    """The sweep at the published size."""
    note: str = ""
    """Where the sources disagree, and what was taken."""
    reduced_steps: int = 2**12
    """Steps of the reduced scale."""
    n_seeds: int = 1
    """Seeds at the reduced scale."""
    keep_decoders: tuple[int, ...] = ()
    """Models of the reduced scale whose output weights are stored."""

    @property
    def decay_factor(self) -> float:
        """By what decay rates are multiplied at the reduced scale.

        Biases are multiplied by 1 - decay * learning_rate at each step of the first half, so this
        is the ratio of learning rate times steps.
        """
        base = self.paper.base
        return base.learning_rate * base.steps / (self._rate * self.reduced_steps)

    @property
    def _rate(self) -> float:
        """Learning rate of the reduced scale; of a swept one, the first value."""
        is_swept = "learning_rate" in self.paper.swept
        return self.paper.base.learning_rate if is_swept else REDUCED_RATE

    @property
    def reduced(self) -> SweepConfig:
        """The sweep at the size that was trained on a CPU."""
        base = self.paper.base
        small = replace(
            base,
            n_features=base.n_features // SHRINK,
            d_embedding=base.d_embedding // SHRINK,
            n_neurons=base.n_neurons // SHRINK,
            batch_size=REDUCED_BATCH,
            steps=self.reduced_steps,
            learning_rate=self._rate,
            decay=_rounded(base.decay * self.decay_factor),
        )
        pairs = zip(self.paper.swept, self.paper.values, strict=True)
        return replace(
            self.paper,
            base=small,
            values=tuple(self._reduced_values(name, values) for name, values in pairs),
            n_seeds=self.n_seeds,
            keep_decoders=self.keep_decoders,
        )

    def _reduced_values(
        self, name: str, values: tuple[float | int, ...]
    ) -> tuple[float | int, ...]:
        """The values of a swept field at the reduced scale."""
        if name == "n_neurons":
            return tuple(int(value) // SHRINK for value in values)
        if name == "decay":
            return tuple(_rounded(value * self.decay_factor) for value in values)
        return values


def _rounded(value: float) -> float:
    """Four digits that count, so that a config reads like a table."""
    return float(f"{value:.4g}")


def _row(
    name: str,
    sweep: Mapping[str, tuple[float | int, ...]],
    *,
    note: str = "",
    reduced_steps: int = 2**12,
    n_seeds: int = 1,
    keep_decoders: tuple[int, ...] = (),
    **fixed: Any,
) -> Row:
    """A row from what differs from the table's usual values."""
    # A swept field has no single value: the base holds the first, so that nothing else is implied.
    first = {field: values[0] for field, values in sweep.items()}
    base = RunConfig(**{**fixed, **first})
    paper = SweepConfig(base=base, swept=tuple(sweep), values=tuple(sweep.values()))
    return Row(
        name=name,
        paper=paper,
        note=note,
        reduced_steps=reduced_steps,
        n_seeds=n_seeds,
        keep_decoders=keep_decoders,
    )


_LR = {"learning_rate": LEARNING_RATES}
_BIAS = {"initial_bias": BIASES}
_K = {"n_neurons": NEURONS}
_DENSITY = {"density": DENSITIES}
_E: Mapping[str, Any] = {
    "initial_bias": -1.0,
    "reduced_steps": 2**11,
    "note": "Densities from 1/2 to 1/32, from a replication's script.",
}
_ABS_NOTE = "The replication's code fails on this task; the paper's own code runs it."

_ROWS = (
    _row("LR1", _LR, reduced_steps=2**13, keep_decoders=(0, 5)),
    _row("LR2", _LR, distribution="power-law"),
    _row(
        "LR3",
        _LR,
        **TRICK,
        reduced_steps=2**13,
        keep_decoders=(4, 5),
        note="The replication ran decay 0.003; the table's 0.03 is taken.",
    ),
    _row("B1", _BIAS, density=1 / 16, learning_rate=0.003, decay=0.03),
    _row("B2", _BIAS, density=1 / 32, learning_rate=0.003, decay=0.003),
    _row("B3", _BIAS, density=1 / 64, learning_rate=0.003, decay=0.003),
    _row("B4", _BIAS, density=1 / 128, learning_rate=0.003, decay=0.003),
    _row("B5", _BIAS, density=1 / 256, learning_rate=0.003, decay=0.003),
    _row("LR4", _LR, distribution="power-law", **TRICK),
    _row(
        "B3-GeLU",
        {**_BIAS, "learning_rate": (0.001, 0.005, 0.01)},
        activation="gelu",
        decay=0.03,
        reduced_steps=2**11,
        note="The table prints the label B3 twice. Its learning rates come from a comment that is "
        "marked unsure and says .05 between .001 and .01; .005 is taken.",
    ),
    _row("E1", _DENSITY, learning_rate=0.003, decay=0.03, **_E),
    _row("E2", _DENSITY, learning_rate=0.003, decay=0.01, **_E),
    _row("E3", _DENSITY, learning_rate=0.003, decay=0.003, **_E),
    _row("E4", _DENSITY, learning_rate=0.003, decay=0.001, **_E),
    _row("K0", {"n_neurons": NEURONS[:-1]}, learning_rate=0.007),
    _row("K1", _K, learning_rate=0.007, **TRICK, n_seeds=3),
    _row("K2", _K, learning_rate=0.007, distribution="power-law", **TRICK),
    _row("RG1", {"regulariser": REGULARISERS}, learning_rate=0.005, **TRICK),
    _row(
        "RP1",
        _LR,
        task="re-projector",
        **TRICK,
        note="The replication ran power-law features; the table's uniform ones are taken.",
    ),
    _row("LR5", _LR, task="abs", n_neurons=2048, **TRICK, note=_ABS_NOTE),
    _row(
        "D1",
        {"decay": DECAYS},
        task="abs",
        n_neurons=2048,
        learning_rate=0.007,
        initial_bias=-1.0,
        note=_ABS_NOTE,
    ),
)

ROWS: Mapping[str, Row] = MappingProxyType({row.name: row for row in _ROWS})
"""The 21 rows by name, in the order of the table."""


def row(name: str) -> Row:
    """One row of Table 1.

    Args:
        name: Its label, in any mixture of capitals.

    Raises:
        ValueError: If there is no such row; the nearest name is suggested.
    """
    by_lower = {known.lower(): known for known in ROWS}
    wanted = name.lower() if isinstance(name, str) else ""
    if wanted not in by_lower:
        near = difflib.get_close_matches(wanted, by_lower, n=1, cutoff=0.4)
        validate.refuse(
            "batch",
            got=repr(name),
            expected=f"one of {', '.join(ROWS)}",
            fix=f"Did you mean {by_lower[near[0]]!r}?" if near else "LR1 is the first.",
        )
    return ROWS[by_lower[wanted]]
