"""Which statements of "Polysemanticity and Capacity" hold for our quadratic models?

Each number is recomputed from stored weights, fitted from eight random starts; the start with the
lowest loss is read and the spread is over kurtoses or random models. Bands come from the site's
list of numbers to reproduce, where a trial had found 0, 5, 8 and 11 features that share.
"""

import math

import torch
from torch import Tensor

from mechnotes import experiments, rng
from mechnotes.claims import Band, Measured, claim
from mechnotes.superposition import geometry
from mechnotes.superposition.capacity import allocation, blocks, quadratic
from mechnotes.superposition.capacity.descent import FittedQuadratics, fit

CAPACITY = "Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks, capacity"
QUADRATIC = "Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks, quadratic model"


@claim(
    id="N-CAP-1",
    statement="The capacities of all features add up to the number of dimensions",
    published="at most 5, and 5 when nothing is wasted",
    source=CAPACITY,
    band=Band(low=4.99, high=5.000001, unit="dimensions"),
    control_band=Band(low=0, high=4.9, unit="dimensions"),
    recorded="reproduced",
)
def total_capacity() -> Measured:
    """Sum over features in fitted models, the smallest; control: random weights, the largest."""
    totals = geometry.dimensionality(_fitted("steep").best).sum(dim=-1)
    random = geometry.dimensionality(_random_weights()).sum(dim=-1)
    return _measured(totals, worst=totals.min(), control=random.max())


@claim(
    id="N-CAP-2",
    statement="The quadratic model's loss is (β−1)ΣAᵢᵢ² + 2ΣAᵢⱼ² + (tr A)²",
    published="equality",
    source=QUADRATIC,
    band=Band(low=0, high=4, unit="standard errors"),
    control_band=Band(low=20, high=math.inf, unit="standard errors"),
    recorded="reproduced",
)
def closed_form() -> Measured:
    """Furthest of five random models from half a million samples each; control: kurtosis 3."""
    v = 0.8 ** torch.arange(6, dtype=torch.float64)
    away: list[float] = []
    wrong: list[float] = []
    for model in range(5):
        generator = rng.generator(0, "closed form", model)
        W = 0.5 * torch.randn(2, 6, generator=generator, dtype=torch.float64)
        x = quadratic.sparse_gaussian(500_000, 6, kurtosis=15, generator=generator)
        mean, error = quadratic.sampled_loss(W, v, x)
        for kurtosis, found in ((15, away), (3, wrong)):
            expected = quadratic.expected_loss(W, v, kurtosis=kurtosis).item()
            found.append(abs(mean - expected) / error)
    return _measured(away, worst=max(away), control=min(wrong))


@claim(
    id="N-CAP-3a",
    statement="Features that matter more get more capacity, or as much",
    published="capacity does not rise as the coefficient falls",
    source=QUADRATIC,
    band=Band(low=-1, high=0.02),
    control_band=Band(low=0.1, high=1),
    recorded="reproduced",
)
def largest_rise() -> Measured:
    """Largest rise in capacity from a feature to the next; control: the features shuffled."""
    C = geometry.dimensionality(_fitted("steep").best)
    shuffled = C[:, torch.randperm(C.shape[1], generator=rng.generator(0, "shuffled"))]
    rise = C.diff(dim=1).amax(dim=1)
    return _measured(rise, worst=rise.max(), control=shuffled.diff(dim=1).amax(dim=1).min())


@claim(
    id="N-CAP-3b",
    statement="At a kurtosis of 3, that of a Gaussian, no feature shares",
    published="0 features",
    source=QUADRATIC,
    band=Band(low=0, high=0, unit="features"),
    control_band=Band(low=5, high=20, unit="features"),
    recorded="reproduced",
)
def shared_by_gaussian_features() -> Measured:
    """Features with a capacity between 0.05 and 0.95; control: kurtosis 30."""
    shared = _shared()
    return Measured(value=shared[0].item(), control=shared[-1].item())


