"""What happens to the answers when frequencies are taken out of the embedding?

The embedding of the numbers is the only place where the network learns which numbers it is given.
Taking the key frequencies out of it must ruin the answers if these are what it computes with;
taking all others out must not.
"""

import dataclasses

from mechnotes.grokking import fourier
from mechnotes.grokking import weights as weightings
from mechnotes.grokking.weights import Weights


def without(weights: Weights, frequencies: tuple[int, ...]) -> Weights:
    """The network with some frequencies taken out of the embedding of the numbers.

    Args:
        weights: The network.
        frequencies: Numbers from 1 to (p−1)/2; the constant always stays.

    Raises:
        ValueError: If the weights are none or a frequency is none.
    """
    p = weightings.checked(weights).p
    along = fourier.rows(frequencies, p).to(weights.W_E.dtype)
    W_E = weights.W_E.clone()
    W_E[:p] -= along.T @ (along @ weights.W_E[:p])
    return dataclasses.replace(weights, W_E=W_E)


def with_only(weights: Weights, frequencies: tuple[int, ...]) -> Weights:
    """The network with all other frequencies taken out of the embedding of the numbers.

    Args:
        weights: The network.
        frequencies: Those that stay, beside the constant.

    Raises:
        ValueError: If the weights are none or a frequency is none.
    """
    p = weightings.checked(weights).p
    kept = fourier.checked_frequencies(frequencies, p)
    others = tuple(k for k in range(1, p // 2 + 1) if k not in kept)
    return without(weights, others)
