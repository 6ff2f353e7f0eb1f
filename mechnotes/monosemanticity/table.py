"""What did Engineering Monosemanticity train? Its Table 1, row by row.

Each `Row` holds what the table prints, the values of whatever the table calls "variable", and a
note wherever table, code and scripts disagree. `row("LR1").paper` is the published size;
`row("LR1").reduced` is the size that was trained here on a CPU: a quarter of the features (128), of
the embedding (16) and of the neurons (k / 4), with fewer and smaller steps. Everything else,
densities included, is as in the table.

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

SHRINK = 4
"""Features, embedding and neurons of the reduced scale are the paper's divided by this."""

REDUCED_BATCH = 256
"""Samples in a batch of the reduced scale; the paper has 8192."""

REDUCED_STEPS = 2**13
"""Steps of the reduced scale; the paper has 131,072."""

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
    n_seeds: int = 1
    """Seeds at the reduced scale."""
    keep_decoders: tuple[int, ...] = ()
    """Models of the reduced scale whose output weights are stored."""

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
            steps=REDUCED_STEPS,
        )
        values = tuple(
            tuple(int(v) // SHRINK for v in values) if name == "n_neurons" else values
            for name, values in zip(self.paper.swept, self.paper.values, strict=True)
        )
        return replace(
            self.paper,
            base=small,
            values=values,
            n_seeds=self.n_seeds,
            keep_decoders=self.keep_decoders,
        )


def _row(
    name: str,
    sweep: Mapping[str, tuple[float | int, ...]],
    *,
    note: str = "",
    n_seeds: int = 1,
    keep_decoders: tuple[int, ...] = (),
    **fixed: Any,
) -> Row:
    """A row from what differs from the table's usual values."""
    # A swept field has no single value: the base holds the first, so that nothing else is implied.
    first = {field: values[0] for field, values in sweep.items()}
    base = RunConfig(**{**fixed, **first})
    paper = SweepConfig(base=base, swept=tuple(sweep), values=tuple(sweep.values()))
    return Row(name=name, paper=paper, note=note, n_seeds=n_seeds, keep_decoders=keep_decoders)


_LR = {"learning_rate": LEARNING_RATES}
_BIAS = {"initial_bias": BIASES}
_K = {"n_neurons": NEURONS}
_E_NOTE = "Swept densities from 1/2 to 1/32, from a replication's script."
_ABS_NOTE = "The replication's code fails on this task; the paper's own code runs it."

_ROWS = (
    _row("LR1", _LR, n_seeds=3, keep_decoders=(0, 15)),
    _row("LR2", _LR, distribution="power-law"),
    _row(
        "LR3",
        _LR,
        **TRICK,
        n_seeds=3,
        keep_decoders=(3, 9),
        note="The replication ran decay 0.003; the table's 0.03 is taken.",
    ),
    _row("B1", _BIAS, density=1 / 16, learning_rate=0.003, decay=0.03),
    _row("B2", _BIAS, density=1 / 32, learning_rate=0.003, decay=0.003),
    _row(
        "B3",
        _BIAS,
        density=1 / 64,
        learning_rate=0.003,
        decay=0.003,
        n_seeds=3,
    ),
    _row("B4", _BIAS, density=1 / 128, learning_rate=0.003, decay=0.003),
    _row("B5", _BIAS, density=1 / 256, learning_rate=0.003, decay=0.003),
    _row("LR4", _LR, distribution="power-law", **TRICK),
    _row(
        "B3-GeLU",
        {**_BIAS, "learning_rate": (0.001, 0.005, 0.01)},
        activation="gelu",
        decay=0.03,
        note="The table prints the label B3 twice. Its learning rates come from a comment that is "
        "marked unsure and says .05 between .001 and .01; .005 is taken.",
    ),
    _row(
        "E1",
        {"density": DENSITIES},
        learning_rate=0.003,
        decay=0.03,
        initial_bias=-1.0,
        note=_E_NOTE,
    ),
    _row(
        "E2",
        {"density": DENSITIES},
        learning_rate=0.003,
        decay=0.01,
        initial_bias=-1.0,
        note=_E_NOTE,
    ),
    _row(
        "E3",
        {"density": DENSITIES},
        learning_rate=0.003,
        decay=0.003,
        initial_bias=-1.0,
        note=_E_NOTE,
    ),
    _row(
        "E4",
        {"density": DENSITIES},
        learning_rate=0.003,
        decay=0.001,
        initial_bias=-1.0,
        note=_E_NOTE,
    ),
    _row("K0", {"n_neurons": NEURONS[:-1]}, learning_rate=0.007),
    _row("K1", _K, learning_rate=0.007, **TRICK, n_seeds=3, keep_decoders=(18, 21)),
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
