"""Exercises E02 and E02b: many toy models at once, forward and loss."""

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.superposition.model import ToyModel, weighted_loss

_SHAPES = ((4, 2, 3), (5, 3, 3), (1, 4, 2))  # batch, instances, features; two sizes are equal once


def _loss_inputs(generator: torch.Generator) -> tuple[Trial, ...]:
    return tuple(
        Trial(
            given={
                "x_hat": torch.rand(shape, generator=generator),
                "x": torch.rand(shape, generator=generator),
                "importance": torch.rand(shape[-1], generator=generator) + 0.1,
            },
            n_positional=2,
        )
        for shape in _SHAPES
    )


def _forward_inputs(generator: torch.Generator) -> tuple[Trial, ...]:
    return tuple(
        Trial(
            given={
                "x": torch.rand(batch, instances, features, generator=generator),
                "W": torch.randn(instances, 2, features, generator=generator),
                "b": 0.3 * torch.randn(instances, features, generator=generator),
            },
            n_positional=3,
        )
        for batch, instances, features in _SHAPES
    )


def _squared(x_hat: Tensor, x: Tensor, importance: Tensor) -> Tensor:
    return importance * (x_hat - x).square()


def forward(
    x: Float[Tensor, "batch instances features"],
    W: Float[Tensor, "instances d_hidden features"],
    b: Float[Tensor, "instances features"],
) -> Float[Tensor, "batch instances features"]:
    """What `ToyModel(W, b)` makes of x, as a plain function of its weights.

    Args:
        x: Features, one batch for each instance.
        W: Weights; column i of an instance is the direction of feature i.
        b: Output biases.

    Returns:
        Reconstruction in the unit of x.

    Raises:
        ValueError: If the shapes do not fit each other.
    """
    return ToyModel(W, b)(x).detach()


loss = Exercise(
    id="E02",
    title="The loss of many models at once",
    task="""\
Write the importance-weighted loss of toy models that are trained side by side.

`loss(x_hat, x, *, importance)`

- `x_hat`, `x`: `[batch instances features]`, reconstructions and features.
- `importance`: `[features]`, weight of each feature's error.

Return `[instances]`: importance times squared error, averaged over batch and features.
No instance may affect the number of another.""",
    reference=weighted_loss,
    verdict=Equality(),
    inputs=_loss_inputs,
    misconceptions=(
        Misconception(
            mistake="the average runs over batch and instances and keeps the features",
            wrong=lambda x_hat, x, *, importance: _squared(x_hat, x, importance).mean(dim=(0, 1)),
            hint="Importance belongs to the last axis, and that is an axis to average away. "
            "Which axis must survive?",
        ),
        Misconception(
            mistake="the errors are summed over the batch instead of averaged",
            wrong=lambda x_hat, x, *, importance: (
                _squared(x_hat, x, importance).mean(dim=2).sum(dim=0)
            ),
            hint="A batch twice as large should not double the loss.",
        ),
        Misconception(
            mistake="the errors are summed over the features instead of averaged",
            wrong=lambda x_hat, x, *, importance: (
                _squared(x_hat, x, importance).sum(dim=2).mean(dim=0)
            ),
            hint="The paper writes a sum over features; this task, like its code, a mean.",
        ),
        Misconception(
            mistake="the importance is squared together with the error",
            wrong=lambda x_hat, x, *, importance: (
                (importance * (x_hat - x)).square().mean(dim=(0, 2))
            ),
            hint="Importance weighs the squared error: multiply after squaring.",
        ),
        Misconception(
            mistake="all instances are averaged into one number",
            wrong=lambda x_hat, x, *, importance: _squared(x_hat, x, importance).mean(),
            hint="Each instance keeps its own loss; only then can the best one be picked.",
        ),
    ),
    hints=(
        "Square the difference first. Its shape is `[batch instances features]`.",
        "`importance` has the shape of the last axis, so it multiplies without any reshaping.",
        "`mean(dim=...)` takes several axes at once.",
    ),
    starter='''def loss(x_hat, x, *, importance):
    """Loss of each instance [instances]."""
    ...''',
    difficulty="easy",
    minutes=5,
    prerequisites=("importance", "toy model"),
)

forward_pass = Exercise(
    id="E02b",
    title="Many models forward at once",
    task="""\
Write the forward pass of toy models that live side by side in one tensor.

`forward(x, W, b)`

- `x`: `[batch instances features]`.
- `W`: `[instances d_hidden features]`; column i is the direction of feature i.
- `b`: `[instances features]`.

Return `[batch instances features]`: for each instance ReLU(Wᵀ W x + b).""",
    reference=forward,
    verdict=Equality(atol=1e-5),
    inputs=_forward_inputs,
    misconceptions=(
        Misconception(
            mistake="the ReLU is missing",
            wrong=lambda x, W, b: torch.einsum("bif,idf,idg->big", x, W, W) + b,
            hint="Without it the model is linear, and a linear model never superposes.",
        ),
        Misconception(
            mistake="the ReLU comes before the bias",
            wrong=lambda x, W, b: torch.einsum("bif,idf,idg->big", x, W, W).relu() + b,
            hint="The bias decides how much interference the ReLU removes, so it comes first.",
        ),
        Misconception(
            mistake="the hidden layer is summed over instances",
            wrong=lambda x, W, b: (torch.einsum("bif,idf,jdg->bjg", x, W, W) + b).relu(),
            hint="Keep the instance axis in every term: the models share nothing.",
        ),
    ),
    hints=(
        "Two steps: into the hidden layer `[batch instances d_hidden]`, and back.",
        "`torch.einsum` names the axes: an axis that is in the output is kept apart.",
    ),
    starter='''def forward(x, W, b):
    """Reconstruct x with every instance [batch instances features]."""
    ...''',
    difficulty="medium",
    minutes=10,
    prerequisites=("toy model", "superposition"),
)
