"""Where should a head look? Marks on pairs of positions, and how much attention falls on them.

A mark is True where a reader (second last axis) looks at a place that counts (last axis). An
attention pattern and marks make a score from 0 (never looks there) to 1 (looks nowhere else).

Source:
    Olsson et al. 2022, In-context Learning and Induction Heads, for previous tokens and prefix
    matching. Their text says that prefix matching attends to what *preceded* the earlier copies;
    what is meant, and what TransformerLens computes, is the token that followed them.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def previous(tokens: Int[Tensor, "batch pos"]) -> Bool[Tensor, "batch pos pos"]:
    """The position before; the first position has none."""
    n_texts, n_pos = tokens.shape
    before = torch.ones(n_pos - 1, dtype=torch.bool, device=tokens.device).diag(-1)
    return before.expand(n_texts, -1, -1)


def earlier(tokens: Int[Tensor, "batch pos"]) -> Bool[Tensor, "batch pos pos"]:
    """Earlier positions with the reader's own token."""
    return (tokens[:, :, None] == tokens[:, None, :]) & _past(tokens)


def followed(tokens: Int[Tensor, "batch pos"]) -> Bool[Tensor, "batch pos pos"]:
    """Positions just after earlier copies of the reader's own token: what should come next."""
    after = earlier(tokens).roll(1, dims=-1)
    after[..., 0] = False
    return after & _past(tokens)


def share(
    patterns: Float[Tensor, "*models batch head pos pos"], where: Bool[Tensor, "batch pos pos"]
) -> Float[Tensor, "*models head"]:
    """Attention on marked places, mean over the readers that have any.

    Args:
        patterns: Attention of heads; rows (the last axis) add up to 1.
        where: What counts. Several marks of one reader are added up.

    Returns:
        From 0 to 1 for each head; NaN if nothing is marked.
    """
    readers = where.any(-1)  # [batch, pos]
    on_marks = (patterns * where[:, None]).sum(-1) * readers[:, None]
    return on_marks.sum((-3, -1)) / readers.sum()


def _past(tokens: Int[Tensor, "batch pos"]) -> Bool[Tensor, "pos pos"]:
    n_pos = tokens.shape[1]
    return torch.ones(n_pos, n_pos, dtype=torch.bool, device=tokens.device).tril(-1)