@claim(
    id="N-CAP-3c",
    statement="The sparser the features, the more of them share",
    published="a shared band that widens with the kurtosis",
    source=QUADRATIC,
    band=Band(low=1, high=20, unit="features per step"),
    control_band=Band(low=-20, high=-1, unit="features per step"),
    recorded="reproduced",
)
def smallest_widening() -> Measured:
    """Smallest step in the number that share over kurtoses 3, 6, 15, 30; control: backwards."""
    steps = _shared().diff()
    note = f"features that share: {[int(n) for n in _shared().tolist()]}"
    return _measured(steps, worst=steps.min(), control=-steps.min(), note=note)


@claim(
    id="N-CAP-3d",
    statement="A little more capacity is worth the same to all features that share",
    published="equal marginal values",
    source=QUADRATIC,
    band=Band(low=0, high=0.05),
    control_band=Band(low=0.3, high=math.inf),
    recorded="reproduced",
)
def marginal_spread() -> Measured:
    """Largest over smallest marginal value, less 1; control: every sharing feature with 1/2."""
    fitted = _fitted("steep")
    found: list[float] = []
    equal: list[float] = []
    for kurtosis, W in zip(fitted.config.kurtoses[1:], fitted.best[1:], strict=True):
        v = allocation.raised(fitted.config.v, dimensions=5, kurtosis=kurtosis)
        C = geometry.dimensionality(W).clamp(0, 1)
        shares = (C > 0.05) & (C < 0.95)
        for capacity, spreads in ((C, found), (torch.full_like(C, 0.5), equal)):
            worth = allocation.marginal_value(capacity, v, kurtosis=kurtosis)[shares]
            spreads.append((worth.max() / worth.min() - 1).item())
    return _measured(found, worst=max(found), control=min(equal))


@claim(
    id="N-CAP-3e",
    statement="If the features matter nearly equally and are sparse, none has a dimension alone",
    published="no feature with capacity 1",
    source=QUADRATIC,
    band=Band(low=0, high=0.95),
    control_band=Band(low=0.99, high=1.000001),
    recorded="reproduced",
)
def largest_capacity() -> Measured:
    """Largest capacity at v = 0.9^i and kurtoses 15 and 30; control: v = 0.8^i."""
    flat, steep = (
        geometry.dimensionality(_fitted(case).best[2:]).amax(dim=1) for case in ("flat", "steep")
    )
    return _measured(flat, worst=flat.max(), control=steep.max())


@claim(
    id="N-CAP-4",
    statement="At the optimum WᵀW falls into blocks, one for each full feature and one shared",
    published="block diagonal, semi-orthogonal blocks",
    source=QUADRATIC,
    band=Band(low=0, high=0.01),
    control_band=Band(low=0.1, high=1),
    recorded="reproduced",
)
def energy_outside_the_blocks() -> Measured:
    """Share of WᵀW outside the blocks that the best allocation foretells; control: random W."""
    fitted = _fitted("steep")
    found, random = [], []
    for kurtosis, W in zip(fitted.config.kurtoses, fitted.best, strict=True):
        lifted = allocation.raised(fitted.config.v, dimensions=5, kurtosis=kurtosis)
        capacity = allocation.allocate(lifted, dimensions=5, kurtosis=kurtosis)
        found.append(blocks.off_block_energy(W, capacity).item())
        random.append(blocks.off_block_energy(_random_weights(), capacity).min().item())
    return _measured(found, worst=max(found), control=min(random))


def _fitted(case: str) -> FittedQuadratics:
    return experiments.load(fit, case)


def _shared() -> Tensor:
    """How many features share, at each kurtosis."""
    return allocation.shared(geometry.dimensionality(_fitted("steep").best))


def _random_weights() -> Tensor:
    """Eight random models of the size of the fitted ones."""
    generator = rng.generator(0, "random weights")
    return torch.randn(8, 5, 20, generator=generator, dtype=torch.float64)


def _measured(
    values: Tensor | list[float], *, worst: Tensor | float, control: Tensor | float, note: str = ""
) -> Measured:
    """The worst of several values, with their range."""
    values = torch.as_tensor(values, dtype=torch.float64)
    low, high = values.min().item(), values.max().item()
    return Measured(value=float(worst), spread=(low, high), control=float(control), note=note)
