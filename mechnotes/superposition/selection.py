"""Which of several training runs is the one to look at?

Training of small models often stops in a worse local minimum, so a single run says little about
what the best arrangement is. The same configuration is therefore trained from several seeds and the
run with the lowest loss is shown. A mean over seeds would average a pentagon with its failures.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate


def best_seed(loss: Float[Tensor, "densities seeds"]) -> Int[Tensor, " densities"]:
    """Index of the run with the lowest loss at each density.

    Args:
        loss: Losses of all runs. All seeds of one density must have been measured on the same data,
            or the luckiest sample wins instead of the best weights.

    Returns:
        Seed index for each density; the first one on a tie.

    Raises:
        ValueError: If a loss is NaN or infinite: a diverged run has no rank.
    """
    validate.shape(validate.finite(loss, "loss"), "loss", ("densities", "seeds"))
    return loss.argmin(dim=1)


def pick(
    values: Float[Tensor, "densities seeds *rest"], seeds: Int[Tensor, " densities"]
) -> Float[Tensor, "densities *rest"]:
    """Take one seed's entry at each density.

    Args:
        values: Something measured or trained for every density and seed.
        seeds: Which seed to take at each density, for example from `best_seed`.

    Returns:
        The chosen entries, without the seed axis.

    Raises:
        ValueError: If the number of densities differs or a seed index is out of range.

    Examples:
        >>> W = pick(toys.W, best_seed(toys.loss))
    """
    validate.floating(values, "values")
    if not isinstance(seeds, Tensor) or seeds.dtype != torch.int64:
        validate.refuse(
            "seeds",
            got=str(getattr(seeds, "dtype", type(seeds).__name__)),
            expected="a tensor of torch.int64",
            fix="Pass best_seed(loss) of the same runs.",
        )
    if values.ndim < 2 or seeds.ndim != 1 or seeds.shape[0] != values.shape[0]:
        validate.refuse(
            "seeds",
            got=f"shape {tuple(seeds.shape)} for values of shape {tuple(values.shape)}",
            expected="one seed index for each density, the first axis of values",
            fix="Pass best_seed(loss) of the same runs.",
        )
    if seeds.numel() and not 0 <= int(seeds.min()) <= int(seeds.max()) < values.shape[1]:
        validate.refuse(
            "seeds",
            got=f"indices from {int(seeds.min())} to {int(seeds.max())}",
            expected=f"indices from 0 to {values.shape[1] - 1}",
            fix="Pass best_seed(loss) of the same runs.",
        )
    return values[torch.arange(values.shape[0]), seeds]


def best(
    values: Float[Tensor, "densities seeds *rest"], loss: Float[Tensor, "densities seeds"]
) -> Float[Tensor, "densities *rest"]:
    """What belongs to the run with the lowest loss, at each density.

    Args:
        values: Something measured or trained for every density and seed.
        loss: Losses of all runs, as for `best_seed`.

    Returns:
        The best runs' entries, without the seed axis.

    Raises:
        ValueError: As `best_seed` and `pick`.

    Examples:
        >>> W = best(toys.W, toys.loss)
    """
    return pick(values, best_seed(loss))


def best_of_groups(
    values: Float[Tensor, "densities seeds *rest"],
    loss: Float[Tensor, "densities seeds"],
    *,
    group_size: int = 8,
) -> Float[Tensor, "groups densities *rest"]:
    """Split the seeds into groups and take the best of each group at each density.

    A claim about the best of eight runs is itself one random number. Several groups of eight say
    how much it varies.

    Args:
        values: Something measured or trained for every density and seed.
        loss: Losses of the same runs.
        group_size: Seeds in a group; seeds that do not fill a last group are left out.

    Returns:
        The chosen entries, one for each group of seeds.

    Raises:
        ValueError: If there are fewer seeds than one group needs, a loss is not finite, or values
            and losses differ in densities or seeds.
    """
    n_densities, n_seeds = validate.shape(
        validate.finite(loss, "loss"), "loss", ("densities", "seeds")
    ).shape
    if validate.floating(values, "values").shape[:2] != loss.shape:
        validate.refuse(
            "values",
            got=f"shape {tuple(values.shape)}",
            expected=f"shape ({n_densities}, {n_seeds}, ...), one entry for each loss",
            fix="Take both from the same runs.",
        )
    group_size = validate.integer(group_size, "group_size", minimum=1, maximum=n_seeds)
    starts = range(0, n_seeds - group_size + 1, group_size)
    groups = [slice(start, start + group_size) for start in starts]
    return torch.stack([best(values[:, group], loss[:, group]) for group in groups])
