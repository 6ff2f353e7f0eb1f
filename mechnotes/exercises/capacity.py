"""The exercise on capacity and its bound: E06.

from mechnotes.exercises import capacity as exercises
exercises.capacity_and_leverage.check(lambda W: W.square().sum(dim=0).expand(2, -1))
"""

import torch
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.superposition.dimensionality import leverage


def _weights(generator: torch.Generator) -> tuple[Trial, ...]:
    """Loose weights, a missing feature, a lost dimension, and more dimensions than features."""
    loose = torch.randn(3, 5, generator=generator)
    holed = torch.randn(2, 6, generator=generator)
    holed[:, 1] = 0
    flat = torch.randn(3, 2, generator=generator) @ torch.randn(2, 6, generator=generator)
    tall = torch.randn(5, 3, generator=generator)
    return tuple(Trial(given={"W": W}) for W in (loose, holed, flat, tall))


def _crowding(W: Tensor) -> Tensor:
    """Sum over j of (W_i . W_j)², 1 for a feature that is not stored."""
    crowding = (W.T @ W).square().sum(dim=1)
    return torch.where(crowding > 0, crowding, 1.0)


def _capacity(W: Tensor) -> Tensor:
    return W.square().sum(dim=0).square() / _crowding(W)


def _without_the_square(W: Tensor) -> Tensor:
    return torch.stack((W.square().sum(dim=0) / _crowding(W), leverage.leverage(W)))


def _without_own_term(W: Tensor) -> Tensor:
    others = (W.T @ W).square().fill_diagonal_(0).sum(dim=1)
    capacity = torch.where(others > 0, W.square().sum(dim=0).square() / others, 0.0)
    return torch.stack((capacity, leverage.leverage(W)))


def _equal_shares(W: Tensor) -> Tensor:
    rank = torch.linalg.matrix_rank(W).to(W.dtype)
    return torch.stack((_capacity(W), (rank / W.shape[1]).expand(W.shape[1])))


def _lengths(W: Tensor) -> Tensor:
    return torch.stack((_capacity(W), W.square().sum(dim=0)))


def _projected_on_columns(W: Tensor) -> Tensor:
    """Leverage of the hidden dimensions, which are rows: one number for each, padded with 0."""
    hat = (W @ torch.linalg.pinv(W)).diagonal()
    wide = torch.zeros(W.shape[1])
    wide[: len(hat)] = hat[: W.shape[1]]
    return torch.stack((_capacity(W), wide))


capacity_and_leverage = Exercise(
    id="E06",
    title="Why do capacities add up to no more than the dimensions?",
    task="""\
Prove the bound by code: compute the capacity of each feature, and beside it a number that no
capacity exceeds and whose sum is known.

`capacity_and_leverage(W)`

- `W`: `[d_hidden features]`; column i is W_i, the direction of feature i.

Return `[2 features]`. First row: the capacity C_i = |W_i|⁴ divided by the sum over all j, i
included, of (W_i · W_j)²; 0 if W_i = 0. Second row: the *leverage* of feature i, the squared length
of its axis (a 1 at place i, else 0) after projection on the space spanned by the rows of W. The
rows of W may depend on each other.

Then look: C_i ≤ leverage in every column, and the leverages add up to the rank of W.""",
    reference=leverage.capacity_and_leverage,
    verdict=Equality(rtol=1e-3, atol=1e-4),
    inputs=_weights,
    misconceptions=(
        Misconception(
            mistake="the numerator of the capacity is |W_i|² instead of its square",
            wrong=_without_the_square,
            hint="Scale W by 2: a share of dimensions should not change. Count the powers of W "
            "above and below the line.",
        ),
        Misconception(
            mistake="the sum in the capacity leaves out the feature's own term",
            wrong=_without_own_term,
            hint="A feature orthogonal to all others should have capacity 1, not infinity. "
            "The sum runs over all j, i included.",
        ),
        Misconception(
            mistake="every feature is given the same leverage, the rank over the number of "
            "features",
            wrong=_equal_shares,
            hint="The sum is right, but a feature with a dimension of its own needs a leverage of "
            "1. Project each axis by itself.",
        ),
        Misconception(
            mistake="the squared length of W_i is taken for the leverage",
            wrong=_lengths,
            hint="That is right only if the rows of W are orthogonal and of length 1. "
            "Make them so without changing the space they span.",
        ),
        Misconception(
            mistake="the projection is on the columns of W, in the hidden space",
            wrong=_projected_on_columns,
            hint="Features are axes of the input: the space to project on lies there. "
            "Which side of W has one entry per feature?",
        ),
    ),
    hints=(
        "`W.T @ W` holds all dot products; its diagonal holds the squared lengths.",
        "The matrix `torch.linalg.pinv(W) @ W` projects on the rows of W. What is on its diagonal?",
        "A projection P has P P = P, so the squared length of a projected axis is on the diagonal "
        "of P.",
    ),
    starter='''def capacity_and_leverage(W):
    """Capacity and leverage of each feature [2 features]."""
    ...''',
    difficulty="medium",
    minutes=20,
    prerequisites=("capacity", "dimensionality", "rank"),
)
