"""Wrong ways to write induction heads, wrong counts of what they carry, and wrong ways to tell."""

import torch
from torch import Tensor

from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.by_hand import behaviour, crossing, induction
from mechnotes.circuits.by_hand.heads import STRONG, rank
from mechnotes.circuits.by_hand.stream import Stream
from mechnotes.circuits.by_hand.texts import Texts


def finds_itself(stream: Stream, forward: Tensor) -> Tensor:
    """The same token, wherever: that is also the asking token itself."""
    right = induction.pointer(stream, forward)
    right[0] = 2 * STRONG * stream.block("token", "token")
    return right


def not_moved(stream: Stream, forward: Tensor) -> Tensor:
    """The pointer is looked up as it is."""
    right = induction.pointer(stream, forward)
    right[2] = STRONG / _hands(stream) * stream.block("pointer", "position")
    return right


def moved_back(stream: Stream, forward: Tensor) -> Tensor:
    """The pointer is turned the wrong way."""
    right = induction.pointer(stream, forward)
    right[2] = STRONG / _hands(stream) * stream.block("pointer", "position", forward.T)
    return right


def own_position(stream: Stream, forward: Tensor) -> Tensor:
    """The second head asks with its own position instead of the pointer."""
    right = induction.pointer(stream, forward)
    right[2] = STRONG / _hands(stream) * stream.block("position", "position", forward)
    return right


def over_positions(stream: Stream, forward: Tensor) -> Tensor:
    """The pointer is written over the position, where the keys are read as well."""
    right = induction.pointer(stream, forward)
    right[1] = stream.block("position", "position")
    right[2] = STRONG / _hands(stream) * stream.block("position", "position", forward)
    return right


def weak_pointer(stream: Stream, forward: Tensor) -> Tensor:
    """All scores are a thirtieth."""
    right = induction.pointer(stream, forward)
    right[[0, 2]] /= STRONG
    return right


def looks_ahead(stream: Stream, forward: Tensor) -> Tensor:
    """The first head looks for the position after its own."""
    right = induction.previous(stream, forward)
    right[0] = STRONG / _hands(stream) * stream.block("position", "position", forward)
    return right


def matches_tokens(stream: Stream, forward: Tensor) -> Tensor:
    """The second head looks for the same token, not for a note of it."""
    right = induction.previous(stream, forward)
    right[2] = 2 * STRONG * stream.block("token", "token")
    return right


def asks_with_note(stream: Stream, forward: Tensor) -> Tensor:
    """Queries and keys of the second head are exchanged."""
    right = induction.previous(stream, forward)
    right[2] = 2 * STRONG * stream.block("before", "token")
    return right


def says_note(stream: Stream, forward: Tensor) -> Tensor:
    """The second head says the note instead of the token."""
    right = induction.previous(stream, forward)
    right[3] = induction.LOUD * stream.block("before", "output")
    return right


def weak_previous(stream: Stream, forward: Tensor) -> Tensor:
    """All scores are a thirtieth."""
    right = induction.previous(stream, forward)
    right[[0, 2]] /= STRONG
    return right


def sum_of_ranks(W_E: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Both heads counted on their own, though they may carry the same."""
    return torch.stack((rank(W_E @ first) + rank(W_E @ second), rank(W_E @ first @ second)))


def whole_stream(W_E: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Dimensions of the stream instead of dimensions that tokens fill."""
    del W_E
    return torch.stack((rank(first + second), rank(first @ second)))


def second_first(W_E: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """The product in the wrong order."""
    return torch.stack((rank(W_E @ (first + second)), rank(W_E @ second @ first)))


def narrower_head(W_E: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """What fits through both heads, whether or not the one writes where the other reads."""
    ranks = torch.stack((rank(W_E @ first), rank(second)))
    return torch.stack((rank(W_E @ (first + second)), ranks.min()))


def always_q(weights: Weights, texts: Texts) -> str:
    """Silencing the first layer costs the memory, in either construction."""
    silenced = behaviour.accuracy(crossing.without_first_layer(weights), texts)
    return "Q" if silenced.item() < behaviour.accuracy(weights, texts).item() / 2 else "K"


def always_k(weights: Weights, texts: Texts) -> str:
    """A previous-token head stands in the first layer, in either construction."""
    looks = behaviour.attention(weights, texts, behaviour.before(texts))[0, 0]
    return "K" if looks.max().item() > 0.9 else "Q"


def exchanged(weights: Weights, texts: Texts) -> str:
    """The wire whose crossing does nothing is taken for the one that is used."""
    said = crossing.crossed(weights, texts, edge="queries")
    return "K" if behaviour.share_right(said, texts.answer).item() < 0.5 else "Q"


def _hands(stream: Stream) -> int:
    return stream.size("position") // 2
