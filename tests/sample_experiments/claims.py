"""One claim for each verdict."""

from mechnotes import experiments
from mechnotes.claims import Band, Measured, claim
from tests.sample_experiments import averages, descent

ABOUT = {"published": "1", "source": "Nobody 2026, section 1"}


@claim(
    id="T-1",
    statement="Descent reaches its target",
    band=Band(low=0, high=2, unit="units"),
    recorded="reproduced",
    **ABOUT,
)
def target() -> Measured:
    W = experiments.load(descent.descend, "quick").W
    return Measured(value=W.mean().item(), note="mean weight")


@claim(
    id="T-10",
    statement="Two & two <make> five",
    band=Band(low=5, high=5),
    recorded="differs",
    control_band=Band(low=0, high=1),
    **ABOUT,
)
def arithmetic() -> Measured:
    return Measured(value=4, control=0.5)


@claim(
    id="T-2",
    statement="A published size shows more",
    band=Band(low=0, high=1),
    recorded="not run",
    **ABOUT,
)
def enormous() -> Measured:
    return Measured(value=experiments.load(averages.enormous, "full").mean.item())


@claim(
    id="T-3",
    statement="Seeds agree",
    band=Band(low=0, high=1),
    recorded="undecidable at this scale",
    **ABOUT,
)
def seeds() -> Measured:
    return Measured(value=0.9, spread=(0.8, 1.1), per_seed=(0.8, 0.9, 1.1))
