"""How many dimensions does a feature get, when 200 features share 20 dimensions?

`train` trains one model for each of 20 densities. It is the computation of
`superposition.training.train`, arranged for models of this size: each instance in turn, so that
its batch stays in the processor's cache (on one core twice as fast as all instances in one tensor),
with the gradient written out and the inputs drawn sparsely (`sampling`). Stored weights are rounded
to 16 bits, a relative error of 0.0005.

Source: Elhage et al. 2022, Toy Models of Superposition, "The geometry of superposition", with the
sizes of the notebook published with it.
"""

from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.experiments import Provenance, experiment
from mechnotes.runs import Run
from mechnotes.superposition.config import ToyConfig, checked
from mechnotes.superposition.dimensionality.sampling import scattered
from mechnotes.superposition.state import TrainingState, initial_state

TWENTY_DENSITIES = tuple(round(20 ** (-k / 19), 4) for k in range(20))
"""From dense (1) to sparse (0.05), evenly spaced on a log scale."""

MANY_FEATURES = ToyConfig(n_features=200, d_hidden=20, densities=TWENTY_DENSITIES, n_seeds=1)
"""Equally important features, one run per density."""

SWEEPS = {
    "first": MANY_FEATURES,
    "linear": replace(MANY_FEATURES, densities=TWENTY_DENSITIES[::6], activation="linear"),
}
"""The run of the paper, and four densities of the control without a ReLU."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sweep:
    """Weights of large toy models, one for each density and seed."""

    config: ToyConfig
    """What was trained; `config.densities` labels the first axis."""
    W16: Float[Tensor, "densities seeds d_hidden features"]
    """Final weights, rounded to 16 bits for storage."""
    b: Float[Tensor, "densities seeds features"]
    """Final output biases."""
    loss: Float[Tensor, "densities seeds"]
    """Loss on fresh data, before rounding: a mean over samples and features."""
    provenance: Provenance | None = field(default=None, compare=False, repr=False)
    """Where, when and how it was computed; None for a result that was not stored."""

    @property
    def W(self) -> Float[Tensor, "densities seeds d_hidden features"]:
        """Final weights, for computing with."""
        return self.W16.float()


@experiment(cases=SWEEPS, minutes=6.0)
def train(config: ToyConfig, *, device: str = "cpu", run: Run | None = None) -> Sweep:
    """Train toy models with many features, one instance after the other within a step.

    Args:
        config: What to train: independent features, a linear hidden layer, no snapshots.
        device: "cpu" or "cuda"; about 30 ms a step for 20 densities on one core.
        run: Progress bar and checkpoints; by default neither.

    Returns:
        The trained weights with their loss on fresh data.

    Raises:
        ValueError: If the config is not a ToyConfig or asks for correlated features, a ReLU on the
            hidden layer or snapshots; or if the device is unknown.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "The geometry of superposition".
    """
    _check(config)
    run = Run() if run is None else run
    state = initial_state(config, device=validate.device(device))
    restored = run.restored()
    if restored is not None:
        state.load(restored)
    for step in run.steps(config.steps):
        gradients = [
            gradient(x, state.model.W[k].detach(), state.model.b[k].detach(), config=config)
            for k, x in enumerate(_batches(state))
        ]
        state.model.W.grad = torch.stack([W for W, _ in gradients])
        state.model.b.grad = torch.stack([b for _, b in gradients])
        state.optimizer.step()
        run.trace(state.model.b.grad.mean(dim=-1))
        run.save(step + 1, state.tensors)
    return _result(state)


def gradient(
    x: Float[Tensor, "batch features"],
    W: Float[Tensor, "d_hidden features"],
    b: Float[Tensor, " features"],
    *,
    config: ToyConfig,
) -> tuple[Float[Tensor, "d_hidden features"], Float[Tensor, " features"]]:
    """Gradient of one instance's loss, written out.

    Args:
        x: Features.
        W: Weights.
        b: Output bias.
        config: Gives the importance and the output activation.

    Returns:
        The loss's gradient with respect to W and to b, as automatic differentiation would give it.

    Raises:
        ValueError: If the shapes do not fit or the config is not a ToyConfig.
    """
    n_features = validate.shape(W, "W", ("d_hidden", "features")).shape[1]
    validate.shape(b, "b", ("features",), features=n_features)
    n_samples = validate.shape(x, "x", ("batch", "features"), features=n_features).shape[0]
    hidden = x @ W.T
    error = torch.addmm(b, hidden, W)  # the pre-activation; becomes the error, in place
    if checked(config).activation == "relu":
        on = error > 0
        error.clamp_(min=0).sub_(x).mul_(on)  # an output at 0 passes no gradient back
    else:
        error.sub_(x)
    error.mul_(config.importance.to(x.device) * (2 / (n_samples * n_features)))
    back = error @ W.T  # [batch d_hidden]
    return torch.mm(hidden.T, error).addmm_(back.T, x), error.sum(dim=0)


def _batches(state: TrainingState) -> list[Float[Tensor, "batch features"]]:
    """A fresh batch for each instance: the densities in turn, and within each the seeds."""
    config = state.config
    return [
        scattered(config.batch_size, config.n_features, density=density, generator=stream)
        for density in config.densities
        for stream in state.streams
    ]


def _result(state: TrainingState) -> Sweep:
    """Measure the loss on fresh data and round the weights."""
    config = state.config
    grid = (len(config.densities), config.n_seeds)
    W, b = state.model.W.detach(), state.model.b.detach()
    loss = torch.stack([_fresh_loss(W[k], b[k], k // grid[1], config) for k in range(len(W))])
    return Sweep(
        config=config,
        W16=W.cpu().half().unflatten(0, grid),
        b=b.cpu().unflatten(0, grid),
        loss=loss.cpu().unflatten(0, grid),
    )


def _fresh_loss(
    W: Float[Tensor, "d_hidden features"],
    b: Float[Tensor, " features"],
    density: int,
    config: ToyConfig,
) -> Float[Tensor, ""]:
    """Loss on samples that all seeds of a density share."""
    device = W.device.type
    generator = rng.generator(config.seed, "evaluation", density, device=device)
    p = config.densities[density]
    x = scattered(16_384, config.n_features, density=p, generator=generator)
    x_hat = x @ W.T @ W + b
    error = (x_hat.relu() if config.activation == "relu" else x_hat) - x
    return (config.importance.to(device) * error.square()).mean()


def _check(config: object) -> None:
    """Refuse what this arrangement cannot train."""
    config = checked(config)
    plain = (config.sampler, config.hidden_activation, config.n_frames)
    if plain != ("independent", "linear", 0):
        validate.refuse(
            "config",
            got=f"sampler, hidden_activation and n_frames of {plain}",
            expected='"independent", "linear" and 0',
            fix="Train it with superposition.training.train.",
        )
