"""An experiment that reads another one's artifact, and one for a GPU that nobody has."""

from dataclasses import dataclass, field

from torch import Tensor

from mechnotes import experiments
from mechnotes.experiments import Provenance, experiment
from tests.sample_experiments import descent


@dataclass(frozen=True, kw_only=True)
class SummaryConfig:
    case: str = "quick"


@dataclass(frozen=True, kw_only=True)
class Summary:
    mean: Tensor
    provenance: Provenance | None = field(default=None, compare=False, repr=False)


# The name sorts before `descent.descend`, so a run of everything meets this one first.
@experiment(cases={"default": SummaryConfig()}, minutes=0.01, scale="reduced")
def average(config: SummaryConfig) -> Summary:
    """Mean weight of a stored descent; accepts neither a device nor a run."""
    return Summary(mean=experiments.load(descent.descend, config.case).W.mean())


@experiment(cases={"full": SummaryConfig()}, minutes=60, device="cuda", scale="paper")
def enormous(config: SummaryConfig, *, device: str) -> Summary:
    """A published size that nobody here can run."""
    raise NotImplementedError(f"{config} on {device}")
