"""Heads made by hand for the exercises that tell heads apart: where to look, and where to rest.

A head gives a share of its attention to marked places, in equal parts, and the rest somewhere else;
a reader without marked places gives everything to the rest. Nothing looks ahead.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import rng
from mechnotes.circuits import marks

D_VOCAB, N_CTX = 64, 48
"""Tokens that a hidden head knows, and the longest text that it reads."""
Tokens = Int[Tensor, "batch pos"]
Marks = Bool[Tensor, "batch pos pos"]
Pattern = Float[Tensor, "batch pos pos"]


def onto(where: Marks, rest: Pattern, *, strength: float = 1.0) -> Pattern:
    """Attention on marked places, in equal parts, and on others as `rest` has it."""
    n_marks = where.sum(-1, keepdim=True)
    share = strength * (n_marks > 0)
    return share * where / n_marks.clamp(min=1) + (1 - share) * rest


def first(tokens: Tokens) -> Pattern:
    """Everything on the first position."""
    pattern = torch.zeros(*tokens.shape, tokens.shape[1])
    pattern[..., 0] = 1.0
    return pattern


def own(tokens: Tokens) -> Pattern:
    """Everything on the reader itself."""
    return torch.eye(tokens.shape[1]).expand(len(tokens), -1, -1)


def uniform(tokens: Tokens) -> Pattern:
    """The same for every position up to the reader's."""
    seen = _causal(tokens)
    return seen / seen.sum(-1, keepdim=True)


def scattered(tokens: Tokens, *, seed: int) -> Pattern:
    """Attention that means nothing."""
    drawn = torch.randn(*tokens.shape, tokens.shape[1], generator=rng.generator(seed, "scattered"))
    return (2 * drawn).masked_fill(_causal(tokens) == 0, -torch.inf).softmax(-1)


def back(tokens: Tokens, steps: int) -> Marks:
    """The position this many places back."""
    n_texts, n_pos = tokens.shape
    n_readers = max(n_pos - steps, 0)
    marked = torch.ones(n_readers, dtype=torch.bool).diag(-min(steps, n_pos))
    return marked[:n_pos, :n_pos].expand(n_texts, -1, -1)


def latest(where: Marks) -> Marks:
    """The last marked place of each reader alone."""
    return where & (where.flip(-1).cumsum(-1).flip(-1) == 1)


def preceding(tokens: Tokens) -> Marks:
    """Positions just before earlier copies of the reader's own token."""
    before = marks.earlier(tokens).roll(-1, dims=-1)
    before[..., -1] = False
    return before


@dataclass(frozen=True, kw_only=True, slots=True)
class HiddenHead:
    """One head as a function of tokens, with a name in words."""

    name: str
    """What a message calls it."""
    function: Callable[[Tokens], Pattern]
    """Its attention."""

    def __call__(self, tokens: Tokens) -> Pattern:
        """Its attention on texts that it can read."""
        whole = isinstance(tokens, Tensor) and not tokens.is_floating_point()
        if not whole or tokens.ndim != 2 or tokens.shape[1] > N_CTX or tokens.numel() == 0:
            got = tuple(tokens.shape) if isinstance(tokens, Tensor) else type(tokens).__name__
            raise ValueError(f"tokens: got {got}; expected whole numbers [batch pos], pos <= 48")
        if not 0 <= int(tokens.min()) <= int(tokens.max()) < D_VOCAB:
            raise ValueError("tokens: got a number that is none; expected 0 to 63")
        return self.function(tokens.long())

    def __str__(self) -> str:
        return self.name


def _causal(tokens: Tokens) -> Pattern:
    n_texts, n_pos = tokens.shape
    return torch.ones(n_pos, n_pos).tril().expand(n_texts, -1, -1)
