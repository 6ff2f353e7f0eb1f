"""How well does the network know its sums?

Cross entropy in nats. The logarithm of the softmax is taken in double precision: late in training
the loss is so small that single precision would round it, and the gradient, to zero.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate


def cross_entropy(logits: Float[Tensor, "pair p"], sums: Int[Tensor, " pair"]) -> Float[Tensor, ""]:
    """Mean of −ln(probability of the right answer), in nats, in double precision.

    Args:
        logits: Logits of the answers 0 to p−1; log p is what equal logits give.
        sums: The right answers.

    Raises:
        ValueError: If there are not as many logits as sums, or a sum is no answer.

    Source:
        Nanda et al. 2023, and the code published with it.
    """
    _check(logits, sums)
    return torch.nn.functional.nll_loss(logits.double().log_softmax(-1), sums)


def accuracy(logits: Float[Tensor, "pair p"], sums: Int[Tensor, " pair"]) -> float:
    """Share of pairs for which the right answer has the largest logit, from 0 to 1.

    Raises:
        ValueError: If there are not as many logits as sums, or a sum is no answer.
    """
    _check(logits, sums)
    return float((logits.argmax(-1) == sums).double().mean())


def _check(logits: Float[Tensor, "pair p"], sums: Int[Tensor, " pair"]) -> None:
    validate.shape(validate.floating(logits, "logits"), "logits", ("pair", "p"))
    validate.shape(sums, "sums", ("pair",), pair=len(logits))
    if not 0 <= int(sums.min()) <= int(sums.max()) < logits.shape[1]:
        validate.refuse(
            "sums",
            got=f"{int(sums.min())} to {int(sums.max())}",
            expected=f"0 to {logits.shape[1] - 1}",
            fix="Reduce them modulo p first.",
        )
