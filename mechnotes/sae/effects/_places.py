"""Where in a model does an autoencoder read, and which parts have written there?"""

import re
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

import torch
from jaxtyping import Bool
from torch import Tensor

from mechnotes import validate
from mechnotes._typing import LanguageModel
from mechnotes.sae import autoencoder
from mechnotes.sae.autoencoder import Autoencoder

Site = Literal["resid_pre", "resid_mid", "resid_post", "neurons"]
NEURONS = "blocks.{layer}.mlp.hook_post"
"""Activations of a block's MLP neurons, in every architecture."""
_STREAM = re.compile(r"blocks\.(\d+)\.hook_(resid_pre|resid_mid|resid_post)")
_NEURONS = re.compile(r"blocks\.(\d+)\.mlp\.(?:hook_post|out\.hook_in)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place that is a sum of what parts below have written, or the neurons of an MLP."""

    layer: int
    """Which block."""
    site: Site
    """The stream before, in the middle of or after it, or its neurons."""

    @property
    def attentions(self) -> range:
        """Layers whose attention has written to the stream here."""
        return range(self.layer + (self.site in ("resid_mid", "resid_post")))

    @property
    def mlps(self) -> range:
        """Layers whose MLP has."""
        return range(self.layer + (self.site == "resid_post"))


def place_of(sae: Autoencoder) -> Place:
    """Where an autoencoder reads.

    Raises:
        ValueError: If that is neither a residual stream nor the neurons of an MLP.
    """
    name = autoencoder.hook_of(sae)
    if found := _STREAM.fullmatch(name):
        site: Site = found[2]  # type: ignore[assignment]
        return Place(layer=int(found[1]), site=site)
    if found := _NEURONS.fullmatch(name):
        return Place(layer=int(found[1]), site="neurons")
    return refuse(sae, "a residual stream or the neurons of an MLP")


def stream_of(sae: Autoencoder) -> Place:
    """Where an autoencoder of a residual stream reads.

    Raises:
        ValueError: If it is an autoencoder of something else.
    """
    place = place_of(sae)
    return place if place.site != "neurons" else refuse(sae, "a residual stream")


def check_head(model: LanguageModel, sae: Autoencoder, *, layer: object, head: object) -> None:
    """Refuse a head that the model lacks, or that comes after the place where an autoencoder reads.

    Raises:
        ValueError: If there is no such head, or the autoencoder is not one of a residual stream.
    """
    n_layers = len(stream_of(sae).attentions)
    if not n_layers:
        refuse(sae, "a residual stream after the first attention: no head writes before it")
    validate.integer(layer, "layer", maximum=n_layers - 1)
    validate.integer(head, "head", maximum=model.cfg.n_heads - 1)


def check_where(where: Any, tokens: Tensor) -> Bool[Tensor, "text pos"]:
    """Refuse what is no choice of tokens.

    Returns:
        The choice, where the tokens are.

    Raises:
        ValueError: If it is not True or False for each token.
    """
    if isinstance(where, Tensor) and where.dtype == torch.bool and where.shape == tokens.shape:
        return where.to(tokens.device)
    return validate.refuse(
        "where",
        got=f"{where.dtype} {tuple(where.shape)}" if isinstance(where, Tensor) else repr(where),
        expected=f"True or False for each token: shape {tuple(tokens.shape)}",
        fix="Compare something with something: latents[..., 7] > 0, or torch.arange(n_pos) >= "
        "first[:, None].",
    )


def refuse(sae: Autoencoder, expected: str) -> NoReturn:
    """Refuse an autoencoder of another place."""
    validate.refuse(
        "sae",
        got=f"an autoencoder of {autoencoder.hook_of(sae)}",
        expected=f"one of {expected}",
        fix='Load one: sae.load("storybook", "block-1-topk-512-seed-0").',
    )
