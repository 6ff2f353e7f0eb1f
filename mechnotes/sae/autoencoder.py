"""What may be asked of a sparse autoencoder, and does it fit a model?

The package sees this Protocol and not sae_lens. Latents are called by their number, from 0.
"""

from collections.abc import Mapping
from typing import Any, NoReturn, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes._typing import LanguageModel
from mechnotes.sae import activations


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
    """Whether it was trained on a model whose writing weights are centred.

    On a residual stream this is the same as subtracting from every activation its mean over
    dimensions, so it can be done to the activations of any model.
    """
    return bool(_options(sae).get("center_writing_weights", False))


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
        ValueError: If the model lacks the place, has another width there, or was processed in
            another way than the autoencoder needs.
    """
    place = activations.check_hook(model, hook_of(sae))
    _check_name(model, sae)
    _check_scaling(sae)
    _check_processing(model, sae)
    bos = torch.zeros(1, 1, dtype=torch.long, device=model.cfg.device)
    width = activations.read(model, place, bos).shape[-1]
    if width != sae.cfg.d_in:
        validate.refuse(
            "sae",
            got=f"an autoencoder of width {sae.cfg.d_in}",
            expected=f"width {width}, which {model.name} has at {place}",
            fix="Load the model that the autoencoder was trained on, or train one on this model.",
        )
    return place


def read(model: LanguageModel, sae: Autoencoder, tokens: Tensor) -> Float[Tensor, "batch pos d_in"]:
    """Activations as an autoencoder was trained on them: at its place, centred if it needs that."""
    return activations.read(model, hook_of(sae), tokens, centred=centred(sae))


def check_latent(sae: Autoencoder, latent: object, name: str = "latent") -> int:
    """Refuse a number that no latent has.

    Returns:
        The number.

    Raises:
        ValueError: If it is not an integer from 0 to d_sae - 1.
    """
    return validate.integer(latent, name, maximum=check(sae).cfg.d_sae - 1)


def _options(sae: Autoencoder) -> Mapping[str, Any]:
    """How the model was processed, as sae_lens's registry or the autoencoder's own file says."""
    return getattr(check(sae).cfg.metadata, "model_from_pretrained_kwargs", None) or {}


def _check_scaling(sae: Autoencoder) -> None:
    """A scale that is found anew for each activation would make a latent's unit change with it."""
    scaling = getattr(sae.cfg, "normalize_activations", "none")
    if scaling != "none":
        validate.refuse(
            "sae",
            got=f"an autoencoder that scales activations while it runs ({scaling})",
            expected="one whose scale is in its weights (normalize_activations='none')",
            fix="Fold the scale first: sae.fold_activation_norm_scaling_factor(factor), where the "
            "release gives one.",
        )


def _check_name(model: LanguageModel, sae: Autoencoder) -> None:
    """Models of mechnotes have names that say which they are; of others only the width is known."""
    trained_on = str(getattr(sae.cfg.metadata, "model_name", ""))
    ours = ("storybook/", "untrained/")
    if trained_on.startswith(ours) and model.name.startswith(ours) and trained_on != model.name:
        kind, _, seed = trained_on.partition("/seed-")
        fix = (
            f'models.load("{trained_on}")'
            if kind == "storybook"
            else f"untrained.load(seed={seed})"
        )
        _refuse_model(model.name, f"{trained_on}, on which the autoencoder was trained", f"{fix}.")


def _check_processing(model: LanguageModel, sae: Autoencoder) -> None:
    options = {name: value for name, value in _options(sae).items() if value not in (False, None)}
    known = {"center_writing_weights"}
    if unknown := sorted(set(options) - known):
        _refuse_model(
            f"a model as models.load gives it, and an autoencoder that asks for {unknown}",
            "an autoencoder for a model without processing, or with centred writing weights",
            "Take another release; this processing is not known here.",
        )
    if options and not hook_of(sae).rpartition("hook_")[2].startswith("resid"):
        _refuse_model(
            f"an autoencoder for centred writing weights at {hook_of(sae)}",
            "centring on a residual stream, where it means subtracting the mean",
            "Take an autoencoder of a residual stream.",
        )
    if model.folded and not options:
        _refuse_model(
            f"{model.name} with folded=True, whose residual stream is centred",
            "the model as the autoencoder saw it in training, not centred",
            f'Load it plain: models.load("{model.name}").',
        )


def _refuse_model(got: str, expected: str, fix: str) -> NoReturn:
    validate.refuse("model", got=got, expected=expected, fix=fix)
