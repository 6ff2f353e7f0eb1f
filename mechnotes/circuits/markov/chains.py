"""Texts that each follow a Markov chain of their own.

For each text a chain is drawn: every row of its table, the chances of what follows one symbol, is
uniform over all possible rows. The first symbol is drawn evenly. Nobody is told the chain; what it
is must be read off the text.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate


def tables(
    n_texts: int, *, d_vocab: int, generator: torch.Generator
) -> Float[Tensor, "text symbol next"]:
    """Draw transition tables; each row is uniform over the probability simplex.

    Raises:
        ValueError: If there are no texts or fewer than two symbols.
    """
    validate.integer(n_texts, "n_texts", minimum=1)
    validate.integer(d_vocab, "d_vocab", minimum=2)
    shape = (n_texts, d_vocab, d_vocab)
    waiting = torch.empty(shape, device=generator.device).exponential_(generator=generator)
    return waiting / waiting.sum(-1, keepdim=True)


def draw(
    n_texts: int, *, d_vocab: int, n_pos: int, generator: torch.Generator
) -> Int[Tensor, "text pos"]:
    """Draw texts, each from a chain of its own.

    Args:
        n_texts: How many.
        d_vocab: Symbols.
        n_pos: Length of each text.
        generator: Source of randomness.

    Raises:
        ValueError: If a number is out of range.
    """
    rows = tables(n_texts, d_vocab=d_vocab, generator=generator)
    validate.integer(n_pos, "n_pos", minimum=1)
    device, each = generator.device, torch.arange(n_texts, device=generator.device)
    found = [torch.randint(d_vocab, (n_texts,), generator=generator, device=device)]
    dice = torch.rand(n_pos - 1, n_texts, generator=generator, device=device)
    for thrown in dice:
        below = rows[each, found[-1]].cumsum(-1) < thrown[:, None]
        found.append(below.sum(-1).clamp(max=d_vocab - 1))
    return torch.stack(found, dim=1)
