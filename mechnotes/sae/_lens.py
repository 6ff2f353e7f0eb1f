"""Autoencoders for use as sae_lens makes, opens and registers them; `_trainer` trains them.

With `_trainer` the only file that knows sae_lens: when that library changes, these two change.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from mechnotes.sae.config import Architecture


def assembled(
    weights: Mapping[str, Tensor], architecture: Architecture, k: int, origin: Mapping[str, Any]
) -> Any:
    """An autoencoder from weights whose shapes fit."""
    import sae_lens as lens
    from sae_lens.saes.sae import SAEMetadata

    d_in, d_sae = weights["W_enc"].shape
    sizes: dict[str, Any] = {"d_in": d_in, "d_sae": d_sae, "metadata": SAEMetadata(**origin)}
    made: Any
    if architecture == "standard":
        made = lens.StandardSAE(lens.StandardSAEConfig(**sizes))
    elif architecture == "topk":
        made = lens.TopKSAE(lens.TopKSAEConfig(**sizes, k=k))
    else:
        made = lens.JumpReLUSAE(lens.JumpReLUSAEConfig(**sizes))
    made.load_state_dict(dict(weights))
    return made


def opened(folder: Path, options: Mapping[str, Any], factor: float | None = None) -> Any:
    """The autoencoder in a folder of sae_lens's format; `options` replace what its file says.

    A constant factor by which it multiplies activations while it runs is folded into its weights,
    in the one case in which sae_lens does so. sae_lens's advice on how to load the model is not
    shown: `autoencoder.check_fits` sees to it.
    """
    from sae_lens import SAE
    from sae_lens.loading.pretrained_sae_loaders import sae_lens_disk_loader

    def read(path: Any, device: str, cfg_overrides: dict[str, Any] | None = None) -> Any:
        return sae_lens_disk_loader(path, device, {**options, **(cfg_overrides or {})})

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made: Any = SAE.load_from_disk(folder, device="cpu", dtype="float32", converter=read)
    if factor is not None and made.cfg.normalize_activations == "expected_average_only_in":
        made.fold_activation_norm_scaling_factor(factor)
    return made


def registry() -> Mapping[str, Any]:
    """Published releases: `repo_id`, `saes_map` from names to folders, `conversion_func`."""
    from sae_lens.loading.pretrained_saes_directory import get_pretrained_saes_directory

    return get_pretrained_saes_directory()


def recorded_options(release: str, sae_id: str) -> dict[str, Any]:
    """What the registry says of an autoencoder over its own file."""
    from sae_lens.loading.pretrained_saes_directory import get_config_overrides

    return get_config_overrides(release, sae_id)


def recorded_factor(release: str, sae_id: str) -> float | None:
    """What an autoencoder multiplies activations with while it runs, if the registry says so."""
    from sae_lens.loading.pretrained_saes_directory import get_norm_scaling_factor

    return get_norm_scaling_factor(release, sae_id)
