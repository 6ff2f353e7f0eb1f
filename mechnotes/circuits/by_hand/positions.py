"""How can a matrix move a position by one?

A position is written like the time on a clock with many hands: hand k turns by k N-ths of a circle
from one position to the next, and each hand gives a cosine and a sine. Turning all hands is a
matrix that is the same for every position, so "one before" and "one after" can stand in weights.

With (N - 1) / 2 hands and N odd, two different positions have the inner product -1/2 and a position
with itself (N - 1) / 2: a lookup as sharp as with a dimension for each position.

Source:
    Elhage et al. 2021, exercises on A Mathematical Framework for Transformer Circuits, which use
    sines and cosines; the choice of frequencies is ours.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate


def size(n_ctx: int) -> int:
    """Dimensions that tell so many positions apart: two for each hand, always even.

    Raises:
        ValueError: If it is not an integer of at least 2.
    """
    return validate.integer(n_ctx, "n_ctx", minimum=2) // 2 * 2


def clock(n_ctx: int) -> Float[Tensor, "pos size"]:
    """The hands at every position: cosine and sine of each hand in turn, each hand of length 1.

    Args:
        n_ctx: Number of positions.

    Raises:
        ValueError: If it is not an integer of at least 2.
    """
    n_hands = size(n_ctx) // 2
    steps = torch.arange(n_ctx, dtype=torch.float64)[:, None]
    angles = steps * _angles(n_hands)  # [pos, hand]
    return torch.stack((angles.cos(), angles.sin()), dim=-1).flatten(1).float()


def turn(size: int, steps: int) -> Float[Tensor, "size size"]:
    """The rotation that moves every position by the same number of steps.

    Args:
        size: Dimensions of the positions.
        steps: How far; negative is back. One step before the first position lies the last of the
            circle, which no text may reach.

    Returns:
        An orthogonal matrix: `clock[p] @ turn(size, 1)` is `clock[p + 1]`.

    Raises:
        ValueError: If the size is not even and at least 2, or the steps are no integer.
    """
    n_hands = validate.integer(size, "size", minimum=2) // 2
    if size % 2:
        validate.refuse(
            "size", got=size, expected="an even number", fix="Each hand needs two dimensions."
        )
    angles = validate.integer(steps, "steps", minimum=-(10**6)) * _angles(n_hands)
    matrix = torch.zeros(size, size, dtype=torch.float64)
    even = torch.arange(0, size, 2)
    matrix[even, even] = matrix[even + 1, even + 1] = angles.cos()
    matrix[even, even + 1] = angles.sin()
    matrix[even + 1, even] = -angles.sin()
    return matrix.float()


def _angles(n_hands: int) -> Float[Tensor, " hand"]:
    """By how much each hand turns in one step, in radians."""
    hands = torch.arange(1, n_hands + 1, dtype=torch.float64)
    return 2 * math.pi * hands / (2 * n_hands + 1)
