"""Which statements of "Toy Models of Superposition" hold for our own toy models?

Each claim is one number, recomputed from stored weights, with its control: the same number where
the cause is missing (no ReLU, dense features, no correlation). Where the paper shows the best of
several runs, the value is the worst over groups of eight seeds of the best run of each group, and
the spread is the range over those groups.

Bands were set before the final runs from a pilot with other random streams (seed 1001 instead of 0)
and are frozen; each docstring gives the reason. Ids follow the site's list of numbers to reproduce.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import experiments
from mechnotes.claims import Band, Measured, claim
from mechnotes.superposition import cases, geometry, phase, quadrature
from mechnotes.superposition.model import single_feature_loss
from mechnotes.superposition.selection import best_of_groups
from mechnotes.superposition.training import TrainedToys, train

PAPER = "Elhage et al. 2022, Toy Models of Superposition"
_SHARP_RATIOS = tuple(cases.OPTIMISED_EDGES)


def _toys(case: str) -> TrainedToys:
    return experiments.load(train, case)


def _best(case: str) -> Float[Tensor, "groups densities d_hidden features"]:
    toys = _toys(case)
    return best_of_groups(toys.W, toys.loss)


def _furthest_angle(W: Float[Tensor, "... d_hidden features"]) -> Float[Tensor, "..."]:
    """The angle between neighbours that differs most from a pentagon's 72 degrees."""
    angles = geometry.adjacent_angles(W)
    away = (angles - 72).abs().nan_to_num(-1.0)
    return angles.gather(-1, away.argmax(dim=-1, keepdim=True)).squeeze(-1)


def _furthest_from(values: Tensor, target: float) -> float:
    flat = values.flatten()
    return flat[(flat - target).abs().argmax()].item()


def _spread(values: Tensor) -> tuple[float, float]:
    return values.min().item(), values.max().item()


@claim(
    id="N-TMS-1a",
    statement="Five sparse features in two dimensions settle into a regular pentagon",
    published="a pentagon: 72 degrees between neighbours",
    source=f"{PAPER}, section 2 and its figure of five features in two dimensions",
    band=Band(low=64, high=80, unit="degrees"),
    control_band=Band(low=85, high=360, unit="degrees"),
    recorded="reproduced",
)
def pentagon_angles() -> Measured:
    """The adjacent angle furthest from 72 degrees at densities up to 0.08.

    Band: 72 +- 8, as proposed; the pilot's worst was 70.5. A fifth feature that is missing gives 90.
    Control: the linear model at density 0.05, which stores two orthogonal features (270 degrees).
    """
    toys = _toys("pentagon")
    angles = _furthest_angle(_best("pentagon")[:, -2:])  # densities 0.0697 and 0.05
    return Measured(
        value=_furthest_from(angles, 72),
        spread=_spread(angles),
        per_seed=tuple(_furthest_angle(toys.W[-1]).tolist()),
        control=_furthest_from(_furthest_angle(_best("pentagon-linear")[:, -1]), 72),
        note="per seed: single runs at density 0.05; those near 90 stopped at four features",
    )


@claim(
    id="N-TMS-1b",
    statement="All five features are stored when they are sparse",
    published="five of five features, of nearly equal length",
    source=f"{PAPER}, section 2 and its figure of five features in two dimensions",
    band=Band(low=0.8, high=2.0),
    control_band=Band(low=0.0, high=0.2),
    recorded="reproduced",
)
def pentagon_smallest_norm() -> Measured:
    """The smallest norm among five features at densities up to 0.08.

    Band: above 0.8, as proposed; the pilot gave 1.11. Control: the linear model at density 0.05.
    """
    toys = _toys("pentagon")
    norms = geometry.feature_norms(_best("pentagon")[:, -2:]).amin(dim=-1)
    linear = geometry.feature_norms(_best("pentagon-linear")[:, -1])
    return Measured(
        value=norms.min().item(),
        spread=_spread(norms),
        per_seed=tuple(geometry.feature_norms(toys.W[-1]).amin(dim=-1).tolist()),
        control=linear.amin(dim=-1).max().item(),
    )


