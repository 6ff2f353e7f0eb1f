"""How is an answer scored, one number for each prompt?

A metric reads the logits after the last position and the `Target`: which token is right, which is
wrong, and what the clean run said. It returns one number per prompt; sweeps average later.

    activation.patch(model, pairs, metric=metrics.logit_diff)

They differ in what they see. A logit difference counts evidence in nats wherever it lies;
a probability hardly moves once the model is sure; accuracy moves only when the order of the first
two changes; the divergence sees every word, wanted or not. Any function with the same two arguments
serves as a metric.

Source:
    Wang et al. 2022, arXiv:2211.00593, section 3 (logit difference); Heimersheim and Nanda 2024,
    arXiv:2404.15255, section 4 (what each metric hides).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate


@dataclass(frozen=True, kw_only=True, eq=False)
class Target:
    """What a metric compares the logits with."""

    answers: Int[Tensor, " batch"]
    """Column of the right answer in the logits."""
    wrong: Int[Tensor, " batch"]
    """Column of the wrong answer."""
    clean: Float[Tensor, "batch d_vocab"]
    """Logits of the clean run."""


Metric = Callable[[Float[Tensor, "batch d_vocab"], Target], Float[Tensor, " batch"]]
"""One number per prompt."""
Decorated = TypeVar("Decorated", bound=Metric)
SMALLEST_GAP = 1e-6
"""Two runs whose metrics differ by less are taken for equal: no share of such a gap is computed."""


def measure(*, unit: str, answers_only: bool = False) -> Callable[[Decorated], Decorated]:
    """Say of a metric what it counts and what it reads.

    Args:
        unit: Unit of the number, as an axis label shows it.
        answers_only: Whether it reads no logits but the two answers'. Sweeps then compute only
            these two, and hand over logits with two columns.
    """

    def decorated(metric: Decorated) -> Decorated:
        metric.unit, metric.answers_only = unit, answers_only  # type: ignore[attr-defined]
        return metric

    return decorated


@measure(unit="nats", answers_only=True)
def logit_diff(logits: Float[Tensor, "batch d_vocab"], target: Target) -> Float[Tensor, " batch"]:
    """Logit of the answer less that of the wrong one, in nats.

    0 is indifference, and the difference of two such numbers is evidence: adding the same constant
    to all logits changes nothing.
    """
    return _at(logits, target.answers) - _at(logits, target.wrong)


@measure(unit="nats")
def log_prob(logits: Float[Tensor, "batch d_vocab"], target: Target) -> Float[Tensor, " batch"]:
    """Logarithm of the answer's probability, in nats; 0 is certainty."""
    return _at(logits.log_softmax(-1), target.answers)


@measure(unit="probability")
def probability(logits: Float[Tensor, "batch d_vocab"], target: Target) -> Float[Tensor, " batch"]:
    """Probability of the answer, from 0 to 1."""
    return _at(logits.softmax(-1), target.answers)


@measure(unit="share right")
def accuracy(logits: Float[Tensor, "batch d_vocab"], target: Target) -> Float[Tensor, " batch"]:
    """1 where the answer has the highest logit of all tokens, else 0."""
    return (logits.argmax(-1) == target.answers).to(logits.dtype)


@measure(unit="nats")
def divergence(logits: Float[Tensor, "batch d_vocab"], target: Target) -> Float[Tensor, " batch"]:
    """KL(clean || logits), in nats: 0 for the clean run, larger for anything that differs.

    Source:
        Kullback and Leibler 1951, with the clean run's distribution in the first place.
    """
    clean = target.clean.log_softmax(-1)
    return (clean.exp() * (clean - logits.log_softmax(-1))).sum(-1)


def recovered(
    patched: Float[Tensor, "*sweep"], *, clean: float | Tensor, corrupted: float | Tensor
) -> Float[Tensor, "*sweep"]:
    """Share of the gap between two runs that a patch closes.

    0 is the corrupted run, 1 the clean run. Values below 0 (the patch hurts) and above 1 (it
    overshoots) are kept: clipping would hide heads that work against the answer.

    Args:
        patched: Metric of the patched runs.
        clean: Metric of the clean run, in the same unit.
        corrupted: Metric of the corrupted run, in the same unit.

    Returns:
        A share without unit; NaN where `patched` is NaN.

    Raises:
        ValueError: If clean and corrupted differ by less than `SMALLEST_GAP`: then no patch can
            restore anything. Also if one of them is not finite.

    Source:
        Wang et al. 2022, arXiv:2211.00593, section 3: their score, scaled to 0 and 1.
    """
    gap = float(clean) - float(corrupted)
    if not math.isfinite(gap):
        validate.refuse(
            "clean and corrupted",
            got=f"scores that are not finite, {float(clean):.6g} and {float(corrupted):.6g}",
            expected="two numbers",
            fix="Look at the model's weights and at the metric: one of them gives no number.",
        )
    if abs(gap) < SMALLEST_GAP:
        validate.refuse(
            "clean and corrupted",
            got=f"the same value, {float(clean):.6g}",
            expected="two runs between which the metric differs",
            fix="Choose prompts or a metric that tell the two runs apart.",
        )
    return (patched - float(corrupted)) / gap


def _at(values: Float[Tensor, "batch d_vocab"], tokens: Int[Tensor, " batch"]) -> Tensor:
    return values.gather(1, tokens[:, None])[:, 0]
