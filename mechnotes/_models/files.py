"""Are a model folder's files there, and which version are they?"""

import json
from pathlib import Path
from typing import NoReturn

from mechnotes import digests, validate

WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
TOKENIZERS = ("tokenizer.json", "vocab.json", "tokenizer.model")
READ = (".json", ".safetensors", ".txt", ".model")
"""Endings of the files that the libraries may read; nothing else in a folder counts."""


def checked(folder: Path) -> Path:
    """A model folder in which every needed file is there and whole.

    Raises:
        ValueError: If a file is missing, cut short or not what its name says; it names the file.
    """
    for needed in (("config.json",), WEIGHTS, TOKENIZERS):
        if not any((folder / name).is_file() for name in needed):
            _refuse(folder / needed[0], "no such file")
    for path in read(folder):
        if path.suffix == ".json":
            _json(path)
        elif path.suffix == ".safetensors":
            _check_tensors(path)
    config = _json(folder / "config.json")
    if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
        _refuse(folder / "config.json", "no model_type in it")
    return folder


def read(folder: Path) -> list[Path]:
    """Files of a model folder that decide what is loaded, in the order of their names."""
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix in READ)


def revision(folder: Path) -> str:
    """Digest of the files that count: 16 hexadecimal digits."""
    lines = [f"{path.name} {digests.file_digest(path)}" for path in read(folder)]
    return digests.shortened("\n".join(lines).encode())


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        _refuse(path, f"not JSON ({error})")


def _check_tensors(path: Path) -> None:
    """The header must be readable and the data as long as it says: safetensors checks both."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt"):
            pass
    except SafetensorError as error:
        _refuse(path, f"not a whole safetensors file ({error})")


def _refuse(path: Path, why: str) -> NoReturn:
    validate.refuse(
        "model folder",
        got=f"{path}: {why}",
        expected="config.json, model.safetensors and tokenizer.json, from save_pretrained",
        fix=f"Write {path.name} again, or copy the folder anew from where it came from.",
    )
