"""How are the models that compute absolute values trained, and what is kept?

All densities and seeds advance in one batch of matrices; the final weights are stored in 16 bits.

Source: Elhage et al. 2022, Toy Models of Superposition, "Computation in superposition".
"""

from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng
from mechnotes.experiments import Provenance, experiment
from mechnotes.runs import Run
from mechnotes.superposition.neurons.absolute import (
    AbsoluteConfig,
    AbsoluteModel,
    absolute_loss,
    initial_model,
    signed_features,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedAbsolute:
    """Weights of models that compute absolute values, on the CPU."""

    config: AbsoluteConfig
    """What was trained; `config.densities` labels the first axis."""
    W_in: Float[Tensor, "densities seeds d_hidden features"]
    """Weights from features to neurons, 16 bits."""
    W_out: Float[Tensor, "densities seeds features d_hidden"]
    """Weights from neurons to outputs, 16 bits."""
    b: Float[Tensor, "densities seeds features"]
    """Output biases."""
    loss: Float[Tensor, "densities seeds"]
    """Loss on fresh data, the same for all seeds of a density."""
    provenance: Provenance | None = field(default=None, compare=False, repr=False)
    """Where, when and how it was computed; None for a result that was not stored."""


REDUCED = AbsoluteConfig(steps=4000, learning_rate=3e-3)
"""Fewer steps at a higher learning rate than the toy models before."""


@experiment(cases={"absolute": REDUCED}, minutes=4.0, scale="reduced")
def train_absolute(
    config: AbsoluteConfig, *, device: str = "cpu", run: Run | None = None
) -> TrainedAbsolute:
    """Train models that compute the absolute value of every feature.

    Args:
        config: What to train.
        device: "cpu" or "cuda"; about 30 ms a step for ten instances on one core.
        run: Progress bar and checkpoints; by default neither.

    Returns:
        The trained weights with their loss on fresh data.

    Raises:
        ValueError: If the config is no AbsoluteConfig or the device is unknown.

    Source:
        Elhage et al. 2022, "Computation in superposition".
    """
    run = Run() if run is None else run
    model = initial_model(config, device=device)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=config.learning_rate, weight_decay=0.01, foreach=True
    )
    stream = rng.generator(config.seed, "absolute", "data", device=device)
    density = torch.tensor(config.densities, device=device).repeat_interleave(config.n_seeds)
    importance = config.importance.to(device)
    _restore(run.restored(), model, optimizer, stream)
    for step in run.steps(config.steps):
        x = signed_features(config.batch_size, config.n_features, density=density, generator=stream)
        loss = absolute_loss(model, x, importance=importance)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        run.trace(loss.detach())
        run.save(step + 1, lambda: _state(model, optimizer, stream))
    return _result(model, config)


def _state(
    model: AbsoluteModel, optimizer: torch.optim.AdamW, stream: torch.Generator
) -> dict[str, Tensor]:
    """Everything that a continuation needs."""
    named = {name: value.detach() for name, value in model.named_parameters()}
    for index, entries in optimizer.state_dict()["state"].items():
        named |= {f"adam.{index}.{name}": value for name, value in entries.items()}
    return {**named, "stream": stream.get_state()}


def _restore(
    saved: dict[str, Tensor] | None,
    model: AbsoluteModel,
    optimizer: torch.optim.AdamW,
    stream: torch.Generator,
) -> None:
    """Continue from what `_state` gave; do nothing without it."""
    if saved is None:
        return
    with torch.no_grad():
        for name, value in model.named_parameters():
            value.copy_(saved[name])
    stream.set_state(saved["stream"])
    state = optimizer.state_dict()
    names = ("step", "exp_avg", "exp_avg_sq")
    state["state"] = {
        index: {name: saved[f"adam.{index}.{name}"] for name in names} for index in range(3)
    }
    optimizer.load_state_dict(state)


def _result(model: AbsoluteModel, config: AbsoluteConfig) -> TrainedAbsolute:
    """Split the instances into densities and seeds and measure the loss on fresh data."""
    grid = (len(config.densities), config.n_seeds)
    density = torch.tensor(config.densities, device=model.b.device)
    generator = rng.generator(config.seed, "absolute", "evaluation", device=model.b.device.type)
    x = signed_features(8192, config.n_features, density=density, generator=generator)
    with torch.no_grad():
        loss = absolute_loss(
            model,
            x.repeat_interleave(config.n_seeds, dim=0),
            importance=config.importance.to(x.device),
        )
    return TrainedAbsolute(
        config=config,
        W_in=model.W_in.detach().cpu().half().unflatten(0, grid),
        W_out=model.W_out.detach().cpu().half().unflatten(0, grid),
        b=model.b.detach().cpu().unflatten(0, grid),
        loss=loss.cpu().unflatten(0, grid),
    )
