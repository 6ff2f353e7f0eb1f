"""Which token looks at which, and which token raises which: the products of a head's weights.

The query-key product gives the score of every pair of sources, the output-value product what each
source says to the logits when it is looked at. Sources are the tokens and then the positions: what
a first-layer head reads is the sum of one of each, and so are its scores and its words. In higher
layers the products tell what heads make of the embeddings, which is not all that they read.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, QK and OV circuits, and
    "Detecting copying behavior" for the eigenvalues.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only.weights import Weights, checked


def direct_path(weights: Weights) -> Float[Tensor, "seed source d_vocab"]:
    """What each source says to the logits with no head in between.

    Args:
        weights: The models.

    Returns:
        Nats; rows are tokens and then positions, columns the logits. The rows of tokens are the
        model's bigrams: what one token alone says of the next.

    Raises:
        ValueError: If the weights are none.
    """
    return _sources(weights) @ weights.W_U


def qk_circuit(weights: Weights) -> Float[Tensor, "seed layer head source source"]:
    """Attention score between each two sources.

    Args:
        weights: The models.

    Returns:
        Scores before the softmax, divided by sqrt(d_head); rows ask, columns are asked. A
        first-layer score is the sum over (token, position) of the asker and of the asked.

    Raises:
        ValueError: If the weights are none.
    """
    sources = _sources(weights)
    asked = torch.einsum("snd, slhde -> slhne", sources, weights.W_K)
    asking = torch.einsum("snd, slhde -> slhne", sources, weights.W_Q)
    return asking @ asked.mT / math.sqrt(weights.d_head)


def ov_circuit(weights: Weights) -> Float[Tensor, "seed layer head source d_vocab"]:
    """What each source says to the logits when a head looks at nothing else.

    Args:
        weights: The models.

    Returns:
        Nats; rows are sources, columns the logits.

    Raises:
        ValueError: If the weights are none.
    """
    values = torch.einsum("snd, slhde -> slhne", _sources(weights), weights.W_V)
    return torch.einsum("slhne, slhed, sdv -> slhnv", values, weights.W_O, weights.W_U)


def copying_score(matrices: Float[Tensor, "*batch n n"]) -> Float[Tensor, "*batch"]:
    """Sum of the eigenvalues over the sum of their absolute values.

    Args:
        matrices: Square matrices, from source to effect on the same things.

    Returns:
        From -1 (all eigenvalues negative) to 1 (all positive); complex pairs count with their real
        part. 0 for a rotation by a right angle, NaN for the zero matrix.

    Raises:
        ValueError: If the matrices are not finite or not square.

    Source:
        Elhage et al. 2021, "Detecting copying behavior".
    """
    axes = ("...", "n", "n")
    validate.shape(validate.finite(matrices, "matrices"), "matrices", axes)
    if matrices.shape[-1] != matrices.shape[-2]:
        validate.refuse(
            "matrices",
            got=f"shape {tuple(matrices.shape)}",
            expected="square matrices on the last two axes",
            fix="Cut rows and columns down to the same tokens.",
        )
    values = torch.linalg.eigvals(matrices)
    return values.sum(dim=-1).real / values.abs().sum(dim=-1)


def _sources(weights: Weights) -> Float[Tensor, "seed source d_model"]:
    return torch.cat([checked(weights).W_E, weights.W_pos], dim=1)
