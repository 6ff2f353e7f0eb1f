"""X3: how many dimensions do two heads carry, and from how far?"""

import torch
from torch import Tensor

from mechnotes.circuits.by_hand import virtual
from mechnotes.exercises import _wrong_heads as wrong
from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality


def _pairs(generator: torch.Generator) -> tuple[Trial, ...]:
    """The published pair, heads that carry the same, heads that miss each other, and drawn ones."""
    first, second = virtual.matrices()
    again = first.clone()
    again[8, 12] = 1.0  # three of four dimensions a second time, and one of what the first wrote
    again[3] = 0.0
    silent = torch.zeros(16, 16)
    silent[4:7, 13:16] = torch.eye(3)
    chained = torch.zeros(16, 16)
    chained[8:11, 12:15] = torch.eye(3)
    drawn = [_low_rank(3, generator) for _ in range(2)]
    wide = _whole((10, 16), generator)
    pairs = ((first, second), (first, again), (first, silent), (second, first), (first, chained))
    W_E = torch.eye(16)[:8]
    given = [(W_E, *pair) for pair in pairs]
    given.append((wide, drawn[0], drawn[1]))
    names = ("W_E", "first", "second")
    return tuple(Trial(given=dict(zip(names, one, strict=True)), n_positional=3) for one in given)


def _low_rank(rank: int, generator: torch.Generator) -> Tensor:
    left, right = _whole((2, 16, rank), generator)
    return left @ right.T


def _whole(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Small whole numbers, so that no product is rounded."""
    return torch.randint(-3, 4, shape, generator=generator).float()


carried = Exercise(
    id="X3",
    title="What does a virtual head carry?",
    task="""\
Two heads in a row, one in each layer, and both look at the position before. Count the dimensions of
the *tokens* that arrive at a position, by where they come from.

`carried(W_E, first, second)`

- `W_E`: `[d_vocab d_model]`, the embedding: tokens fill some of the stream's dimensions;
- `first`, `second`: `[d_model d_model]`, W_OV of the head in the first and in the second layer;
  rows are read, columns are written.

Return two whole numbers `[2]`: the dimensions that arrive from one position before, through either
head, and those that arrive from two before, through both.""",
    reference=virtual.carried,
    verdict=Equality(),
    inputs=_pairs,
    misconceptions=(
        Misconception(
            mistake="the two heads are counted on their own and added up",
            wrong=wrong.sum_of_ranks,
            hint="If both carry the same to the same place, it has arrived once. From one position "
            "before comes the sum of what they write.",
        ),
        Misconception(
            mistake="all dimensions of the stream are counted",
            wrong=wrong.whole_stream,
            hint="Dimensions that no token fills are empty. What does the second head find in the "
            "part where the first one writes, one position before, that came from there?",
        ),
        Misconception(
            mistake="the second head comes first in the product",
            wrong=wrong.second_first,
            hint="Rows are multiplied from the right: what a token was goes through `first`, and "
            "then through `second`.",
        ),
        Misconception(
            mistake="the virtual head is taken to be as wide as the narrower of the two",
            wrong=wrong.narrower_head,
            hint="That is the most it can carry. What passes has to be written by the first where "
            "the second reads.",
        ),
    ),
    hints=(
        "`torch.linalg.matrix_rank` counts the dimensions that a matrix lets through.",
        "A token two before takes one way only: through the first head and then the second.",
        "A token one before takes two ways that end at the same position; add the matrices.",
    ),
    starter='''def carried(W_E, first, second):
    """Dimensions from one and from two positions before [2]."""
    ...''',
    difficulty="medium",
    minutes=15,
    prerequisites=("residual stream", "attention head"),
)
