"""Who could raise a latent, as far as the weights tell?

A latent listens along its encoder column w. What writes to the stream below it raises it by its
output times w: a word's embedding, a head through its output matrix, a neuron through its output
row. These numbers need no text. They say what would be added if a part spoke, one unit each;
whether it does, and when, is measured in `feeding`.
"""

from dataclasses import dataclass
from typing import Any, cast

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes._typing import LanguageModel
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.sae.effects import _places, weights


@dataclass(frozen=True, kw_only=True, eq=False)
class Writers:
    """What parts would add to a latent's pre-activation, per unit of what they carry.

    Only layers that come before the autoencoder's place.
    """

    words: Float[Tensor, " d_vocab"]
    """Embedding of each word, less the mean over words."""
    outputs: Float[Tensor, "layer head"]
    """Length of W_O w: the most that a head adds whose weighted values z have length 1."""
    heads: Float[Tensor, "layer head"]
    """Length of W_OV w: the most that a head adds which reads one token only, if what it reads
    there (after its norm) has length 1."""
    neurons: Float[Tensor, "mlp neuron"]
    """W_out w: what each neuron adds per unit of its activation, with its sign."""


@torch.no_grad()
def writers(model: LanguageModel, sae: Autoencoder, latent: int) -> Writers:
    """What words, heads and neurons would add to a latent's pre-activation.

    Args:
        model: The model.
        sae: An autoencoder of a residual stream.
        latent: Which latent.

    Raises:
        ValueError: If it is an autoencoder of something else, does not fit the model, or has no
            such latent.
    """
    place = _places.stream_of(sae)
    w = weights.column(model, sae, latent)
    words = model.W_E @ w
    outputs = model.W_O[: len(place.attentions)] @ w  # [layer, head, d_head]
    through = torch.einsum("lhmz, lhz -> lhm", _values(model)[: len(outputs)], outputs)
    return Writers(
        words=(words - words.mean()).cpu(),
        outputs=outputs.norm(dim=-1).cpu(),
        heads=through.norm(dim=-1).cpu(),
        neurons=(weights.neuron_outputs(model)[: len(place.mlps)] @ w).cpu(),
    )


@torch.no_grad()
def carried(
    model: LanguageModel, sae: Autoencoder, latent: int, *, layer: int, head: int
) -> Float[Tensor, " d_vocab"]:
    """What a head adds to a latent's pre-activation by reading a word and nothing else.

    The word is its embedding alone, without its place and without what earlier blocks have added,
    through the norm before attention. For heads of the first block that is most of the truth, for
    later ones a part of it. The mean over words is taken away.

    Args:
        model: The model.
        sae: An autoencoder of a residual stream.
        latent: Which latent.
        layer: Layer of the head.
        head: The head.

    Raises:
        ValueError: As `writers`, or if no such head comes before the autoencoder's place.
    """
    _places.check_head(model, sae, layer=layer, head=head)
    w = weights.column(model, sae, latent)
    read = cast(Any, model.blocks[layer]).ln1(model.W_E[None])[0]
    added = read @ _values(model)[layer, head] @ (model.W_O[layer, head] @ w)
    return (added - added.mean()).cpu()


def _values(model: LanguageModel) -> Float[Tensor, "layer head d_model d_head"]:
    """W_V with one entry for each query head."""
    return model.W_V.repeat_interleave(model.W_O.shape[1] // model.W_V.shape[1], dim=1)
