"""E08: let biases decay at the right moment."""

import math

import torch
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.monosemanticity import schedules


def _trainings(generator: torch.Generator) -> tuple[Trial, ...]:
    """Even and odd numbers of steps."""
    trials = []
    for steps in (8, 7, 20):
        changes = 0.2 * torch.randn(steps, generator=generator)
        decay, rate = (0.1 + torch.rand(2, generator=generator)).tolist()
        given = {
            "initial": -1.0,
            "changes": changes,
            "decay": round(decay, 3),
            "learning_rate": round(0.3 * rate, 3),
        }
        trials.append(Trial(given=given, n_positional=2))
    return tuple(trials)


def _followed(
    initial: float,
    changes: Tensor,
    factor: float,
    *,
    start: float = 0,
    stop: float = math.inf,
    before: bool = False,
) -> Tensor:
    """A bias that is multiplied by a factor at the steps from `start` on and before `stop`."""
    path = [initial]
    for step, change in enumerate(changes.tolist()):
        decays = factor if start <= step < stop else 1.0
        bias = path[-1]
        path.append(bias * decays + change if before else (bias + change) * decays)
    return torch.tensor(path)


def _second_half(initial: float, changes: Tensor, decay: float, learning_rate: float) -> Tensor:
    return _followed(initial, changes, 1 - decay * learning_rate, start=len(changes) / 2)


def _always(initial: float, changes: Tensor, decay: float, learning_rate: float) -> Tensor:
    return _followed(initial, changes, 1 - decay * learning_rate)


def _before(initial: float, changes: Tensor, decay: float, learning_rate: float) -> Tensor:
    factor = 1 - decay * learning_rate
    return _followed(initial, changes, factor, stop=len(changes) / 2, before=True)


def _without_rate(initial: float, changes: Tensor, decay: float, learning_rate: float) -> Tensor:  # noqa: ARG001
    return _followed(initial, changes, 1 - decay, stop=len(changes) / 2)


def _one_more(initial: float, changes: Tensor, decay: float, learning_rate: float) -> Tensor:
    return _followed(initial, changes, 1 - decay * learning_rate, stop=len(changes) / 2 + 1)


bias_decay = Exercise(
    id="E08",
    title="When do the biases decay?",
    task="""\
Biases start far below zero and are let go in the first half of training. Follow one of them.

`bias_path(initial, changes, *, decay, learning_rate)`

- `initial`: the bias before training;
- `changes`: `[steps]`, what the optimiser adds to it at each step;
- `decay`, `learning_rate`: two numbers.

Step number t, counted from 0, first adds `changes[t]`. Then, if t is less than half of the number
of steps, the bias is multiplied by 1 − decay · learning_rate.

Return `[steps + 1]`: the bias before training and after each step.""",
    reference=schedules.bias_path,
    verdict=Equality(),
    inputs=_trainings,
    misconceptions=(
        Misconception(
            mistake="the bias decays in the second half",
            wrong=_second_half,
            hint="The trick gives neurons a start below zero and then lets them go. "
            "In which half is t less than half of the steps?",
        ),
        Misconception(
            mistake="the bias decays to the end",
            wrong=_always,
            hint="In the second half the bias is free to settle where the loss wants it.",
        ),
        Misconception(
            mistake="the bias decays before the change is added",
            wrong=_before,
            hint="The change of a step decays too: first the optimiser, then the factor.",
        ),
        Misconception(
            mistake="the learning rate is left out of the factor",
            wrong=_without_rate,
            hint="A decay rate is per unit of learning rate: multiply the two.",
        ),
        Misconception(
            mistake="the decay goes on for one step too many",
            wrong=_one_more,
            hint="Of 8 steps, numbers 0 to 3 are less than half; of 7 steps too, since 3 < 3.5.",
        ),
    ),
    hints=(
        "A loop with `enumerate` gives the number of the step and its change.",
        "Put the bias into a list before the loop and after each step.",
    ),
    starter='''def bias_path(initial, changes, *, decay, learning_rate):
    """The bias before training and after each step [steps + 1]."""
    ...''',
    difficulty="easy",
    minutes=8,
    prerequisites=("bias",),
)
