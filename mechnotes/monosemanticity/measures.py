"""Which neurons stand for a single feature? Three answers.

Each feature is fed alone, at strength 1, and every neuron's response is written down: a matrix
`[neurons features]`, called *responses* here. From it:

- `top_share`, the paper's measure: the strongest response of a neuron over the sum of all of them.
  A neuron is monosemantic above 0.999, so a hundred tiny responses count against it.
- `participation`: the effective number of features that a neuron responds to, weighed by squares.
  Tiny responses hardly count, however many.
- `dimensionality`, of a *feature*: the share of a direction of its own among the responses. It asks
  whether features can be told apart, and does not care whether neurons or mixtures of them do it.

They disagree: a rotation of the neurons leaves the third as it is and destroys the first two.

Responses can be negative with GELU and SoLU. Magnitudes are taken then; the paper's code does not,
and its share can exceed 1 for those.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.monosemanticity.activations import activate
from mechnotes.monosemanticity.config import Activation
from mechnotes.superposition import geometry

MEASURES = ("share", "participation", "dimensionality")
"""Names of the three counts, in the order in which they are stored."""

SHARE_ABOVE = 0.999
"""A neuron is monosemantic by its top share above this; the paper's threshold."""

PARTICIPATION_BELOW = 1.1
"""A neuron is monosemantic by its effective number of features below this."""

DIMENSIONALITY_ABOVE = 0.5
"""A feature has a dimension of its own above this: more of it than all others together."""


def responses(
    W_in: Float[Tensor, "*models neurons embedding"],
    b: Float[Tensor, "*models neurons"],
    E: Float[Tensor, "*models embedding features"],
    *,
    activation: Activation = "relu",
) -> Float[Tensor, "*models neurons features"]:
    """Activation of every neuron for every feature fed alone, at strength 1.

    Args:
        W_in: What each neuron reads.
        b: Bias of each neuron.
        E: Embedding; column i is the vector of feature i.
        activation: What each neuron does with its input.

    Raises:
        ValueError: If the shapes do not fit or the activation is unknown.
    """
    validate.shape(validate.floating(W_in, "W_in"), "W_in", ("...", "neurons", "embedding"))
    sizes = {"neurons": W_in.shape[-2], "embedding": W_in.shape[-1]}
    validate.shape(validate.floating(b, "b"), "b", ("...", "neurons"), neurons=sizes["neurons"])
    axes = ("...", "embedding", "features")
    validate.shape(validate.floating(E, "E"), "E", axes, embedding=sizes["embedding"])
    return activate(W_in @ E + b[..., None], activation=activation)


def top_share(
    responses: Float[Tensor, "*models neurons features"],
) -> Float[Tensor, "*models neurons"]:
    """Strongest response of each neuron over the sum of all its responses.

    Args:
        responses: From `responses`.

    Returns:
        A share in [1 / features, 1], 1 for a neuron that responds to one feature alone; 0 for a
        neuron that responds to none.

    Raises:
        ValueError: If the responses are no matrix of floating-point numbers.

    Source:
        Jermyn, Schiefer and Hubinger 2022, arXiv:2211.09169, section 3; their threshold is 0.999.
    """
    size = _checked(responses).abs()
    return size.amax(-1) / size.sum(-1).clamp(min=1e-10)


def participation(
    responses: Float[Tensor, "*models neurons features"],
) -> Float[Tensor, "*models neurons"]:
    """Effective number of features that each neuron responds to.

    Args:
        responses: From `responses`.

    Returns:
        (Σ a²)² / Σ a⁴, from 1, for one feature alone, to the number of features, for equal
        responses to all; 0 for a neuron that responds to none.

    Raises:
        ValueError: If the responses are no matrix of floating-point numbers.
    """
    largest = _checked(responses).abs().amax(-1, keepdim=True)
    power = (responses / torch.where(largest > 0, largest, 1.0)).square()
    return power.sum(-1).square() / power.square().sum(-1).clamp(min=1e-30)


def dimensionality(
    responses: Float[Tensor, "*models neurons features"],
) -> Float[Tensor, "*models features"]:
    """Share of a direction that each feature has to itself among the responses.

    Args:
        responses: From `responses`; column i is the pattern of neurons that feature i causes.

    Returns:
        A share in [0, 1]: 1 if no other feature's pattern overlaps with this one, 0 if the feature
        causes no response.

    Raises:
        ValueError: If the responses are no matrix of finite floating-point numbers.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, feature dimensionality, of the responses in
        place of the weights.
    """
    return geometry.dimensionality(_checked(responses))


def top_feature(
    responses: Float[Tensor, "*models neurons features"],
) -> Int[Tensor, "*models neurons"]:
    """Which feature each neuron responds to most; -1 for a neuron that responds to none.

    Args:
        responses: From `responses`.

    Raises:
        ValueError: If the responses are no matrix of floating-point numbers.
    """
    strongest = _checked(responses).abs().max(-1)
    return torch.where(strongest.values > 0, strongest.indices, -1)


def silent_share(
    responses: Float[Tensor, "*models neurons features"],
) -> Float[Tensor, "*models"]:
    """Share of neurons that respond to no feature fed alone.

    Args:
        responses: From `responses`.

    Returns:
        0 if every neuron responds to something, 1 if none does. Such a neuron may still respond to
        several features at once, or, with a negative strength, to one.

    Raises:
        ValueError: If the responses are no matrix of floating-point numbers.
    """
    return (_checked(responses) == 0).all(-1).float().mean(-1)


def n_monosemantic(
    responses: Float[Tensor, "*models neurons features"], *, above: float | int = SHARE_ABOVE
) -> Int[Tensor, "*models"]:
    """Number of neurons whose strongest response is nearly all of their response.

    Args:
        responses: From `responses`.
        above: Top share that a neuron must exceed.

    Returns:
        A count; it can exceed the number of features, as several neurons may share one.

    Raises:
        ValueError: If the responses are no matrix of floating-point numbers, or the threshold lies
            outside [0, 1].
    """
    validate.number(above, "above", low=0.0, high=1.0)
    return (top_share(responses) > above).sum(-1)


def monosemantic_count(responses: Float[Tensor, "neurons features"]) -> int:
    """`n_monosemantic` of a single network, as a plain number.

    Args:
        responses: From `responses`, of one network.

    Raises:
        ValueError: If the responses are no matrix of floating-point numbers.
    """
    axes = ("neurons", "features")
    return int(n_monosemantic(validate.shape(responses, "responses", axes)))


def counts(
    responses: Float[Tensor, "*models neurons features"],
) -> Int[Tensor, "*models 3"]:
    """The three counts: neurons by share, neurons by participation, features by dimensionality.

    Args:
        responses: From `responses`.

    Returns:
        In the order of `MEASURES`; a model whose responses are not finite counts 0 everywhere.

    Raises:
        ValueError: If the responses are no matrix of floating-point numbers.
    """
    finite = _checked(responses).isfinite().all(-1).all(-1)[..., None, None]
    responses = torch.where(finite, responses, 0.0)
    effective = participation(responses)
    by_participation = (effective > 0) & (effective < PARTICIPATION_BELOW)
    by_dimension = dimensionality(responses) > DIMENSIONALITY_ABOVE
    found = (n_monosemantic(responses), by_participation.sum(-1), by_dimension.sum(-1))
    return torch.stack(found, dim=-1)


def _checked(responses: Tensor) -> Tensor:
    axes = ("...", "neurons", "features")
    return validate.shape(validate.floating(responses, "responses"), "responses", axes)
