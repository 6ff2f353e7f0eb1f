"""Plausible wrong answers to the exercises on testing and pooling latents."""

import torch
from torch import Tensor

from mechnotes.sae.latents import Pooling
from mechnotes.sae.statistics import multiple, permutation, pooling

# Testing many latents.


def _statistics(values: Tensor, group: Tensor) -> tuple[Tensor, Tensor]:
    """Differences of means in all relabelings, and with the true labels."""
    rows = permutation.relabelings(group, at_most=permutation.LARGEST).rows.double()
    weights = rows / rows.sum(1, keepdim=True) - (1 - rows) / (1 - rows).sum(1, keepdim=True)
    true = values.double()[group].mean(0) - values.double()[~group].mean(0)
    return weights @ values.double(), true


def uncorrected(values: Tensor, group: Tensor) -> Tensor:
    """p of each latent by itself."""
    return permutation.compare(values, group, at_most=permutation.LARGEST).p


def bonferroni(values: Tensor, group: Tensor) -> Tensor:
    """p times the number of latents."""
    return (uncorrected(values, group) * values.shape[1]).clamp(max=1)


def strictly_larger(values: Tensor, group: Tensor) -> Tensor:
    """p that leaves out ties, the true labels among them."""
    every, true = _statistics(values, group)
    return multiple.step_up((every > true + 1e-9).double().mean(0))


def two_sided(values: Tensor, group: Tensor) -> Tensor:
    """p by the magnitude of the difference."""
    every, true = _statistics(values, group)
    return multiple.step_up((every.abs() >= true.abs() - 1e-9).double().mean(0))


def not_monotone(values: Tensor, group: Tensor) -> Tensor:
    """Each p times n / k, and no more."""
    p = uncorrected(values, group)
    rank = p.argsort(stable=True).argsort() + 1
    return (p * len(p) / rank).clamp(max=1)


def step_down(values: Tensor, group: Tensor) -> Tensor:
    """The largest value so far, from the smallest p up."""
    p = uncorrected(values, group)
    order = p.argsort(stable=True)
    raised = p[order] * len(p) / torch.arange(1, len(p) + 1)
    answer = torch.empty_like(p)
    answer[order] = raised.cummax(0).values.clamp(max=1)
    return answer


# Pooling.


def with_bos(values: Tensor, lengths: Tensor, how: str) -> Tensor:
    """The mark for the beginning counts as a token."""
    return pooling.pooled(values, lengths, _word(how), skip_bos=False)


def padded(values: Tensor, lengths: Tensor, how: str) -> Tensor:
    """All positions count, also beyond the end of a text."""
    inside = _inside(values, lengths)
    kept = torch.where(inside[..., None], values, 0.0)[:, 1:]
    return kept.mean(1) if how == "mean" else kept.amax(1)


def bos_in_the_count(values: Tensor, lengths: Tensor, how: str) -> Tensor:
    """The mark is left out of the sum but not of the number of tokens."""
    right = pooling.pooled(values, lengths, _word(how))
    return right * ((lengths - 1) / lengths)[:, None] if how == "mean" else right


def where_active(values: Tensor, lengths: Tensor, how: str) -> Tensor:
    """The mean runs over the tokens on which the latent fires."""
    right = pooling.pooled(values, lengths, _word(how))
    if how == "max":
        return right
    inside = _inside(values, lengths)
    inside[:, 0] = False
    active = ((values != 0) & inside[..., None]).sum(1)
    return right * (lengths - 1)[:, None] / active.clamp(min=1)


def beyond_the_end(values: Tensor, lengths: Tensor, how: str) -> Tensor:
    """What stands beyond a text's end is pooled too."""
    everything = torch.full_like(lengths, values.shape[1])
    return pooling.pooled(values, everything, _word(how))


def without_last(values: Tensor, lengths: Tensor, how: str) -> Tensor:
    """The last token of each text is left out instead of the first."""
    return pooling.pooled(values, lengths - 1, _word(how), skip_bos=False)


def _inside(values: Tensor, lengths: Tensor) -> Tensor:
    return torch.arange(values.shape[1]) < lengths[:, None]


def _word(how: str) -> Pooling:
    return "mean" if how == "mean" else "max"
