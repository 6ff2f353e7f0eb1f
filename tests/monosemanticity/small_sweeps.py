"""Sweeps of a second or two, for tests of computing them elsewhere."""

from mechnotes.experiments import experiment
from mechnotes.monosemanticity import training
from mechnotes.monosemanticity.config import RunConfig, SweepConfig
from mechnotes.runs import Run

BASE = RunConfig(
    n_features=16,
    d_embedding=4,
    n_neurons=16,
    density=0.1,
    learning_rate=0.01,
    batch_size=16,
    steps=600,
)
RATES = (0.003, 0.01)


@experiment(
    cases={
        "rates": SweepConfig(base=BASE, swept=("learning_rate",), values=(RATES,)),
        "biases": SweepConfig(base=BASE, swept=("initial_bias",), values=((-0.1, 0.1),)),
        "sizes": SweepConfig(base=BASE, swept=("n_neurons",), values=((8, 16),)),
    },
    minutes=0.02,
    scale="reduced",
)
def sweep(
    config: SweepConfig, *, device: str = "cpu", run: Run | None = None
) -> training.SweepResult:
    """Train all models of a small sweep."""
    return training.trained(config, device=device, run=run)
