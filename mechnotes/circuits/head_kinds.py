"""What kind of head is this, by its attention alone, and is it induction or only an offset?

`scores` reads attention that somebody else has recorded. `is_induction` may choose the texts, and
has to: where every text repeats itself after the same number of tokens, a head that looks a fixed
number of places back, whatever stands there, cannot be told from one that looks for what came last
time. So the number is drawn anew for each text.

`scores` of `mechnotes.circuits.scores` are the same for a language model that is at hand.

Source:
    Olsson et al. 2022, In-context Learning and Induction Heads; see `mechnotes.circuits.marks`.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits import marks
from mechnotes.circuits.induction import texts

Attend = Callable[[Int[Tensor, "batch pos"]], Float[Tensor, "batch pos pos"]]
"""One head as a function: tokens to attention pattern."""
D_VOCAB, N_POS, PERIODS, N_TEXTS = 64, 48, (9, 24), 48
"""Tokens, length, shortest and longest period, and number of the texts of `is_induction`."""


def scores(
    pattern: Float[Tensor, "batch head pos pos"], tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, "2 head"]:
    """Previous-token score and prefix-matching score of each head.

    Args:
        pattern: Attention; readers on the third axis, what they read on the last.
        tokens: The texts that were read.

    Returns:
        Both from 0 (never looks there) to 1 (looks nowhere else). Row 0: attention to the position
        before, mean over all readers but the first of each text. Row 1: attention to what followed
        earlier copies of the reader's own token, summed over the copies, mean over the readers that
        have any; NaN if none has.

    Raises:
        ValueError: If the pattern is not of this shape, or the tokens do not fit it.

    Source:
        Olsson et al. 2022, prefix matching.
    """
    validate.shape(tokens, "tokens", ("batch", "pos"))
    axes, sizes = ("batch", "head", "pos", "pos"), {"batch": len(tokens), "pos": tokens.shape[1]}
    validate.shape(validate.floating(pattern, "pattern"), "pattern", axes, **sizes)
    marked = (marks.previous(tokens), marks.followed(tokens))
    return torch.stack([marks.share(pattern, where) for where in marked])


def is_induction(attend: Attend, generator: torch.Generator) -> bool:
    """Whether a head looks for what followed earlier copies, however long ago they were.

    Args:
        attend: The head; it must know 64 tokens and read texts of 48.
        generator: Source of the texts, which repeat a segment of 9 to 24 tokens.

    Returns:
        True if more than half of its attention falls there.

    Raises:
        ValueError: If the generator is none, or the head's answer is no pattern.
    """
    drawn = texts.draw(
        N_TEXTS,
        d_vocab=D_VOCAB,
        n_pos=N_POS,
        periods=PERIODS,
        generator=validate.generator(generator),
    )
    pattern = validate.floating(attend(drawn.tokens), "pattern")
    validate.shape(pattern, "pattern", ("batch", "pos", "pos"), batch=N_TEXTS, pos=N_POS)
    return bool(scores(pattern[:, None], drawn.tokens)[1].item() > 0.5)
