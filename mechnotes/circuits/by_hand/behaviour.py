"""Does a model remember what came last time, and where does it look for it?

Measures of what a model says and attends to, all from 0 to 1 and one for each model side by side.
They say what a model does; `crossing` asks by which wire.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.attention_only.weights import Weights, checked
from mechnotes.circuits.by_hand.texts import Texts
from mechnotes.circuits.by_hand.texts import checked as checked_texts


def accuracy(weights: Weights, texts: Texts) -> Float[Tensor, " seed"]:
    """Share of repeated tokens after which the model says what stood there last time.

    Args:
        weights: The models.
        texts: Texts with repeats.

    Raises:
        ValueError: If the weights are none, or no token of the texts is repeated.
    """
    tokens = checked_texts(texts).tokens
    return share_right(model.logits(checked(weights), tokens), texts.answer)


def next_accuracy(weights: Weights, texts: Texts) -> Float[Tensor, " seed"]:
    """Share of all places at which the model says the text's own next letter.

    Args:
        weights: The models.
        texts: Texts without repeats, where there is nothing to remember: chance is one in as many
            as there are letters.

    Raises:
        ValueError: If the weights are none or do not fit the texts.
    """
    tokens = checked_texts(texts).tokens
    return share_right(model.logits(checked(weights), tokens), texts.following)


def share_right(
    logits: Float[Tensor, "seed batch pos d_vocab"], answers: Int[Tensor, "batch pos"]
) -> Float[Tensor, " seed"]:
    """Share of answers whose logit is the highest.

    Args:
        logits: What models say.
        answers: Right tokens; -1 where nothing is asked.

    Raises:
        ValueError: If nothing is asked anywhere.
    """
    axes = ("seed", "batch", "pos", "d_vocab")
    validate.shape(validate.floating(logits, "logits"), "logits", axes)
    _checked_places(answers, "answers", logits.shape[1:3])
    asked = answers >= 0
    if not asked.any():
        validate.refuse(
            "texts",
            got="texts in which nothing is asked",
            expected="at least one repeated token, or one that is followed by another",
            fix="Draw them with texts.with_repeats.",
        )
    return (logits.argmax(-1) == answers)[:, asked].float().mean(-1)


def attention(
    weights: Weights, texts: Texts, read: Int[Tensor, "batch pos"]
) -> Float[Tensor, "seed layer head"]:
    """Attention of repeated tokens to one place each, mean over all of them.

    Args:
        weights: The models.
        texts: Texts with repeats.
        read: For each position the place that counts: `texts.earlier`, `texts.target` or
            `before(texts)`.

    Returns:
        From 0 (never looks there) to 1 (nowhere else).

    Raises:
        ValueError: If the weights are none or do not fit the texts.
    """
    patterns = model.forward(checked(weights), checked_texts(texts).tokens).patterns
    return attention_in(patterns, texts, read)


def attention_in(
    patterns: Float[Tensor, "*more batch head pos pos"],
    texts: Texts,
    read: Int[Tensor, "batch pos"],
) -> Float[Tensor, "*more head"]:
    """The same from patterns that are known already.

    Raises:
        ValueError: If the patterns or the places do not fit the texts.
    """
    shape = checked_texts(texts).tokens.shape
    axes = ("...", "batch", "head", "pos", "pos")
    validate.floating(patterns, "patterns")
    validate.shape(patterns, "patterns", axes, batch=shape[0], pos=shape[1])
    _checked_places(read, "read", shape)
    index = read.clamp(min=0)[:, None, :, None].expand(*patterns.shape[:-1], 1)
    found = patterns.gather(-1, index)[..., 0].transpose(-1, -2)  # [..., batch, pos, head]
    return found.flatten(-3, -2)[..., (texts.earlier >= 0).flatten(), :].mean(-2)


def before(texts: Texts) -> Int[Tensor, "batch pos"]:
    """The position before each; the first reads itself.

    Raises:
        ValueError: If the texts are none.
    """
    return (
        (torch.arange(checked_texts(texts).tokens.shape[1]) - 1)
        .clamp(min=0)
        .expand_as(texts.tokens)
    )


def _checked_places(places: object, name: str, shape: torch.Size) -> None:
    """Refuse what is not one whole number for each position of the texts."""
    whole = isinstance(places, Tensor) and not places.is_floating_point()
    if not whole or places.shape != shape:  # type: ignore[attr-defined]
        validate.refuse(
            name,
            got=str(getattr(places, "shape", type(places).__name__)),
            expected=f"whole numbers of shape {tuple(shape)}",
            fix="Take texts.target, texts.earlier or texts.answer of the same texts.",
        )
