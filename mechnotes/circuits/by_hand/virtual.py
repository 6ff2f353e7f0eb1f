"""What do two heads in a row carry that neither carries alone?

If the second head's values read what the first has written, the two act as a third head, whose
attention is the product of the two patterns and whose W_OV is the product of the two matrices. Two
heads that look one back then move information two back. How many dimensions arrive from where is a
matter of ranks.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, on virtual attention
    heads; `published` is the first of its exercises.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.by_hand import heads, positions
from mechnotes.circuits.by_hand.stream import Stream

N_CONTENT, D_HEAD = 8, 4
"""Dimensions of the tokens, and of each head, in the published exercise; the stream has 16."""


def matrices() -> tuple[Float[Tensor, "16 16"], Float[Tensor, "16 16"]]:
    """W_OV of the two heads of the published exercise.

    Tokens fill dimensions 0 to 7 of 16. The first head moves dimensions 0 to 3 to 8 to 11. The
    second moves three that the first left behind, 4 to 6, and one that it brought, 8, to 12 to 15.
    """
    first, second = torch.zeros(2, 16, 16)
    first[range(4), range(8, 12)] = 1.0
    second[(4, 5, 6, 8), range(12, 16)] = 1.0
    return first, second


def published(n_ctx: int = 8) -> Weights:
    """The exercise as a model: two layers of one previous-token head, d_head 4.

    Positions have dimensions of their own behind the 16 of the exercise, which is silent on how a
    head finds the token before. Their scores need d_head 4 too: two hands of the clock.

    Args:
        n_ctx: Positions that it knows.

    Returns:
        A model of eight tokens, one for each dimension that tokens fill; its logits are the other
        eight, 8 to 15, where the heads write.

    Raises:
        ValueError: If the number of positions is no integer from 2 to 32.
    """
    validate.integer(n_ctx, "n_ctx", minimum=2, maximum=32)
    stream = Stream(sizes={"content": 16, "position": D_HEAD})
    hands, back = positions.clock(33)[:n_ctx, :D_HEAD], positions.turn(32, -1)[:D_HEAD, :D_HEAD]
    # Two hands tell neighbours apart by 0.09 only, so the scores have to be stronger.
    W_QK = 30 * heads.STRONG * stream.block("position", "position", back)
    carried = [stream.block("content", "content", W_OV) for W_OV in matrices()]
    return heads.model(
        [[heads.Head(W_QK=W_QK, W_OV=W_OV)] for W_OV in carried],
        W_E=stream.basis("content")[:N_CONTENT],
        W_pos=hands @ stream.basis("position"),
        W_U=stream.basis("content")[N_CONTENT:].T.contiguous(),
        d_head=D_HEAD,
    )


def carried(
    W_E: Float[Tensor, "d_vocab d_model"],
    first: Float[Tensor, "d_model d_model"],
    second: Float[Tensor, "d_model d_model"],
) -> Int[Tensor, "2"]:
    """How many dimensions of the tokens two previous-token heads bring, by distance.

    Args:
        W_E: Embedding of the tokens.
        first: W_OV of the head in the first layer.
        second: W_OV of the head in the second layer.

    Returns:
        Dimensions that arrive from one position before (through either head), and from two before
        (through both).

    Raises:
        ValueError: If the matrices are not finite or do not fit each other.

    Source:
        Elhage et al. 2021, exercises, virtual attention heads.
    """
    validate.shape(validate.finite(W_E, "W_E"), "W_E", ("d_vocab", "d_model"))
    for name, matrix in (("first", first), ("second", second)):
        validate.finite(matrix, name)
        width = W_E.shape[1]
        validate.shape(matrix, name, ("d_model", "d_model"), d_model=width)
        validate.shape(matrix.T, name, ("d_model", "d_model"), d_model=width)
    one_back, two_back = W_E @ (first + second), W_E @ first @ second
    return torch.stack([heads.rank(ways) for ways in (one_back, two_back)])


def pattern(
    patterns: Float[Tensor, "*batch layer pos pos"],
) -> Float[Tensor, "*batch pos pos"]:
    """Attention of the virtual head: where information went that passed a head of each layer.

    Args:
        patterns: Patterns of one head of each layer, the first layer first.

    Raises:
        ValueError: If the patterns are not finite or not square.
    """
    axes = ("...", "layer", "pos", "pos")
    validate.shape(validate.finite(patterns, "patterns"), "patterns", axes)
    validate.shape(patterns.mT, "patterns", axes, pos=patterns.shape[-1])
    found = patterns[..., 0, :, :]
    for layer in range(1, patterns.shape[-3]):
        found = patterns[..., layer, :, :] @ found
    return found
