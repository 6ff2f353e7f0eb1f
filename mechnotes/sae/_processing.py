"""Are a model's activations, as it was processed and where it lies, those of an autoencoder?

Folding a layer norm into the weights that read it, and centring the weights that write to the
stream, leaves a model's answers as they are and changes what is seen on the way; but not
everywhere. Neurons, queries and keys are the same before and after.
"""

import re
from collections.abc import Mapping
from typing import Any, NoReturn

import torch
from torch import Tensor

from mechnotes import validate
from mechnotes._typing import LanguageModel

_STREAM = re.compile(r"(blocks\.\d+\.)?hook_(embed|pos_embed|resid_\w+|attn_out|mlp_out)")
"""The residual stream and what is written to it: centred weights take the mean away here."""
_UNTOUCHED = re.compile(
    r"blocks\.\d+\."
    r"(mlp\.(hook_pre|hook_post|in\.hook_out|out\.hook_in)|attn\.(hook_[qk]|[qk]\.hook_out))"
)
"""Places that are the same in a folded model."""


def centres(settings: Any) -> bool:
    """Whether an autoencoder was trained on a model whose writing weights are centred."""
    return bool(_options(settings).get("center_writing_weights", False))


def of_stream(place: str) -> bool:
    """Whether centring the writing weights takes the mean over dimensions away at a place."""
    return _STREAM.fullmatch(place) is not None


def check(model: LanguageModel, settings: Any, place: str) -> None:
    """Refuse a model that was processed in another way than an autoencoder's settings say.

    Raises:
        ValueError: If it was, or is another model by its name, or the autoencoder scales
            activations while it runs.
    """
    _check_name(model, settings)
    _check_scaling(settings)
    _check_processing(model, settings, place)


def check_device(model: LanguageModel, decoder: Tensor) -> None:
    """Refuse an autoencoder that lies elsewhere than its model.

    Tokens and masks are moved to the model; an autoencoder is not moved unasked.

    Raises:
        ValueError: If the two lie on different devices.
    """
    there, here = torch.device(model.cfg.device), decoder.device
    if there.type != here.type or (None not in (there.index, here.index) and there != here):
        validate.refuse(
            "sae",
            got=f"an autoencoder on {here} and a model on {there}",
            expected="both on one device",
            fix=f'Load it there: sae.load(..., device="{there}").',
        )


def _options(settings: Any) -> Mapping[str, Any]:
    """How the model was processed, as sae_lens's registry or the autoencoder's own file says."""
    return getattr(settings.metadata, "model_from_pretrained_kwargs", None) or {}


def _check_scaling(settings: Any) -> None:
    """A scale that is found anew for each activation would make a latent's unit change with it."""
    scaling = getattr(settings, "normalize_activations", "none")
    if scaling != "none":
        validate.refuse(
            "sae",
            got=f"an autoencoder that scales activations while it runs ({scaling})",
            expected="one whose scale is in its weights (normalize_activations='none')",
            fix="Where the release gives a constant factor, sae.load folds it; of your own, fold "
            "it with sae.fold_activation_norm_scaling_factor(factor).",
        )


def _check_name(model: LanguageModel, settings: Any) -> None:
    """Models of mechnotes have names that say which they are; of others only the width is known."""
    trained_on = str(getattr(settings.metadata, "model_name", ""))
    ours = ("storybook/", "untrained/")
    if trained_on.startswith(ours) and model.name.startswith(ours) and trained_on != model.name:
        kind, _, seed = trained_on.partition("/seed-")
        fix = (
            f'models.load("{trained_on}")'
            if kind == "storybook"
            else f"untrained.load(seed={seed})"
        )
        _refuse_model(model.name, f"{trained_on}, on which the autoencoder was trained", f"{fix}.")


def _check_processing(model: LanguageModel, settings: Any, place: str) -> None:
    options = {name: how for name, how in _options(settings).items() if how not in (False, None)}
    if unknown := sorted(set(options) - {"center_writing_weights"}):
        _refuse_model(
            f"a model as models.load gives it, and an autoencoder that asks for {unknown}",
            "an autoencoder for a model without processing, or with centred writing weights",
            "Take another release; this processing is not known here.",
        )
    if _UNTOUCHED.fullmatch(place):
        return
    if options and not of_stream(place):
        _refuse_model(
            f"an autoencoder for centred writing weights at {place}",
            "centring on a residual stream, where it means subtracting the mean, or a place where "
            "it changes nothing",
            "Take an autoencoder of a residual stream or of neurons.",
        )
    if model.folded and not options:
        _refuse_model(
            f"{model.name} with folded=True, which is not the same at {place}",
            "the model as the autoencoder saw it in training, not centred",
            f'Load it plain: models.load("{model.name}").',
        )


def _refuse_model(got: str, expected: str, fix: str) -> NoReturn:
    validate.refuse("model", got=got, expected=expected, fix=fix)
