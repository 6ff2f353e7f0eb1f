"""What do the flags of the replication's command mean here?

The replication of the paper that this topic began with is run by flags: `--N 256 --m 32 ...`. They
are accepted as they are, under their names and with their defaults, and turned into a sweep.
"""

import argparse
from collections.abc import Mapping
from typing import Any

from mechnotes import validate
from mechnotes.monosemanticity.config import RunConfig, SweepConfig

FIELDS: Mapping[str, str] = {
    "N": "n_features",
    "m": "d_embedding",
    "k": "n_neurons",
    "eps": "density",
    "learning_rate": "learning_rate",
    "decay": "decay",
    "initial_bias": "initial_bias",
    "reg": "regulariser",
    "sample_kind": "distribution",
    "task": "task",
    "nonlinearity": "activation",
    "optimiser": "optimiser",
    "schedule": "schedule",
    "seed": "seed",
}
"""Field of `RunConfig` that each flag sets."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "sample_kind": {"equal": "uniform", "power_law": "power-law"},
    "task": {"autoencoder": "decoder", "random_proj": "re-projector", "abs": "abs"},
    "nonlinearity": {"ReLU": "relu", "GeLU": "gelu", "SoLU": "solu"},
}
"""The replication's words, and ours."""

WHOLE = ("N", "m", "k", "seed")
"""Flags whose values are whole numbers."""

DEFAULTS: Mapping[str, Any] = {"log2_batch_size": 8, "log2_training_steps": 15}
"""The replication's defaults where they differ from the paper's setting."""

_OTHERS = (
    *("log2_batch_size", "log2_training_steps", "sweep_var", "sweep_values"),
    *("n_seeds", "file_name", "output_dir"),
)


def add(group: Any) -> None:
    """Add all flags to a group of an argument parser.

    Args:
        group: From `ArgumentParser.add_argument_group`.
    """
    for name in FIELDS:
        known = WORDS.get(name)
        words = ", ".join(known) if known else None
        group.add_argument(f"--{name}", help=words)
    group.add_argument("--log2_batch_size", help="default 8")
    group.add_argument("--log2_training_steps", help="default 15")
    group.add_argument("--sweep_var", help="flag whose values are swept")
    group.add_argument("--sweep_values", nargs="+", help="its values")
    group.add_argument("--n_seeds", help="seeds for each value (default 1)")
    group.add_argument("--file_name", help="name of the two files (default sweep)")
    group.add_argument("--output_dir", help="their folder (default: this one)")


def given(options: argparse.Namespace) -> dict[str, Any]:
    """Those flags that were given, by name.

    Args:
        options: What the parser found.
    """
    names = (*FIELDS, *_OTHERS)
    found = {name: getattr(options, name, None) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def sweep(flags: Mapping[str, Any]) -> SweepConfig:
    """Turn flags into a sweep.

    Args:
        flags: Texts or numbers by name of the flag, as on the command line.

    Raises:
        ValueError: If a value is not of the flag's kind, or the sweep cannot be made of them.
    """
    merged = {**DEFAULTS, **flags}
    fields = {FIELDS[name]: _value(name, v) for name, v in merged.items() if name in FIELDS}
    powers = {name: _whole(merged[name], name, maximum=30) for name in DEFAULTS}
    fields["batch_size"] = 2 ** powers["log2_batch_size"]
    fields["steps"] = 2 ** powers["log2_training_steps"]
    swept = merged.get("sweep_var")
    if (swept is None) != (merged.get("sweep_values") is None):
        validate.refuse(
            "sweep_var",
            got=f"sweep_var {swept} and sweep_values {merged.get('sweep_values')}",
            expected="both or neither",
            fix="Write --sweep_var learning_rate --sweep_values 0.001 0.003.",
        )
    n_seeds = _whole(merged.get("n_seeds", 1), "n_seeds")
    base = RunConfig(**fields)
    if swept is None:
        return SweepConfig(base=base, n_seeds=n_seeds)
    validate.choice(swept, "sweep_var", _SWEEPABLE)
    values = tuple(_value(swept, value) for value in merged["sweep_values"])
    return SweepConfig(base=base, swept=(FIELDS[swept],), values=(values,), n_seeds=n_seeds)


_SWEEPABLE = ("learning_rate", "initial_bias", "decay", "reg", "eps", "k")


def _value(name: str, value: Any) -> Any:
    """The value of a flag: one of our words, a whole number or a number."""
    if name in WORDS:
        known = WORDS[name]
        validate.choice(value, name, (*known, *known.values()))
        return known.get(value, value)
    if name in ("optimiser", "schedule"):
        return value
    return _whole(value, name) if name in WHOLE else _number(value, name)


def _number(value: Any, name: str) -> float:
    try:
        return validate.number(value if isinstance(value, bool) else float(value), name)
    except (TypeError, ValueError):
        validate.refuse(
            name, got=repr(value), expected="a number", fix=f"Write --{name} 0.003, say."
        )


def _whole(value: Any, name: str, *, maximum: int | None = None) -> int:
    number = _number(value, name)
    if number != int(number):
        validate.refuse(
            name, got=repr(value), expected="a whole number", fix=f"Write --{name} 64, say."
        )
    return validate.integer(int(number), name, maximum=maximum)
