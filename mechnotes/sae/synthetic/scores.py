"""What did each autoencoder of a sweep find of the planted truth?

Numbers come as `[value seed]`, for the values of the setting that varies and for each seed, all on
the same held-out activations.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.sae import matching, measures
from mechnotes.sae.matching import Matching
from mechnotes.sae.reference import ReferenceSAE
from mechnotes.sae.synthetic import absorption
from mechnotes.sae.synthetic.sweeps import TrainedSweep
from mechnotes.sae.synthetic.truth import Planted

N_HELD_OUT = 10_000
FOUND = 0.9
"""|Cosine| from which a latent counts as having found its atom."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """What was measured on a sweep, with values in rows and seeds in columns."""

    l0: Float[Tensor, "value seed"]
    """Latents active at once."""
    fvu: Float[Tensor, "value seed"]
    """Fraction of variance unexplained: 0 perfect, 1 the mean."""
    mmcs: Float[Tensor, "value seed"]
    """Mean over atoms of the best |cosine|; see `matching.mmcs`."""
    matched: Float[Tensor, "value seed"]
    """Mean |cosine| over pairs of atom and latent, one to one."""
    scale: Float[Tensor, "value seed"]
    """See `scale`: 1 for latents as large as what they stand for, below 1 for shrunken ones."""
    shrinkage: Float[Tensor, "value seed"]
    """See `measures.shrinkage`."""
    dead: Float[Tensor, "value seed"]
    """Share of latents that fire on none of the activations that training watched."""


@torch.no_grad()
def scores(sweep: TrainedSweep, *, n: int = N_HELD_OUT) -> Scores:
    """Measure every autoencoder of a sweep.

    Args:
        sweep: Trained autoencoders, with weights.
        n: Held-out activations to measure on.

    Raises:
        ValueError: If the sweep kept no weights, or n is no count.
    """
    planted, grid = sweep.planted, sweep.density.shape[:2]
    x, magnitudes = planted.sample(n)
    rows = [
        _of_one(sweep.sae(value, seed), planted, x, magnitudes)
        for value in range(grid[0])
        for seed in range(grid[1])
    ]
    found = {name: torch.tensor([row[name] for row in rows]).view(grid) for name in rows[0]}
    return Scores(**found, dead=(sweep.density == 0).float().mean(-1))


def scale(
    latents: Float[Tensor, "n latent"],
    magnitudes: Float[Tensor, "n feature"],
    pairs: Matching,
    *,
    found: float | int = FOUND,
) -> float:
    """How large latents are, in units of the features that they stand for.

    For each pair of a feature and its latent: the slope of the latent's value on the feature's
    magnitude, as a line through 0, over the inputs on which the feature is present and the latent
    fires. How often it fails to fire is another question (recall).

    Args:
        latents: Values on n inputs.
        magnitudes: Planted magnitudes on the same inputs.
        pairs: Features in `first`, latents in `second`.
        found: Pairs less alike than this are left out.

    Returns:
        Mean slope over pairs: 1 for the right size; NaN if no pair is alike enough.

    Raises:
        ValueError: If the lengths differ.
    """
    validate.shape(latents, "latents", ("n", "latent"), n=len(magnitudes))
    kept = pairs.likeness >= found
    truth, said = magnitudes[:, pairs.first[kept]], latents[:, pairs.second[kept]]
    squares = (truth * (said != 0)).square().sum(0)
    slopes = (truth * said).sum(0) / squares
    return slopes[squares > 0].mean().item()


def stretched(
    fvu: Float[Tensor, "*grid"], shrinkage: Float[Tensor, "*grid"]
) -> Float[Tensor, "*grid"]:
    """What would be left unexplained if each reconstruction were stretched to its best length.

    With s the shrinkage, a reconstruction explains (1 - fvu) / (2 - s) of the variance for each
    unit of its own length; after division by s the rest is 1 less that over s.

    Args:
        fvu: Fraction of variance unexplained as it is.
        shrinkage: See `measures.shrinkage`.

    Returns:
        At most `fvu`, and equal to it where the shrinkage is 1.
    """
    return 1 - (1 - fvu) / (2 - shrinkage) / shrinkage


def at_l0(
    found: Scores, values: Float[Tensor, "value seed"], l0: Float[Tensor, " point"]
) -> Float[Tensor, "point seed"]:
    """A measure of a sweep at other numbers of active latents, in between its own.

    Between two settings the measure is taken to be a straight line in the logarithm of L0.

    Args:
        found: Scores of the sweep.
        values: The measure, for example `found.fvu`.
        l0: Where to read it.

    Returns:
        For each seed; NaN where the seed's settings do not reach.
    """
    columns = []
    for seed in range(values.shape[1]):
        order = found.l0[:, seed].argsort()
        known, height = found.l0[order, seed].log(), values[order, seed]
        right = torch.searchsorted(known, l0.log()).clamp(1, len(known) - 1)
        share = (l0.log() - known[right - 1]) / (known[right] - known[right - 1])
        line = height[right - 1] + share * (height[right] - height[right - 1])
        columns.append(torch.where((share >= 0) & (share <= 1), line, torch.nan))
    return torch.stack(columns, dim=1)


def between_seeds(sweep: TrainedSweep, value: int) -> tuple[float, ...]:
    """Mean |cosine| of one-to-one matched latents, for each pair of seeds at one value.

    Raises:
        ValueError: If the sweep kept no weights or has no such value.
    """
    rows = [sweep.sae(value, seed).W_dec for seed in range(sweep.config.n_seeds)]
    chosen = torch.combinations(torch.arange(len(rows))).tolist()
    return tuple(matching.match(rows[one], rows[other]).mean for one, other in chosen)


def drops(sweep: TrainedSweep) -> Float[Tensor, "value seed"]:
    """Recall that parents' latents lose where a child is present, mean over all children.

    Raises:
        ValueError: If the sweep kept no weights or its dictionary has no families.
    """
    planted, grid = sweep.planted, sweep.density.shape[:2]
    found = [
        [one.drop for one in absorption.of_families(sweep.sae(value, seed), planted)]
        for value in range(grid[0])
        for seed in range(grid[1])
    ]
    return torch.tensor(found).mean(1).view(grid)


def _of_one(sae: ReferenceSAE, planted: Planted, x: Tensor, magnitudes: Tensor) -> dict[str, float]:
    quality = measures.measure(sae, x.split(4096))
    pairs = matching.match(planted.atoms, sae.W_dec)
    return {
        "l0": quality.l0,
        "fvu": quality.fvu,
        "mmcs": matching.mmcs(planted.atoms, sae.W_dec),
        "matched": pairs.mean,
        "scale": scale(sae.encode(x), magnitudes, pairs),
        "shrinkage": quality.shrinkage,
    }
