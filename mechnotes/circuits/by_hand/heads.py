"""Who looks at what, and what is carried where: a head as two matrices, and models made of them.

W_QK holds a number for each pair of an asking and an asked dimension; the score of two positions is
`asking @ W_QK @ asked`. W_OV says what becomes of the stream that is looked at. The usual four
matrices of a head are factors of these two, W_QK = W_Q W_K^T / sqrt(d_head) and W_OV = W_V W_O.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, on QK and OV circuits.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.by_hand import positions
from mechnotes.circuits.by_hand.stream import Stream
from mechnotes.circuits.by_hand.stream import checked as checked_stream

STRONG = 30.0
"""A score this far above the others leaves them less than a millionth of a millionth."""
BOS = 0
"""Number of the token that begins every text: a place to rest for heads with nothing to look at."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Head:
    """One head."""

    W_QK: Float[Tensor, "d_model d_model"]
    """Score of each asking dimension (row) and asked dimension (column), before the softmax."""
    W_OV: Float[Tensor, "d_model d_model"]
    """From each dimension that is looked at (row) to each that is written (column)."""

    def __post_init__(self) -> None:
        for name in ("W_QK", "W_OV"):
            axes = ("d_model", "d_model")
            matrix = validate.shape(validate.finite(getattr(self, name), name), name, axes)
            validate.shape(self.W_QK, "W_QK", axes, d_model=len(matrix))
            validate.shape(matrix, name, axes, d_model=matrix.shape[1])


