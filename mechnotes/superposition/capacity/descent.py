"""Does gradient descent find the best allocation of capacity?

The loss of the quadratic model is known in closed form, so there is no data to sample: weights are
fitted to the expected loss, from several starts, for several kurtoses.

Source: Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks.
"""

from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.experiments import Provenance, experiment
from mechnotes.runs import Run
from mechnotes.superposition.capacity.quadratic import expected_loss


@dataclass(frozen=True, kw_only=True, slots=True)
class QuadraticConfig:
    """Configuration of quadratic models fitted over kurtoses and starts."""

    n_features: int = 20
    """Number of features."""
    d_hidden: int = 5
    """Number of hidden dimensions."""
    decay: float = 0.8
    """Coefficient of feature i is this to the power i, in (0, 1]."""
    kurtoses: tuple[float, ...] = (3.0, 6.0, 15.0, 30.0)
    """Fourth moments of the features, at least 1; one set of models for each."""
    with_constant: bool = False
    """Whether the model may add a constant."""
    n_starts: int = 8
    """Random starts for each kurtosis."""
    steps: int = 6000
    """Steps of Adam; its rate falls to 0 along a cosine."""
    seed: int = 0
    """Seed of the starts."""

    def __post_init__(self) -> None:
        for name in ("n_features", "d_hidden", "n_starts", "steps"):
            validate.integer(getattr(self, name), name, minimum=1)
        validate.number(self.decay, "decay", low=0.0, high=1.0, low_open=True)
        validate.seed(self.seed)
        validate.choice(self.with_constant, "with_constant", (True, False))
        if not isinstance(self.kurtoses, tuple) or not self.kurtoses:
            validate.refuse(
                "kurtoses",
                got=repr(self.kurtoses),
                expected="a tuple of at least one number",
                fix="Write kurtoses=(6.0,), with the comma.",
            )
        for kurtosis in self.kurtoses:
            validate.number(kurtosis, "kurtoses", low=1.0)

    @property
    def v(self) -> Float[Tensor, " features"]:
        """Coefficients, from 1 downwards."""
        return self.decay ** torch.arange(self.n_features, dtype=torch.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class FittedQuadratics:
    """Weights of quadratic models, for each kurtosis and start."""

    config: QuadraticConfig
    """What was fitted; `config.kurtoses` labels the first axis."""
    W: Float[Tensor, "kurtoses starts d_hidden features"]
    """Weights, in double precision."""
    loss: Float[Tensor, "kurtoses starts"]
    """Expected loss."""
    provenance: Provenance | None = field(default=None, compare=False, repr=False)
    """Where, when and how it was computed; None for a result that was not stored."""

    @property
    def best(self) -> Float[Tensor, "kurtoses d_hidden features"]:
        """Weights of the start with the lowest loss, for each kurtosis."""
        return self.W[torch.arange(len(self.W)), self.loss.argmin(dim=1)]


@experiment(
    cases={
        "steep": QuadraticConfig(),
        "steep-constant": QuadraticConfig(with_constant=True),
        "flat": QuadraticConfig(decay=0.9),
    },
    minutes=0.5,
)
def fit(
    config: QuadraticConfig, *, device: str = "cpu", run: Run | None = None
) -> FittedQuadratics:
    """Fit quadratic models by gradient descent on their expected loss.

    Args:
        config: What to fit.
        device: Only "cpu": the matrices are small and in double precision.
        run: Progress bar; by default none.

    Returns:
        The weights of every start.

    Raises:
        ValueError: If the config is something else or the device is not "cpu".

    Source:
        Scherlis et al. 2022, the quadratic model.
    """
    if not isinstance(config, QuadraticConfig):
        validate.refuse("config", got=repr(config), expected="a QuadraticConfig", fix="Build one.")
    validate.choice(device, "device", ("cpu",))
    run = Run() if run is None else run
    shape = (len(config.kurtoses), config.n_starts, config.d_hidden, config.n_features)
    start = torch.randn(
        shape, generator=rng.generator(config.seed, "quadratic"), dtype=torch.float64
    )
    W = (0.4 * start).requires_grad_()
    optimizer = torch.optim.Adam([W], lr=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config.steps)
    for _ in run.steps(config.steps):
        loss = _losses(W, config)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        schedule.step()
        run.trace(loss.detach())
    return FittedQuadratics(config=config, W=W.detach(), loss=_losses(W.detach(), config))


def _losses(W: Tensor, config: QuadraticConfig) -> Float[Tensor, "kurtoses starts"]:
    """Expected loss of every model."""
    losses = [
        expected_loss(one, config.v, kurtosis=kurtosis, with_constant=config.with_constant)
        for one, kurtosis in zip(W, config.kurtoses, strict=True)
    ]
    return torch.stack(losses)
