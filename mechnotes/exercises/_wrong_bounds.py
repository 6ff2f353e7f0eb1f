"""Numbers that look like proven bounds of the accuracy of a model of max-of-k, and are none."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import rng
from mechnotes.circuits import max_of_k_bound
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.attention_only.weights import Weights


@torch.no_grad()
def sampled(weights: Weights, k: int) -> float:
    """Accuracy on a thousand drawn inputs."""
    tokens = torch.randint(weights.d_vocab, (1000, k), generator=rng.generator(0, "estimate"))
    said = model.logits(weights, tokens)[0, :, -1].argmax(-1)
    return (said == tokens.amax(-1)).double().mean().item()


def nothing(weights: Weights, k: int) -> float:
    """Always 0."""
    del weights, k
    return 0.0


def all_attention(weights: Weights, k: int) -> float:
    """The largest token is taken to get all attention."""
    of = max_of_k_bound.tables(weights)
    own = of.carried.diagonal()[:, None] - of.carried  # [largest, d_vocab]
    return _counted(_direct_lead(of) + own, k)


def one_rival(weights: Weights, k: int) -> float:
    """The strongest other token is taken to be there once."""
    return _sum(max_of_k_bound.worst_lead(weights, 2) > 0, k)


def average_rest(weights: Weights, k: int) -> float:
    """Other tokens are taken to say what they say on average."""
    of = max_of_k_bound.tables(weights)
    leads = _direct_lead(of)
    for largest in range(weights.d_vocab):
        own = of.carried[largest, largest] - of.carried[largest]
        if largest == 0:
            leads[:, 0] += own
            continue
        rest = (of.carried[:largest, largest, None] - of.carried[:largest]).mean(0)
        rival = of.scores[:, :largest].amax(1) - of.scores[:, largest]
        least = 1 / (1 + (k - 1) * rival.exp())[:, None]
        leads[:, largest] += torch.minimum(own, least * own + (1 - least) * rest)
    return _counted(leads, k)


def share_of_pairs(weights: Weights, k: int) -> float:
    """Pairs of a last and a largest token are counted as if all had as many inputs."""
    leads = max_of_k_bound.worst_lead(weights, k)
    return (leads[~leads.isnan()] > 0).double().mean().item()


def _direct_lead(of: max_of_k_bound.Tables) -> Float[Tensor, "query largest d_vocab"]:
    return of.direct[:, :, None] - of.direct[:, None, :]


def _counted(leads: Float[Tensor, "query largest d_vocab"], k: int) -> float:
    """Share of inputs for which a lead over every other token is claimed."""
    itself = torch.eye(leads.shape[-1], dtype=torch.bool)
    return _sum((leads.masked_fill(itself, torch.inf) > 0).all(-1), k)


def _sum(proven: Bool[Tensor, "query largest"], k: int) -> float:
    pairs = proven.triu().nonzero().tolist()
    return sum(max_of_k_bound.n_inputs(q, m, k) for q, m in pairs) / len(proven) ** k
