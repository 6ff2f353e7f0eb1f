"""How often would a test find a latent that does respond to the property?

Nobody can say without a guess at how the latent fires. `Firing` is such a guess in three numbers:
how often it fires in a text that has the property, how often in one that has not, and how much its
values vary when it does. `power` draws such latents, tests them, and counts.

For the maximum test the other latents matter, for their accidents have to be beaten. They are taken
as they are, from texts without the property: a pilot, or `planted.bystanders`.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.sae.statistics import _sweep, permutation
from mechnotes.sae.statistics.results import Alternative

ROUNDS = 30
"""Drawings of texts and relabelings among which the trials are divided."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Firing:
    """How a latent fires, one number for each text."""

    with_property: float | int
    """Share of the texts with the property in which it fires, from 0 to 1."""
    without: float | int
    """Share of the texts without the property in which it fires, from 0 to 1."""
    spread: float | int = 0.5
    """Standard deviation of the logarithm of a value that is not 0; their median is 1."""

    def __post_init__(self) -> None:
        for name in ("with_property", "without"):
            validate.number(getattr(self, name), name, low=0, high=1)
        validate.number(self.spread, "spread", low=0)

    def draw(
        self, group: Bool[Tensor, " text"], n_latents: int, *, generator: torch.Generator
    ) -> Float[Tensor, "text latent"]:
        """Values of latents that fire like this, independent of each other.

        Args:
            group: Which texts have the property.
            n_latents: How many.
            generator: Source of all chance.

        Raises:
            ValueError: If `n_latents` is no count or there is no generator.
        """
        validate.integer(n_latents, "n_latents", minimum=1)
        shape = (len(group), n_latents)
        chance = torch.where(group, float(self.with_property), float(self.without))
        fires = torch.rand(shape, generator=validate.generator(generator)) < chance[:, None]
        return fires * (self.spread * torch.randn(shape, generator=generator)).exp()


@dataclass(frozen=True, kw_only=True, slots=True)
class Power:
    """How often a test finds what is there."""

    share: float
    """Share of the trials in which the latent was found, from 0 to 1."""
    standard_error: float
    """Of that share, over `ROUNDS` rounds."""


def power(
    firing: Firing,
    *,
    n_with: int,
    n_without: int,
    background: Float[Tensor, "text latent"] | None = None,
    level: float = 0.05,
    alternative: Alternative = "greater",
    n_trials: int = 1000,
    at_most: int = 2000,
    seed: int = 0,
) -> Power:
    """Power of the maximum test among other latents, or of the test of a single latent.

    Args:
        firing: How the latent fires.
        n_with: Texts with the property.
        n_without: Texts without it.
        background: Other latents in at least as many texts, to which the property makes no
            difference; None for a latent that is tested by itself. Then the power with Bonferroni's
            correction is that at `level` divided by the number of latents.
        level: The level of the test.
        alternative: "greater" or "two-sided".
        n_trials: Latents drawn, at least `ROUNDS`.
        at_most: All relabelings are used if there are no more than this, else so many are drawn.
        seed: Seed of all chance.

    Returns:
        Share of the trials in which the latent is found.

    Raises:
        ValueError: If a number is out of range, the background has too few texts, or the drawn
            relabelings are too few for the level.
    """
    _check(firing, background, level, n_with, n_without)
    validate.integer(n_trials, "n_trials", minimum=ROUNDS)
    group = torch.arange(n_with + n_without) < n_with
    found = torch.zeros(ROUNDS, dtype=torch.float64)
    for number in range(ROUNDS):
        drawn = permutation.relabelings(group, at_most=at_most, seed=_seed(seed, number))
        _check_resolution(drawn, level)
        others = _accidents(background, drawn.rows, alternative, rng.generator(seed, "a", number))
        planted = firing.draw(
            group, n_trials // ROUNDS, generator=rng.generator(seed, "planted", number)
        )
        p = _adjusted(planted, group, drawn.rows, others, alternative)
        found[number] = (p <= level).double().mean()
    return Power(share=found.mean().item(), standard_error=(found.std() / ROUNDS**0.5).item())


def _accidents(
    background: Float[Tensor, "other_text other_latent"] | None,
    rows: Bool[Tensor, "relabeling text"],
    alternative: Alternative,
    generator: torch.Generator,
) -> Float[Tensor, " relabeling"]:
    """The largest correlation of any other latent, in each relabeling of some of its texts."""
    if background is None:
        return torch.full((len(rows),), -1.0, dtype=torch.float64)
    texts = torch.randperm(len(background), generator=generator)[: rows.shape[1]]
    unit = _sweep.columns(background[texts], int(rows[0].sum())).unit
    if not unit.numel():
        return torch.full((len(rows),), -1.0, dtype=torch.float64)
    parts = _sweep.blocks(unit, rows, alternative=alternative)
    return torch.cat([part.amax(1) for part in parts])


def _adjusted(
    values: Float[Tensor, "text latent"],
    group: Bool[Tensor, " text"],
    rows: Bool[Tensor, "relabeling text"],
    others: Float[Tensor, " relabeling"],
    alternative: Alternative,
) -> Float[Tensor, " latent"]:
    """p of each of these latents, as if it were alone among the others."""
    made = _sweep.columns(values, int(group.sum()))
    unit = made.unit
    (true,) = next(_sweep.blocks(unit, group[None], alternative=alternative))
    reached = torch.zeros(unit.shape[1], dtype=torch.long)
    start = 0
    for block in _sweep.blocks(unit, rows, alternative=alternative):
        beside = others[start : start + len(block), None]
        reached += _sweep.reaching(torch.maximum(block, beside), true - _sweep.TOLERANCE)
        start += len(block)
    return made.among_all(reached.double() / len(rows), 1.0)


def _seed(seed: int, number: int) -> int:
    drawn = torch.randint(2**62, (), generator=rng.generator(seed, "relabelings", number))
    return int(drawn)


def _check(
    firing: Firing,
    background: Float[Tensor, "text latent"] | None,
    level: float,
    n_with: int,
    n_without: int,
) -> None:
    if not isinstance(firing, Firing):
        validate.refuse(
            "firing",
            got=type(firing).__name__,
            expected="a Firing",
            fix="Guess one: power.Firing(with_property=0.9, without=0.05).",
        )
    validate.number(level, "level", low=0.0, high=1.0, low_open=True, high_open=True)
    for name, size in (("n_with", n_with), ("n_without", n_without)):
        validate.integer(size, name, minimum=2)
    if background is None:
        return
    validate.shape(background, "background", ("text", "latent"))
    validate.finite(background, "background")
    if len(background) < n_with + n_without:
        validate.refuse(
            "background",
            got=f"{len(background)} texts",
            expected=f"at least {n_with + n_without}, as many as are tested",
            fix="Run more texts through the model, or make some with planted.bystanders.",
        )


def _check_resolution(drawn: permutation.Relabelings, level: float) -> None:
    if not drawn.exact and level * len(drawn.rows) < 1:
        validate.refuse(
            "at_most",
            got=f"{len(drawn.rows):,} drawn relabelings, whose smallest p is "
            f"{1 / len(drawn.rows):.2g}",
            expected=f"relabelings enough for p to reach {level:.2g}",
            fix=f"Pass at_most={round(20 / level)}, or smaller groups.",
        )
