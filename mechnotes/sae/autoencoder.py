"""What may be asked of a sparse autoencoder, and does it fit a model?

The package sees this Protocol and not sae_lens. Latents are called by their number, from 0.
"""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes._typing import LanguageModel
from mechnotes.sae import _processing, activations


@runtime_checkable
class Settings(Protocol):
    """What is fixed when an autoencoder is made."""

    d_in: int
    """Width of the activations."""
    d_sae: int
    """Number of latents."""
    metadata: Any
    """What it was trained on; `hook_of` and `centred` read it."""


@runtime_checkable
class Autoencoder(Protocol):
    """A sparse autoencoder, as sae_lens makes it."""

    cfg: Settings
    """Sizes and origin."""
    W_enc: Float[Tensor, "d_in d_sae"]
    """Encoder: a column for each latent."""
    W_dec: Float[Tensor, "d_sae d_in"]
    """Decoder: a row for each latent, the direction that it adds."""
    b_dec: Float[Tensor, " d_in"]
    """Where all latents are zero, this is the reconstruction."""

    def encode(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_sae"]:
        """Latents of activations, at least 0."""

    def decode(self, feature_acts: Float[Tensor, "*batch d_sae"]) -> Float[Tensor, "*batch d_in"]:
        """Activations from latents."""


def hook_of(sae: Autoencoder) -> str:
    """Full name of the place whose activations it was trained on.

    Raises:
        ValueError: If it is no autoencoder or does not say.
    """
    name = getattr(check(sae).cfg.metadata, "hook_name", None)
    if not isinstance(name, str) or not name:
        validate.refuse(
            "sae",
            got="an autoencoder that does not say what it was trained on",
            expected="cfg.metadata.hook_name to be a place of the model",
            fix='Set it: autoencoder.cfg.metadata.hook_name = "blocks.1.hook_resid_post".',
        )
    return name


def centred(sae: Autoencoder) -> bool:
    """Whether it was trained on a model whose writing weights are centred, and at a place where
    that makes a difference.

    On a residual stream, and on what blocks write to it, this is the same as subtracting from every
    activation its mean over dimensions, so it can be done to the activations of any model. Neurons,
    queries and keys stay as they are.
    """
    return _processing.centres(check(sae).cfg) and _processing.of_stream(hook_of(sae))


def check(sae: Autoencoder) -> Autoencoder:
    """Refuse what is no sparse autoencoder, for example the name of one.

    Returns:
        The autoencoder.

    Raises:
        ValueError: If it is none.
    """
    if not all(hasattr(sae, member) for member in ("cfg", "encode", "decode", "W_dec")):
        validate.refuse(
            "sae",
            got=repr(sae) if isinstance(sae, str) else type(sae).__name__,
            expected="a sparse autoencoder",
            fix='Load one: sae.load("storybook", "block-1-topk-512-seed-0").',
        )
    return sae


def check_fits(model: LanguageModel, sae: Autoencoder) -> str:
    """Refuse a model whose activations are not those that an autoencoder was trained on.

    Returns:
        Full name of the place where the two meet.

    Raises:
        ValueError: If the model lacks the place, has another width there, was processed in another
            way than the autoencoder needs, or lies on another device.
    """
    place = activations.check_hook(model, hook_of(sae))
    _processing.check(model, sae.cfg, place)
    _processing.check_device(model, sae.W_dec)
    width = activations.read(model, place, torch.zeros(1, 1, dtype=torch.long)).shape[-1]
    if width != sae.cfg.d_in:
        heads = ", all heads side by side" if ".attn." in place else ""
        validate.refuse(
            "sae",
            got=f"an autoencoder of width {sae.cfg.d_in}",
            expected=f"width {width}, which {model.name} has at {place}{heads}",
            fix="Load the model that the autoencoder was trained on, or train one on this model, "
            "on what activations.collect gives.",
        )
    return place


def read(model: LanguageModel, sae: Autoencoder, tokens: Tensor) -> Float[Tensor, "batch pos d_in"]:
    """Activations as an autoencoder was trained on them: at its place, centred if it needs that.

    Raises:
        ValueError: As `activations.read`.
    """
    return activations.read(model, hook_of(sae), tokens, centred=centred(sae))


@torch.no_grad()
def values(
    model: LanguageModel,
    sae: Autoencoder,
    tokens: Tensor,
    *,
    latents: int | Sequence[int] | None = None,
) -> Float[Tensor, "batch pos *latent"]:
    """Latents at every token of texts of equal length, zeros included; see `latents.extract`.

    Args:
        model: The model.
        sae: Its autoencoder.
        tokens: Token numbers.
        latents: One latent, whose number gets no axis, or several in this order; all by default.

    Raises:
        ValueError: As `check_fits` and `read`, or if there is no such latent.
    """
    check_fits(model, sae)
    if latents is None:
        return sae.encode(read(model, sae, tokens))
    wanted = [latents] if isinstance(latents, int) else [*latents]
    for latent in wanted:
        check_latent(sae, latent, "latents")
    found = sae.encode(read(model, sae, tokens))[..., wanted]
    return found[..., 0] if isinstance(latents, int) else found


def check_latent(sae: Autoencoder, latent: object, name: str = "latent") -> int:
    """Refuse a number that no latent has.

    Returns:
        The number.

    Raises:
        ValueError: If it is not an integer from 0 to d_sae - 1.
    """
    return validate.integer(latent, name, maximum=check(sae).cfg.d_sae - 1)
