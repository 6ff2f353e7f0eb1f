"""Which toy models does the site show?

The single list of what `training.train` is pre-run for. Each positive result stands beside its
control: the same run with one thing taken away (the ReLU, the correlation, the unequal importance).

Densities follow the paper where it gives them (20^(-j/9), from dense 1 to sparse 0.05). The phase
boundary has a grid of its own for every importance ratio, with two extra densities at which the
claim is tested: 0.8 times the crossing p* and 1.25 times the optimised edge (see `phase`).
"""

from dataclasses import replace

from mechnotes import validate
from mechnotes.superposition.config import ToyConfig

TEN_DENSITIES = tuple(round(20 ** (-j / 9), 4) for j in range(10))
"""From dense (1) to sparse (0.05), evenly spaced on a log scale."""

FOUR_DENSITIES = TEN_DENSITIES[::3]
"""Every third of them, ends included: enough for a control."""

OPTIMISED_EDGES = {0.1: 0.1812, 0.25: 0.3388, 0.5: 0.4846}
"""`phase.optimised_edge` for the ratios with a sharp edge; a test compares them."""

# Claims rest on the best of eight seeds: sixteen give two such groups, and so a spread.
PENTAGON = ToyConfig(
    n_features=5,
    d_hidden=2,
    densities=TEN_DENSITIES,
    importance_decay=0.9,
    n_seeds=16,
    n_frames=24,
)
PENTAGON_LINEAR = replace(
    PENTAGON, densities=FOUR_DENSITIES, activation="linear", n_seeds=8, n_frames=0
)
PAIRS = ToyConfig(n_features=4, d_hidden=2, densities=(0.4, 0.2, 0.1, 0.05), n_seeds=16)
MANY = ToyConfig(
    n_features=20, d_hidden=5, densities=TEN_DENSITIES, importance_decay=0.9, n_seeds=4
)
BASIS = ToyConfig(n_features=10, d_hidden=5, densities=(0.5, 0.2, 0.1, 0.05), importance_decay=0.75)


def boundary_densities(importance_ratio: float) -> tuple[float, ...]:
    """Densities at which two features in one dimension are trained, for one importance ratio.

    Args:
        importance_ratio: Importance of feature 2 over that of feature 1.

    Returns:
        Densities in rising order. For ratios with a sharp edge they reach twice that edge and hold
        the two densities of claim N-TMS-2; for the others they reach 1.

    Raises:
        ValueError: If the ratio is negative.
    """
    validate.number(importance_ratio, "importance_ratio", low=0.0)
    if importance_ratio not in OPTIMISED_EDGES:
        return tuple(round(0.05 * k, 4) for k in range(1, 21))
    edge = OPTIMISED_EDGES[importance_ratio]
    below = 0.8 * 4 * importance_ratio / (2 + 5 * importance_ratio)
    grid = (edge * k / 6 for k in range(1, 13))
    return tuple(sorted(round(density, 4) for density in (*grid, below, 1.25 * edge)))


def boundary(importance_ratio: float) -> ToyConfig:
    """Configuration of the phase-boundary run for one importance ratio.

    Args:
        importance_ratio: Importance of feature 2 over that of feature 1.

    Returns:
        Two features in one dimension, over `boundary_densities`.

    Raises:
        ValueError: If the ratio is negative.
    """
    return ToyConfig(
        n_features=2,
        d_hidden=1,
        densities=boundary_densities(importance_ratio),
        importance_decay=importance_ratio,
        n_seeds=16 if importance_ratio in OPTIMISED_EDGES else 8,
    )


def between(importance_ratio: float) -> ToyConfig:
    """Configuration between the closed-form bound and the optimised edge.

    Args:
        importance_ratio: One of the ratios in `OPTIMISED_EDGES`.

    Returns:
        The boundary run at one and two thirds of the way from the bound to the edge.

    Raises:
        ValueError: If the ratio has no sharp edge.
    """
    validate.choice(importance_ratio, "importance_ratio", tuple(OPTIMISED_EDGES))
    bound = 4 * importance_ratio / (2 + 5 * importance_ratio)
    gap = OPTIMISED_EDGES[importance_ratio] - bound
    densities = tuple(round(bound + gap * k / 3, 4) for k in (1, 2))
    return replace(boundary(importance_ratio), densities=densities)


TOYS = {
    "pentagon": PENTAGON,
    "pentagon-equal": replace(PENTAGON, importance_decay=1.0, n_seeds=8, n_frames=0),
    "pentagon-linear": PENTAGON_LINEAR,
    "linear": replace(PENTAGON_LINEAR, learning_rate=3e-3, n_seeds=16),
    **{f"boundary-{ratio:g}": boundary(ratio) for ratio in (0.1, 0.25, 0.5, 0.8, 1.0)},
    **{f"between-{ratio:g}": between(ratio) for ratio in OPTIMISED_EDGES},
    "boundary-linear": replace(
        boundary(0.5), densities=(0.3556, 0.6058), activation="linear", n_seeds=8
    ),
    "pairs-correlated": replace(PAIRS, sampler="correlated pairs"),
    "pairs-anticorrelated": replace(PAIRS, sampler="anticorrelated pairs"),
    "pairs-independent": PAIRS,
    "pairs-hexagon": replace(PAIRS, n_features=6, sampler="correlated pairs"),
    "many": MANY,
    "many-linear": replace(MANY, densities=FOUR_DENSITIES, activation="linear"),
    "basis-relu": replace(BASIS, hidden_activation="relu"),
    "basis-linear": BASIS,
}
"""Every configuration that is trained once and stored."""
