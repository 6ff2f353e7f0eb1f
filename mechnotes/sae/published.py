"""Which autoencoders have others published, and where on this machine is one of them?

sae_lens keeps a registry of releases; it is a file of that library, so it can be read without a
network. Only releases in sae_lens's own format are fetched: their weights are safetensors, and a
pickle is never opened.
"""

import difflib
from collections.abc import Collection
from pathlib import Path
from typing import Any, NoReturn

from mechnotes import validate
from mechnotes._models import hub
from mechnotes.sae import _lens

FILES = ("cfg.json", "sae_weights.safetensors")
"""What a folder in sae_lens's format consists of."""
INSTEAD = 'Load one of ours, sae.load("storybook", "block-1-topk-512-seed-0"), or try again later.'


def fetched(release: str, sae_id: object) -> tuple[Path, dict[str, Any], float | None]:
    """Folder of a published autoencoder, and what the registry says over its own file.

    Args:
        release: A release of the registry.
        sae_id: One of its autoencoders.

    Returns:
        A folder in the hub's local cache; settings that take the place of the file's, among them
        "model_from_pretrained_kwargs", how its model was processed; and the constant factor by
        which it multiplies activations while it runs, None if the registry has none.

    Raises:
        ValueError: If the registry has no such release or autoencoder, it is in another format, or
            the hub cannot be reached and it is not in the local cache.
    """
    entry = looked_up(release, sae_id)
    options = _lens.recorded_options(release, str(sae_id))
    factor = _lens.recorded_factor(release, str(sae_id))
    return _folder(entry.repo_id, entry.saes_map[sae_id]), options, factor


def looked_up(release: str, sae_id: object) -> Any:
    """The registry's entry of a release that has this autoencoder in sae_lens's own format.

    Raises:
        ValueError: If there is none.
    """
    registry = _lens.registry()
    if release not in registry:
        near = difflib.get_close_matches(release, registry, n=3, cutoff=0.3)
        validate.refuse(
            "release",
            got=repr(release),
            expected='"storybook", a folder that exists, or a release of sae_lens\'s registry',
            fix=f"Did you mean {' or '.join(near)}?" if near else INSTEAD,
        )
    entry = registry[release]
    if sae_id not in entry.saes_map:
        refuse_id(sae_id, release, entry.saes_map)
    if entry.conversion_func is not None:
        validate.refuse(
            "release",
            got=f"{release!r}, which is published in another format ({entry.conversion_func})",
            expected="a release in sae_lens's own format",
            fix="Convert it with sae_lens (SAE.from_pretrained, then save_model) and load the "
            "folder.",
        )
    return entry


def refuse_id(sae_id: object, release: str, known: Collection[str]) -> NoReturn:
    """Refuse a name that a release does not have; the nearest are suggested."""
    near = difflib.get_close_matches(str(sae_id), known, n=3, cutoff=0.3) or list(known)[:3]
    validate.refuse(
        "sae_id",
        got=repr(sae_id),
        expected=f"one of the {len(known)} autoencoders of {release}",
        fix=f"Did you mean {' or '.join(near)}?",
    )


def _folder(repo_id: str, below: str) -> Path:
    """Folder in the local cache, fetched if the hub answers."""
    import httpx
    from huggingface_hub import constants, hf_hub_download, try_to_load_from_cache
    from huggingface_hub.errors import HfHubHTTPError

    names = [f"{below}/{name}" for name in FILES]
    fault = "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else None
    if fault is None:
        fault = hub.unreachable(constants.ENDPOINT)
    if fault is not None:
        cached = [try_to_load_from_cache(repo_id, name) for name in names]
        if not all(isinstance(path, str) for path in cached):
            _refuse(repo_id, f"{fault}, and it is not in the cache {constants.HF_HUB_CACHE}")
        return Path(str(cached[0])).parent
    try:
        fetched = [Path(hf_hub_download(repo_id, name)) for name in names]
    except (OSError, httpx.HTTPError, HfHubHTTPError) as error:
        _refuse(repo_id, f"the hub broke off ({type(error).__name__})")
    return fetched[0].parent


def _refuse(repo_id: str, why: str) -> NoReturn:
    validate.refuse(
        "release",
        got=f"{repo_id} on the hub: {why}",
        expected="a published autoencoder that can be read from here",
        fix=INSTEAD,
    )