@claim(
    id="N-TMS-1c",
    statement="Dense features share the two dimensions without superposition",
    published="two features stored, orthogonal, as by principal component analysis",
    source=f"{PAPER}, section 2: at sparsity 0 the model stores the top two features",
    band=Band(low=1.9, high=2.1),
    control_band=Band(low=4.0, high=10.0),
    recorded="reproduced",
)
def dense_total_norm() -> Measured:
    """Squared Frobenius norm of W at density 1: 2 without superposition.

    Band: 2 +- 0.1, as proposed; the pilot gave 2.002. Control: density 0.05 (pilot: 6.4).
    """
    total = 2 * geometry.features_per_dimension(_best("pentagon"))  # [groups densities]
    return Measured(
        value=_furthest_from(total[:, 0], 2),
        spread=_spread(total[:, 0]),
        per_seed=tuple((2 * geometry.features_per_dimension(_toys("pentagon").W[0])).tolist()),
        control=total[:, -1].min().item(),
    )


@claim(
    id="N-TMS-1d",
    statement="Dense features are stored whole: two of them, each with a dimension to itself",
    published="two features with norm 1, three with norm 0",
    source=f"{PAPER}, section 2: at sparsity 0 the model stores the top two features",
    band=Band(low=2, high=2, unit="features"),
    control_band=Band(low=5, high=5, unit="features"),
    recorded="reproduced",
)
def dense_dedicated_features() -> Measured:
    """Number of features with norm above 0.8 at density 1.

    Band: exactly 2, as proposed; in the pilot 10,000 steps were enough to separate importances that
    differ by 10 % (norms 1.00, 1.00, 0.03). Control: density 0.05.
    """
    stored = geometry.represented(_best("pentagon"), threshold=0.8).sum(dim=-1).float()
    single = geometry.represented(_toys("pentagon").W[0], threshold=0.8).sum(dim=-1)
    return Measured(
        value=_furthest_from(stored[:, 0], 2),
        spread=_spread(stored[:, 0]),
        per_seed=tuple(float(count) for count in single),
        control=stored[:, -1].min().item(),
    )


@claim(
    id="N-TMS-1e",
    statement="As features become sparser, the model never stores fewer of them",
    published="2, then 4, then 5 features",
    source=f"{PAPER}, section 2 and its figure of five features in two dimensions",
    band=Band(low=0, high=5, unit="features"),
    control_band=Band(low=-5, high=-1, unit="features"),
    recorded="reproduced",
)
def smallest_step_in_count() -> Measured:
    """Smallest change of the number of stored features from one density to the next sparser one.

    Band: never negative. Control: the same counts with the densities shuffled.
    """
    counts = geometry.represented(_best("pentagon")).sum(dim=-1)  # [groups densities]
    steps = counts.diff(dim=-1).amin(dim=-1).float()
    shuffled = counts[:, torch.tensor([7, 2, 9, 0, 5, 1, 8, 3, 6, 4])]
    return Measured(
        value=steps.min().item(),
        spread=_spread(steps),
        control=shuffled.diff(dim=-1).amin(dim=-1).float().max().item(),
        note=f"best of the first eight seeds, dense to sparse: {counts[0].tolist()}",
    )


@claim(
    id="N-TMS-1f",
    statement="Sparsity alone adds three features to the same two dimensions",
    published="from 2 to 5 features",
    source=f"{PAPER}, section 2 and its figure of five features in two dimensions",
    band=Band(low=3, high=3, unit="features"),
    control_band=Band(low=0, high=0, unit="features"),
    recorded="reproduced",
)
def rise_in_count() -> Measured:
    """Stored features at density 0.05 minus those at density 1.

    Band: exactly 3. Control: the linear model, which stores two at every density.
    """
    counts = geometry.represented(_best("pentagon")).sum(dim=-1).float()
    linear = geometry.represented(_best("pentagon-linear")).sum(dim=-1).float()
    rise = counts[:, -1] - counts[:, 0]
    return Measured(
        value=_furthest_from(rise, 3),
        spread=_spread(rise),
        control=_furthest_from(linear[:, -1] - linear[:, 0], 0),
    )
