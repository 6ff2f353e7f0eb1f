"""A folder's weights as transformers opens them, once none is missing, left out or not finite."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import torch

from mechnotes import validate
from mechnotes._models import files


def read(folder: Path) -> Any:
    """The model as transformers makes it, once no weight is missing, left over or not finite."""
    from transformers import AutoModelForCausalLM

    loaded: Any
    try:
        loaded = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=torch.float32,
            attn_implementation="eager",  # the other kinds do not compute a pattern to look at
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except Exception as error:  # whatever the libraries raise on settings that contradict the file
        refuse(f"{folder}: {first_line(error)}")
    model, report = loaded
    path = folder / files.WEIGHTS[0]
    for kind in ("missing_keys", "mismatched_keys"):
        if report[kind]:
            listed = ", ".join(sorted(map(str, report[kind]))[:3])
            refuse(f"{path}: {kind.replace('_', ' ')}: {listed}")
    for name, weight in model.named_parameters():
        if not bool(torch.isfinite(weight).all()):
            refuse(f"{path}: NaN or infinite entries in {name}")
    return model


def first_line(error: Exception) -> str:
    """What an error of another library says first."""
    return f"{type(error).__name__}: {error}".strip().splitlines()[0]


def refuse(got: str) -> NoReturn:
    """Refuse a model folder whose parts do not fit each other."""
    validate.refuse(
        "model folder",
        got=got,
        expected="a language model whose settings, tokenizer and finite weights fit each other",
        fix="Write the folder again with save_pretrained.",
    )


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No progress bar and no advice while weights of a few megabytes are read."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
