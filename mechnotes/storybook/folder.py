"""The trained model as an ordinary Hugging Face model folder, and where the package keeps its own.

`config.json`, `model.safetensors` and `tokenizer.json` are what transformers, transformer_lens,
sae_lens and nnsight open unchanged. The folders in the package are exports of the stored results of
`training.train`:

    python -m mechnotes.storybook export
"""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from mechnotes import validate
from mechnotes.storybook import tokenizer, training
from mechnotes.storybook.config import StorybookConfig

HERE = Path(__file__).parent / "models"
FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")


DEFAULT = 0
"""Seed of the model that is meant by "the storybook model": the first, whose weights on the way are
kept too. The others give the spread."""


def path(seed: int = DEFAULT) -> Path:
    """Folder of a storybook model in the package.

    Raises:
        ValueError: If no model of this seed is in the package.
    """
    validate.integer(seed, "seed")
    found = HERE / f"seed-{seed}"
    if not found.is_dir():
        seeds = sorted(p.name.removeprefix("seed-") for p in HERE.glob("seed-*"))
        validate.refuse(
            "seed",
            got=seed,
            expected=f"one of {', '.join(seeds) or 'none: no model is in the package'}",
            fix=f"Train it: python -m mechnotes.storybook train --seed {seed} --out FOLDER",
        )
    return found


def write(weights: Mapping[str, Tensor], config: StorybookConfig, folder: Path) -> Path:
    """Write a model folder; an existing one is replaced only when the new one is whole.

    Args:
        weights: Weights under the names of transformers' GPT-2.
        config: Their sizes.
        folder: Where to; its parent is made if need be.

    Returns:
        The folder.
    """
    model = training.architecture(config)
    model.load_state_dict(dict(weights), strict=False)
    model.tie_weights()
    part = folder.with_name(f".{folder.name}.part")
    model.save_pretrained(part)
    tokenizer.build(config.n_ctx).save_pretrained(part)
    _tidy(part)
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (part / name).chmod(0o644)  # the weights' file is made for its owner alone
        (part / name).replace(folder / name)
    for rest in part.iterdir():
        rest.unlink()
    part.rmdir()
    return folder


def _tidy(folder: Path) -> None:
    """Write the settings so that every version of the libraries reads them, and none is named."""
    for name, changes in (
        ("config.json", {"transformers_version": None}),
        ("tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "backend": None}),
    ):
        told = json.loads((folder / name).read_text(encoding="utf-8")) | changes
        kept = {key: value for key, value in told.items() if value is not None}
        text = json.dumps(kept, indent=2, sort_keys=True) + "\n"
        (folder / name).write_text(text, encoding="utf-8")


def weights(folder: Path) -> dict[str, Tensor]:
    """Weights of a folder, by name."""
    from safetensors.torch import load_file

    return {name: tensor.to(torch.float32) for name, tensor in load_file(folder / FILES[1]).items()}
