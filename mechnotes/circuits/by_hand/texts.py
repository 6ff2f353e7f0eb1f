"""On which texts does one see whether a model remembers what came last time?

Letters at random, each at most twice and the second time anywhere, so that neither a table of
neighbours nor a fixed distance helps. After the second A the model should say what stood after the
first A; what the text itself goes on with is another matter, drawn at random. Every text begins
with BOS (number 0), and shorter texts are filled up with it at their end, which no earlier position
can see.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.by_hand.heads import BOS

LENGTHS = (12, 24)
"""Letters of the shortest and the longest text, BOS not counted."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Texts:
    """Texts, and what a model with a memory would look at."""

    tokens: Int[Tensor, "batch pos"]
    """BOS and then letters, numbered from 1."""
    earlier: Int[Tensor, "batch pos"]
    """Position of the same letter's earlier occurrence; -1 if there is none."""

    @property
    def target(self) -> Int[Tensor, "batch pos"]:
        """Position after the earlier occurrence, where the answer stands; -1 if there is none."""
        return torch.where(self.earlier >= 0, self.earlier + 1, -1)

    @property
    def answer(self) -> Int[Tensor, "batch pos"]:
        """The letter that stands there; -1 if there is none."""
        letters = self.tokens.gather(1, self.target.clamp(min=0))
        return torch.where(self.target >= 0, letters, -1)

    @property
    def following(self) -> Int[Tensor, "batch pos"]:
        """The letter with which the text really goes on; -1 at its end."""
        after = self.tokens.roll(-1, dims=1)
        return torch.where(after == BOS, -1, after)

    def __str__(self) -> str:
        return f"{len(self.tokens)} texts of at most {self.tokens.shape[1] - 1} letters"


def checked(texts: object) -> Texts:
    """Check that `texts` are texts with their repeats.

    Raises:
        ValueError: If they are something else, such as tokens alone.
    """
    if not isinstance(texts, Texts):
        validate.refuse(
            "texts",
            got=type(texts).__name__,
            expected="Texts",
            fix="Draw them with texts.with_repeats, or wrap tokens in texts.of(tokens).",
        )
    return texts


def of(tokens: Int[Tensor, "batch pos"]) -> Texts:
    """Find the earlier occurrences in texts of your own; of several the first counts.

    Raises:
        ValueError: If the tokens are not whole numbers of shape (batch, pos), BOS first.
    """
    whole = isinstance(tokens, Tensor) and not tokens.is_floating_point() and tokens.ndim == 2
    if not whole or 0 in tokens.shape or (tokens[:, 0] != BOS).any():
        validate.refuse(
            "tokens",
            got=str(getattr(tokens, "shape", type(tokens).__name__)),
            expected="whole numbers of shape (batch, pos), each text beginning with BOS = 0",
            fix="Put a 0 before every text.",
        )
    same = (tokens[:, :, None] == tokens[:, None, :]).tril(-1) & (tokens != BOS)[:, None, :]
    first = same.to(torch.uint8).argmax(-1)
    return Texts(tokens=tokens, earlier=torch.where(same.any(-1), first, -1))


def with_repeats(
    n_texts: int,
    *,
    n_letters: int,
    lengths: tuple[int, int] = LENGTHS,
    generator: torch.Generator,
) -> Texts:
    """Draw texts in which some letters come twice.

    Args:
        n_texts: How many.
        n_letters: Letters to draw from, BOS not counted.
        lengths: Shortest and longest text, both included.
        generator: Source of randomness.

    Raises:
        ValueError: If a number is none, or the longest text has more than two places per letter.
    """
    low, high = _checked(n_texts, n_letters, lengths, generator, most=2)

    def letters() -> Tensor:
        length = _between(low, high, generator)
        n_twice = _between(max(1, length - n_letters), length // 2, generator)
        order = torch.randperm(n_letters, generator=generator)[: length - n_twice] + 1
        every = torch.cat((order, order[:n_twice]))
        return every[torch.randperm(length, generator=generator)]

    return of(_filled([letters() for _ in range(n_texts)], high))


def without_repeats(
    n_texts: int,
    *,
    n_letters: int,
    lengths: tuple[int, int] = LENGTHS,
    generator: torch.Generator,
) -> Texts:
    """Draw texts in which no letter comes twice: the control, where there is nothing to remember.

    Args:
        n_texts: How many.
        n_letters: Letters to draw from, BOS not counted.
        lengths: Shortest and longest text, both included.
        generator: Source of randomness.

    Raises:
        ValueError: If a number is none, or there are fewer letters than places in a text.
    """
    low, high = _checked(n_texts, n_letters, lengths, generator, most=1)
    drawn = []
    for _ in range(n_texts):
        length = _between(low, high, generator)
        drawn.append(torch.randperm(n_letters, generator=generator)[:length] + 1)
    return of(_filled(drawn, high))


def _between(low: int, high: int, generator: torch.Generator) -> int:
    return int(torch.randint(low, high + 1, (), generator=generator))


def _filled(drawn: list[Tensor], longest: int) -> Tensor:
    tokens = torch.full((len(drawn), longest + 1), BOS)
    for row, letters in zip(tokens, drawn, strict=True):
        row[1 : len(letters) + 1] = letters
    return tokens


def _checked(
    n_texts: object, n_letters: object, lengths: object, generator: object, *, most: int
) -> tuple[int, int]:
    """The lengths, once all arguments are seen to fit."""
    validate.integer(n_texts, "n_texts", minimum=1)
    letters = validate.integer(n_letters, "n_letters", minimum=1)
    validate.generator(generator)
    pair = lengths if isinstance(lengths, tuple) and len(lengths) == 2 else (None, None)
    low = validate.integer(pair[0], "shortest length", minimum=2)
    high = validate.integer(pair[1], "longest length", minimum=low)
    if most * letters < high:
        validate.refuse(
            "n_letters",
            got=letters,
            expected=f"at least {-(-high // most)} for a segment of {high} places",
            fix="Take more letters or shorter texts.",
        )
    return low, high
