"""What does it cost to compute a sum of squares through too few dimensions?

The target is y = sum of v_i x_i²: feature i matters as much as its coefficient v_i says. The model
has m < n dimensions and squares each of them:

    y_hat = |W x|²

So it errs by the quadratic form x^T A x with A = diag(v) - W^T W. Features are independent, with
mean 0, variance 1 and fourth moment beta, their *kurtosis*: 3 for a Gaussian, 3/p for one that is
zero except with probability p. Sparse features have a high kurtosis.

Source: Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks, the quadratic model.
A variant may also add a constant to its answer; that removes the mean of the error, the trace of A.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate


def expected_loss(
    W: Float[Tensor, "*models d_hidden features"],
    v: Float[Tensor, " features"],
    *,
    kurtosis: float | int,
    with_constant: bool = False,
) -> Float[Tensor, "*models"]:
    """Expected squared error of the quadratic model, in closed form.

    Args:
        W: Weights; column i is the direction of feature i.
        v: Coefficient of each feature's square.
        kurtosis: Fourth moment of the features, at least 1.
        with_constant: Whether the model may add the best constant, which removes the error's mean.

    Returns:
        (kurtosis - 1) sum of A_ii² + 2 sum over i != j of A_ij², and without the constant also the
        square of the trace of A.

    Raises:
        ValueError: If the shapes do not fit or the kurtosis is below 1.

    Source:
        Scherlis et al. 2022; expand the square and use independence.
    """
    A = _form(W, v)
    kurtosis = validate.number(kurtosis, "kurtosis", low=1.0)
    own = A.diagonal(dim1=-2, dim2=-1)
    squared = own.square().sum(dim=-1)
    crossed = A.square().sum(dim=(-2, -1)) - squared
    loss = (kurtosis - 1) * squared + 2 * crossed
    return loss if with_constant else loss + own.sum(dim=-1).square()


def sparse_gaussian(
    n_samples: int, n_features: int, *, kurtosis: float | int, generator: torch.Generator
) -> Float[Tensor, "batch features"]:
    """Sample features with mean 0, variance 1 and a given kurtosis.

    Args:
        n_samples: Number of samples.
        n_features: Number of features.
        kurtosis: Fourth moment, at least 3; features are 0 except with probability 3 / kurtosis.
        generator: Source of randomness.

    Returns:
        Samples in double precision.

    Raises:
        ValueError: If a number is below its minimum.
    """
    validate.integer(n_samples, "n_samples", minimum=1)
    validate.integer(n_features, "n_features", minimum=1)
    kurtosis = validate.number(kurtosis, "kurtosis", low=3.0)
    validate.generator(generator)
    shape, density = (n_samples, n_features), 3 / kurtosis
    active = torch.rand(shape, generator=generator, dtype=torch.float64) < density
    return active * torch.randn(shape, generator=generator, dtype=torch.float64) / density**0.5


def sampled_loss(
    W: Float[Tensor, "d_hidden features"],
    v: Float[Tensor, " features"],
    x: Float[Tensor, "batch features"],
) -> tuple[float, float]:
    """Mean squared error of the model without a constant on samples, and its standard error.

    Args:
        W: Weights.
        v: Coefficient of each feature's square.
        x: Samples.

    Returns:
        Mean, and the standard error of the mean.

    Raises:
        ValueError: If the shapes do not fit.
    """
    _form(W, v)
    validate.shape(x, "x", ("batch", "features"), features=len(v))
    error = (x.square() @ v - (x @ W.T).square().sum(dim=1)).square()
    return error.mean().item(), error.std().item() / math.sqrt(len(error))


def _form(W: Tensor, v: Tensor) -> Float[Tensor, "*models features features"]:
    """The matrix A of the error."""
    validate.shape(validate.finite(W, "W"), "W", ("...", "d_hidden", "features"))
    validate.between(v, "v", low=0.0, high=math.inf)
    validate.shape(v, "v", ("features",), features=W.shape[-1])
    return torch.diag(v) - W.mT @ W
