"""Does a small transformer solve the task, and where does it look?

Every function takes the weights of many models side by side and prompts, and gives numbers for each
seed. A model can know the two names without knowing who gives: then its accuracy is one half, its
logit difference 0 and its loss ln 2. `solved` asks for all prompts, among all symbols: a head that
only denies the giver would prefer the receiver to the giver, and prefer a name that nobody said to
both.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import metrics, validate
from mechnotes.circuits.attention_only.model import forward
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.symbolic import task

ROLES = ("bos", "answer", "giver", "repeat", "end")
"""Where the last position can look, by role: the receiver, the giver's two mentions, the rest."""


def logits(weights: Weights, prompts: task.Prompts) -> Float[Tensor, "seed prompt d_vocab"]:
    """Logits of the symbol that follows each prompt.

    Raises:
        ValueError: If the weights or the prompts are not of this task.
    """
    return forward(task.fitting(weights), task.checked(prompts).tokens).logits[:, :, -1]


def accuracy(weights: Weights, prompts: task.Prompts) -> Float[Tensor, " seed"]:
    """Share of prompts whose answer has the highest logit of all eight symbols.

    Args:
        weights: The models.
        prompts: Prompts with answers.

    Returns:
        0 to 1; 1/2 is what choosing between the two names by chance gives, 1/8 chance among all.

    Raises:
        ValueError: If the weights or the prompts are not of this task.
    """
    return scored(logits(weights, prompts), prompts, metric=metrics.accuracy).mean(dim=-1)


def solved(weights: Weights, prompts: task.Prompts) -> Bool[Tensor, " seed"]:
    """Which models give the right answer to every prompt.

    Raises:
        ValueError: If the weights or the prompts are not of this task.
    """
    return accuracy(weights, prompts) == 1


def logit_difference(weights: Weights, prompts: task.Prompts) -> Float[Tensor, " seed"]:
    """Logit of the receiver less that of the giver, averaged over prompts.

    Args:
        weights: The models.
        prompts: Prompts with answers.

    Returns:
        Nats; 0 means that nothing tells the two names apart, above 0 the receiver is preferred.

    Raises:
        ValueError: If the weights or the prompts are not of this task.
    """
    return scored(logits(weights, prompts), prompts, metric=metrics.logit_diff).mean(dim=-1)


def scored(
    logits: Float[Tensor, "seed prompt d_vocab"], prompts: task.Prompts, *, metric: metrics.Metric
) -> Float[Tensor, "seed prompt"]:
    """A metric of `mechnotes.metrics` for all models at once.

    Args:
        logits: Logits after each prompt.
        prompts: Prompts with answers.
        metric: Which metric; the clean run that it may compare with is the given one.

    Returns:
        One number for each model and prompt, in the metric's unit.

    Raises:
        ValueError: If the prompts are none or the logits do not fit them.
    """
    n_prompts = len(task.checked(prompts).answers)
    sizes = {"prompt": n_prompts, "d_vocab": len(task.SYMBOLS)}
    axes = ("seed", "prompt", "d_vocab")
    validate.shape(validate.floating(logits, "logits"), "logits", axes, **sizes)
    flat, n_seeds = logits.flatten(0, 1), len(logits)
    target = metrics.Target(
        answers=prompts.answers.repeat(n_seeds), wrong=prompts.wrong.repeat(n_seeds), clean=flat
    )
    return metric(flat, target).unflatten(0, (n_seeds, n_prompts))


def end_attention(
    weights: Weights, prompts: task.Prompts
) -> Float[Tensor, "seed layer head prompt role"]:
    """How much the last position takes from each role.

    Args:
        weights: The models.
        prompts: Prompts with named positions.

    Returns:
        Attention from 0 to 1, in the order of ROLES; the five add up to 1.

    Raises:
        ValueError: If the weights or the prompts are not of this task.
    """
    patterns = forward(task.fitting(weights), task.checked(prompts).tokens).patterns
    last = patterns[..., -1, :].transpose(2, 3)  # [seed layer head prompt pos]
    places = torch.stack([prompts.positions[role] for role in ROLES], dim=-1)  # [prompt role]
    return last.gather(-1, places.expand(*last.shape[:-1], -1))
