"""Which frequencies does a function of the numbers modulo p consist of?

Any function on 0, ..., p−1 is a sum of a constant and of cos(w a) and sin(w a) with w = 2πk/p, for
the frequencies k from 1 to (p−1)/2; p is odd. In this basis an embedding that looks like noise can
turn out to have a few entries and nothing else.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.grokking import config as configs

TIMES_CHANCE = 2.0
"""A frequency is a key if it holds at least this many times an equal share of the power."""


def basis(p: int) -> Float[Tensor, "direction number"]:
    """Orthonormal rows: the constant, then cosine and sine of each frequency in turn.

    Row 0 is 1/√p; rows 2k−1 and 2k are √(2/p) times cos(2πka/p) and sin(2πka/p). In double
    precision: F Fᵀ = 1 to 1e-13.

    Args:
        p: The modulus, odd.

    Raises:
        ValueError: If p is not odd and at least 3.
    """
    p = configs.modulus(p)
    numbers = torch.arange(p)
    frequencies = torch.arange(1, p // 2 + 1)
    # Reducing k·a first keeps the angles small, and the cosines exact to the last digit.
    angles = 2 * math.pi * ((frequencies[:, None] * numbers) % p).double() / p
    waves = torch.stack([angles.cos(), angles.sin()], dim=1).flatten(0, 1)
    constant = torch.full((1, p), p**-0.5, dtype=torch.float64)
    return torch.cat([constant, (2 / p) ** 0.5 * waves])


def rows(frequencies: tuple[int, ...], p: int) -> Float[Tensor, "direction number"]:
    """Rows of `basis` that belong to some frequencies: two for each.

    Args:
        frequencies: Numbers from 1 to (p−1)/2, none twice.
        p: The modulus, odd.

    Raises:
        ValueError: If p is no odd modulus or a frequency is not one of its frequencies.
    """
    frequencies = checked_frequencies(frequencies, p)
    wanted = [row for k in frequencies for row in (2 * k - 1, 2 * k)]
    return basis(p)[wanted]


def power(function: Float[Tensor, "number width"]) -> Float[Tensor, " frequency"]:
    """Share of each frequency in what varies of a function of the numbers; the shares sum to 1.

    Args:
        function: Value for each of the numbers 0 to p−1, such as the first p rows of W_E. Its
            mean over the numbers, the constant, does not count.

    Returns:
        Share of frequency k = 1, ..., (p−1)/2, at index k−1, from 0 to 1.

    Raises:
        ValueError: If there is not a row for each number of an odd p, or nothing varies.
    """
    validate.shape(validate.finite(function, "function"), "function", ("number", "width"))
    waves = basis(len(function)).to(function.device)[1:] @ function.double()
    each = waves.square().sum(1).unflatten(0, (-1, 2)).sum(1)
    if not each.sum() > 1e-24 * function.double().square().sum():
        validate.refuse(
            "function",
            got="the same row for every number",
            expected="a function that varies",
            fix="Pass weights that were initialised or trained.",
        )
    return each / each.sum()


def keys(function: Float[Tensor, "number width"]) -> tuple[int, ...]:
    """Key frequencies of an embedding: those with at least twice an equal share of the power.

    An equal share is 2/(p−1). The largest of the 56 shares of a random embedding of p = 113 in 128
    dimensions is near 1.25 equal shares, so it has no key.

    Args:
        function: Value for each of the numbers 0 to p−1, such as the first p rows of W_E.

    Returns:
        The frequencies, rising; none if no frequency stands out.

    Raises:
        ValueError: If there is not a row for each number of an odd p, or nothing varies.
    """
    shares = power(function)
    above = shares >= TIMES_CHANCE / len(shares)
    return tuple(k + 1 for k in range(len(shares)) if above[k])


def circle(function: Float[Tensor, "number width"], frequency: int) -> Float[Tensor, "number 2"]:
    """Where the numbers lie in the plane of one frequency.

    The plane is spanned by the function's coefficients of cosine and sine. What is drawn is the
    whole function seen from there, not its part of that frequency, so that a circle is a finding.

    Args:
        function: Value for each of the numbers 0 to p−1, such as the first p rows of W_E.
        frequency: From 1 to (p−1)/2.

    Returns:
        Two coordinates of each number in the function's unit, with their mean at the origin; the
        first axis points to where cos(wa) is 1, the second to the side where sin(wa) is positive.

    Raises:
        ValueError: If there is not a row for each number of an odd p, or the frequency is none.
    """
    validate.shape(validate.finite(function, "function"), "function", ("number", "width"))
    cosine, sine = rows((frequency,), len(function)) @ function.double()
    first = torch.nn.functional.normalize(cosine, dim=0)
    second = torch.nn.functional.normalize(sine - (sine @ first) * first, dim=0)
    seen = function.double() @ torch.stack([first, second], dim=1)
    return seen - seen.mean(0)


def checked_frequencies(frequencies: object, p: int) -> tuple[int, ...]:
    """Check that these are distinct frequencies of the numbers modulo p.

    Raises:
        ValueError: If they are not a tuple, or one is not from 1 to (p−1)/2, or appears twice.
    """
    highest = configs.modulus(p) // 2
    for k in frequencies if isinstance(frequencies, tuple) else ():
        validate.integer(k, "frequency", minimum=1, maximum=highest)
    if not isinstance(frequencies, tuple) or len(set(frequencies)) < len(frequencies):
        validate.refuse(
            "frequencies",
            got=repr(frequencies),
            expected="a tuple of distinct frequencies",
            fix="Pass fourier.keys(W_E[:-1]), or write (3,) for one frequency.",
        )
    return frequencies
