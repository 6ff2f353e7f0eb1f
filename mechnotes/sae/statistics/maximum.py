"""Which latents differ more than the largest accident among all of them?

Deal the labels out anew, look at all latents at once, and write down the *largest* difference that
any of them shows. A latent is found if few of these maxima reach its own. As the maxima come from
the latents as they are, nothing has to be assumed about how they depend on each other; and as one
relabeling judges all latents together, p does not become smaller than one relabeling allows, but it
need not: seven texts against seven are enough for 1/3432 among any number of latents.

Differences are divided by their standard error by default. Otherwise the loudest latents have the
largest accidents, and a quiet one could never stand out.

Source:
    Westfall and Young 1993, Resampling-Based Multiple Testing, single-step and step-down maxT;
    Nichols and Holmes 2002, Hum. Brain Mapp. 15, 1-25, the same for images.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import validate
from mechnotes.sae.statistics import _sweep, permutation
from mechnotes.sae.statistics.results import Alternative, Tested


def compare(
    values: Float[Tensor, "text latent"],
    group: Bool[Tensor, " text"],
    *,
    alternative: Alternative = "greater",
    studentized: bool = True,
    step_down: bool = False,
    at_most: int = 10_000,
    seed: int = 0,
) -> Tested:
    """p of every latent, by itself and among all.

    The chance that any latent is found at a level, if the property changes none, is at most it.

    Args:
        values: One number for each text and latent; see `Latents.pooled`.
        group: Which texts have the property.
        alternative: "greater" if only firing more counts, or "two-sided".
        studentized: Whether differences of means are divided by their standard error before the
            latents are compared. All orders stay the same if each latent's correlation with the
            labels is taken instead, which is what is computed.
        step_down: Whether a latent has to beat only those latents that are weaker than itself:
            never a larger p, at several times the time; the same for the strongest latent.
        at_most: All relabelings are used if there are no more than this, else so many are drawn.
        seed: Seed of the drawing.

    Returns:
        p and adjusted p of each latent; both are 1 for latents that never vary.

    Raises:
        ValueError: As `permutation.compare`.
    """
    for name, given in (("studentized", studentized), ("step_down", step_down)):
        validate.choice(given, name, (True, False))
    made = _sweep.checked(values, group, alternative)
    drawn = permutation.relabelings(group, at_most=at_most, seed=seed)
    against = _Maxima(made, group, alternative, studentized=studentized, step_down=step_down)
    swept = _sweep.sweep(made, group, drawn.rows, alternative=alternative, watch=against.watch)
    return Tested(
        effect=swept.effect,
        correlation=swept.correlation,
        p=swept.p,
        adjusted=made.among_all(against.adjusted(len(drawn.rows)), 1.0),
        correction="maximum, step-down" if step_down else "maximum",
        alternative=alternative,
        n_with=int(group.sum()),
        n_without=int((~group).sum()),
        n_relabelings=len(drawn.rows),
        exact=drawn.exact,
    )


class _Maxima:
    """Counts, block by block, how many maxima reach each latent."""

    def __init__(
        self,
        made: _sweep.Columns,
        group: Bool[Tensor, " text"],
        alternative: Alternative,
        *,
        studentized: bool,
        step_down: bool,
    ) -> None:
        self.scale = None if studentized else made.scale
        observed = next(_sweep.blocks(made.unit, group[None].cpu(), alternative=alternative))
        self.observed = self._scaled(observed)[0]
        self.slack = _sweep.TOLERANCE * (1.0 if self.scale is None else self.scale.max().item())
        self.order = self.observed.argsort() if step_down else None
        self.largest: list[Tensor] = []
        self.reached = torch.zeros_like(self.observed, dtype=torch.long)

    def watch(self, block: Float[Tensor, "block latent"]) -> None:
        scaled = self._scaled(block)
        if self.order is None:
            self.largest.append(scaled.amax(1))
            return
        weaker = scaled[:, self.order].cummax(1).values  # of a latent and all weaker ones
        self.reached += _sweep.reaching(weaker, self.observed[self.order] - self.slack)

    def adjusted(self, n: int) -> Float[Tensor, " latent"]:
        if self.order is None:
            maxima = torch.cat(self.largest).sort().values
            below = torch.searchsorted(maxima, self.observed - self.slack)
            return (n - below).double() / n
        adjusted = torch.empty(len(self.observed), dtype=torch.float64)
        # A weaker latent may not have a smaller p than a stronger one.
        stepped = self.reached.flip(0).cummax(0).values.flip(0)
        adjusted[self.order] = stepped.double() / n
        return adjusted

    def _scaled(self, block: Float[Tensor, "block latent"]) -> Float[Tensor, "block latent"]:
        return block if self.scale is None else block * self.scale
