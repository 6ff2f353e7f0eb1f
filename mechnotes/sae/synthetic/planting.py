"""What decides how a planted dictionary looks?"""

from dataclasses import dataclass
from typing import Literal

from mechnotes import validate

Geometry = Literal["orthogonal", "random", "tight"]
GEOMETRIES: tuple[Geometry, ...] = ("orthogonal", "random", "tight")


@dataclass(frozen=True, kw_only=True, slots=True)
class PlantedConfig:
    """Configuration of a planted dictionary."""

    n_features: int = 128
    """Features; those of families are counted first, parents before children."""
    d_in: int = 64
    """Width of the activations."""
    geometry: Geometry = "random"
    """How atoms lie: "orthogonal" (at most as many as there are dimensions), "random" directions,
    or "tight", pushed apart until they interfere as evenly as so many can."""
    mean_active: float | int = 4.0
    """Features without a family that are present at once, on average."""
    exactly: int = 0
    """If above 0, every activation has this many features, drawn without a look at each other."""
    zipf: float | int = 0.0
    """How unequal the chances are: the i-th feature, from 1, gets a share in proportion to
    i ** -zipf; 0 is equal."""
    low: float | int = 0.5
    """Smallest magnitude of a feature that is present."""
    high: float | int = 1.5
    """Largest; in between all are as likely."""
    group_size: int = 1
    """Features in a group; the chances of a group rise and fall together."""
    group_correlation: float | int = 0.0
    """How much: correlation of the normal numbers that decide who is present, from 0 to 1."""
    n_parents: int = 0
    """Features with children."""
    n_children: int = 1
    """Children of each."""
    parent_chance: float | int = 0.2
    """Chance that a parent is present."""
    child_chance: float | int = 0.3
    """Chance that a child is present where its parent is."""
    loyal: bool = True
    """Whether children need their parent; False is the control, in which each comes as often but
    on its own."""
    seed: int = 0
    """Seed of the atoms and of who is present."""

    def __post_init__(self) -> None:
        for name in ("n_features", "d_in", "group_size", "n_children"):
            validate.integer(getattr(self, name), name, minimum=1)
        validate.choice(self.geometry, "geometry", GEOMETRIES)
        validate.integer(self.exactly, "exactly", maximum=self.n_features)
        validate.integer(self.n_parents, "n_parents")
        for name in ("group_correlation", "parent_chance", "child_chance"):
            validate.number(getattr(self, name), name, low=0.0, high=1.0, high_open=True)
        for name in ("mean_active", "zipf", "low"):
            validate.number(getattr(self, name), name, low=0.0)
        validate.number(self.high, "high", low=self.low, low_open=True)
        validate.seed(self.seed)
        _check_sizes(self)

    @property
    def n_in_families(self) -> int:
        """Features that are parents or children."""
        return self.n_parents * (1 + self.n_children)


def _check_sizes(config: PlantedConfig) -> None:
    alone = config.n_features - config.n_in_families
    if alone < 0 or (config.exactly and config.n_parents):
        validate.refuse(
            "n_parents",
            got=f"{config.n_parents} families of {1 + config.n_children}, "
            f"exactly={config.exactly}, among {config.n_features} features",
            expected="families that fit, and none where the number present is fixed",
            fix="Plant more features, or fewer families with exactly=0.",
        )
    if config.geometry == "orthogonal" and config.n_features > config.d_in:
        validate.refuse(
            "geometry",
            got=f"{config.n_features} orthogonal atoms in {config.d_in} dimensions",
            expected="at most as many as there are dimensions",
            fix='Take geometry="tight", which comes nearest.',
        )
    weights = [i ** -float(config.zipf) for i in range(1, alone + 1)]
    if weights and not config.exactly and config.mean_active * weights[0] >= sum(weights):
        validate.refuse(
            "mean_active",
            got=f"{config.mean_active} of {alone}, the commonest with a chance of 1 or more",
            expected="chances below 1",
            fix="Let fewer be active, or make zipf smaller.",
        )
