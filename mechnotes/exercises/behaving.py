"""Two more ways to judge an answer: by what it does when it is built in, and by its name.

`Bounds` is for answers that are parts of a machine, such as the weights of a head. The machine is
run, a few numbers are measured, and each has to lie in its bounds; the weights themselves are never
compared. Two attempts make the same mistake if all their numbers are close. `Names` is for
questions with a few possible words as answer, asked of many cases.

Both are a `Verdict`, as those in `mechnotes.exercises.verdict`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import form_fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """Where one measured number has to lie."""

    name: str
    """Name of the number, as the measure calls it."""
    sentence: str
    """What a reader is told if it lies elsewhere; `{value}` stands for the number."""
    low: float = -math.inf
    """Smallest value that passes."""
    high: float = math.inf
    """Largest value that passes."""

    def holds(self, value: float) -> bool:
        """Whether a number passes; NaN never does."""
        return self.low <= value <= self.high


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """Right is what, built in and run, keeps every bound on every trial."""

    measure: Callable[[Tensor, Trial], Mapping[str, float]]
    """From an answer and its trial to numbers by name; pure, so that attempts can be compared."""
    bounds: tuple[Bound, ...]
    """Checked in this order; the first that is not kept is reported."""
    tolerance: float = 0.06
    """Largest difference of each number between two attempts with the same mistake."""
    largest: float = 1e6
    """No entry may be larger in magnitude: the machine would overflow."""

    def fault(
        self, answers: Sequence[Any], expected: Sequence[Any], trials: Sequence[Trial]
    ) -> str | None:
        """The form of the answer, a number that is not finite, or the first bound not kept."""
        for answer, right, trial in zip(answers, expected, trials, strict=True):
            if said := form_fault(answer, right) or self._unusable(answer):
                return f"{said} The input was {trial}."
        measured = [self.measure(*pair) for pair in zip(answers, trials, strict=True)]
        for bound in self.bounds:
            for numbers in measured:
                if not bound.holds(numbers[bound.name]):
                    return bound.sentence.format(value=f"{numbers[bound.name]:.2f}")
        return None

    def alike(self, answers: Sequence[Any], others: Sequence[Any], trials: Sequence[Trial]) -> bool:
        """Whether both have the same form and every number is close on every trial."""
        for one, other in zip(answers, others, strict=True):
            if form_fault(one, other) or self._unusable(one) or self._unusable(other):
                return False
        return all(map(self._close, answers, others, trials))

    def _close(self, answer: Any, other: Any, trial: Trial) -> bool:
        """Whether every number of one trial is close."""
        one, two = self.measure(answer, trial), self.measure(other, trial)
        tolerance = self.tolerance
        return all(math.isclose(one[n], two[n], rel_tol=0.0, abs_tol=tolerance) for n in one)

    def _unusable(self, answer: Any) -> str | None:
        """A sentence if an answer holds numbers with which nothing can be run."""
        entries = torch.as_tensor(answer).detach()
        if n_bad := int((~torch.isfinite(entries)).sum()):
            return f"It returned {n_bad} NaN or infinite numbers; expected finite ones."
        if entries.numel() and (most := entries.abs().max().item()) > self.largest:
            return f"It returned numbers up to {most:.2g}; expected none above {self.largest:.2g}."
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """Right is the right word for every trial."""

    words: tuple[str, ...]
    """All possible answers."""

    def fault(
        self, answers: Sequence[Any], expected: Sequence[Any], trials: Sequence[Trial]
    ) -> str | None:
        """An answer that is no such word, or how many of the words were wrong."""
        listed = " or ".join(f'"{word}"' for word in self.words)
        for answer in answers:
            if not (isinstance(answer, str) and answer in self.words):
                return f"It returned {_described(answer)}; expected {listed}."
        wrong = [one != right for one, right in zip(answers, expected, strict=True)]
        if not any(wrong):
            return None
        first = trials[wrong.index(True)]
        return f"It named {sum(wrong)} of {len(wrong)} wrongly; the first of them was {first}."

    def alike(
        self,
        answers: Sequence[Any],
        others: Sequence[Any],
        trials: Sequence[Trial],  # noqa: ARG002 (the words decide, whatever was asked)
    ) -> bool:
        """Whether both named everything in the same way."""
        return all(
            isinstance(one, str) and one == other
            for one, other in zip(answers, others, strict=True)
        )


def _described(answer: Any) -> str:
    if answer is None:
        return "nothing (None)"
    if isinstance(answer, Tensor):
        return f"a tensor: it returned shape {tuple(answer.shape)}"
    shown = f" ({answer[:20]!r})" if isinstance(answer, str) else ""
    return f"a value of type `{type(answer).__name__}`{shown}"
