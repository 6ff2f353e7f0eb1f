"""Does a neuron answer to one feature or to many?

A neuron's *monosemanticity* is the largest share of one feature in its response to single features
(`basis.monosemanticity`). It is counted as monosemantic from 0.9 and as polysemantic below 0.6;
between the two we do not say. In models that compute, a neuron has weights in and weights out, and
they may disagree: `asymmetry` finds neurons that read one feature strongly and write another.

Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition in a privileged basis" and
"Computation in superposition" (the asymmetric superposition motif). The thresholds are ours.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate

MONOSEMANTIC = 0.9
"""Share of the strongest feature from which a neuron counts as monosemantic."""

POLYSEMANTIC = 0.6
"""Share of the strongest feature below which a neuron counts as polysemantic."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kinds:
    """How many neurons of a model are of which kind."""

    monosemantic: int
    """One feature has at least 0.9 of the neuron's response."""
    between: int
    """Neither."""
    polysemantic: int
    """No feature has as much as 0.6."""
    silent: int
    """The neuron answers to no feature."""


def kinds(scores: Float[Tensor, " d_hidden"]) -> Kinds:
    """Sort the neurons of one model.

    Args:
        scores: Monosemanticity of each neuron; NaN for one that answers to nothing.

    Returns:
        Four counts that add up to the number of neurons.

    Raises:
        ValueError: If a score lies outside [0, 1].
    """
    validate.shape(scores, "scores", ("d_hidden",))
    answering = scores[~scores.isnan()]
    validate.between(answering, "scores", low=0.0, high=1.0 + 1e-6)
    n_mono = int((answering >= MONOSEMANTIC).sum())
    n_poly = int((answering < POLYSEMANTIC).sum())
    return Kinds(
        monosemantic=n_mono,
        between=len(answering) - n_mono - n_poly,
        polysemantic=n_poly,
        silent=len(scores) - len(answering),
    )


def response_shares(
    W_in: Float[Tensor, "*models d_hidden features"],
) -> Float[Tensor, "*models d_hidden"]:
    """Share of the strongest feature in each neuron's incoming weights, by size.

    Args:
        W_in: Weights from features to neurons; features take both signs, so size counts.

    Returns:
        1 for a neuron that reads one feature, NaN for one that reads none.

    Raises:
        ValueError: If the weights are not finite.
    """
    size = validate.shape(validate.finite(W_in, "W_in"), "W_in", ("...", "d_hidden", "features"))
    size = size.abs()
    return size.amax(dim=-1) / size.sum(dim=-1)


def asymmetry(
    W_in: Float[Tensor, "d_hidden features"],
    W_out: Float[Tensor, "features d_hidden"],
    *,
    floor: float | int = 0.2,
) -> Float[Tensor, " d_hidden"]:
    """How differently a neuron treats its two features on the way in and on the way out.

    The two features are those with the largest product of weights in and out. In the asymmetric
    motif a neuron reads one with a large weight and writes it with a small one, and the other the
    other way round: products are alike and the ratios opposite. Then one feature disturbs the other
    little, and the disturbance in the other direction can be undone elsewhere.

    Args:
        W_in: Weights from features to neurons.
        W_out: Weights from neurons to outputs.
        floor: The second product must be at least this part of the first, or the neuron has only
            one feature.

    Returns:
        The smaller of (ratio of the two weights in) and (inverse ratio of the two weights out), in
        the order that makes it largest: 2 or more for a clear motif, about 1 for equal treatment,
        below 1 when both favour the same feature; NaN for a neuron with one feature.

    Raises:
        ValueError: If the shapes do not fit.
    """
    axes = ("d_hidden", "features")
    d_hidden, n_features = validate.shape(validate.finite(W_in, "W_in"), "W_in", axes).shape
    sizes = {"features": n_features, "d_hidden": d_hidden}
    validate.shape(validate.finite(W_out, "W_out"), "W_out", axes[::-1], **sizes)
    floor = validate.number(floor, "floor", low=0.0, high=1.0)
    into, out = W_in.abs(), W_out.abs().T  # both [d_hidden features]
    strongest = (into * out).topk(min(2, n_features), dim=1)
    if n_features < 2:
        return torch.full((d_hidden,), torch.nan, dtype=W_in.dtype)
    first, second = strongest.indices.T[..., None]
    ratio_in = (into.gather(1, first) / into.gather(1, second))[:, 0]
    ratio_out = (out.gather(1, second) / out.gather(1, first))[:, 0]
    motif = torch.maximum(
        torch.minimum(ratio_in, ratio_out), torch.minimum(1 / ratio_in, 1 / ratio_out)
    )
    return torch.where(strongest.values[:, 1] >= floor * strongest.values[:, 0], motif, torch.nan)
