"""One more way to judge an answer: by its values and by where its gradient goes.

Two functions may agree on every value and teach a network different things. The inputs of such an
exercise require a gradient; the answer is differentiated by them. It is a `Verdict`, as those in
`mechnotes.exercises.verdict`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality


@dataclass(frozen=True, kw_only=True, slots=True)
class Differentiable:
    """Right is what equals the reference on every trial, and so does its gradient."""

    by: tuple[str, ...]
    """Arguments by which the answer is differentiated."""
    equality: Equality = field(default_factory=Equality)
    """When two values, or two gradients, count as equal."""

    def fault(
        self, answers: Sequence[Any], expected: Sequence[Any], trials: Sequence[Trial]
    ) -> str | None:
        """The first wrong value, or else the first argument whose gradient is wrong."""
        if said := self.equality.fault(answers, expected, trials):
            return said
        for name in self.by:
            ours = [_gradient(*pair, name) for pair in zip(expected, trials, strict=True)]
            theirs = [_gradient(*pair, name) for pair in zip(answers, trials, strict=True)]
            if not self.equality.alike(theirs, ours, trials):
                return (
                    f"Every value is right, but not the gradient with respect to `{name}`: "
                    f"{_described(theirs)}."
                )
        return None

    def alike(self, answers: Sequence[Any], others: Sequence[Any], trials: Sequence[Trial]) -> bool:
        """Whether values and gradients are equal on every trial."""
        if not self.equality.alike(answers, others, trials):
            return False
        return all(
            self.equality.alike(
                [_gradient(*pair, name) for pair in zip(answers, trials, strict=True)],
                [_gradient(*pair, name) for pair in zip(others, trials, strict=True)],
                trials,
            )
            for name in self.by
        )


def _gradient(answer: Any, trial: Trial, name: str) -> Tensor:
    """Derivative of a sum of the answer's entries, each with a weight of its own."""
    given = trial.given[name]
    if not isinstance(answer, Tensor) or not answer.requires_grad:
        return torch.zeros_like(given)
    weights = torch.linspace(1, 2, answer.numel(), dtype=answer.dtype).view(answer.shape)
    try:
        (found,) = torch.autograd.grad(
            (answer * weights).sum(), given, retain_graph=True, allow_unused=True
        )
    except RuntimeError:  # a tensor that the backward pass needs was overwritten
        return torch.full_like(given, torch.nan)
    return torch.zeros_like(given) if found is None else found


def _described(gradients: Sequence[Tensor]) -> str:
    if any(gradient.isnan().any() for gradient in gradients):
        return "it cannot be computed, or holds NaN"
    if not any(gradient.any() for gradient in gradients):
        return "it is 0 everywhere"
    n_entries = sum(gradient.numel() for gradient in gradients)
    n_nonzero = sum(int(gradient.count_nonzero()) for gradient in gradients)
    return f"{n_nonzero} of its {n_entries} entries are not 0"
