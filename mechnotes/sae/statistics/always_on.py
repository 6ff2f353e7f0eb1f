"""Some latents are active in every text, whatever it says: why?

Deleting them from the list gives a nicer list and no answer. There are three causes, and they can
be told apart. A latent may fire at the mark for the *beginning* and nowhere else: the activation
there is the same in every text. It may fire at certain *positions*. Or it fires at *content* that
all texts have, such as a full stop. Position and content are compared by how well they foretell the
latent's values in a text from its values in the other texts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.sae.latents import Latents

Cause = Literal["beginning", "position", "content", "neither"]
AT_BEGINNING = 0.5
"""Share of a latent's values at the mark from which on the mark is taken for the cause."""
FORETOLD = 0.2
"""Share of the variance that position or content must foretell to count as a cause."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlwaysOn:
    """A latent that is active in all kinds of texts, with the evidence why."""

    latent: int
    """Its number."""
    mean: float
    """Mean over all tokens of all texts, the mark included, in its unit."""
    at_beginning: float
    """Share of the sum of its values that lies at the mark for the beginning, from 0 to 1."""
    by_position: float
    """Share of the variance after the mark that the position foretells; 1 is all of it, below 0 it
    misleads."""
    by_content: float
    """The same for the token."""
    cause: Cause
    """What explains it; "neither" if nothing of this does."""

    def __str__(self) -> str:
        return (
            f"latent {self.latent}: mean {self.mean:.2f}, {self.at_beginning:.0%} at the "
            f"beginning, foretold by position {self.by_position:.2f}, by content "
            f"{self.by_content:.2f}: {self.cause}"
        )


def diagnose(
    latents: Latents, kinds: Sequence[str], *, share: float | int = 1.0, n: int = 20
) -> tuple[AlwaysOn, ...]:
    """Latents that are active in all kinds of texts, and why; the largest mean first.

    Args:
        latents: Latents of the texts.
        kinds: What kind each text is.
        share: Share of the texts of every kind in which the latent has to be active, from 0 to 1.
        n: How many, at most: a long activation at the mark may switch on thousands.

    Raises:
        ValueError: If kinds and texts differ in number, there are fewer than two texts, or a number
            is out of range.
    """
    _check(latents, kinds)
    validate.number(share, "share", low=0, high=1, low_open=True)
    validate.integer(n, "n", minimum=1)
    active = torch.zeros(latents.n_texts, latents.d_sae)
    active[latents.text, latents.index] = 1.0
    rows = [torch.tensor([kind == one for kind in kinds]) for one in sorted(set(kinds))]
    everywhere = torch.stack([active[row].mean(0) for row in rows]).amin(0) >= share
    total = torch.zeros(latents.d_sae).index_add_(0, latents.index, latents.value)
    order = total.masked_fill(~everywhere, -1.0).argsort(descending=True, stable=True)
    return tuple(
        _explained(latents, latent) for latent in order[: min(n, int(everywhere.sum()))].tolist()
    )


def _explained(latents: Latents, latent: int) -> AlwaysOn:
    values = latents.dense(latents=[latent])[..., 0]  # [text, pos]
    first = int(latents.bos)
    at_beginning = (values[:, :first].sum() / values.sum()).item()
    words = [torch.tensor(row[first:]) for row in latents.tokens]
    after = [row[first : len(of)] for row, of in zip(values, latents.tokens, strict=True)]
    places = [torch.arange(len(row)) for row in words]
    by_position, by_content = (_foretold(after, keys) for keys in (places, words))
    cause: Cause = "position" if by_position > by_content else "content"
    if at_beginning >= AT_BEGINNING:
        cause = "beginning"
    elif max(by_position, by_content) < FORETOLD:
        cause = "neither"
    return AlwaysOn(
        latent=latent,
        mean=(values.sum() / latents.lengths.sum()).item(),
        at_beginning=at_beginning,
        by_position=by_position,
        by_content=by_content,
        cause=cause,
    )


def _foretold(values: Sequence[Float[Tensor, " _"]], keys: Sequence[Int[Tensor, " _"]]) -> float:
    """Share of the variance that a key foretells, each text from the means of the others."""
    every, of = torch.cat([*values]).double(), torch.cat([*keys])
    text = torch.repeat_interleave(torch.tensor([len(row) for row in values]))
    _, of = of.unique(return_inverse=True)
    pair = text * (int(of.max()) + 1) + of
    total, count = _sums(every, of), _sums(torch.ones_like(every), of)
    own, own_count = _sums(every, pair), _sums(torch.ones_like(every), pair)
    others = count(of) - own_count(pair)
    in_text = _sums(every, text)(text), _sums(torch.ones_like(every), text)(text)
    elsewhere = (every.sum() - in_text[0]) / (len(every) - in_text[1])
    guess = torch.where(others > 0, (total(of) - own(pair)) / others.clamp(min=1), elsewhere)
    variance = (every - every.mean()).square().sum()
    return (1 - (every - guess).square().sum() / variance).item() if variance > 0 else 0.0


def _sums(values: Float[Tensor, " n"], keys: Int[Tensor, " n"]) -> Callable[[Tensor], Tensor]:
    """Sum of the values of each key, as a function of keys."""
    sums = torch.zeros(int(keys.max()) + 1, dtype=values.dtype).index_add_(0, keys, values)
    return sums.__getitem__


def _check(latents: Latents, kinds: Sequence[str]) -> None:
    if not isinstance(latents, Latents):
        validate.refuse(
            "latents",
            got=type(latents).__name__,
            expected="latents of texts with their positions",
            fix="Pass what sae.extract(model, autoencoder, texts) returns.",
        )
    if isinstance(kinds, str) or len(kinds) != latents.n_texts or latents.n_texts < 2:
        got = repr(kinds) if isinstance(kinds, str) else f"{len(kinds)} kinds"
        validate.refuse(
            "kinds",
            got=f"{got} for {latents.n_texts} texts",
            expected="one word for each text, and at least two texts",
            fix='Write them beside the texts: kinds = ["happy"] * 7 + ["angry"] * 7.',
        )
