"""How are toy models trained, and what is kept?

`train` trains one instance for every density and every seed, all in one batch of small matrices,
and keeps the final weights. Pages and tests recompute every number from them:

    toys = experiments.load(training.train, "pentagon")
    best = selection.pick(toys.W, selection.best_seed(toys.loss))   # [densities d_hidden features]

The loss that is minimised is the sum over instances, so the gradient of an instance, and AdamW's
step on it, are those of training it alone. `cases` lists what is pre-run.
"""

from dataclasses import dataclass, field

from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.experiments import Provenance, experiment
from mechnotes.runs import Run
from mechnotes.superposition.cases import TOYS
from mechnotes.superposition.config import ToyConfig
from mechnotes.superposition.evaluation import evaluation_loss
from mechnotes.superposition.model import weighted_loss
from mechnotes.superposition.state import TrainingState, initial_state


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedToys:
    """Weights of toy models trained over densities and seeds, on the CPU."""

    config: ToyConfig
    """What was trained; `config.densities` labels the first axis."""
    W: Float[Tensor, "densities seeds d_hidden features"]
    """Final weights; column i is the direction of feature i."""
    b: Float[Tensor, "densities seeds features"]
    """Final output biases."""
    loss: Float[Tensor, "densities seeds"]
    """Loss on fresh data, from `evaluation_loss`: a mean over samples and features."""
    W_frames: Float[Tensor, "frames densities seeds d_hidden features"]
    """Weights on the way, at `config.frame_steps`; no frames if none were asked for."""
    b_frames: Float[Tensor, "frames densities seeds features"]
    """Biases on the way."""
    provenance: Provenance | None = field(default=None, compare=False, repr=False)
    """Where, when and how it was computed; None for a result that was not stored."""


@experiment(cases=TOYS, minutes=3.0)
def train(config: ToyConfig, *, device: str = "cpu", run: Run | None = None) -> TrainedToys:
    """Train toy models for every density and seed of a config.

    Args:
        config: What to train.
        device: "cpu" or "cuda"; about 10 ms a step for 80 instances of 5 features on one core.
        run: Progress bar and checkpoints; by default neither.

    Returns:
        The trained weights with their loss on fresh data.

    Raises:
        ValueError: If the config is not a ToyConfig, the device is unknown, or the sampler cannot
            serve the config's densities.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, and the notebook published with it.
    """
    run = Run() if run is None else run
    state = initial_state(config, device=validate.device(device))
    state.keep_frame(0)
    restored = run.restored()
    if restored is not None:
        state.load(restored)
    importance = config.importance.to(device)
    for step in run.steps(config.steps):
        x = state.sample()
        loss = weighted_loss(state.model(x), x, importance=importance)
        state.optimizer.zero_grad()
        loss.sum().backward()
        state.optimizer.step()
        run.trace(loss.detach())
        state.keep_frame(step + 1)
        run.save(step + 1, state.tensors)
    return _result(state)


def _result(state: TrainingState) -> TrainedToys:
    """Split the instances into densities and seeds and measure the loss."""
    config = state.config
    grid = (len(config.densities), config.n_seeds)
    W = state.model.W.detach().cpu().unflatten(0, grid)
    b = state.model.b.detach().cpu().unflatten(0, grid)
    return TrainedToys(
        config=config,
        W=W,
        b=b,
        loss=evaluation_loss(W, b, config),
        W_frames=state.W_frames.cpu().unflatten(1, grid),
        b_frames=state.b_frames.cpu().unflatten(1, grid),
    )
