"""Say what came last time: how can two heads do that?

... A B ... A -> B. The second A has to find the B, but B does not know that it stands after an A,
and A does not know where B is. Two heads in a row can bring the two together in two ways:

- "K": the first head tells every token what stands before it; the second looks for the token that
  has A before it. What the first head wrote is read by the *keys* of the second.
- "Q": the first head finds the first A and notes where that is, a pointer; the second moves the
  pointer one forward and looks there. What the first head wrote is read by the *queries*.

Both say the token they look at. A token that has not occurred before makes the second head rest at
the beginning of the text, which says nothing.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, and its exercises on
    induction heads by pointer arithmetic and by K-composition. The place to rest is ours.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.by_hand import heads, positions
from mechnotes.circuits.by_hand.heads import BOS, STRONG, Head
from mechnotes.circuits.by_hand.stream import Stream, checked

PATHS = ("Q", "K")
"""Which input of the second head reads what the first one wrote."""
LOUD = 20.0
"""Logit, in nats, of a token that is looked at."""


def pointer(stream: Stream, forward: Float[Tensor, "size size"]) -> Float[Tensor, "4 d d"]:
    """Q-composition: find the same token, note its position, look one further.

    Args:
        stream: With the parts "token", "position", "pointer" (as large as "position"), "output".
        forward: Moves a position one forward: `position @ forward`.

    Returns:
        W_QK and W_OV of the first head, W_QK and W_OV of the second.

    Raises:
        ValueError: If a part is missing or the rotation does not fit.
    """
    n_hands = _hands(stream, forward)
    same = stream.block("token", "token")
    itself = stream.block("position", "position") / n_hands
    find = 2 * STRONG * (same - itself) + heads.rest(stream)
    note = stream.block("position", "pointer") + _back_from_bos(stream, forward)
    look = STRONG / n_hands * stream.block("pointer", "position", forward)
    return torch.stack((find, note, look, say(stream)))


def previous(stream: Stream, forward: Float[Tensor, "size size"]) -> Float[Tensor, "4 d d"]:
    """K-composition: note the token before, look for the same token in these notes.

    Args:
        stream: With the parts "token", "position", "before" (as large as "token") and "output".
        forward: Moves a position one forward: `position @ forward`.

    Returns:
        W_QK and W_OV of the first head, W_QK and W_OV of the second.

    Raises:
        ValueError: If a part is missing or the rotation does not fit.
    """
    n_hands = _hands(stream, forward)
    back = STRONG / n_hands * stream.block("position", "position", forward.T)
    note = stream.block("token", "before")
    match = 2 * STRONG * stream.block("token", "before") + heads.rest(stream)
    return torch.stack((back, note, match, say(stream)))


def say(stream: Stream) -> Float[Tensor, "d d"]:
    """W_OV of a head that says the token it looks at, and nothing if that is the beginning.

    Raises:
        ValueError: If the stream has no "token" or no "output" of the same size.
    """
    letters = torch.ones(checked(stream).size("token"))
    letters[BOS] = 0.0
    return stream.block("token", "output", LOUD * torch.diag(letters))


def stream_for(path: str, *, n_letters: int = 24, n_ctx: int = 25) -> Stream:
    """The stream in which one of the two constructions is written.

    Raises:
        ValueError: If the path is neither, or a number is too small.
    """
    validate.choice(path, "path", PATHS)
    n_tokens, size = validate.integer(n_letters, "n_letters", minimum=1) + 1, positions.size(n_ctx)
    note = {"pointer": size} if path == "Q" else {"before": n_tokens}
    return Stream(sizes={"token": n_tokens, "position": size, **note, "output": n_tokens})


def build(path: str, *, n_letters: int = 24, n_ctx: int = 25) -> Weights:
    """A two-layer model that says what came last time.

    Args:
        path: "Q" for pointer arithmetic, "K" for notes of the previous token.
        n_letters: Letters that it knows, besides BOS.
        n_ctx: Positions that it knows.

    Returns:
        Weights of one model with one head in each layer.

    Raises:
        ValueError: If the path is neither, or a number is too small.
    """
    stream = stream_for(path, n_letters=n_letters, n_ctx=n_ctx)
    write = pointer if path == "Q" else previous
    matrices = write(stream, positions.turn(stream.size("position"), 1))
    return from_matrices(stream, matrices, n_ctx=n_ctx)


def twins(path: str, *, n_letters: int = 24, n_ctx: int = 25) -> Weights:
    """The same, with the first heads of both constructions in the first layer.

    The second layer reads only one of them, so the two models attend alike everywhere.

    Args:
        path: Which of the two the second layer reads.
        n_letters: Letters that it knows, besides BOS.
        n_ctx: Positions that it knows.

    Returns:
        Weights of one model with two heads in each layer; the other head of the second is silent.

    Raises:
        ValueError: If the path is neither, or a number is too small.
    """
    q, k = (stream_for(name, n_letters=n_letters, n_ctx=n_ctx) for name in PATHS)
    stream = Stream(sizes={**q.sizes, **k.sizes})
    forward = positions.turn(stream.size("position"), 1)
    both = {"Q": pointer(stream, forward), "K": previous(stream, forward)}
    chosen = both[validate.choice(path, "path", PATHS)]
    first = [Head(W_QK=both[name][0], W_OV=both[name][1]) for name in PATHS]
    silent = Head(W_QK=heads.rest(stream), W_OV=torch.zeros(stream.width, stream.width))
    return _model(stream, [first, [Head(W_QK=chosen[2], W_OV=chosen[3]), silent]], n_ctx)


def from_matrices(stream: Stream, matrices: Float[Tensor, "4 d d"], *, n_ctx: int) -> Weights:
    """Two layers of one head from the four matrices of `pointer` or `previous`.

    Args:
        stream: With at least the parts "token", "position" and "output".
        matrices: W_QK and W_OV of the first head, W_QK and W_OV of the second.
        n_ctx: Positions that the model knows.

    Raises:
        ValueError: If the matrices are not finite or do not fit the stream.
    """
    axes = ("matrix", "d_model", "d_model")
    validate.shape(validate.finite(matrices, "matrices"), "matrices", axes, matrix=4)
    validate.shape(matrices, "matrices", axes, d_model=checked(stream).width)
    first, second = (Head(W_QK=one[0], W_OV=one[1]) for one in matrices.float().split(2))
    return _model(stream, [[first], [second]], n_ctx)


def _model(stream: Stream, layers: list[list[Head]], n_ctx: int) -> Weights:
    hands = positions.clock(n_ctx)
    return heads.model(
        layers,
        W_E=stream.basis("token"),
        W_pos=hands @ stream.basis("position"),
        W_U=stream.basis("output").T.contiguous(),
    )


def _hands(stream: Stream, forward: Tensor) -> int:
    """How many hands the clock of the positions has."""
    size = checked(stream).size("position")
    validate.finite(forward, "forward")
    validate.shape(forward, "forward", ("size", "size"), size=size)
    return size // 2


def _back_from_bos(stream: Stream, forward: Tensor) -> Tensor:
    """Makes a pointer to the beginning one to the place before it, which moves on to itself."""
    size = stream.size("position")
    start = torch.tensor([1.0, 0.0]).repeat(size // 2)  # all hands of the first position
    block = torch.zeros(stream.size("token"), size)
    block[BOS] = start @ forward.T - start
    return stream.block("token", "pointer", block)
