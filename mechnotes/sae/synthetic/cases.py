"""Which autoencoders are trained on planted dictionaries?

The main dictionary has 128 features in 64 dimensions, four present at once, in groups whose members
tend to come together, the commonest eleven times as often as the rarest. Each architecture runs
through the one setting that decides how sparse it is, three seeds each, on the same activations.
The other dictionaries are about one thing each: families, or an exact number of features,
and two sweeps have twice as many latents as features.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mechnotes import validate
from mechnotes.sae.config import SAEConfig
from mechnotes.sae.synthetic.planting import PlantedConfig

VARIED = ("l1_coefficient", "k", "l0_coefficient", "aux_loss_coefficient")
"""Settings that a sweep may run through."""


DICTIONARY = PlantedConfig(zipf=0.5, group_size=8, group_correlation=0.4, mean_active=4.0)
"""The main dictionary."""
TRAINED = SAEConfig(d_sae=128, steps=2_500, batch_size=512)
"""What is the same for every autoencoder of it."""
FAMILIES = PlantedConfig(
    n_features=20,
    d_in=20,
    geometry="orthogonal",
    n_parents=4,
    n_children=2,
    parent_chance=0.25,
    child_chance=0.3,
    mean_active=1.5,
)
"""Parents with children: nothing is in superposition, so nothing else can go wrong."""
CROWDED = replace(TRAINED, d_sae=256, steps=1_500, k=4, dead_feature_window=100)
"""Twice as many latents as the main dictionary has features."""
EXACT = PlantedConfig(n_features=32, d_in=32, geometry="orthogonal", exactly=4)
"""Exactly four of 32 orthogonal features, always."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepConfig:
    """Configuration of a sweep: one setting takes several values, each with several seeds."""

    planted: PlantedConfig = DICTIONARY
    """The truth."""
    trained: SAEConfig = TRAINED
    """All that is the same for every run; its seed is the first one's."""
    varied: str = "k"
    """Name of the setting that varies."""
    values: tuple[float | int, ...] = (4,)
    """Its values."""
    n_seeds: int = 3
    """Autoencoders for each value, with seeds that count up."""
    keeps_weights: bool = True
    """Whether weights are kept, or only how often each latent fires."""

    def __post_init__(self) -> None:
        validate.choice(self.varied, "varied", VARIED)
        validate.integer(self.n_seeds, "n_seeds", minimum=1)
        if not self.values:
            validate.refuse("values", got="none", expected="at least one", fix="Write values=(4,).")
        for value in range(len(self.values)):
            self.run(value, 0)

    def run(self, value: int, seed: int) -> SAEConfig:
        """Configuration of one run.

        Args:
            value: Number of the value, from 0.
            seed: Number of the seed, from 0.

        Raises:
            ValueError: If there is no such value or seed, or the value does not suit the setting.
        """
        validate.integer(value, "value", maximum=len(self.values) - 1)
        validate.integer(seed, "seed", maximum=self.n_seeds - 1)
        changes: dict[str, Any] = {self.varied: self.values[value]}
        return replace(self.trained, **changes, seed=self.trained.seed + seed)


def _of_families(loyal: bool) -> dict[str, SweepConfig]:
    """The three architectures at a setting that suits each; without loyalty, the control."""
    planted = replace(FAMILIES, loyal=loyal)
    trained = replace(TRAINED, d_sae=20, steps=2_000)
    penalised = replace(trained, architecture="standard")
    gated = replace(trained, architecture="jumprelu")
    name = "families" if loyal else "strangers"
    return {
        f"{name}-standard": SweepConfig(
            planted=planted, trained=penalised, varied="l1_coefficient", values=(0.3, 1.0)
        ),
        f"{name}-topk": SweepConfig(planted=planted, trained=trained, varied="k", values=(3,)),
        f"{name}-jumprelu": SweepConfig(
            planted=planted, trained=gated, varied="l0_coefficient", values=(1.0,)
        ),
    }


SWEEPS: Mapping[str, SweepConfig] = {
    "standard": SweepConfig(
        trained=replace(TRAINED, architecture="standard"),
        varied="l1_coefficient",
        values=(0.1, 0.3, 1.0, 3.0, 6.0, 10.0),
    ),
    "topk": SweepConfig(varied="k", values=(2, 4, 8, 12)),
    "jumprelu": SweepConfig(
        trained=replace(TRAINED, architecture="jumprelu"),
        varied="l0_coefficient",
        values=(0.1, 0.3, 1.0, 3.0),
    ),
    "exact": SweepConfig(
        planted=EXACT, trained=replace(TRAINED, d_sae=32), varied="k", values=(3, 4)
    ),
    "crowded-topk": SweepConfig(
        trained=CROWDED, varied="aux_loss_coefficient", values=(0, 1), keeps_weights=False
    ),
    "crowded-standard": SweepConfig(
        trained=replace(CROWDED, architecture="standard"),
        varied="l1_coefficient",
        values=(1.0, 8.0, 16.0),
        keeps_weights=False,
    ),
    **_of_families(True),
    **_of_families(False),
}
"""What `sweeps.train` is pre-run for."""
