"""What is the model, and what are its gradients?

    activations = f(W_in (E x) + b),   output = W_out activations

k neurons read the embedded features, and a linear layer without bias writes the answer. Any number
of models stand side by side: every tensor has a leading axis `models`, and no number of one model
ever meets a number of another. The gradients are written out by hand, because a chain of so few
steps spends more time in bookkeeping than in arithmetic; a test compares them with autograd's.

Source: Jermyn, Schiefer and Hubinger 2022, arXiv:2211.09169, and the authors' code.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.monosemanticity.activations import activate, pull_back
from mechnotes.monosemanticity.config import Activation, RunConfig, checked_run


@dataclass(frozen=True, kw_only=True, eq=False)
class Weights:
    """Weights of models that stand side by side, or anything of the same shapes."""

    W_in: Float[Tensor, "models neurons embedding"]
    """What each neuron reads."""
    b: Float[Tensor, "models neurons"]
    """Bias of each neuron."""
    W_out: Float[Tensor, "models outputs neurons"]
    """What each neuron writes."""

    @property
    def parts(self) -> tuple[Tensor, Tensor, Tensor]:
        """The three tensors, in the order above."""
        return self.W_in, self.b, self.W_out


def initial(config: RunConfig) -> Weights:
    """Draw the initial weights of one model; those of one seed and one size are alike.

    Args:
        config: The run.

    Returns:
        PyTorch's default for linear layers, with `initial_bias` added to all biases.

    Raises:
        ValueError: If the config is not a RunConfig.
    """
    k, m, n_outputs = checked_run(config).n_neurons, config.d_embedding, config.n_outputs
    generator = rng.generator(config.seed, "weights")

    def uniform(*shape: int, fan_in: int) -> Tensor:
        return (2 * torch.rand(1, *shape, generator=generator) - 1) / math.sqrt(fan_in)

    return Weights(
        W_in=uniform(k, m, fan_in=m),
        b=uniform(k, fan_in=m) + config.initial_bias,
        W_out=uniform(n_outputs, k, fan_in=k),
    )


def checked(weights: object) -> Weights:
    """Check that `weights` are Weights whose three tensors fit each other.

    Raises:
        ValueError: If they are not.
    """
    if not isinstance(weights, Weights):
        validate.refuse(
            "weights",
            got=type(weights).__name__,
            expected="Weights",
            fix="Pass Weights(W_in=..., b=..., W_out=...).",
        )
    shape, (W_in, b, W_out) = validate.shape, weights.parts
    shape(validate.floating(W_in, "W_in"), "W_in", ("models", "neurons", "embedding"))
    sizes = {"models": W_in.shape[0], "neurons": W_in.shape[1]}
    shape(validate.floating(b, "b"), "b", ("models", "neurons"), **sizes)
    shape(validate.floating(W_out, "W_out"), "W_out", ("models", "outputs", "neurons"), **sizes)
    return weights


def _for_each(
    samples: Tensor,
    name: str,
    last: tuple[str, int],
    weights: Weights,
    n_samples: int | None = None,
) -> Tensor:
    """Samples with one batch for each model, without copying what all models share."""
    axes = ("models", "batch", last[0])
    validate.shape(validate.floating(samples, name), name, axes, **dict([last]))
    n_models = weights.W_in.shape[0]
    if samples.shape[0] not in (1, n_models) or samples.shape[1] != (n_samples or samples.shape[1]):
        validate.refuse(
            name,
            got=f"shape {tuple(samples.shape)}",
            expected=f"a batch for each of {n_models} models or one for all, and equal batches",
            fix="Draw inputs and targets together.",
        )
    return samples.expand(n_models, *samples.shape[1:])


def stacked(models: Sequence[Weights]) -> Weights:
    """Put at least one model side by side with others of its shape.

    Raises:
        ValueError: If there are none.
    """
    if not isinstance(models, list | tuple) or not models:
        validate.refuse(
            "models",
            got=repr(models),
            expected="a list of at least one Weights",
            fix="Pass [initial(run) for run in runs].",
        )
    parts = zip(*(checked(model).parts for model in models), strict=True)
    W_in, b, W_out = (torch.cat(part) for part in parts)
    return Weights(W_in=W_in, b=b, W_out=W_out)


def neuron_inputs(
    weights: Weights, seen: Float[Tensor, "#models batch embedding"]
) -> Float[Tensor, "models batch neurons"]:
    """What each neuron's activation function gets.

    Args:
        weights: The models.
        seen: Embedded features, either a batch for each model or one for all.

    Raises:
        ValueError: If the embedding has another size than the models read.
    """
    m = checked(weights).W_in.shape[2]
    seen = _for_each(seen, "seen", ("embedding", m), weights)
    return torch.baddbmm(weights.b[:, None], seen, weights.W_in.mT)


def outputs(
    weights: Weights, seen: Float[Tensor, "#models batch embedding"], *, activation: Activation
) -> Float[Tensor, "models batch outputs"]:
    """What the models answer.

    Args:
        weights: The models.
        seen: Embedded features, either a batch for each model or one for all.
        activation: What each neuron does with its input.

    Raises:
        ValueError: If the embedding has another size, or the activation is unknown.
    """
    return activate(neuron_inputs(weights, seen), activation=activation) @ weights.W_out.mT


@dataclass(frozen=True, kw_only=True, eq=False)
class Workspace:
    """Memory for one step, used again at the next: fresh memory costs more than the arithmetic."""

    x: Float[Tensor, "models batch neurons"]
    """Inputs of the neurons; with ReLU their activations take this place."""
    grad_x: Float[Tensor, "models batch neurons"]
    """Gradient with respect to activations, then with respect to inputs."""
    error: Float[Tensor, "models batch outputs"]
    """Output minus target."""
    gradients: Weights
    """Gradient for each weight."""

    @property
    def loss(self) -> Float[Tensor, " models"]:
        """Squared error summed over outputs, averaged over the batch, without the regulariser."""
        return self.error.square().sum((1, 2)) / self.error.shape[1]


def workspace(weights: Weights, *, batch_size: int) -> Workspace:
    """Reserve the memory for steps of some models.

    Args:
        weights: The models.
        batch_size: Samples in a batch.

    Raises:
        ValueError: If the batch size is below 1.
    """
    validate.integer(batch_size, "batch_size", minimum=1)
    n_models, k, _ = checked(weights).W_in.shape
    W_in, b, W_out = (torch.empty_like(part) for part in weights.parts)
    return Workspace(
        x=W_in.new_empty(n_models, batch_size, k),
        grad_x=W_in.new_empty(n_models, batch_size, k),
        error=W_in.new_empty(n_models, batch_size, W_out.shape[1]),
        gradients=Weights(W_in=W_in, b=b, W_out=W_out),
    )


def step(
    weights: Weights,
    seen: Float[Tensor, "#models batch embedding"],
    target: Float[Tensor, "#models batch outputs"],
    *,
    activation: Activation,
    regulariser: Float[Tensor, " models"] | None = None,
    into: Workspace | None = None,
) -> Workspace:
    """Error and gradients of every model on a batch.

    The loss is the squared error summed over outputs plus the regulariser times the summed
    magnitudes of activations, both averaged over the batch, as in the authors' code.

    Args:
        weights: The models.
        seen: Embedded features, either a batch for each model or one for all.
        target: What they should answer, likewise.
        activation: What each neuron does with its input.
        regulariser: Weight of the magnitudes of activations, for each model.
        into: Where to put everything; by default fresh memory.

    Returns:
        `into`, filled.

    Raises:
        ValueError: If the shapes do not fit, or the activation is unknown.

    """
    m, n_outputs = checked(weights).W_in.shape[2], weights.W_out.shape[1]
    seen = _for_each(seen, "seen", ("embedding", m), weights)
    n_samples = seen.shape[1]
    target = _for_each(target, "target", ("outputs", n_outputs), weights, n_samples)
    made = workspace(weights, batch_size=n_samples) if into is None else into
    torch.baddbmm(weights.b[:, None], seen, weights.W_in.mT, out=made.x)
    # The slope of ReLU is the same at the activation as at the input, so one can replace the other.
    in_place = activation == "relu"
    active = made.x.relu_() if in_place else activate(made.x, activation=activation)
    torch.baddbmm(target, active, weights.W_out.mT, beta=-1, out=made.error)
    scale, grads = 2 / n_samples, made.gradients
    torch.baddbmm(grads.W_out, made.error.mT, active, beta=0, alpha=scale, out=grads.W_out)
    torch.baddbmm(made.grad_x, made.error, weights.W_out, beta=0, alpha=scale, out=made.grad_x)
    if regulariser is not None:
        made.grad_x.addcmul_(active.sign(), regulariser[:, None, None] / n_samples)
    pull_back(made.grad_x, made.x, activation=activation)
    torch.bmm(made.grad_x.mT, seen, out=grads.W_in)
    torch.sum(made.grad_x, dim=1, out=grads.b)
    return made
