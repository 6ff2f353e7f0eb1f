"""What can be known of the next symbol? The best predictions, exactly.

The rows of every chain are uniform over the simplex, so the best predictor counts: after a symbol
was followed n_j times by symbol j, the next is j with probability (n_j + 1) / (n + V), as Laplace
found. A worse one ignores what stands before and counts how often each symbol has come at all. The
worst knows nothing.

    bayes.loss(tokens, bayes.bigram(tokens, d_vocab=3))

Source:
    Edelman et al. 2024, arXiv:2402.11004, section 2: the uniform, unigram and bigram strategies.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import one_hot

from mechnotes import validate


def uniform(
    tokens: Int[Tensor, "text pos"], *, d_vocab: int
) -> Float[Tensor, "text target d_vocab"]:
    """The same probability for every symbol, at every target (the symbols from the second on)."""
    seen = _seen(tokens, d_vocab)
    return torch.full_like(seen[:, 1:], 1 / d_vocab)


def unigram(
    tokens: Int[Tensor, "text pos"], *, d_vocab: int
) -> Float[Tensor, "text target d_vocab"]:
    """How often each symbol has come so far, with one added to each count."""
    counts = _seen(tokens, d_vocab).cumsum(1)[:, :-1]
    return _shares(counts)


def bigram(
    tokens: Int[Tensor, "text pos"], *, d_vocab: int
) -> Float[Tensor, "text target d_vocab"]:
    """How often each symbol has followed the last one so far, with one added to each count.

    This is the best that can be known: the mean of the posterior over chains.
    """
    seen = _seen(tokens, d_vocab)
    pairs = seen[:, :-1, :, None] * seen[:, 1:, None, :]  # [text, target, symbol, next]
    before = pairs.cumsum(1) - pairs
    return _shares((before * seen[:, :-1, :, None]).sum(2))


def loss(tokens: Int[Tensor, "text pos"], predicted: Float[Tensor, "text target d_vocab"]) -> float:
    """Mean cross-entropy of predictions, in nats.

    Args:
        tokens: The texts.
        predicted: Probabilities of every symbol after the first.
    """
    return -predicted.gather(-1, tokens[:, 1:, None]).log().mean().item()


def _seen(tokens: Int[Tensor, "text pos"], d_vocab: int) -> Float[Tensor, "text pos d_vocab"]:
    validate.integer(d_vocab, "d_vocab", minimum=2)
    if (
        tokens.ndim != 2
        or tokens.is_floating_point()
        or not 0 <= tokens.min() <= tokens.max() < d_vocab
    ):
        validate.refuse(
            "tokens",
            got=f"shape {tuple(tokens.shape)}, {tokens.dtype}",
            expected=f"numbers from 0 to {d_vocab - 1} of shape (text, pos)",
            fix="Pass chains.draw(...) with the same d_vocab.",
        )
    return one_hot(tokens, d_vocab).float()


def _shares(counts: Float[Tensor, "text target d_vocab"]) -> Float[Tensor, "text target d_vocab"]:
    """Counts as probabilities, one added to each."""
    return (counts + 1) / (counts + 1).sum(-1, keepdim=True)
