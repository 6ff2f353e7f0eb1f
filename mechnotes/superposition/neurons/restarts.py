"""What do the best of many restarts with a ReLU on the hidden layer look like?

The toy model of this topic with `hidden_activation="relu"`: ten features, five neurons, importance
0.75^i. Training it stops in many different places, so it is started fifty times at each density and
the run with the lowest loss is read. `train` is `superposition.training.train` with a case of its
own, at a reduced scale: batches of 256, and 4,000 steps at three times the learning rate.

Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition in a privileged basis",
which takes the best of about a thousand.
"""

from mechnotes import validate
from mechnotes.experiments import experiment
from mechnotes.runs import Run
from mechnotes.superposition import training
from mechnotes.superposition.config import ToyConfig, checked
from mechnotes.superposition.training import TrainedToys

RESTARTS = ToyConfig(
    n_features=10,
    d_hidden=5,
    densities=(0.5, 0.35, 0.25, 0.15),
    importance_decay=0.75,
    n_seeds=50,
    hidden_activation="relu",
    batch_size=256,
    steps=4000,
    learning_rate=3e-3,
)
"""Fifty restarts at each density."""


@experiment(cases={"relu": RESTARTS}, minutes=6.0, scale="reduced")
def train(config: ToyConfig, *, device: str = "cpu", run: Run | None = None) -> TrainedToys:
    """Train toy models whose hidden layer has a privileged basis, from many starts.

    Args:
        config: What to train, with a ReLU on the hidden layer.
        device: "cpu" or "cuda".
        run: Progress bar and checkpoints; by default neither.

    Returns:
        The trained weights with their loss on fresh data.

    Raises:
        ValueError: If the config is not a ToyConfig or its hidden layer is linear.

    Source:
        Elhage et al. 2022, "Superposition in a privileged basis".
    """
    if checked(config).hidden_activation != "relu":
        validate.refuse(
            "config",
            got='hidden_activation="linear"',
            expected='hidden_activation="relu", which makes the neurons\' axes special',
            fix="Train it with superposition.training.train.",
        )
    return training.train(config, device=device, run=run)
