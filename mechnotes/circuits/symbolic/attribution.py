"""What does each head say about the two names?

The logits of these models are a plain sum: what the last position's own embedding says, and what
each head says. So each part's share of any difference of logits is exact, no approximation.

A constant added to all logits changes nothing, so a part is read against the four names that nobody
said. `evidence` is how far it lifts the receiver and the giver above them. `contrast` tells the two
kinds of heads of the published circuit apart: 0 for a head that lifts both names alike (additive),
1 for one that lifts the receiver alone or lowers the giver alone (contrastive).

Which of two heads does what is no property of the sum: a model may share out both jobs between its
heads in any way, and only the sum is what was trained. The contrast says whether it did.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, on the direct path to the
    logits; Adhikari 2025, arXiv:2510.25013, for additive and contrastive heads.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes.circuits.attention_only.model import forward
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.symbolic import task

SAID = ("answer", "giver")
"""The two names of `evidence`: the receiver and the giver."""


def part_names(weights: Weights) -> tuple[str, ...]:
    """Names of the parts: "direct" for the last position's embedding, then "head 0.1" and so on.

    Raises:
        ValueError: If the weights are not of this task.
    """
    heads = range(task.fitting(weights).n_heads)
    return ("direct", *(f"head {layer}.{h}" for layer in range(weights.n_layers) for h in heads))


def contributions(
    weights: Weights, prompts: task.Prompts
) -> Float[Tensor, "seed part prompt d_vocab"]:
    """What each part adds to each logit after the prompt.

    Args:
        weights: The models.
        prompts: The prompts.

    Returns:
        Nats; the sum over parts is the model's logits.

    Raises:
        ValueError: If the weights or the prompts are not of this task.
    """
    ran = forward(task.fitting(weights), task.checked(prompts).tokens)
    heads = (
        ran.results[..., -1, :].transpose(2, 3).flatten(1, 2)
    )  # [seed layer*head prompt d_model]
    parts = torch.cat([ran.embedded[:, None, :, -1], heads], dim=1)
    return torch.einsum("scpd, sdv -> scpv", parts, weights.W_U)


def evidence(weights: Weights, prompts: task.Prompts) -> Float[Tensor, "seed part prompt said"]:
    """How far each part lifts the two names above the names that nobody said.

    Args:
        weights: The models.
        prompts: The prompts.

    Returns:
        Nats for the receiver and the giver, in this order: the logit less the mean logit of the
        four other names.

    Raises:
        ValueError: If the weights or the prompts are not of this task.
    """
    parts = contributions(weights, prompts)
    said = torch.stack([prompts.answers, prompts.wrong], dim=-1)  # [prompt said]
    lifted = parts.gather(-1, said.expand(*parts.shape[:-1], -1))
    others = torch.ones(len(said), len(task.NAMES)).scatter(1, said, 0.0)
    unsaid = (parts[..., : len(task.NAMES)] * others).sum(-1) / others.sum(-1)
    return lifted - unsaid[..., None]


def difference_shares(weights: Weights, prompts: task.Prompts) -> Float[Tensor, "seed part"]:
    """Share of the mean logit difference that each part brings.

    Args:
        weights: The models.
        prompts: The prompts.

    Returns:
        Shares that add up to 1; below 0 for a part that prefers the giver. Meaningless where the
        model's logit difference is near 0, as it is before it has solved the task.

    Raises:
        ValueError: If the weights or the prompts are not of this task.
    """
    found = evidence(weights, prompts).mean(dim=2)  # [seed part said]
    difference = found[..., 0] - found[..., 1]
    return difference / difference.sum(dim=1, keepdim=True)


def contrast(weights: Weights, prompts: task.Prompts) -> Float[Tensor, "seed part"]:
    """Whether a part treats the two names alike or sets them apart.

    With mean evidence a for the receiver and g for the giver, it is (a - g) / (|a| + |g|).

    Args:
        weights: The models.
        prompts: The prompts, in which both orders should be as frequent.

    Returns:
        0 if both are lifted alike, 1 if only the receiver is lifted or only the giver lowered, or
        both at once; -1 if only the giver is lifted. NaN for a part that says nothing.

    Raises:
        ValueError: If the weights or the prompts are not of this task.
    """
    answer, giver = evidence(weights, prompts).mean(dim=2).unbind(dim=-1)
    return (answer - giver) / (answer.abs() + giver.abs())
