"""On which texts does a latent fire, strongly and weakly?

The strongest examples show what a latent is best at, and flatter it: a latent that answers to one
thing at its peak may answer to anything below, where most of its values lie. So a second list goes
through all values of the latent at even steps: as many of the tokens on which it fires lie between
one example and the next, from the weakest to the strongest.

Source:
    Bricken et al. 2023, Towards Monosemanticity, shows examples from the whole range of a feature
    for the same reason; steps of rank are our choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.sae.latents import Latents

ALIKE = 3
"""Decimals to which values are compared: the same text gives the same value only up to rounding."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A token on which a latent fires, with the words around it."""

    text: int
    """Which text."""
    position: int
    """Which token of the text."""
    start: int
    """Token of the text at which `words` begins."""
    words: tuple[str, ...]
    """The token and the words around it."""
    values: tuple[float, ...]
    """The latent's value at each of these words, often 0."""

    @property
    def value(self) -> float:
        """The latent's value at the token."""
        return self.values[self.position - self.start]

    @property
    def word(self) -> str:
        """The token as it is written."""
        return self.words[self.position - self.start]


@dataclass(frozen=True, kw_only=True, eq=False)
class Examples:
    """How a latent behaves on some texts; the mark for the beginning of a text does not count."""

    latent: int
    """Which latent."""
    density: float
    """Share of tokens on which it fires, from 0 to 1."""
    largest: float
    """Its largest value; 0 for a latent that never fires."""
    counts: Int[Tensor, " bin"]
    """Histogram: how many of its values that are not 0 lie in equal bins from 0 to the largest."""
    top: tuple[Example, ...]
    """Its strongest value in each of the texts where that is highest, strongest first."""
    spread: tuple[Example, ...]
    """Tokens on which it fires, at even steps of rank, weakest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """How much to show of each latent."""

    n_top: int = 8
    """Strongest examples, at most."""
    n_spread: int = 8
    """Examples at even steps through all values, at most."""
    before: int = 12
    """Words before the token."""
    after: int = 4
    """Words after the token."""
    n_bins: int = 20
    """Bins of the histogram."""

    def __post_init__(self) -> None:
        for name in ("n_top", "n_spread", "before", "after"):
            validate.integer(getattr(self, name), name)
        validate.integer(self.n_bins, "n_bins", minimum=1)


SHOWN = Shown()


def examples(found: Latents, latent: int, *, shown: Shown = SHOWN) -> Examples:
    """Examples of one latent.

    Of texts that say the same up to the token only the first is shown, for the value is the same.

    Args:
        found: Latents of some texts, as `extract` gives them.
        latent: Which latent.
        shown: How much to show.

    Raises:
        ValueError: If there is no such latent.
    """
    validate.integer(latent, "latent", maximum=found.d_sae - 1)
    first = int(found.bos)
    own = ((found.index == latent) & (found.position >= first)).nonzero()[:, 0]
    values = found.value[own]
    largest = values.max().item() if len(own) else 0.0
    strongest_first = own[_falling(values)]
    return Examples(
        latent=latent,
        density=len(own) / (int(found.lengths.sum()) - first * found.n_texts),
        largest=largest,
        counts=_histogram(values, largest, shown.n_bins),
        top=_top(found, latent, strongest_first, shown),
        spread=tuple(
            _example(found, latent, int(entry), shown)
            for entry in _evenly(strongest_first.flip(0), shown.n_spread)
        ),
    )


def _falling(values: Float[Tensor, " active"]) -> Int[Tensor, " active"]:
    """Order from the strongest; what is alike stays in the order of the texts."""
    return values.round(decimals=ALIKE).argsort(descending=True, stable=True)


def _histogram(values: Tensor, largest: float, n_bins: int) -> Int[Tensor, " bin"]:
    bins = (values * (n_bins / largest if largest else 0.0)).long().clamp(max=n_bins - 1)
    return torch.bincount(bins, minlength=n_bins)


def _top(found: Latents, latent: int, entries: Tensor, shown: Shown) -> tuple[Example, ...]:
    """One example from each text, none that says the same as one before."""
    chosen: list[Example] = []
    texts: set[int] = set()
    said: set[tuple[int, ...]] = set()
    for entry in entries.tolist():
        if len(chosen) == shown.n_top:
            break
        text, position = int(found.text[entry]), int(found.position[entry])
        so_far = found.tokens[text][: position + 1]
        if text not in texts and so_far not in said:
            chosen.append(_example(found, latent, entry, shown))
        texts.add(text)
        said.add(so_far)
    return tuple(chosen)


def _evenly(entries: Tensor, n: int) -> list[int]:
    """Entries in the middle of each of n equal parts; all of them if they are fewer."""
    if len(entries) <= n:
        return entries.tolist()
    middles = (torch.arange(n, dtype=torch.float64) + 0.5) * len(entries) / n
    return entries[middles.long()].tolist()


def _example(found: Latents, latent: int, entry: int, shown: Shown) -> Example:
    text, position = int(found.text[entry]), int(found.position[entry])
    words = found.words[text]
    start, end = max(int(found.bos), position - shown.before), position + shown.after + 1
    return Example(
        text=text,
        position=position,
        start=start,
        words=words[start:end],
        values=tuple(_values(found, latent, text)[start:end]),
    )


def _values(found: Latents, latent: int, text: int) -> Sequence[float]:
    """Values of a latent at every token of a text."""
    low, high = torch.searchsorted(found.text, torch.tensor([text, text + 1])).tolist()
    inside = slice(low, high)
    own = found.index[inside] == latent
    values = torch.zeros(len(found.words[text]))
    values[found.position[inside][own]] = found.value[inside][own]
    return values.tolist()
