"""Which toy models does the site show?

The single list of what `training.train` is pre-run for. Each positive result stands beside its
control: the same run with one thing taken away (the ReLU, the correlation, the unequal importance).

Densities follow the paper where it gives them (20^(-j/9), from dense 1 to sparse 0.05). The phase
boundary has a grid of its own for every importance ratio, with two extra densities at which the
claim is tested: 0.8 times the crossing p* and 1.25 times the optimised edge (see `phase`).
"""

from dataclasses import replace

from mechnotes.superposition.config import ToyConfig

TEN_DENSITIES = tuple(round(20 ** (-j / 9), 4) for j in range(10))
"""From dense (1) to sparse (0.05), evenly spaced on a log scale."""

OPTIMISED_EDGES = {0.1: 0.1812, 0.25: 0.3388, 0.5: 0.4846}
"""`phase.optimised_edge` for the ratios with a sharp edge; a test compares them."""

PENTAGON = ToyConfig(
    n_features=5, d_hidden=2, densities=TEN_DENSITIES, importance_decay=0.9, n_frames=24
)
PAIRS = ToyConfig(n_features=4, d_hidden=2, densities=(0.4, 0.2, 0.1, 0.05), n_seeds=16)
MANY = ToyConfig(
    n_features=20, d_hidden=5, densities=TEN_DENSITIES, importance_decay=0.9, n_seeds=4
)
BASIS = ToyConfig(
    n_features=10, d_hidden=5, densities=(0.5, 0.2, 0.1, 0.05), importance_decay=0.75, n_seeds=16
)
LINEAR = ToyConfig(
    n_features=5,
    d_hidden=2,
    densities=TEN_DENSITIES,
    importance_decay=0.9,
    activation="linear",
    learning_rate=3e-3,
)


def boundary_densities(importance_ratio: float) -> tuple[float, ...]:
    """Densities at which two features in one dimension are trained, for one importance ratio.

    Args:
        importance_ratio: Importance of feature 2 over that of feature 1.

    Returns:
        Twenty densities in rising order. For ratios with a sharp edge they reach twice that edge
        and hold the two densities of claim N-TMS-2; for the others they reach 1.
    """
    if importance_ratio not in OPTIMISED_EDGES:
        return tuple(round(0.05 * k, 4) for k in range(1, 21))
    edge = OPTIMISED_EDGES[importance_ratio]
    below = 0.8 * 4 * importance_ratio / (2 + 5 * importance_ratio)
    grid = (2 * edge * k / 18 for k in range(1, 19))
    return tuple(sorted(round(density, 4) for density in (*grid, below, 1.25 * edge)))


def boundary(importance_ratio: float) -> ToyConfig:
    """Configuration of the phase-boundary run for one importance ratio.

    Args:
        importance_ratio: Importance of feature 2 over that of feature 1.

    Returns:
        Two features in one dimension at twenty densities.
    """
    return ToyConfig(
        n_features=2,
        d_hidden=1,
        densities=boundary_densities(importance_ratio),
        importance_decay=importance_ratio,
    )


TOYS = {
    "pentagon": PENTAGON,
    "pentagon-equal": replace(PENTAGON, importance_decay=1.0, n_frames=0),
    "pentagon-linear": replace(PENTAGON, activation="linear", n_frames=0),
    **{f"boundary-{ratio:g}": boundary(ratio) for ratio in (0.1, 0.25, 0.5, 0.8, 1.0)},
    "pairs-correlated": replace(PAIRS, sampler="correlated pairs"),
    "pairs-anticorrelated": replace(PAIRS, sampler="anticorrelated pairs"),
    "pairs-independent": PAIRS,
    "pairs-hexagon": replace(PAIRS, n_features=6, sampler="correlated pairs"),
    "many": MANY,
    "many-linear": replace(MANY, activation="linear"),
    "basis-relu": replace(BASIS, hidden_activation="relu"),
    "basis-linear": BASIS,
    "linear": LINEAR,
}
"""Every configuration that is trained once and stored."""
