"""Where do autoencoders come from? From mechnotes, from a folder, or from a published release.

    sae.load("storybook", "block-1-topk-512-seed-0")              ships with mechnotes
    sae.load("my-folder")                                        what sae_lens or `save` wrote
    sae.load("gpt2-small-res-jb", "blocks.8.hook_resid_pre")     published, where there is a network

What comes back is an autoencoder of sae_lens in evaluation mode, in float32, without gradients.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from torch import Tensor

from mechnotes import experiments, validate
from mechnotes.sae import _lens, published
from mechnotes.sae.autoencoder import Autoencoder, check
from mechnotes.sae.config import SAEConfig, check_named

STORYBOOK = "storybook"


def load(
    release: str | os.PathLike[str], sae_id: str | None = None, *, device: str = "cpu"
) -> Autoencoder:
    """Load a sparse autoencoder.

    What sae_lens's registry records about the model of a release is kept with the autoencoder and
    applied when activations are read; see `autoencoder.centred`. A constant factor that it records
    for the activations is folded into the weights.

    Args:
        release: "storybook", a folder in sae_lens's format, or a release of sae_lens's registry.
        sae_id: Which autoencoder of a release; none for a folder.
        device: "cpu" or "cuda".

    Raises:
        ValueError: If there is no such release, autoencoder or folder, a file is missing or
            damaged, or weights are not finite. Without a network a published autoencoder that is
            not in the local cache is refused within five seconds.
    """
    validate.device(device)
    if not isinstance(release, str | os.PathLike) or not str(release).strip():
        _refuse_release(release)
    if release == STORYBOOK:
        return _finished(_of_storybook(sae_id), device)
    if Path(release).is_dir():
        if sae_id is not None:
            validate.refuse(
                "sae_id",
                got=repr(sae_id),
                expected="no name, for a folder holds one autoencoder",
                fix=f"Write load({str(release)!r}), or the folder below: load({str(release)!r} + "
                f"'/{sae_id}').",
            )
        return _finished(_of_folder(Path(release)), device)
    folder, options, factor = published.fetched(str(release), sae_id)
    return _finished(_of_folder(folder, options, factor), device)


def save(sae: Autoencoder, folder: str | os.PathLike[str]) -> Path:
    """Write an autoencoder as sae_lens does: `cfg.json` and `sae_weights.safetensors`.

    Args:
        sae: The autoencoder.
        folder: Where; it is made if it does not exist.

    Raises:
        ValueError: If it is no autoencoder of sae_lens, or the folder is a file.
    """
    write = getattr(check(sae), "save_model", None)
    if write is None:
        validate.refuse(
            "sae",
            got=type(sae).__name__,
            expected="an autoencoder of sae_lens",
            fix="Make one with library.assemble(weights, config, hook=..., model_name=...).",
        )
    place = Path(folder)
    if place.exists() and not place.is_dir():
        validate.refuse(
            "folder", got=f"{place}, a file", expected="a folder", fix="Choose another name."
        )
    write(place)
    return place


def assemble(
    weights: Mapping[str, Tensor], config: SAEConfig, *, hook: str, model_name: str
) -> Autoencoder:
    """An autoencoder of sae_lens from weights.

    Args:
        weights: `W_enc`, `b_enc`, `W_dec`, `b_dec` and, for "jumprelu", `threshold`.
        config: Its architecture, and k for "topk".
        hook: Full name of the place whose activations it reads.
        model_name: What `models.load` loads the model by.

    Raises:
        ValueError: If a weight is missing, has another shape than the rest, or is not finite.
    """
    _check_weights(weights, config)
    origin = {"model_name": model_name, "hook_name": hook, "prepend_bos": True}
    return _finished(_lens.assembled(weights, config.architecture, config.k, origin), "cpu")


def names() -> tuple[str, ...]:
    """Names of the autoencoders that ship with mechnotes."""
    from mechnotes.sae.training import train

    return tuple(train.cases)


def _of_storybook(sae_id: object) -> Autoencoder:
    from mechnotes.sae.training import train

    if sae_id not in train.cases:
        published.refuse_id(sae_id, STORYBOOK, train.cases)
    return experiments.load(train, str(sae_id)).autoencoder


def _of_folder(
    folder: Path,
    options: Mapping[str, Any] = MappingProxyType({}),
    factor: float | None = None,
) -> Any:
    """The autoencoder in a folder; see `_lens.opened`."""
    from safetensors import SafetensorError

    if missing := [name for name in published.FILES if not (folder / name).is_file()]:
        validate.refuse(
            "release",
            got=f"the folder {folder} without {' and '.join(missing)}",
            expected=f"a folder with {' and '.join(published.FILES)}",
            fix="Point to the folder that sae_lens's save_model or sae.save wrote.",
        )
    for name in published.FILES:
        sys.audit("mechnotes.read", str(folder / name))
    try:
        return _lens.opened(folder, options, factor)
    except (SafetensorError, ValueError, KeyError, RuntimeError, TypeError) as error:
        validate.refuse(
            "release",
            got=f"{folder}, which cannot be read: {_first_line(error)}",
            expected="an autoencoder in sae_lens's format",
            fix="Fetch or save it again; a file is damaged or of another format.",
        )


def _first_line(error: Exception) -> str:
    """What an error says, in one line; its kind if it says nothing."""
    lines = (line for line in str(error).splitlines() if line.strip())
    return next(lines, type(error).__name__)


def _finished(sae: Any, device: str) -> Autoencoder:
    """On its device, for use only, once every weight is finite."""
    for name, weight in sae.state_dict().items():
        validate.finite(weight, name)
    sae.requires_grad_(False)
    return sae.to(device=device).eval()


def _check_weights(weights: Mapping[str, Tensor], config: SAEConfig) -> None:
    wanted = check_named(weights, config.architecture)
    sizes: dict[str, int] = {"d_sae": config.d_sae}
    axes = {"W_enc": ("d_in", "d_sae"), "W_dec": ("d_sae", "d_in"), "b_dec": ("d_in",)}
    for name in wanted:
        validate.shape(weights[name], name, axes.get(name, ("d_sae",)), **sizes)
        validate.finite(weights[name], name)
        sizes["d_in"] = sizes.get("d_in", weights["W_enc"].shape[0])


def _refuse_release(release: object) -> NoReturn:
    validate.refuse(
        "release",
        got=repr(release),
        expected='"storybook", a folder, or a release of sae_lens\'s registry',
        fix='Load one of ours: sae.load("storybook", "block-1-topk-512-seed-0").',
    )
