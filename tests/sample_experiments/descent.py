"""A training run of about a second that saves at every step it is allowed to."""

import math
import time
from dataclasses import dataclass, field

import torch
from torch import Tensor

from mechnotes import rng
from mechnotes.experiments import Provenance, experiment
from mechnotes.runs import Run


@dataclass(frozen=True, kw_only=True, slots=True)
class DataConfig:
    noise: float = 0.1
    scales: tuple[float, ...] = (1.0, 2.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class DescentConfig:
    steps: int = 90
    width: int = 60
    pause: float = 0.0
    data: DataConfig = DataConfig()
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class DescentResult:
    config: DescentConfig
    W: Tensor
    losses: tuple[float, ...]
    diverged_at: float
    layers: dict[str, Tensor]
    note: str | None = None
    provenance: Provenance | None = field(default=None, compare=False, repr=False)


@experiment(
    cases={
        "quick": DescentConfig(steps=5, width=4),
        "slow": DescentConfig(pause=0.005),
        "large": DescentConfig(steps=20, width=120),
    },
    minutes=0.02,
    scale={"quick": "reduced", "slow": "reduced", "large": "paper"},
)
def descend(config: DescentConfig, *, device: str = "cpu", run: Run | None = None) -> DescentResult:
    """Adam on a noisy regression; noise, weights and moments must all survive a kill."""
    run = run or Run()
    noise = rng.generator(config.seed, "noise", device=device)
    W = torch.zeros(config.width, config.width, device=device)
    first, second = torch.zeros_like(W), torch.zeros_like(W)
    losses = torch.zeros(config.steps)
    saved = run.restored()
    if saved is not None:
        W, first, second, losses = (saved[name] for name in ("W", "first", "second", "losses"))
        noise.set_state(saved["noise"])
    for step in run.steps(config.steps):
        target = torch.randn(W.shape, generator=noise) * config.data.noise + config.data.scales[0]
        gradient = W - target
        losses[step] = gradient.square().mean()
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient.square()
        W = W - 0.05 * first / (second.sqrt() + 1e-8)
        run.trace(losses[step])
        time.sleep(config.pause)
        state = {"W": W, "first": first, "second": second, "losses": losses}
        run.save(step + 1, {**state, "noise": noise.get_state()})
    return DescentResult(
        config=config,
        W=W,
        losses=tuple(losses.tolist()),
        diverged_at=math.nan,
        layers={"first": first, "second": second},
    )
