"""Which other example may stand in, if only some of it matters?

Causal scrubbing exchanges what a hypothesis calls unimportant. So it needs, for every example,
others that agree with it in all that the hypothesis calls important.
"""

import torch
from jaxtyping import Int
from torch import Tensor

from mechnotes import validate


def partners(
    classes: Int[Tensor, " batch"], n_draws: int, generator: torch.Generator
) -> Int[Tensor, "draw batch"]:
    """For each example, and each draw anew, another example of the same class.

    Two parts that are exchanged for different reasons need different draws: were both taken from
    the same text they would still agree with each other, and the test would miss that they must.

    Args:
        classes: What the hypothesis says matters of each example; equal numbers may be exchanged.
        n_draws: Independent draws.
        generator: Source of randomness.

    Returns:
        Rows; an example is its own partner only where it is alone in its class.

    Raises:
        ValueError: If there are fewer than two examples.
    """
    if classes.ndim != 1 or len(classes) < 2:
        validate.refuse(
            "classes",
            got=f"shape {tuple(classes.shape)}",
            expected="one number for each of at least two examples",
            fix="Pass more texts.",
        )
    validate.integer(n_draws, "n_draws", minimum=1)
    found = torch.arange(len(classes)).repeat(n_draws, 1)
    for kind in classes.unique():
        members = (classes == kind).nonzero()[:, 0].cpu()
        for draw in found:
            circle = members[torch.randperm(len(members), generator=generator)]
            draw[circle] = circle.roll(1)
    return found
