"""How would one train these models without any cleverness?

One model after another, with autograd, one optimiser each: the loop that the paper's public code
runs, in our own words. Tests hold `batched` to it, and `scripts/bench_sweeps.py` measures both.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.monosemanticity import features, model, optimisers, schedules
from mechnotes.monosemanticity.activations import activate
from mechnotes.monosemanticity.config import RunConfig, checked_run


def train(
    config: RunConfig, *, steps: int | None = None, dense: bool = False, device: str = "cpu"
) -> tuple[model.Weights, Float[Tensor, " steps"]]:
    """Train one model.

    Args:
        config: The run.
        steps: Steps to make; by default all. Schedules are those of the whole run.
        dense: Whether to draw a number for every feature of every sample, as the public code does,
            instead of the samples that `batched` draws.
        device: Where to compute.

    Returns:
        The weights, with one model in front, and the loss on every batch.

    Raises:
        ValueError: If the config is not a RunConfig or the number of steps exceeds the run's.
    """
    total = checked_run(config).steps
    steps = total if steps is None else validate.integer(steps, "steps", maximum=total)
    start = model.initial(config)
    W_in, b, W_out = (part[0].to(device).requires_grad_() for part in start.parts)
    optimiser = _Optimiser([W_in, b, W_out], config)
    source = features.source(config, device=device)
    stream = rng.generator(config.seed, "data", device=device)
    draw = _dense_draw if dense else _same_draw
    losses = []
    for done in range(steps):
        seen, target = draw(source, config, stream)
        active = activate(seen @ W_in.T + b, activation=config.activation)
        loss = ((active @ W_out.T - target) ** 2).sum() / config.batch_size
        penalty = config.regulariser * active.abs().sum() / config.batch_size
        for weight in (W_in, b, W_out):
            weight.grad = None
        (loss + penalty).backward()
        optimiser.step(schedules.rates(config, done), done)
        if schedules.decays_bias(done, steps=total):
            with torch.no_grad():
                b *= 1 - config.decay * config.learning_rate
        losses.append(loss.detach())
    W_in, b, W_out = (weight.detach()[None] for weight in (W_in, b, W_out))
    return model.Weights(W_in=W_in, b=b, W_out=W_out), torch.stack(losses)


def _same_draw(
    source: features.Source, config: RunConfig, stream: torch.Generator
) -> tuple[Tensor, Tensor]:
    return source.draw(config.batch_size, generator=stream)


def _dense_draw(
    source: features.Source, config: RunConfig, stream: torch.Generator
) -> tuple[Tensor, Tensor]:
    """A value and a coin for every feature of every sample."""

    def values() -> Tensor:
        probability = (-torch.expm1(-source.rate)).float().expand(config.batch_size, -1)
        coins = torch.bernoulli(probability, generator=stream)
        return torch.rand(coins.shape, generator=stream, device=coins.device) * coins

    x = values()
    if config.task == "abs":
        x = x - values()
        return x @ source.E.T, x.abs()
    return x @ source.E.T, x @ source.E_out.T if config.task == "re-projector" else x


class _Optimiser:
    """The optimisers of `optimisers`, for the weights of one model, written plainly."""

    def __init__(self, weights: list[Tensor], config: RunConfig) -> None:
        self.weights, self.kind = weights, config.optimiser
        self.moments = [(torch.zeros_like(w), torch.zeros_like(w)) for w in weights]

    @torch.no_grad()
    def step(self, rate: float, steps_done: int) -> None:
        """Change every weight by its gradient."""
        for weight, (first, second) in zip(self.weights, self.moments, strict=True):
            grad = weight.grad
            assert grad is not None
            if self.kind == "sgd":
                weight -= rate * grad
                continue
            first.mul_(optimisers.BETAS[0]).add_((1 - optimisers.BETAS[0]) * grad)
            second.mul_(optimisers.BETAS[1]).add_((1 - optimisers.BETAS[1]) * grad**2)
            if self.kind == "lamb":
                update = first / (second.sqrt() + optimisers.LAMB_EPS)
                length, w_length = update.norm(), weight.norm().clamp(max=optimisers.LONGEST)
                trust = w_length / length if length > 0 and w_length > 0 else 1.0
                weight -= rate * trust * update
                continue
            corrected = first / (1 - optimisers.BETAS[0] ** (steps_done + 1))
            root = second.sqrt() / math.sqrt(1 - optimisers.BETAS[1] ** (steps_done + 1))
            if self.kind == "adamw":
                weight *= 1 - optimisers.WEIGHT_DECAY * rate
            weight -= rate * corrected / (root + optimisers.ADAM_EPS)
