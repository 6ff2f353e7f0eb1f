"""How well do models continue repeating texts, and what do their heads look at?"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes.circuits import marks
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.attention_only.losses import losses
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.induction.texts import Texts


@torch.no_grad()
def loss_on_repeats(weights: Weights, texts: Texts) -> Float[Tensor, " seed"]:
    """Mean loss on the tokens that can be foretold, in nats; ln V is a guess among V tokens."""
    return losses(weights, texts.tokens)[:, texts.in_repeats].mean(-1)


@torch.no_grad()
def loss_in_first_round(weights: Weights, texts: Texts) -> Float[Tensor, " seed"]:
    """Mean loss on the tokens that nobody can foretell, in nats."""
    return losses(weights, texts.tokens)[:, texts.in_first_round].mean(-1)


@torch.no_grad()
def previous_token(
    weights: Weights, tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, "seed layer head"]:
    """Attention of each head to the position before, from 0 to 1."""
    return marks.share(model.forward(weights, tokens).patterns, marks.previous(tokens))


@torch.no_grad()
def prefix_matching(
    weights: Weights, tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, "seed layer head"]:
    """Attention of each head to what followed earlier copies of its token, from 0 to 1.

    Source:
        Olsson et al. 2022, prefix matching, summed over the earlier copies.
    """
    return marks.share(model.forward(weights, tokens).patterns, marks.followed(tokens))
