"""When is the learning rate high, when do biases decay, and when is a model looked at?

Steps are counted as *steps done*: the first step is made with the rate of 0 steps done.

The published schedule is a cosine that was meant to end after 512 steps but was never restarted, so
it swings back: the rate oscillates with a period of 1024 steps for the whole run, and a run whose
length is a multiple of 1024 ends with the rate at its *peak*, as do all checkpoints of 1024 steps
and more. `trough` names the last step at which the rate is 0, where the weights have settled.

Source: Jermyn, Schiefer and Hubinger 2022, arXiv:2211.09169, the authors' code (CosineAnnealingLR
with T_max = 512, biases multiplied after each step of the first half, models kept after step 2^j).
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.monosemanticity.config import Schedule, checked_run

HALF_PERIOD = 512
"""Steps from a peak of the oscillating cosine to the next trough."""

_SCHEDULES: tuple[Schedule, ...] = ("oscillating cosine", "cosine to zero", "constant")


def rate(steps_done: int, *, schedule: Schedule, steps: int) -> float:
    """Learning rate of the next step, relative to the largest.

    Args:
        steps_done: Steps made so far.
        schedule: "oscillating cosine" swings between 1 and 0 with a period of 1024 steps;
            "cosine to zero" falls once, from 1 to 0 over the run; "constant" is 1.
        steps: Steps of the whole run.

    Returns:
        A factor in [0, 1].

    Raises:
        ValueError: If a number is not a count or the schedule is unknown.
    """
    validate.integer(steps_done, "steps_done")
    validate.integer(steps, "steps", minimum=1)
    validate.choice(schedule, "schedule", _SCHEDULES)
    if schedule == "constant":
        return 1.0
    half = HALF_PERIOD if schedule == "oscillating cosine" else steps
    return (1 + math.cos(math.pi * steps_done / half)) / 2


def decays_bias(steps_done: int, *, steps: int) -> bool:
    """Whether the biases decay after the next step: in the first half of the run.

    Args:
        steps_done: Steps made before it.
        steps: Steps of the whole run; of an odd number, the middle step still counts.

    Raises:
        ValueError: If a number is not a count.
    """
    validate.integer(steps_done, "steps_done")
    return steps_done < validate.integer(steps, "steps", minimum=1) / 2


def decayed_bias(
    initial: float | int,
    *,
    decay: float | int,
    learning_rate: float | int,
    steps_done: int,
    steps: int,
) -> float:
    """What the decay alone makes of a bias.

    Args:
        initial: Bias before training.
        decay: Decay rate.
        learning_rate: Largest learning rate, whatever the schedule does with it.
        steps_done: Steps made so far.
        steps: Steps of the whole run.

    Returns:
        initial times (1 - decay * learning_rate) to the power of the steps made in the first half.

    Raises:
        ValueError: If decay or learning rate is negative, or a number of steps is no count.
    """
    validate.number(initial, "initial")
    factor = 1 - validate.number(decay, "decay", low=0.0) * validate.number(
        learning_rate, "learning_rate", low=0.0
    )
    validate.integer(steps, "steps", minimum=1)
    decayed = min(validate.integer(steps_done, "steps_done"), math.ceil(steps / 2))
    return float(initial * factor**decayed)


def bias_path(
    initial: float | int,
    changes: Float[Tensor, " steps"],
    *,
    decay: float | int,
    learning_rate: float | int,
) -> Float[Tensor, " times"]:
    """Follow one bias through training.

    Args:
        initial: Bias before training.
        changes: What the optimiser adds to it at each step.
        decay: Decay rate.
        learning_rate: Largest learning rate, whatever the schedule does with it.

    Returns:
        The bias before training and after each step: the change is added first, and then, in the
        first half of the steps, the sum is multiplied by 1 - decay * learning_rate.

    Raises:
        ValueError: If there are no steps, or decay or learning rate is negative.
    """
    validate.shape(validate.floating(changes, "changes"), "changes", ("steps",))
    bias, steps = validate.number(initial, "initial"), len(changes)
    factor = 1 - validate.number(decay, "decay", low=0.0) * validate.number(
        learning_rate, "learning_rate", low=0.0
    )
    path = [bias]
    for step, change in enumerate(changes.tolist()):
        bias += change
        if decays_bias(step, steps=steps):
            bias *= factor
        path.append(bias)
    return torch.tensor(path, dtype=changes.dtype)


def checkpoints(steps: int) -> tuple[int, ...]:
    """Steps done at which models are looked at: powers of two, the trough, and the end.

    Args:
        steps: Steps of the whole run.

    Returns:
        Numbers of steps done, rising. After step number 2^j - 1, counted from 0 as the authors'
        code does, 2^j steps are done.

    Raises:
        ValueError: If `steps` is not a count of at least 1.
    """
    validate.integer(steps, "steps", minimum=1)
    powers = {2**j for j in range(steps.bit_length()) if 2**j <= steps}
    return tuple(sorted({0, *powers, trough(steps), steps}))


def trough(steps: int) -> int:
    """The last number of steps done at which the oscillating rate is 0; the end of a shorter run.

    Args:
        steps: Steps of the whole run.

    Returns:
        The largest number up to `steps` that leaves 512 when divided by 1024; `steps` if there is
        none. For the other schedules the same number of steps, so that runs can be compared.

    Raises:
        ValueError: If `steps` is not a count of at least 1.
    """
    validate.integer(steps, "steps", minimum=1)
    if steps < HALF_PERIOD:
        return steps
    return (steps - HALF_PERIOD) // (2 * HALF_PERIOD) * (2 * HALF_PERIOD) + HALF_PERIOD


def rates(config: object, steps_done: int) -> float:
    """Learning rate of a run's next step.

    Args:
        config: A RunConfig.
        steps_done: Steps made so far.

    Raises:
        ValueError: If the config is not a RunConfig or `steps_done` is no count.
    """
    run = checked_run(config)
    return run.learning_rate * rate(steps_done, schedule=run.schedule, steps=run.steps)
