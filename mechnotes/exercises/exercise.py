"""What is an exercise, and how does it find out which mistake was made?

The reference is the library function itself, so a solution cannot drift from the package. A
misconception is a named wrong implementation with the hint that answers it: when an attempt fails,
it is compared with each of them, and the hint of the one it behaves like is shown. Otherwise the
reader learns what their function did (type, shape, first wrong entry, or law broken), never what
it should have returned. Inputs are drawn from a seed that pages do not show.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import torch

from mechnotes import rng
from mechnotes.exercises.result import CheckResult
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Verdict

_HIDDEN_SEED = 90125


@dataclass(frozen=True, kw_only=True, slots=True)
class Misconception:
    """A plausible wrong implementation."""

    mistake: str
    """What was done, as the end of "This is what you get when ..."."""
    wrong: Callable[..., Any]
    """The implementation that does it."""
    hint: str
    """One or two sentences that lead on without giving the answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exercise:
    """A task with its hidden check."""

    id: str
    """Letter and number, unique on the site, for example "E03"."""
    title: str
    """What the reader writes, in a few words."""
    task: str
    """Markdown: signature, shapes, units, and what to return."""
    reference: Callable[..., Any]
    """The library function that solves it."""
    verdict: Verdict
    """How answers are judged."""
    inputs: Callable[[torch.Generator], tuple[Trial, ...]]
    """Draws the hidden trials."""
    misconceptions: tuple[Misconception, ...]
    """Known mistakes, most telling first."""
    hints: tuple[str, ...]
    """Markdown, from a nudge to nearly there."""
    starter: str
    """Code to begin from: a def with its body missing."""
    difficulty: Literal["easy", "medium", "hard"]
    """Against a reader who knows PyTorch tensors."""
    minutes: int
    """Time to plan for."""
    prerequisites: tuple[str, ...]
    """Glossary terms that the task takes for granted."""

    def check(self, function: Callable[..., Any], *, seed: int = _HIDDEN_SEED) -> CheckResult:
        """Judge an attempt.

        Args:
            function: The reader's function itself, not its result.
            seed: Draws the inputs; the default is what pages use.

        Returns:
            Whether it passed, and a message. Nothing that the function does is raised again.

        Raises:
            ValueError: If the seed is not an integer of at least 0.
        """
        if not callable(function):
            kind = type(function).__name__
            return self._failed(
                f"Got a value of type `{kind}`; expected the function itself. "
                "Pass its name without calling it."
            )
        trials = self.inputs(rng.generator(seed, "exercises", self.id))
        answers: list[Any] = []
        for trial in trials:
            answer = trial.attempt(function)
            if answer.fault:
                return self._failed(answer.fault)
            answers.append(answer.value)
        expected = [trial.call(self.reference) for trial in trials]
        fault = self.verdict.fault(answers, expected, trials)
        if fault is None:
            return CheckResult(exercise=self.id, passed=True, message=self._praise(len(trials)))
        return self._failed(self._recognised(answers, trials) or fault)

    def _repr_markdown_(self) -> str:
        """The task with its starter code and folded hints, for a page or a notebook."""
        facts = f"{self.difficulty}, about {self.minutes} minutes"
        folded = [
            f'<details markdown="1">\n<summary>Hint {number}</summary>\n\n{hint}\n\n</details>'
            for number, hint in enumerate(self.hints, start=1)
        ]
        head = f"**{self.id}. {self.title}** ({facts})"
        return "\n\n".join([head, self.task, f"```python\n{self.starter}\n```", *folded])

    def _recognised(self, answers: list[Any], trials: tuple[Trial, ...]) -> str | None:
        """Mistake and hint of the first misconception that behaves like the attempt."""
        for known in self.misconceptions:
            others = [trial.attempt(known.wrong) for trial in trials]
            values = [other.value for other in others]
            ran = not any(other.fault for other in others)
            if ran and self.verdict.alike(answers, values, trials):
                return f"This is what you get when {known.mistake}. {known.hint}"
        return None

    def _failed(self, message: str) -> CheckResult:
        return CheckResult(exercise=self.id, passed=False, message=message)

    def _praise(self, count: int) -> str:
        module = self.reference.__module__
        return (
            f"It holds on all {count} hidden inputs. "
            f"Compare it with `{module}.{self.reference.__qualname__}`."
        )