def previous_token(
    stream: Stream, *, carry: Float[Tensor, "d_model d_model"], steps: int = 1
) -> Head:
    """A head that looks at the position before, whatever stands there.

    Args:
        stream: Has a part "position".
        carry: W_OV of the head.
        steps: How far back it looks.

    Raises:
        ValueError: If there is no such part, the steps are negative, or the matrix does not fit.
    """
    size = checked_stream(stream).size("position")
    back = positions.turn(size, -validate.integer(steps, "steps"))
    sharp = STRONG / (size // 2)  # a position with itself gives the number of hands
    return Head(W_QK=stream.block("position", "position", sharp * back), W_OV=carry)


def eraser(stream: Stream, part: str) -> Head:
    """A head that looks at its own position and subtracts a part of what it finds there.

    Args:
        stream: Has a part "position".
        part: What is erased.

    Raises:
        ValueError: If there is no such part.
    """
    return previous_token(stream, carry=-checked_stream(stream).block(part, part), steps=0)


def rest(stream: Stream, score: float | int = STRONG) -> Float[Tensor, "d_model d_model"]:
    """A W_QK by which every token gives the first of the text the same score.

    Raises:
        ValueError: If the stream has no part "token" or the score is not finite.
    """
    block = torch.zeros(checked_stream(stream).size("token"), stream.size("token"))
    block[:, BOS] = validate.number(score, "score")
    return stream.block("token", "token", block)


def model(
    layers: Sequence[Sequence[Head]],
    *,
    W_E: Float[Tensor, "d_vocab d_model"],
    W_pos: Float[Tensor, "pos d_model"],
    W_U: Float[Tensor, "d_model d_vocab"],
    d_head: int | None = None,
) -> Weights:
    """A transformer made of heads.

    Args:
        layers: The heads of each layer, as many in each.
        W_E: Embedding of the tokens.
        W_pos: Embedding of the positions.
        W_U: Unembedding.
        d_head: Width of the heads; as wide as the stream if left out.

    Returns:
        Weights of one model, on a seed axis of length 1.

    Raises:
        ValueError: If there is no head, layers differ in their number, shapes do not fit, or a
            matrix has a higher rank than d_head.
    """
    shape = (1, len(_checked_layers(layers)), len(layers[0]))
    for name, matrix in (("W_E", W_E), ("W_pos", W_pos), ("W_U", W_U)):
        validate.shape(validate.finite(matrix, name), name, ("rows", "columns"))
    width = len(layers[0][0].W_QK)
    wide = width if d_head is None else validate.integer(d_head, "d_head", minimum=1)
    stacks: dict[str, list[Tensor]] = {"W_Q": [], "W_K": [], "W_V": [], "W_O": []}
    for one in (head for heads in layers for head in heads):
        for name, (left, right) in (("QK", "QK"), ("OV", "VO")):
            matrix = getattr(one, f"W_{name}")
            validate.shape(matrix, f"W_{name}", ("d_model", "d_model"), d_model=width)
            scale = math.sqrt(wide) if name == "QK" else 1.0  # attention divides by it
            first, second = factors(scale * matrix, d_head=wide)
            stacks[f"W_{left}"].append(first)
            stacks[f"W_{right}"].append(second.T if name == "QK" else second)
    split = {name: torch.stack(some).unflatten(0, shape) for name, some in stacks.items()}
    return Weights(W_E=W_E[None], W_pos=W_pos[None], W_U=W_U[None], **split)


def _checked_layers(layers: object) -> Sequence[Sequence[Head]]:
    """The heads of each layer, once there are as many in each."""
    lists = isinstance(layers, list | tuple) and all(isinstance(n, list | tuple) for n in layers)
    heads = [one for layer in layers for one in layer] if lists else []  # type: ignore[attr-defined]
    counts = {len(layer) for layer in layers} if lists else set()  # type: ignore[attr-defined]
    if len(counts) != 1 or not heads or not all(isinstance(one, Head) for one in heads):
        validate.refuse(
            "layers",
            got=f"{len(heads)} heads in layers of {sorted(counts) or 'no'} heads",
            expected="a list of heads for each layer, with as many (one or more) in each",
            fix="Fill up with heads whose W_OV is zero.",
        )
    return layers  # type: ignore[return-value]


def factors(
    matrix: Float[Tensor, "rows columns"], *, d_head: int
) -> tuple[Float[Tensor, "rows d_head"], Float[Tensor, "d_head columns"]]:
    """Two narrow matrices whose product is the given one.

    Args:
        matrix: Any matrix of rank at most d_head.
        d_head: Width between the two.

    Raises:
        ValueError: If the rank is higher, or the matrix is not finite.

    Source:
        Elhage et al. 2021: a head's two circuits are matrices of rank at most d_head.
    """
    validate.shape(validate.finite(matrix, "matrix"), "matrix", ("rows", "columns"))
    if validate.integer(d_head, "d_head", minimum=1) >= matrix.shape[1]:
        extra = d_head - matrix.shape[1]
        second = torch.eye(matrix.shape[1], dtype=matrix.dtype)
        pad = torch.nn.functional.pad
        return pad(matrix, (0, extra)), pad(second, (0, 0, 0, extra))
    if (most := int(rank(matrix))) > d_head:
        validate.refuse(
            "matrix",
            got=f"rank {most}",
            expected=f"at most d_head = {d_head}",
            fix="Carry less with this head, or share the work between two.",
        )
    U, S, Vh = torch.linalg.svd(matrix.double(), full_matrices=False)
    first, second = U[:, :d_head] * S[:d_head].sqrt(), S[:d_head].sqrt()[:, None] * Vh[:d_head]
    return first.to(matrix.dtype), second.to(matrix.dtype)


def rank(matrix: Float[Tensor, "rows columns"]) -> Int[Tensor, ""]:
    """How many dimensions a matrix lets through.

    Args:
        matrix: Any matrix.

    Returns:
        Number of singular values above a hundred-thousandth of the largest; what is smaller is
        taken for rounding.

    Raises:
        ValueError: If the matrix is not finite.
    """
    validate.shape(validate.finite(matrix, "matrix"), "matrix", ("rows", "columns"))
    return torch.linalg.matrix_rank(matrix.double(), rtol=1e-5)
