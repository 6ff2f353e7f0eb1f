"""How far has the circuit come, when the test loss does not show it yet?

Take the logits of all p² pairs. What depends on a and b only through the angle w(a + b) of a key
frequency is the circuit's work. The restricted loss keeps nothing else but the mean; the excluded
loss takes just that away, and is measured on the training pairs, which memory could answer.

The functions take the logits of all pairs in the order of `pairs.every`.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import validate
from mechnotes.grokking import fourier, pairs
from mechnotes.grokking.losses import cross_entropy


def by_sum(logits: Float[Tensor, "pair p"]) -> Float[Tensor, "sum p"]:
    """Mean logits over the p pairs that share a sum, for each sum 0 to p−1.

    Averaging over them removes everything that is orthogonal to the functions of a + b.

    Raises:
        ValueError: If these are not the logits of all p² pairs.
    """
    p = _modulus(logits)
    totals = logits.new_zeros(p, p, dtype=torch.float64)
    sums = pairs.every(p).sums.to(logits.device)
    return totals.index_add_(0, sums, logits.double()) / p


def component(
    logits: Float[Tensor, "pair p"], frequencies: tuple[int, ...]
) -> Float[Tensor, "sum p"]:
    """Part of the logits along cos(w(a+b)) and sin(w(a+b)) of some frequencies.

    It is the same for all pairs that share a sum, and is given once for each sum.

    Args:
        logits: Logits of all pairs.
        frequencies: Numbers from 1 to (p−1)/2; with none the component is 0.

    Raises:
        ValueError: If these are not the logits of all p² pairs, or a frequency is none.

    Source:
        Nanda et al. 2023, Progress measures for grokking via mechanistic interpretability.
    """
    along = fourier.rows(frequencies, _modulus(logits)).to(logits.device)
    return along.T @ (along @ by_sum(logits))


def restricted_logits(
    logits: Float[Tensor, "pair p"], frequencies: tuple[int, ...]
) -> Float[Tensor, "sum p"]:
    """Logits of which only the mean and the component of some frequencies are left, by sum.

    Raises:
        ValueError: If these are not the logits of all p² pairs, or a frequency is none.
    """
    along = component(logits, frequencies)
    return logits.double().mean(0) + along


def excluded_logits(
    logits: Float[Tensor, "pair p"], frequencies: tuple[int, ...]
) -> Float[Tensor, "pair p"]:
    """Logits from which the component of some frequencies was taken away.

    Raises:
        ValueError: If these are not the logits of all p² pairs, or a frequency is none.
    """
    sums = pairs.every(_modulus(logits)).sums.to(logits.device)
    return logits.double() - component(logits, frequencies)[sums]


def restricted_loss(
    logits: Float[Tensor, "pair p"], frequencies: tuple[int, ...]
) -> Float[Tensor, ""]:
    """Loss of the restricted logits over all pairs, in nats; log p if no frequency is kept.

    Raises:
        ValueError: If these are not the logits of all p² pairs, or a frequency is none.
    """
    kept = restricted_logits(logits, frequencies)
    # Every sum stands for p pairs with the same restricted logits.
    return cross_entropy(kept, torch.arange(len(kept), device=kept.device))


def excluded_loss(
    logits: Float[Tensor, "pair p"],
    frequencies: tuple[int, ...],
    is_training: Bool[Tensor, " pair"],
) -> Float[Tensor, ""]:
    """Loss of the excluded logits on the training pairs, in nats.

    Args:
        logits: Logits of all pairs.
        frequencies: Key frequencies of the final network.
        is_training: Which pairs were learnt from, as `pairs.is_training` gives it.

    Raises:
        ValueError: If these are not the logits of all p² pairs, a frequency is none, or no pair
            is marked.
    """
    left = excluded_logits(logits, frequencies)
    validate.shape(is_training, "is_training", ("pair",), pair=len(left))
    if not bool(is_training.any()):
        validate.refuse(
            "is_training",
            got="no pair",
            expected="at least one training pair",
            fix="Pass pairs.is_training(config).",
        )
    sums = pairs.every(left.shape[1]).sums.to(left.device)
    return cross_entropy(left[is_training], sums[is_training])


def both_losses(
    logits: Float[Tensor, "pair p"],
    *,
    frequencies: tuple[int, ...],
    is_training: Bool[Tensor, " pair"],
) -> Float[Tensor, "2"]:
    """Restricted loss over all pairs and excluded loss over the training pairs, in nats.

    Args:
        logits: Logits of all pairs.
        frequencies: Key frequencies of the final network.
        is_training: Which pairs were learnt from.

    Raises:
        ValueError: If these are not the logits of all p² pairs, a frequency is none, or no pair
            is marked.
    """
    excluded = excluded_loss(logits, frequencies, is_training)
    return torch.stack([restricted_loss(logits, frequencies), excluded])


def explained(logits: Float[Tensor, "pair p"], frequencies: tuple[int, ...]) -> float:
    """Share of the logits' variance that the component of some frequencies accounts for.

    Before, the mean over answers is taken from each pair, since the softmax does not see it, and
    the mean over pairs from each answer. 1 if the logits are waves of a + b with these frequencies.

    Raises:
        ValueError: If these are not the logits of all p² pairs, a frequency is none, or nothing
            varies.
    """
    _modulus(logits)
    seen = logits.double() - logits.double().mean(1, keepdim=True)
    varying = seen - seen.mean(0)
    total = varying.square().sum()
    if not total > 0:
        validate.refuse(
            "logits",
            got="the same for every pair",
            expected="logits that vary",
            fix="Pass the logits of a network.",
        )
    return float(component(varying, frequencies).square().sum() * varying.shape[1] / total)


def _modulus(logits: Float[Tensor, "pair p"]) -> int:
    """The modulus of logits of all pairs."""
    validate.shape(validate.finite(logits, "logits"), "logits", ("pair", "p"))
    p = logits.shape[1]
    if len(logits) != p * p:
        validate.refuse(
            "logits",
            got=f"{len(logits)} pairs for p = {p}",
            expected=f"all {p * p} pairs",
            fix="Compute them with model.logits(weights, pairs.every(p)).",
        )
    return p
