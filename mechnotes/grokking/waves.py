"""Are the logits a sum of cosines of a + b − c?

If they are, a pair's logits depend on nothing but the distance of c from the right answer, and look
the same around every answer: waves that agree there and cancel everywhere else.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.grokking import fourier, pairs, progress


def around_answer(logits: Float[Tensor, "pair p"]) -> Float[Tensor, " offset"]:
    """Mean logit of the answer that is off by 0, 1, ..., p−1, less the mean over all answers.

    Args:
        logits: Logits of all pairs, in the order of `pairs.every`.

    Raises:
        ValueError: If these are not the logits of all p² pairs.
    """
    by_sum = progress.by_sum(logits)
    p = len(by_sum)
    numbers = torch.arange(p)
    shifted = by_sum[numbers[:, None], (numbers[:, None] + numbers) % p]
    profile = shifted.mean(0)
    return profile - profile.mean()


def amplitudes(logits: Float[Tensor, "pair p"]) -> Float[Tensor, " frequency"]:
    """α_k, the amplitude of cos(w_k(a+b−c)) in the logits, for k = 1, ..., (p−1)/2 at index k−1.

    Negative amplitudes, which speak against the answer, are kept.

    Raises:
        ValueError: If these are not the logits of all p² pairs.
    """
    profile = around_answer(logits)
    cosines = fourier.basis(len(profile))[1::2]
    return (2 / len(profile)) ** 0.5 * (cosines @ profile)


def explained(logits: Float[Tensor, "pair p"], frequencies: tuple[int, ...]) -> float:
    """Share of the logits' variance that Σ_k α_k cos(w_k(a+b−c)) of some frequencies explains.

    As in `progress.explained`, means over answers and over pairs are taken away first. This is the
    stricter of the two: it also fixes the phase and the shape in c.

    Raises:
        ValueError: If these are not the logits of all p² pairs, a frequency is none, or nothing
            varies.
    """
    each = amplitudes(logits)
    p = logits.shape[1]
    chosen = fourier.checked_frequencies(frequencies, p)
    seen = logits.double() - logits.double().mean(1, keepdim=True)
    total = (seen - seen.mean(0)).square().sum()
    if not total > 0:
        validate.refuse(
            "logits",
            got="the same for every pair",
            expected="logits that vary",
            fix="Pass the logits of a network.",
        )
    # A cosine of amplitude α has mean square α²/2, over all p² pairs and p answers.
    power = sum((each[k - 1].square() / 2 for k in chosen), torch.zeros((), dtype=torch.float64))
    return float(power * p**3 / total)


def by_difference(logits: Float[Tensor, "pair p"]) -> Float[Tensor, " difference"]:
    """Mean logit of the right answer over pairs with the same a − b, less each pair's mean logit.

    Flat if a network answers all pairs alike; the hand-built one is weak where |cos(w(a−b)/2)| is.

    Raises:
        ValueError: If these are not the logits of all p² pairs.
    """
    p = len(progress.by_sum(logits))
    every = pairs.every(p)
    right = logits.double().gather(1, every.sums[:, None])[:, 0] - logits.double().mean(1)
    totals = torch.zeros(p, dtype=torch.float64)
    return totals.index_add_(0, (every.a - every.b) % p, right) / p
