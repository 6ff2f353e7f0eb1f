"""Plausible wrong answers to the exercises on products of weights."""

import torch
from torch import Tensor

from mechnotes.circuits import composition_scores
from mechnotes.circuits.bigrams import paths

# Paths of a one-layer model.


def unscaled(tokens: Tensor, **W: Tensor) -> Tensor:
    """Scores that are not divided by sqrt(d_head)."""
    return paths.one_layer(tokens, **W | {"W_Q": W["W_Q"] * W["W_Q"].shape[-1] ** 0.5})


def scaled_twice(tokens: Tensor, **W: Tensor) -> Tensor:
    """Scores that are divided by d_head."""
    return paths.one_layer(tokens, **W | {"W_Q": W["W_Q"] / W["W_Q"].shape[-1] ** 0.5})


def transposed_output(tokens: Tensor, **W: Tensor) -> Tensor:
    """The output-value matrix the wrong way round."""
    return paths.one_layer(tokens, **W | {"W_V": W["W_O"].mT, "W_O": W["W_V"].mT})


def swapped_roles(tokens: Tensor, **W: Tensor) -> Tensor:
    """Keys that ask and queries that answer."""
    return paths.one_layer(tokens, **W | {"W_Q": W["W_K"], "W_K": W["W_Q"]})


def placeless(tokens: Tensor, **W: Tensor) -> Tensor:
    """No positions anywhere."""
    return paths.one_layer(tokens, **W | {"W_pos": torch.zeros_like(W["W_pos"])})


def places_only_asked(tokens: Tensor, **W: Tensor) -> Tensor:
    """Positions in the scores and in nothing that is said."""
    pattern = _pattern(tokens, masked=True, **W)
    return _said(W["W_E"][tokens], pattern, **W)


def unmasked(tokens: Tensor, **W: Tensor) -> Tensor:
    """Attention to what has not been read yet."""
    pattern = _pattern(tokens, masked=False, **W)
    return _said(_stream(tokens, **W), pattern, **W)


def _stream(tokens: Tensor, *, W_E: Tensor, W_pos: Tensor, **_: Tensor) -> Tensor:
    return W_E[tokens] + W_pos[: len(tokens)]


def _pattern(tokens: Tensor, *, masked: bool, **W: Tensor) -> Tensor:
    stream = _stream(tokens, **W)
    scores = (stream @ W["W_Q"]) @ (stream @ W["W_K"]).mT / W["W_Q"].shape[-1] ** 0.5
    later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1) & masked
    return scores.masked_fill(later, -torch.inf).softmax(-1)


def _said(stream: Tensor, pattern: Tensor, **W: Tensor) -> Tensor:
    heads = pattern @ (stream @ W["W_V"]) @ W["W_O"] @ W["W_U"]
    return torch.cat([(stream @ W["W_U"])[None], heads])


# Composition of two heads.


def _products(W_V: Tensor, W_O: Tensor, W_Q: Tensor, W_K: Tensor) -> tuple[Tensor, Tensor]:
    return W_V @ W_O, W_K @ W_Q.mT


def unnormalised(W_V: Tensor, W_O: Tensor, W_Q: Tensor, W_K: Tensor) -> float:
    """The size of the product alone."""
    wrote, read = _products(W_V, W_O, W_Q, W_K)
    return (wrote @ read).norm().item() * len(wrote) ** 0.5


def without_baseline(W_V: Tensor, W_O: Tensor, W_Q: Tensor, W_K: Tensor) -> float:
    """The score, not compared with anything."""
    return composition_scores.composition(*_products(W_V, W_O, W_Q, W_K)).item()


def baseline_of_the_head(W_V: Tensor, W_O: Tensor, W_Q: Tensor, W_K: Tensor) -> float:
    """Compared with random matrices as wide as the head."""
    return without_baseline(W_V, W_O, W_Q, W_K) * W_V.shape[-1] ** 0.5


def query_side(W_V: Tensor, W_O: Tensor, W_Q: Tensor, W_K: Tensor) -> float:
    """Q-composition."""
    return composition_scores.key_composition(W_V, W_O, W_K, W_Q)


def written_from_behind(W_V: Tensor, W_O: Tensor, W_Q: Tensor, W_K: Tensor) -> float:
    """The lower head's matrix transposed."""
    return composition_scores.key_composition(W_O.mT, W_V.mT, W_Q, W_K)


def largest_stretch(W_V: Tensor, W_O: Tensor, W_Q: Tensor, W_K: Tensor) -> float:
    """Spectral norms in place of Frobenius norms."""
    wrote, read = _products(W_V, W_O, W_Q, W_K)
    sizes = [torch.linalg.matrix_norm(one, 2).item() for one in (wrote @ read, wrote, read)]
    return sizes[0] / (sizes[1] * sizes[2]) * len(wrote) ** 0.5
