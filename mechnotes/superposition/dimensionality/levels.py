"""Does a model learn smoothly, or in drops from one geometry to the next?

`record` is `superposition.training.train` with many snapshots, and `frame_loss` gives the loss at
each of them, on the same samples. Beside the dimensionalities of the same snapshots it shows
whether the loss falls when the features rearrange.

Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition and learning dynamics".
"""

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.experiments import experiment
from mechnotes.runs import Run
from mechnotes.superposition import data, training
from mechnotes.superposition.config import ToyConfig, checked
from mechnotes.superposition.model import ToyModel, weighted_loss
from mechnotes.superposition.training import TrainedToys

FALLING = ToyConfig(
    n_features=5, d_hidden=2, densities=(0.05,), n_seeds=16, steps=10_000, n_frames=160
)
"""Five equally important sparse features in a plane, as in the lesson on the pentagon."""


@experiment(
    cases={"five": FALLING, "again": replace(FALLING, seed=1)}, minutes=1.0, scale="reduced"
)
def record(config: ToyConfig, *, device: str = "cpu", run: Run | None = None) -> TrainedToys:
    """Train toy models and keep snapshots on the way.

    Args:
        config: What to train, with `n_frames` of at least 2.
        device: "cpu" or "cuda".
        run: Progress bar and checkpoints; by default neither.

    Returns:
        The trained weights and the snapshots at `config.frame_steps`.

    Raises:
        ValueError: If the config is not a ToyConfig or keeps fewer than two snapshots.

    Source:
        Elhage et al. 2022, "Superposition and learning dynamics".
    """
    validate.integer(checked(config).n_frames, "n_frames", minimum=2)
    return training.train(config, device=device, run=run)


def frame_loss(
    toys: TrainedToys, *, n_samples: int = 8192
) -> Float[Tensor, "frames densities seeds"]:
    """Loss at every snapshot, on the same fresh samples.

    Args:
        toys: A recorded run.
        n_samples: Samples for each density.

    Returns:
        Importance-weighted squared error, averaged over samples and features.

    Raises:
        ValueError: If this is no recorded run or there are no samples.
    """
    if not isinstance(toys, TrainedToys) or not len(toys.W_frames):
        validate.refuse(
            "toys", got=type(toys).__name__, expected="a run with snapshots", fix="Use record."
        )
    validate.integer(n_samples, "n_samples", minimum=1)
    config = toys.config
    generator = rng.generator(config.seed, "frames")
    x = data.SAMPLERS[config.sampler](n_samples, density=config.density, generator=generator)
    x = x.repeat_interleave(config.n_seeds, dim=1)  # [batch densities*seeds features]
    losses = []
    for W, b in zip(toys.W_frames.flatten(1, 2), toys.b_frames.flatten(1, 2), strict=True):
        model = ToyModel(
            W, b, activation=config.activation, hidden_activation=config.hidden_activation
        )
        with torch.no_grad():
            losses.append(weighted_loss(model(x), x, importance=config.importance))
    return torch.stack(losses).unflatten(1, (len(config.densities), config.n_seeds))
