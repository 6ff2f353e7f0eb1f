"""What does a neuron do with its input, and what is its slope?

Three activations, each with its derivative for the hand-written gradients of `model`. The SoLU here
is the paper's *code*: x exp(x) for each neuron by itself, without the softmax over neurons that the
published softmax linear unit has.

Source: Jermyn, Schiefer and Hubinger 2022, arXiv:2211.09169, and the authors' code.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.monosemanticity.config import Activation

NAMES: tuple[Activation, ...] = ("relu", "gelu", "solu")


def activate(x: Float[Tensor, "*any"], *, activation: Activation) -> Float[Tensor, "*any"]:
    """Activation of neurons from their inputs.

    Args:
        x: Inputs of neurons, of any shape.
        activation: "relu": max(x, 0); "gelu": x Φ(x); "solu": x exp(x).

    Returns:
        Activations; the last two can be slightly negative.

    Raises:
        ValueError: If x is no floating-point tensor or the activation is unknown.
    """
    validate.choice(activation, "activation", NAMES)
    validate.floating(x, "x")
    if activation == "relu":
        return x.relu()
    return torch.nn.functional.gelu(x) if activation == "gelu" else x * x.exp()


def pull_back(
    grad: Float[Tensor, "*any"], x: Float[Tensor, "*any"], *, activation: Activation
) -> None:
    """Turn the gradient with respect to activations into that with respect to inputs, in place.

    Args:
        grad: Gradient with respect to the activations; it is multiplied by the slope at x.
        x: Inputs of the neurons, of the same shape. The slope of ReLU at 0 is 0, as in torch.
        activation: Which activation.

    Raises:
        ValueError: If the shapes differ, a tensor is not floating-point, or the activation is
            unknown.
    """
    validate.choice(activation, "activation", NAMES)
    if validate.floating(grad, "grad").shape != validate.floating(x, "x").shape:
        validate.refuse(
            "grad",
            got=f"shape {tuple(grad.shape)}",
            expected=f"the shape of x, {tuple(x.shape)}",
            fix="Pass the gradient with respect to these very activations.",
        )
    if activation == "relu":
        torch.ops.aten.threshold_backward.grad_input(grad, x, 0, grad_input=grad)
    elif activation == "gelu":
        torch.ops.aten.gelu_backward.grad_input(grad, x, grad_input=grad)
    else:
        grad.mul_(x.exp().mul_(1 + x))
