"""How does a text with many tokens get one number for each latent?

`Latents.pooled` does this for latents of a model without their zeros; here is the same for tensors
with all of them, to read and to try out. Two things go wrong easily. The mark for the beginning has
the same activation in every text, and in trained models a very long one, so a mean that includes it
is mostly about the mark. And texts differ in length, so a mean over the padded length makes short
texts small.
"""

from typing import NoReturn

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.sae.latents import POOLINGS, Pooling


def pooled(
    values: Float[Tensor, "text pos latent"],
    lengths: Int[Tensor, " text"],
    how: Pooling = "mean",
    *,
    skip_bos: bool = True,
) -> Float[Tensor, "text latent"]:
    """Mean or largest value of each latent over the tokens of each text.

    Args:
        values: Values at every position; what stands beyond a text's end is not looked at.
        lengths: Tokens of each text, the mark for the beginning included.
        how: "mean" or "max".
        skip_bos: Whether the first token of every text is the mark for the beginning and left out.

    Returns:
        One number for each text and latent, in the latents' unit.

    Raises:
        ValueError: If the shapes do not fit, a value is not finite, `how` is neither, or a text has
            no other token.
    """
    validate.shape(values, "values", ("text", "pos", "latent"))
    validate.finite(values, "values")
    validate.choice(how, "how", POOLINGS)
    first = int(validate.choice(skip_bos, "skip_bos", (True, False)))
    _check_lengths(values, lengths, first)
    position = torch.arange(values.shape[1])
    counted = (position >= first) & (position < lengths[:, None])  # [text, pos]
    if how == "max":
        return values.masked_fill(~counted[..., None], -torch.inf).amax(1)
    total = values.masked_fill(~counted[..., None], 0.0).sum(1)
    return total / (lengths - first)[:, None]


def _check_lengths(
    values: Float[Tensor, "text pos latent"], lengths: Int[Tensor, " text"], first: int
) -> None:
    n_texts, longest, _ = values.shape
    if not isinstance(lengths, Tensor) or lengths.shape != (n_texts,) or lengths.dtype.is_complex:
        _refuse(f"{lengths!r}", f"one whole number for each of {n_texts} texts")
    if lengths.is_floating_point() or lengths.dtype == torch.bool:
        _refuse(f"a tensor of {lengths.dtype}", "whole numbers")
    low, high = int(lengths.min()), int(lengths.max())
    if low <= first or high > longest:
        _refuse(f"lengths from {low} to {high}", f"lengths from {first + 1} to {longest}")


def _refuse(got: str, expected: str) -> NoReturn:
    validate.refuse(
        "lengths",
        got=got,
        expected=expected,
        fix="Count the tokens of each text, with the mark for its beginning.",
    )
