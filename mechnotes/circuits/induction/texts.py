"""Texts that repeat themselves, and which of their tokens can be foretold.

A text is a random segment of distinct tokens, said over and over: `k f b k f b k f ...`. Its
length, the period, is drawn for each text. So nothing is known of the first round; of the second,
everything but its first token, which could as well be a new one.

With one period for all texts there would be a shortcut: look as many places back as the period is
long, whatever stands there. A drawn period closes it; `fixed` leaves it open, as a trap to show.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from mechnotes import validate


@dataclass(frozen=True, kw_only=True, eq=False)
class Texts:
    """Repeating texts of equal length."""

    tokens: Int[Tensor, "batch pos"]
    """Token numbers."""
    period: Int[Tensor, " batch"]
    """Length of the segment that each text repeats."""

    @property
    def in_first_round(self) -> Bool[Tensor, "batch target"]:
        """Which targets (the tokens from the second on) nobody can foretell."""
        return self._at < self.period[:, None]

    @property
    def in_repeats(self) -> Bool[Tensor, "batch target"]:
        """Which targets follow from what was read: all after the first repeated token."""
        return self._at > self.period[:, None]

    @property
    def _at(self) -> Int[Tensor, " target"]:
        return torch.arange(1, self.tokens.shape[1], device=self.tokens.device)


def draw(
    n_texts: int,
    *,
    d_vocab: int,
    n_pos: int,
    periods: tuple[int, int],
    generator: torch.Generator,
) -> Texts:
    """Draw repeating texts.

    Args:
        n_texts: How many.
        d_vocab: Tokens to draw segments from.
        n_pos: Length of each text.
        periods: Shortest and longest period, each as likely as those between them; equal for one
            fixed period.
        generator: Source of randomness.

    Raises:
        ValueError: If the longest segment has more tokens than there are, or is not shorter than
            the text, or a number is out of range.
    """
    validate.integer(n_texts, "n_texts", minimum=1)
    low, high = checked_periods(periods, d_vocab=d_vocab, n_pos=n_pos)
    device = generator.device
    period = torch.randint(low, high + 1, (n_texts,), generator=generator, device=device)
    order = torch.rand(n_texts, d_vocab, generator=generator, device=device).argsort(dim=1)
    at = torch.arange(n_pos, device=device) % period[:, None]
    return Texts(tokens=order.gather(1, at), period=period)


def checked_periods(periods: object, *, d_vocab: int, n_pos: int) -> tuple[int, int]:
    """Check the shortest and the longest period.

    Raises:
        ValueError: If they do not fit the vocabulary or the text.
    """
    if not isinstance(periods, tuple) or len(periods) != 2:
        validate.refuse(
            "periods",
            got=repr(periods),
            expected="the shortest and the longest",
            fix="Pass periods=(9, 24), or (12, 12) for one fixed period.",
        )
    low, high = periods
    validate.integer(low, "periods", minimum=2)
    validate.integer(high, "periods", minimum=low)
    if high > d_vocab:
        validate.refuse(
            "periods",
            got=f"segments of up to {high} distinct tokens",
            expected=f"at most {d_vocab}, as many as there are tokens",
            fix="Use a larger vocabulary or shorter segments.",
        )
    if high > n_pos - 2:
        validate.refuse(
            "periods",
            got=f"segments of up to {high} tokens in texts of {n_pos}",
            expected=f"at most {n_pos - 2}, so that something is repeated",
            fix="Use longer texts or shorter segments.",
        )
    return low, high
