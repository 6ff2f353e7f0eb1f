"""How does a gradient become a step, for many models at once?

The paper trains with LAMB: Adam's step, rescaled for every weight matrix so that its length is the
learning rate times the length of the matrix. The variant here is the one the authors' code calls:
no correction for the moments' start at zero, and lengths of weights count up to 10. Adam, AdamW and
plain gradient descent are there to compare.

All models of a stack advance together, each with its own learning rate, moments and, for LAMB, its
own lengths.

Source: You et al. 2019, Large Batch Optimization for Deep Learning, arXiv:1904.00962, algorithm 2;
Kingma and Ba 2014, arXiv:1412.6980; Loshchilov and Hutter 2017, arXiv:1711.05101.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.monosemanticity.config import Optimiser
from mechnotes.monosemanticity.model import Weights, checked

BETAS = (0.9, 0.999)
"""How much of the old first and second moment is kept at each step."""

LAMB_EPS = 1e-6
"""Added to the root of LAMB's second moment."""

ADAM_EPS = 1e-8
"""Added to the root of Adam's second moment."""

LONGEST = 10.0
"""LAMB counts weights that are longer than this as this long."""

WEIGHT_DECAY = 0.01
"""AdamW's decay of all weights, times the learning rate."""

_NAMES: tuple[Optimiser, ...] = ("lamb", "adam", "adamw", "sgd")


@dataclass(frozen=True, kw_only=True, eq=False)
class Moments:
    """What an optimiser remembers between steps."""

    first: Weights
    """Running mean of gradients."""
    second: Weights
    """Running mean of squared gradients."""


def no_moments(weights: Weights) -> Moments:
    """The moments before the first step: zeros."""
    first, second = (
        Weights(**{n: torch.zeros_like(w) for n, w in zip(_PARTS, weights.parts, strict=True)})
        for _ in range(2)
    )
    return Moments(first=first, second=second)


def advance(
    weights: Weights,
    gradients: Weights,
    moments: Moments,
    *,
    learning_rate: Float[Tensor, " models"],
    steps_done: int,
    optimiser: Optimiser,
) -> None:
    """Make one step, in place.

    Args:
        weights: Changed.
        gradients: Used up: their memory may be overwritten.
        moments: Changed.
        learning_rate: Of each model, at this step.
        steps_done: Steps made before this one.
        optimiser: "lamb", "adam", "adamw" or "sgd".

    Raises:
        ValueError: If the optimiser is unknown, `steps_done` is no count, or there is not one
            learning rate for each model.
    """
    validate.choice(optimiser, "optimiser", _NAMES)
    validate.integer(steps_done, "steps_done")
    validate.shape(learning_rate, "learning_rate", ("models",), models=len(checked(weights).b))
    every = zip(
        weights.parts, gradients.parts, moments.first.parts, moments.second.parts, strict=True
    )
    for w, grad, first, second in every:
        rate = learning_rate.view(-1, *[1] * (w.ndim - 1))  # [models 1 ...]
        if optimiser == "sgd":
            w.addcmul_(grad, rate, value=-1)
            continue
        first.lerp_(grad, 1 - BETAS[0])
        second.mul_(BETAS[1]).addcmul_(grad, grad, value=1 - BETAS[1])
        if optimiser == "lamb":
            _lamb_step(w, first, second, rate, buffer=grad)
        else:
            if optimiser == "adamw":
                w.mul_(1 - WEIGHT_DECAY * rate)
            _adam_step(w, first, second, rate, steps_done + 1, buffer=grad)


_PARTS = ("W_in", "b", "W_out")


def _lamb_step(w: Tensor, first: Tensor, second: Tensor, rate: Tensor, *, buffer: Tensor) -> None:
    """LAMB's step on one weight of every model."""
    update = torch.sqrt(second, out=buffer).add_(LAMB_EPS)
    torch.div(first, update, out=update)
    w_length, length = (tensor.flatten(1).norm(dim=1) for tensor in (w, update))
    trust = w_length.clamp(max=LONGEST) / length
    trust = torch.where((w_length > 0) & (length > 0), trust, 1.0)
    w.addcmul_(update, rate * trust.view_as(rate), value=-1)


def _adam_step(
    w: Tensor, first: Tensor, second: Tensor, rate: Tensor, step: int, *, buffer: Tensor
) -> None:
    """Adam's step, with its correction for moments that began at zero."""
    root = math.sqrt(1 - BETAS[1] ** step)
    update = torch.sqrt(second, out=buffer).div_(root).add_(ADAM_EPS)
    torch.div(first, update, out=update)
    w.addcmul_(update, rate, value=-1 / (1 - BETAS[0] ** step))
