"""How is each claim about toy models measured?

One function for each number in `claims`, from stored weights only. Where the paper shows the best
of several runs, seeds are taken in groups of eight: the spread is the range over the best runs of
the groups (and over the densities, where a claim covers several), and the value is the one furthest
from what is claimed. `per_seed` shows the single runs, failures included.

The control is the same number where the cause is missing: no ReLU, dense features, no correlation.
"""

import math

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import experiments
from mechnotes.claims import Measured
from mechnotes.superposition import cases, geometry, phase
from mechnotes.superposition.model import Activation, ToyModel, single_feature_loss
from mechnotes.superposition.selection import best_of_groups
from mechnotes.superposition.training import TrainedToys, train


def pentagon_angles() -> Measured:
    """Adjacent angle furthest from 72 degrees at densities 0.0697 and 0.05; control: linear."""
    angles = _furthest_angle(_best("pentagon")[:, -2:])
    single_runs = _furthest_angle(_toys("pentagon").W[-1])
    linear = _furthest_angle(_best("pentagon-linear")[:, -1])
    return _measured(angles, claimed=72.0, single_runs=single_runs, control=linear.max())


def pentagon_norms() -> Measured:
    """Smallest of the five norms at densities 0.0697 and 0.05; control: linear, its largest."""
    smallest = geometry.feature_norms(_best("pentagon")[:, -2:]).amin(dim=-1)
    single_runs = geometry.feature_norms(_toys("pentagon").W[-1]).amin(dim=-1)
    linear = geometry.feature_norms(_best("pentagon-linear")[:, -1]).amin(dim=-1)
    return _measured(smallest, claimed=math.inf, single_runs=single_runs, control=linear.max())


def dense_total_norm() -> Measured:
    """Squared Frobenius norm at density 1; control: density 0.05."""
    total = 2 * geometry.features_per_dimension(_best("pentagon"))  # [groups densities]
    single_runs = 2 * geometry.features_per_dimension(_toys("pentagon").W[0])
    return _measured(total[:, 0], claimed=2.0, single_runs=single_runs, control=total[:, -1].min())


def dense_dedicated_features() -> Measured:
    """Number of features with norm above 0.8 at density 1; control: density 0.05."""
    stored = geometry.represented(_best("pentagon"), threshold=0.8).sum(dim=-1)
    single_runs = geometry.represented(_toys("pentagon").W[0], threshold=0.8).sum(dim=-1)
    return _measured(
        stored[:, 0], claimed=2.0, single_runs=single_runs, control=stored[:, -1].min()
    )


def smallest_step_in_count() -> Measured:
    """Smallest change in stored features from a density to the next sparser; control: shuffled."""
    counts = geometry.represented(_best("pentagon")).sum(dim=-1)  # [groups densities]
    shuffled = counts[:, [7, 2, 9, 0, 5, 1, 8, 3, 6, 4]]
    return _measured(
        counts.diff(dim=-1).amin(dim=-1),
        claimed=math.inf,
        control=shuffled.diff(dim=-1).amin(dim=-1).max(),
        note=f"features stored from dense to sparse: {counts[0].tolist()}",
    )


def rise_in_count() -> Measured:
    """Stored features at density 0.05 minus those at density 1; control: linear."""
    counts = geometry.represented(_best("pentagon")).sum(dim=-1)
    linear = geometry.represented(_best("pentagon-linear")).sum(dim=-1)
    rise = counts[:, -1] - counts[:, 0]
    return _measured(rise, claimed=3.0, control=(linear[:, -1] - linear[:, 0]).max())


def second_norm_below_boundary() -> Measured:
    """Norm of feature 2 at 0.8 p*, smallest over three ratios; control: linear."""
    norms = torch.stack([_second_norm(ratio, side="below") for ratio in cases.OPTIMISED_EDGES])
    linear = geometry.feature_norms(_best("boundary-linear"))[:, 0, 1]
    return _measured(norms, claimed=math.inf, control=linear.max(), note=_by_ratio(norms))


def second_norm_above_edge() -> Measured:
    """Norm of feature 2 at 1.25 times the edge, largest over three ratios; control: at 0.8 p*."""
    norms = torch.stack([_second_norm(ratio, side="above") for ratio in cases.OPTIMISED_EDGES])
    below = torch.stack([_second_norm(ratio, side="below") for ratio in cases.OPTIMISED_EDGES])
    return _measured(norms, claimed=0.0, control=below.min(), note=_by_ratio(norms))


def half_stored_densities() -> Measured:
    """Densities at which feature 2 is neither stored nor dropped, at ratio 0.8; control: 0.5."""
    unequal, sharp = (geometry.feature_norms(_best(f"boundary-{r}"))[..., 1] for r in (0.8, 0.5))
    half = [((norm > 0.1) & (norm < 0.6)).sum(dim=-1) for norm in (unequal, sharp)]
    norms = ", ".join(f"{norm:.2f}" for norm in unequal[0, 10:16])
    note = f"norms at densities 0.55 to 0.80: {norms}"
    return _measured(half[0], claimed=0.0, control=half[1].max(), note=note)


def single_feature_identity() -> Measured:
    """Largest gap between the closed form and quadrature on trained weights; control: no ReLU."""
    W = _toys("pentagon").W.flatten(0, 1).double()
    gap = (single_feature_loss(W) - _loss_by_quadrature(W, activation="relu")).abs()
    linear = (single_feature_loss(W) - _loss_by_quadrature(W, activation="linear")).abs()
    return _measured(gap.max(), claimed=0.0, control=linear.max())


