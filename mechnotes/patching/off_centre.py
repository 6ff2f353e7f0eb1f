"""Zero, mean or resampled: which ablation tells what an activation was worth?

A unit carries one bit, x = -1 or +1, but lies off centre: its activation is c + x. The net wants to
say something about x, and the question is how much worse it does without the unit. By construction
that is known: what is lost is the variance of the answer over x, for whoever does not know x can do
no better than its mean.

| mean squared error that is added | truth | zero     | mean | resampled |
|----------------------------------|-------|----------|------|-----------|
| readout h - c                    | 1     | c^2 + 1  | 1    | 2         |
| readout abs(h - c)               | 0     | (c-1)^2  | 1    | 0         |

*Zero* is a value the net has never seen, and the error is that of a strange value. The *mean* is
right for a linear readout, and wrong for the second: no prompt has the activation c. *Resampling*
gives values that do occur, but a confident wrong bit costs twice what a missing one does.

Source:
    Wang et al. 2022, arXiv:2211.00593, section 2.1 (why mean and not zero); the net is ours.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.patching.stand_ins import KINDS, stand_in

BITS = (-1.0, -1.0, 1.0, 1.0)
"""The bit of each of four prompts."""
DONORS = (0, 2, 1, 3)
"""Whose activation each prompt is given when resampling: every pair of bits meets once."""
READOUTS = ("linear", "distance")
"""h - c, and its absolute value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OffCentre:
    """One unit, far from zero, and what is read off it."""

    centre: float | int = 5.0
    """c: the unit's mean activation."""
    readout: str = "linear"
    """One of `READOUTS`."""

    def __post_init__(self) -> None:
        validate.number(self.centre, "centre")
        validate.choice(self.readout, "readout", READOUTS)

    def hidden(self) -> Float[Tensor, "prompt pos unit"]:
        """The unit's activation on each prompt, c + x; a single position and a single unit."""
        return self.centre + torch.tensor(BITS).reshape(-1, 1, 1)

    def answer(self, hidden: Float[Tensor, "prompt pos unit"]) -> Float[Tensor, " prompt"]:
        """What the net says: x itself, or its size; both follow from h - c.

        Raises:
            ValueError: If hidden is not a finite tensor of this shape.
        """
        validate.shape(validate.finite(hidden, "hidden"), "hidden", ("prompt", "pos", "unit"))
        off = hidden[:, 0, 0] - self.centre
        return off if self.readout == "linear" else off.abs()


def ablated(
    hidden: Float[Tensor, "prompt pos unit"],
    unit: int,
    kind: str,
    donors: Int[Tensor, " prompt"] | None = None,
) -> Float[Tensor, "prompt pos unit"]:
    """Take one unit's activation away, and put something in its place.

    Args:
        hidden: Activations of a batch of prompts.
        unit: Which unit; all others stay as they are.
        kind: "zero", "mean" (one number for all prompts and positions), "position_mean" (one for
            each position), or "resample" (another prompt's activation at the same position).
        donors: For "resample": row i is given the activation of row donors[i].

    Returns:
        A changed copy.

    Raises:
        ValueError: If the kind or the unit does not exist, donors are missing or no rows, or
            hidden is not a finite tensor.
    """
    validate.shape(validate.finite(hidden, "hidden"), "hidden", ("prompt", "pos", "unit"))
    column = validate.integer(unit, "unit", maximum=hidden.shape[-1] - 1)
    if validate.choice(kind, "kind", KINDS) == "resample":
        put = hidden[_checked(donors, len(hidden))]
    else:
        put = stand_in(hidden, kind, n_prompts=len(hidden))
    changed = hidden.clone()
    changed[:, :, column] = put[:, :, column]
    return changed


def measured_effect(net: OffCentre, kind: str) -> float:
    """Mean squared error that an ablation of the unit adds; without it the net makes none.

    Args:
        net: The net.
        kind: As in `ablated`; resampling pairs every bit with every bit.

    Returns:
        The squared answer's unit; compare with `true_effect`.

    Raises:
        ValueError: If the kind does not exist.
    """
    hidden = net.hidden()
    without = ablated(hidden, 0, kind, torch.tensor(DONORS))
    return (net.answer(without) - net.answer(hidden)).square().mean().item()


def true_effect(net: OffCentre) -> float:
    """Mean squared error of the best guess without the unit: the variance of the right answer."""
    return net.answer(net.hidden()).var(correction=0).item()


def _checked(donors: Int[Tensor, " prompt"] | None, n_prompts: int) -> Int[Tensor, " prompt"]:
    """Rows to take activations from."""
    whole = isinstance(donors, Tensor) and not donors.is_floating_point() and donors.ndim == 1
    if not whole or donors is None or len(donors) != n_prompts or not _are_rows(donors, n_prompts):
        validate.refuse(
            "donors",
            got=repr(donors),
            expected=f"{n_prompts} whole numbers from 0 to {n_prompts - 1}",
            fix="Name a row for each prompt: torch.arange(n).roll(1) gives each its neighbour's.",
        )
    return donors


def _are_rows(donors: Int[Tensor, " prompt"], n_prompts: int) -> bool:
    return bool(((donors >= 0) & (donors < n_prompts)).all())
