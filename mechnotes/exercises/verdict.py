"""When is an answer right, and when are two answers wrong in the same way?

Two strategies with the same two methods. `Equality` is for functions with one right value: answers
equal the reference's, and two attempts make the same mistake if their values are equal.
`Behaviour` is for random functions, where no two right answers are equal: the samples must obey
laws, and two attempts make the same mistake if they break the same laws by the same amount.

Faults say what the attempt did, never what it should have returned.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from mechnotes.exercises.trial import Trial


@runtime_checkable
class Verdict(Protocol):
    """How the answers to all trials of an exercise are judged together."""

    def fault(
        self, answers: Sequence[Any], expected: Sequence[Any], trials: Sequence[Trial]
    ) -> str | None:
        """A sentence about the first thing that is wrong; None if nothing is."""

    def alike(self, answers: Sequence[Any], others: Sequence[Any], trials: Sequence[Trial]) -> bool:
        """Whether two attempts at the same trials behave the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Equality:
    """Right is what equals the reference on every trial."""

    rtol: float = 1e-4
    """Largest relative difference that still counts as equal."""
    atol: float = 1e-6
    """Largest absolute difference that still counts as equal, in the answer's unit."""

    def fault(
        self, answers: Sequence[Any], expected: Sequence[Any], trials: Sequence[Trial]
    ) -> str | None:
        """What is wrong with the first wrong answer: type, shape, or the first wrong entry."""
        for answer, right, trial in zip(answers, expected, trials, strict=True):
            if said := form_fault(answer, right):
                return f"{said} The input was {trial}."
            wrong = ~self._close(answer, right)
            if wrong.any():
                return _entry_fault(answer, wrong, trial)
        return None

    def alike(
        self,
        answers: Sequence[Any],
        others: Sequence[Any],
        trials: Sequence[Trial],  # noqa: ARG002 (the values decide, whatever the input)
    ) -> bool:
        """Whether the values are equal on every trial, NaN and infinity included."""
        return all(
            form_fault(one, other) is None and bool(self._close(one, other).all())
            for one, other in zip(answers, others, strict=True)
        )

    def _close(self, one: Any, other: Any) -> Tensor:
        left, right = _doubles(one), _doubles(other)
        return torch.isclose(left, right, rtol=self.rtol, atol=self.atol, equal_nan=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Law:
    """A property that samples must have."""

    name: str
    """Short name, unique within the exercise."""
    broken: Callable[[Sequence[Tensor], Sequence[Trial]], bool]
    """Whether the samples of all trials, taken together, break it."""
    sentence: str
    """What a reader is told when it is broken."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Behaviour:
    """Right is what breaks no law."""

    laws: tuple[Law, ...]
    """Checked in this order; the first broken one is reported."""
    summary: Callable[[Sequence[Tensor]], Tensor]
    """Statistics of the samples that tell mistakes apart; NaN where a mistake leaves them open."""
    tolerance: float = 0.02
    """Largest difference between the statistics of two attempts with the same mistake."""

    def fault(
        self, answers: Sequence[Any], expected: Sequence[Any], trials: Sequence[Trial]
    ) -> str | None:
        """The form of the samples, or the first law that they break."""
        for answer, right, trial in zip(answers, expected, trials, strict=True):
            if said := form_fault(answer, right):
                return f"{said} The input was {trial}."
        broken = self._broken(answers, trials)
        return broken[0].sentence if broken else None

    def alike(self, answers: Sequence[Any], others: Sequence[Any], trials: Sequence[Trial]) -> bool:
        """Whether both have the same form, break the same laws and have equal statistics."""
        pairs = zip(answers, others, strict=True)
        if any(form_fault(one, other) is not None for one, other in pairs):
            return False
        if self._broken(answers, trials) != self._broken(others, trials):
            return False
        one, other = self.summary(answers), self.summary(others)
        close = torch.isclose(one, other, rtol=0.0, atol=self.tolerance, equal_nan=True)
        return bool(close.all())

    def _broken(self, answers: Sequence[Any], trials: Sequence[Trial]) -> list[Law]:
        return [law for law in self.laws if law.broken(answers, trials)]


def form_fault(answer: Any, like: Any) -> str | None:
    """A sentence if an answer differs from another in type, shape or kind of number."""
    if isinstance(like, Tensor) and not isinstance(answer, Tensor):
        return f"It returned {_article(answer)}; expected a tensor."
    if not isinstance(answer, Tensor | Real | np.generic):
        return f"It returned {_article(answer)}; expected a number."
    one, other = torch.as_tensor(answer), torch.as_tensor(like)
    if one.shape != other.shape:
        return f"It returned shape {tuple(one.shape)}; expected {tuple(other.shape)}."
    if one.is_complex() or one.is_floating_point() != other.is_floating_point():
        wanted = "real numbers" if other.is_floating_point() else "whole numbers"
        return f"It returned numbers of type `{one.dtype}`; expected {wanted}."
    return None


def _entry_fault(answer: Any, wrong: Tensor, trial: Trial) -> str:
    index = tuple(int(axis) for axis in wrong.nonzero()[0])
    value = f"{_doubles(answer)[index].item():.4g}"
    where = f"entry {list(index)} of the answer is" if index else "the answer is"
    return f"Given {trial}, {where} `{value}`, which is not right."


def _doubles(value: Any) -> Tensor:
    return torch.as_tensor(value).detach().cpu().double()


def _article(value: Any) -> str:
    return "nothing (None)" if value is None else f"a value of type `{type(value).__name__}`"