def anticorrelated_cosine() -> Measured:
    """Mean cosine within anticorrelated pairs; control: the same features independent."""
    cosines = _mean_pair_cosine(_best("pairs-anticorrelated"))  # [groups densities]
    single_runs = _mean_pair_cosine(_toys("pairs-anticorrelated").W).mean(dim=0)
    # Independent features pair up at random and with equal losses: average over all their runs.
    independent = _mean_pair_cosine(_toys("pairs-independent").W).mean()
    return _measured(cosines, claimed=-1.0, single_runs=single_runs, control=independent)


def correlated_cosine() -> Measured:
    """Mean cosine within correlated pairs; control: the same pairs anticorrelated."""
    cosines = _mean_pair_cosine(_best("pairs-correlated"))  # [groups densities]
    single_runs = _mean_pair_cosine(_toys("pairs-correlated").W).mean(dim=0)
    opposite = _mean_pair_cosine(_best("pairs-anticorrelated")).max()
    return _measured(cosines, claimed=math.inf, single_runs=single_runs, control=opposite)


def linear_overlap() -> Measured:
    """Largest |W_i . W_j| of any linear run; control: the smallest such in sparse ReLU runs."""
    largest = _largest_overlap(_toys("linear").W)
    relu = _largest_overlap(_best("pentagon")[:, -2:])
    return _measured(largest.amax(dim=0), claimed=0.0, control=relu.min())


def linear_top_features() -> Measured:
    """Share of linear runs that store the two most important features and no other."""
    share = _stores_exactly_the_top_two(_toys("linear").W)
    relu = _stores_exactly_the_top_two(_best("pentagon")[:, -2:])
    return _measured(share, claimed=1.0, control=relu)


def _toys(case: str) -> TrainedToys:
    return experiments.load(train, case)


def _best(case: str) -> Float[Tensor, "groups densities d_hidden features"]:
    toys = _toys(case)
    return best_of_groups(toys.W, toys.loss)


def _measured(
    values: Tensor,
    *,
    claimed: float,
    control: Tensor | float | None = None,
    single_runs: Tensor | None = None,
    note: str = "",
) -> Measured:
    """The value furthest from what is claimed, with the range of all values as its spread."""
    flat = values.double().flatten()
    # Far from infinity means small; far from a number is a distance.
    away = -flat if math.isinf(claimed) else (flat - claimed).abs()
    return Measured(
        value=flat[away.argmax()].item(),
        spread=(flat.min().item(), flat.max().item()) if flat.numel() > 1 else None,
        per_seed=() if single_runs is None else tuple(single_runs.double().tolist()),
        control=None if control is None else float(control),
        note=note,
    )


def _furthest_angle(W: Float[Tensor, "*models 2 features"]) -> Float[Tensor, "*models"]:
    """The angle between neighbours that differs most from a pentagon's 72 degrees."""
    angles = geometry.adjacent_angles(W)
    away = (angles - 72).abs().nan_to_num(-1.0)
    return angles.gather(-1, away.argmax(dim=-1, keepdim=True)).squeeze(-1)


def _second_norm(ratio: float, *, side: str) -> Float[Tensor, " groups"]:
    """Norm of feature 2 in the best runs at the density that the claim names."""
    toys = _toys(f"boundary-{ratio:g}")
    targets = {
        "below": 0.8 * phase.crossing_density(ratio),
        "above": 1.25 * cases.OPTIMISED_EDGES[ratio],
    }
    distance = (torch.tensor(toys.config.densities) - targets[side]).abs()
    return geometry.feature_norms(_best(f"boundary-{ratio:g}"))[:, distance.argmin(), 1]


def _by_ratio(values: Float[Tensor, "ratios groups"]) -> str:
    pairs = zip(cases.OPTIMISED_EDGES, values, strict=True)
    parts = (f"{ratio:g}: {', '.join(f'{v:.3f}' for v in row)}" for ratio, row in pairs)
    return f"by importance ratio: {'; '.join(parts)}"


def _loss_by_quadrature(
    W: Float[Tensor, "instances d_hidden features"], *, activation: Activation
) -> Float[Tensor, "instances features"]:
    """Squared error for one active feature with bias 0, integrated over its value."""
    n_instances, _, n_features = W.shape
    nodes, weights = (torch.from_numpy(a) for a in np.polynomial.legendre.leggauss(8))
    model = ToyModel(W, torch.zeros_like(W[:, 0]), activation=activation)
    losses = []
    for feature in range(n_features):
        x = torch.zeros(len(nodes), n_instances, n_features, dtype=W.dtype)
        x[:, :, feature] = (nodes[:, None] + 1) / 2
        error = (model(x).detach() - x).square().sum(dim=-1)  # [nodes instances]
        losses.append((weights[:, None] * error).sum(dim=0) / 2)
    return torch.stack(losses, dim=-1)


def _mean_pair_cosine(W: Float[Tensor, "*models d_hidden features"]) -> Tensor:
    """Mean cosine over the pairs of each model."""
    return geometry.pair_cosines(W).mean(dim=-1)


def _largest_overlap(W: Float[Tensor, "*models d_hidden features"]) -> Float[Tensor, "*models"]:
    """Largest |W_i . W_j| over pairs of different features."""
    overlap = (W.mT @ W).abs()
    diagonal = torch.eye(W.shape[-1], dtype=torch.bool)
    return overlap.masked_fill(diagonal, 0).amax(dim=(-2, -1))


def _stores_exactly_the_top_two(W: Float[Tensor, "*models d_hidden features"]) -> Tensor:
    """Share of models in which features 0 and 1 are stored and the others are not."""
    stored = geometry.represented(W)
    top_two = torch.tensor([True, True, False, False, False])
    return (stored == top_two).all(dim=-1).double().mean()
