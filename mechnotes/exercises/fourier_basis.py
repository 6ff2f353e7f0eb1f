"""E10: the orthonormal Fourier basis of functions of the numbers modulo p."""

import math

import torch
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.grokking import fourier


def _moduli(generator: torch.Generator) -> tuple[Trial, ...]:
    """One small prime, another drawn at random, and the two that the lessons use."""
    primes = (7, 11, 13, 17, 19, 23, 29, 31)
    drawn = primes[int(torch.randint(len(primes), (), generator=generator))]
    return tuple(Trial(given={"p": p}) for p in (5, drawn, 59, 113))


def _waves(p: int) -> Tensor:
    """Cosine and sine of each frequency in turn, with amplitude 1."""
    angles = 2 * math.pi * torch.outer(torch.arange(1, p // 2 + 1), torch.arange(p)).double() / p
    return torch.stack([angles.cos(), angles.sin()], dim=1).flatten(0, 1)


def _half_normalised(p: int) -> Tensor:
    return (2 / p) ** 0.5 * torch.cat([torch.ones(1, p, dtype=torch.float64), _waves(p)])


def _not_normalised(p: int) -> Tensor:
    return torch.cat([torch.ones(1, p, dtype=torch.float64), _waves(p)])


def _one_factor(p: int) -> Tensor:
    return p**-0.5 * _not_normalised(p)


def _cosines_first(p: int) -> Tensor:
    F = fourier.basis(p)
    return torch.cat([F[:1], F[1::2], F[2::2]])


def _from_one(p: int) -> Tensor:
    """The number p in place of 0 makes no difference; 1 to p in place of 0 to p−1 turns a row."""
    return fourier.basis(p).roll(-1, 1)


basis = Exercise(
    id="E10",
    title="Which waves are there modulo p?",
    task="""\
Every function on the numbers 0 to p−1 (p odd) is a sum of a constant and of a cosine and a sine for
each frequency k from 1 to (p−1)/2. Build these p functions as the rows of an orthonormal matrix.

`basis(p)`

- `p`: an odd number, 3 or more.

Return `F`, `[p p]`, with F Fᵀ = 1. Column a belongs to the number a. Row 0 is constant and
positive; row 2k−1 is a positive multiple of cos(2πka/p), row 2k of sin(2πka/p).""",
    reference=fourier.basis,
    verdict=Equality(atol=1e-4, rtol=1e-3),
    inputs=_moduli,
    misconceptions=(
        Misconception(
            mistake="the constant row is scaled like the waves",
            wrong=_half_normalised,
            hint="The squares of a wave average 1/2, those of a constant do not. "
            "What is the length of your row 0?",
        ),
        Misconception(
            mistake="all rows are scaled by 1/√p",
            wrong=_one_factor,
            hint="That is right for the constant. The squares of a wave sum to p/2, not to p.",
        ),
        Misconception(
            mistake="the rows are not scaled at all",
            wrong=_not_normalised,
            hint="F Fᵀ should be the identity: divide each row by its length.",
        ),
        Misconception(
            mistake="all cosines come before all sines",
            wrong=_cosines_first,
            hint="Row 2k−1 and row 2k belong to the same frequency, so that a key is two "
            "neighbouring rows.",
        ),
        Misconception(
            mistake="rows and columns are exchanged",
            wrong=lambda p: fourier.basis(p).T,
            hint="A row is a function of the numbers: F @ W_E should give one row per wave.",
        ),
        Misconception(
            mistake="the numbers run from 1 to p instead of from 0 to p−1",
            wrong=_from_one,
            hint="Column 0 is the number 0, where every cosine is at its top and every sine is 0.",
        ),
    ),
    hints=(
        "`torch.outer` of frequencies and numbers gives all the products ka.",
        "Stack cosine and sine in a new axis after the frequency, then flatten the two.",
        "Dividing every row by its norm settles all factors at once.",
    ),
    starter='''def basis(p):
    """Orthonormal rows: the constant, then cosine and sine of each frequency [p p]."""
    ...''',
    difficulty="easy",
    minutes=10,
    prerequisites=("Fourier basis",),
)
