"""Which metric sees that five equal heads are equal?

Five heads add the same amount to the answer's logit; restore them one after another, from a run
that is sure of the wrong answer to one that is sure of the right one. The logit difference gives
every head the same credit. Probability gives most of it to the head in the middle, since at both
ends it is saturated; accuracy gives all of it to the one head that turns the order around. Place
the same head first and it seems to do next to nothing: what is measured is its place in the row.

    restored_in_turn(five_heads(), metrics.logit_diff)      # 2 nats each
    restored_in_turn(five_heads(), metrics.probability)     # 0.04, 0.22, 0.46, 0.22, 0.04

Source:
    Heimersheim and Nanda 2024, arXiv:2404.15255, on metrics: effects add up in logits, probability
    is nonlinear in them, accuracy is discrete. The net and its numbers are ours.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import metrics, validate

ANSWER, WRONG, OTHER = 0, 1, 2
"""Columns of the logits: the right word, the wrong one and a word that nothing speaks for."""
OTHER_LOGIT = -3.0
"""Logit of the third word, below the wrong word's 0."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AdditiveHeads:
    """Heads that add to the logits and do not listen to each other."""

    start: Float[Tensor, " d_vocab"]
    """Logits without any head, in nats."""
    writes: Float[Tensor, "head d_vocab"]
    """What each head adds to the logits, in nats."""

    def __post_init__(self) -> None:
        validate.shape(validate.finite(self.start, "start"), "start", ("d_vocab",))
        validate.finite(self.writes, "writes")
        validate.shape(self.writes, "writes", ("head", "d_vocab"), d_vocab=len(self.start))

    def logits(self, on: Bool[Tensor, "batch head"]) -> Float[Tensor, "batch d_vocab"]:
        """Logits with some heads restored.

        Args:
            on: True for heads that are restored, one row for each run.

        Raises:
            ValueError: If there is not one column for each head.
        """
        validate.shape(on, "on", ("batch", "head"), head=len(self.writes))
        return self.start + on.to(self.writes.dtype) @ self.writes


def five_heads(*, strength: float | int = 2.0) -> AdditiveHeads:
    """Five equal heads that carry the logit difference from -2.5 to +2.5 times their strength.

    Args:
        strength: What one head adds to the answer's logit, in nats. At 0.2 the whole row stays
            where probability is nearly linear: the control.

    Raises:
        ValueError: If the strength is not a finite number above 0.
    """
    added = validate.number(strength, "strength", low=0, low_open=True)
    writes = torch.zeros(5, 3)
    writes[:, ANSWER] = added
    return AdditiveHeads(start=torch.tensor([-2.5 * added, 0.0, OTHER_LOGIT]), writes=writes)


def restored_in_turn(net: AdditiveHeads, metric: metrics.Metric) -> Float[Tensor, " head"]:
    """What each head adds to a metric when it is restored after those before it.

    Args:
        net: The heads, in the order of their restoration.
        metric: One number per run, for example `metrics.logit_diff`. The clean run has all heads.

    Returns:
        Differences in the metric's unit; they add up to all heads' joint effect.

    Raises:
        ValueError: If the metric is no function.
    """
    n_heads = len(net.writes)
    so_far = torch.ones(n_heads + 1, n_heads).tril(-1).bool()  # row k: the first k heads
    return _scored(net, so_far, metric).diff()


def restored_alone(net: AdditiveHeads, metric: metrics.Metric) -> Float[Tensor, " head"]:
    """What each head adds to a metric when it is the only one restored.

    Args:
        net: The heads.
        metric: As in `restored_in_turn`.

    Returns:
        Differences from the run without heads, in the metric's unit.

    Raises:
        ValueError: If the metric is no function.
    """
    n_heads = len(net.writes)
    alone = torch.cat((torch.zeros(1, n_heads), torch.eye(n_heads))).bool()
    scores = _scored(net, alone, metric)
    return scores[1:] - scores[0]


def inequality(effects: Float[Tensor, " head"]) -> float:
    """Largest effect over smallest, by size: 1 if all are equal, infinite if one is 0.

    Raises:
        ValueError: If the effects are not a finite vector, or all are 0.
    """
    validate.shape(validate.finite(effects, "effects"), "effects", ("head",))
    sizes = effects.abs()
    if not sizes.any():
        validate.refuse(
            "effects",
            got="zeros only",
            expected="at least one head with an effect",
            fix="Choose a metric that one of the heads moves.",
        )
    return (sizes.max() / sizes.min()).item()


def _scored(
    net: AdditiveHeads, on: Bool[Tensor, "batch head"], metric: metrics.Metric
) -> Float[Tensor, " batch"]:
    if not callable(metric):
        validate.refuse(
            "metric",
            got=repr(metric),
            expected="a function of logits and a Target",
            fix="Take one from mechnotes.metrics, for example metrics.logit_diff.",
        )
    clean = net.logits(torch.ones_like(on))
    answers = torch.full((len(on),), ANSWER)
    wrong = torch.full((len(on),), WRONG)
    target = metrics.Target(answers=answers, wrong=wrong, clean=clean)
    return metric(net.logits(on), target)
