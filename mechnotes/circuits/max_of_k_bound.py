"""How often is a model right, for certain? A bound that is proven from its weights.

A model of one layer and one head reads k tokens, without positions, and should say the largest.
Running it on all V^k inputs gives its accuracy; running it on some gives an estimate, which may be
too high. A proof needs neither. Take all inputs whose last token is q and whose largest is m:

- the head gives m at least a = 1 / (1 + (k - 1) exp(s_t - s_m)) of its attention, where t is the
  smaller token with the highest score s, said k - 1 times: that is the worst that can happen;
- the rest goes to smaller tokens, so m leads each other token by at least what q says directly,
  plus a times what m says, plus 1 - a times the worst that a smaller token says;
- if that lead is positive for every other token, all these inputs are right. They can be counted.

The sum over q and m never exceeds the accuracy. It costs about V^3 steps, whatever k is, and it is
only as good as the reading of the model: where a lead is not positive, nothing is claimed.

Source:
    Gross et al. 2024, Compact Proofs of Model Performance via Mechanistic Interpretability, for
    the task and the idea of a proof from weights; the argument here is a simple one of our own.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only import products
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.max_of_k import checked

ROUNDING = 1e-9
"""A lead counts as positive above this share of the largest logit; sums are in double precision."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Tables:
    """All that a model without positions can do, in double precision."""

    scores: Float[Tensor, "query key"]
    """Attention score of a last token (rows) for each token, before the softmax."""
    direct: Float[Tensor, "query d_vocab"]
    """What the last token says to the logits by itself."""
    carried: Float[Tensor, "key d_vocab"]
    """What a token says to the logits when the head looks at nothing else."""


def tables(weights: Weights) -> Tables:
    """The three tables of a model of one layer and one head that does not read positions.

    Raises:
        ValueError: If it is not one such model.
    """
    exact, size = checked(weights).each(lambda W: W.double()), weights.d_vocab
    return Tables(
        scores=products.qk_circuit(exact)[0, 0, 0, :size, :size],
        direct=products.direct_path(exact)[0, :size],
        carried=products.ov_circuit(exact)[0, 0, 0, :size],
    )


@torch.no_grad()
def worst_lead(weights: Weights, k: int) -> Float[Tensor, "query largest"]:
    """What the largest token's logit leads all others by, at the least.

    Args:
        weights: One model.
        k: Tokens in an input.

    Returns:
        In logits; rows are the last token, columns the largest one. Above 0 all inputs with these
        two are right. NaN where the last token would be larger than the largest.

    Raises:
        ValueError: If it is not one such model, or it cannot read k tokens.
    """
    of = tables(checked(weights, k))
    leads = torch.full_like(of.scores, torch.nan)
    for largest in range(weights.d_vocab):
        leads[: largest + 1, largest] = _leads(of, largest, k)
    return leads


def lower_bound(weights: Weights, k: int) -> float:
    """A share of inputs that the model gets right for certain.

    Args:
        weights: One model.
        k: Tokens in an input.

    Returns:
        From 0 to 1, at most `accuracy`. 0 says that nothing was proven, not that nothing is right.

    Raises:
        ValueError: If it is not one such model, or it cannot read k tokens.
    """
    leads = worst_lead(weights, k)
    of = tables(weights)
    unit = max(1.0, of.direct.abs().max().item() + of.carried.abs().max().item())
    proven = (leads > ROUNDING * unit).nonzero().tolist()
    return sum(n_inputs(query, largest, k) for query, largest in proven) / weights.d_vocab**k


def n_inputs(query: int, largest: int, k: int) -> int:
    """How many inputs of k tokens end with one token and have another as their largest.

    Args:
        query: The last token.
        largest: The largest token, at least the last.
        k: Tokens in an input.

    Raises:
        ValueError: If a number is out of range.
    """
    validate.integer(query, "query", maximum=validate.integer(largest, "largest"))
    n_others = validate.integer(k, "k", minimum=1) - 1
    without = largest**n_others if query < largest else 0  # then another must be the largest
    return (largest + 1) ** n_others - without


def _leads(of: Tables, largest: int, k: int) -> Float[Tensor, " query"]:
    """Smallest lead over any other token at the worst attention, for each possible last token."""
    queries = slice(largest + 1)
    own = of.carried[largest, largest] - of.carried[largest]
    lead = of.direct[queries, largest, None] - of.direct[queries]  # [query, d_vocab]
    if largest > 0 and k > 1:
        smaller = of.carried[:largest]
        rest = (smaller[:, largest, None] - smaller).amin(0)
        rival = of.scores[queries, :largest].amax(1) - of.scores[queries, largest]
        least = 1 / (1 + (k - 1) * rival.exp())[:, None]
        own = torch.minimum(own, least * own + (1 - least) * rest)  # linear in the attention
    lead = lead + own
    lead[:, largest] = torch.inf
    return lead.amin(1)
