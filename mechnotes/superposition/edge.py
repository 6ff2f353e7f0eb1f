"""Where does the optimised edge run, for every importance ratio?

`phase.optimised_edge` takes seconds for one ratio, too long for a page that draws the whole curve.
This experiment computes it once for a row of ratios. Nothing is sampled or trained: the numbers
come from exact integrals and a minimiser.
"""

from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.experiments import Provenance, experiment
from mechnotes.runs import Run
from mechnotes.superposition import phase


@dataclass(frozen=True, kw_only=True, slots=True)
class EdgeConfig:
    """Which points of the edge to compute."""

    importance_ratios: tuple[float, ...]
    """Importances of feature 2 over that of feature 1, in (0, 1], rising."""
    tolerance: float = 1e-3
    """Width of the bracket around each edge, in density."""

    def __post_init__(self) -> None:
        if not isinstance(self.importance_ratios, tuple) or not self.importance_ratios:
            validate.refuse(
                "importance_ratios",
                got=repr(self.importance_ratios),
                expected="a tuple of at least one number",
                fix="Write importance_ratios=(0.5,), with the comma.",
            )
        for ratio in self.importance_ratios:
            validate.number(ratio, "importance_ratios", low=0.0, high=1.0, low_open=True)
        validate.number(self.tolerance, "tolerance", low=1e-9, high=1.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class EdgeCurve:
    """The optimised edge at a row of importance ratios."""

    config: EdgeConfig
    """Which ratios; they label the axis."""
    density: Float[Tensor, " ratios"]
    """Density above which storing the second feature no longer pays."""
    provenance: Provenance | None = field(default=None, compare=False, repr=False)
    """Where, when and how it was computed; None for a result that was not stored."""


@experiment(
    cases={"sharp": EdgeConfig(importance_ratios=tuple(round(0.05 * k, 2) for k in range(1, 12)))},
    minutes=1.0,
)
def edge_curve(config: EdgeConfig, *, device: str = "cpu", run: Run | None = None) -> EdgeCurve:
    """Compute the optimised edge for every ratio of a config.

    Args:
        config: Which ratios, and how finely.
        device: Only "cpu": the integrals are small and in double precision.
        run: Progress bar; by default none.

    Returns:
        The edges, one for each ratio.

    Raises:
        ValueError: If the config is something else or the device is not "cpu".

    Source:
        Derived here; Elhage et al. 2022, "Superposition as a phase change", draws the picture.
    """
    if not isinstance(config, EdgeConfig):
        validate.refuse(
            "config", got=repr(config), expected="an EdgeConfig", fix="Build one, or take a case."
        )
    validate.choice(device, "device", ("cpu",))
    run = Run() if run is None else run
    ratios = config.importance_ratios
    found = [
        phase.optimised_edge(ratios[step], tolerance=config.tolerance)
        for step in run.steps(len(ratios))
    ]
    return EdgeCurve(config=config, density=torch.tensor(found))
