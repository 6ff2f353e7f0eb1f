"""How many texts should one take?

Two questions. From how many texts on can the test succeed at all? That is arithmetic: no p is
smaller than one over the number of relabelings. And from how many on does it succeed as often as
one would like? That takes a guess at how the latent fires; see `power`.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.sae.statistics import power as powers
from mechnotes.sae.statistics.results import ALTERNATIVES, Alternative, always_reaching


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Power at several group sizes."""

    sizes: tuple[int, ...]
    """Texts with the property."""
    power: tuple[float, ...]
    """Chance to find the latent, for each size."""
    standard_error: tuple[float, ...]
    """Of that chance."""
    possible: int
    """Smallest size at which the test can find anything at all."""
    target: float
    """The power that was asked for."""

    @property
    def enough(self) -> int | None:
        """Smallest of the sizes with at least the target's power; None if there is none."""
        pairs = zip(self.sizes, self.power, strict=True)
        return next((size for size, power in pairs if power >= self.target), None)


def smallest_p(n_with: int, n_without: int, *, alternative: Alternative = "greater") -> float:
    """The smallest p that all relabelings of two groups allow.

    Two-sided, with groups of equal size, the exchanged labels always do as well as the true ones.

    Args:
        n_with: Texts with the property.
        n_without: Texts without it.
        alternative: "greater" or "two-sided".

    Raises:
        ValueError: If a size is no count or the alternative is unknown.
    """
    validate.integer(n_with, "n_with", minimum=1)
    validate.integer(n_without, "n_without", minimum=1)
    validate.choice(alternative, "alternative", ALTERNATIVES)
    ways = math.comb(n_with + n_without, n_with)
    return always_reaching(n_with, n_without, alternative) / ways


def smallest_groups(
    p: float, *, alternative: Alternative = "greater", others_per_text: int = 1
) -> int:
    """Texts with the property from which on a p as small as this can occur.

    Args:
        p: What has to be reached: the level for the maximum test; the level divided by the number
            of latents for Bonferroni's correction.
        alternative: "greater" or "two-sided".
        others_per_text: Texts without the property for each with it.

    Raises:
        ValueError: If p is no number between 0 and 1, or the ratio is no count.
    """
    validate.number(p, "p", low=0.0, high=1.0, low_open=True, high_open=True)
    validate.integer(others_per_text, "others_per_text", minimum=1)
    return next(
        size
        for size in itertools.count(1)
        if smallest_p(size, size * others_per_text, alternative=alternative) <= p
    )


def fewest_at_minimum(
    n_latents: int, n_with: int, n_without: int, *, level: float = 0.05
) -> int | None:
    """How many latents must have the smallest p together before Benjamini-Hochberg finds them.

    Args:
        n_latents: Latents tested, one-sided.
        n_with: Texts with the property.
        n_without: Texts without it.
        level: The level.

    Returns:
        That number; None if even all latents are too few.

    Raises:
        ValueError: If a number is out of range.
    """
    validate.integer(n_latents, "n_latents", minimum=1)
    validate.number(level, "level", low=0.0, high=1.0, low_open=True, high_open=True)
    needed = math.ceil(smallest_p(n_with, n_without) * n_latents / level - 1e-9)
    return needed if needed <= n_latents else None


def plan(
    firing: powers.Firing,
    *,
    sizes: Sequence[int],
    others_per_text: int = 1,
    background: Float[Tensor, "text latent"] | None = None,
    level: float = 0.05,
    target: float = 0.8,
    alternative: Alternative = "greater",
    n_trials: int = 1000,
    seed: int = 0,
) -> Plan:
    """Power at several sizes, and the smallest size that is enough.

    Args:
        firing: How the latent is thought to fire.
        sizes: Texts with the property, rising.
        others_per_text: Texts without the property for each with it.
        background: Other latents, as in `power.power`.
        level: The level of the test.
        target: The power that is wanted.
        alternative: "greater" or "two-sided".
        n_trials: Latents drawn at each size.
        seed: Seed of all chance.

    Raises:
        ValueError: If sizes do not rise, or as `power.power`.
    """
    validate.number(target, "target", low=0.0, high=1.0, low_open=True)
    validate.integer(others_per_text, "others_per_text", minimum=1)
    tried = [
        powers.power(
            firing,
            n_with=size,
            n_without=size * others_per_text,
            background=background,
            level=level,
            alternative=alternative,
            n_trials=n_trials,
            seed=seed,
        )
        for size in _rising(sizes)
    ]
    return Plan(
        sizes=tuple(sizes),
        power=tuple(one.share for one in tried),
        standard_error=tuple(one.standard_error for one in tried),
        possible=smallest_groups(level, alternative=alternative, others_per_text=others_per_text),
        target=target,
    )


def _rising(sizes: Sequence[int]) -> list[int]:
    """Sizes, once each is larger than the one before."""
    listed = [validate.integer(size, "sizes", minimum=2) for size in sizes]
    if not listed or listed != sorted(set(listed)):
        validate.refuse(
            "sizes",
            got=f"{list(sizes)}",
            expected="at least one size, each larger than the one before",
            fix="Pass range(3, 21), for example.",
        )
    return listed
