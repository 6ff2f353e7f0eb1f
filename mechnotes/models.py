"""Which model, and how does a text become its tokens? One door to every language model.

    model = models.load("storybook")            # ships with mechnotes; "storybook/seed-1" does too
    model = models.load("gpt2", device="cuda")  # any model of the hub, where there is a network
    model = models.load("my-model")             # a folder that save_pretrained wrote

What comes back is a TransformerBridge, which the rest of the package knows as a `LanguageModel`:
float32, in evaluation mode, attention computed step by step so that every part of it has a name.
Weights ask for no gradient, so an ordinary run keeps no graph. A gradient with respect to
activations begins where a hook asks for one:

    start = [("hook_embed", lambda embedded, hook: embedded.requires_grad_())]

Only safetensors are read, never a pickle, and no code that comes with a model is run.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import torch
from jaxtyping import Int
from torch import Tensor

from mechnotes import validate
from mechnotes._models import files, hub, texts, weights
from mechnotes._typing import LanguageModel

STORYBOOK = "storybook"


def load(
    name: str | os.PathLike[str], *, device: str = "cpu", folded: bool = False
) -> LanguageModel:
    """Load a language model.

    Args:
        name: "storybook" or "storybook/seed-1", a model folder, or a name on the hub.
        device: "cpu" or "cuda".
        folded: Whether to fold layer norms into the weights that read from them and to centre the
            weights that write, as `enable_compatibility_mode()` does. Log-probabilities stay the
            same; residual streams and logits lose their mean.

    Returns:
        The model; `name` and `revision` say what was loaded.

    Raises:
        ValueError: If there is no such model, a file of it is missing or damaged, its weights are
            not finite, or the machine has no such device. Without a network, a hub model that is
            not in the local cache is refused within five seconds.
    """
    validate.device(device)
    validate.choice(folded, "folded", (True, False))
    called, folder, commit = _found(name)
    files.checked(folder)
    if commit is None:
        for path in files.read(folder):
            sys.audit("mechnotes.read", str(path))
    model = _bridge(folder, device=device, folded=folded)
    model.name, model.folded = called, folded
    model.revision = commit or files.revision(folder)
    return model


def tokens(model: LanguageModel, text: str | Sequence[str]) -> Int[Tensor, "batch pos"]:
    """Token numbers of one text or of several of equal length, as the model expects them.

    The mark for "beginning of sequence" is put first, once, also if the text begins with it;
    models that were trained without it get none.

    Args:
        model: The model.
        text: A text, or a list of texts.

    Returns:
        Token numbers on the model's device, one row per text.

    Raises:
        ValueError: If a text is empty, too long for the model, differs in length from another, or
            holds words that the tokenizer does not know; those are named, with the nearest known.
    """
    if getattr(model, "tokenizer", None) is None or not hasattr(model, "cfg"):
        validate.refuse(
            "model",
            got=type(model).__name__,
            expected="a language model with a tokenizer",
            fix='Load one: models.load("storybook").',
        )
    listed = texts.checked(text)
    rows = [texts.row(model, one) for one in listed]
    lengths = {len(row): one for row, one in zip(rows, listed, strict=True)}
    if len(lengths) > 1:
        two = " and ".join(f"{n} in {one!r}" for n, one in sorted(lengths.items())[:2])
        validate.refuse(
            "text",
            got=f"texts that differ in length, in tokens: {two}",
            expected="texts of equal length",
            fix="Add filler words, encode them one by one, or take pairs from mechnotes.prompts.",
        )
    return torch.tensor(rows, device=model.cfg.device)


def _found(name: object) -> tuple[str, Path, str | None]:
    """A model's name, its folder, and its commit if it came from the hub."""
    from mechnotes.storybook import folder

    if not isinstance(name, str | os.PathLike) or not str(name).strip() or "\0" in str(name):
        _refuse_name(name)
    text = str(name)
    if text == STORYBOOK:
        text = f"{STORYBOOK}/seed-{folder.DEFAULT}"
    if text.startswith(f"{STORYBOOK}/") and not Path(text).is_dir():
        kind, _, number = text.removeprefix(f"{STORYBOOK}/").rpartition("-")
        if kind != "seed" or not number.isdecimal():
            _refuse_name(name)
        return f"{STORYBOOK}/seed-{int(number)}", folder.path(int(number)), None
    if Path(text).is_dir():
        return text, Path(text), None
    if isinstance(name, os.PathLike) or not hub.NAME.fullmatch(text):
        _refuse_name(name)
    found = hub.snapshot(text)
    return text, found, found.name


def _refuse_name(name: object) -> NoReturn:
    validate.refuse(
        "name",
        got=repr(name) if not isinstance(name, os.PathLike) else f"{name}, where no folder is",
        expected='"storybook", "storybook/seed-1", a model folder that exists, or a hub name',
        fix='Check the spelling, or load the model that ships with mechnotes: load("storybook").',
    )


def _bridge(folder: Path, *, device: str, folded: bool) -> Any:
    """The folder's model, opened by transformers and given hooks by transformer_lens."""
    from transformer_lens.model_bridge import TransformerBridge

    with weights.quiet():
        inside = weights.read(folder).to(torch.device(device))
        try:
            bridge = TransformerBridge.boot_transformers(
                str(folder), hf_model=inside, device=device
            )
            if folded:
                bridge.enable_compatibility_mode(disable_warnings=True)
        except (
            Exception
        ) as error:  # a tokenizer or an architecture that transformer_lens cannot use
            weights.refuse(f"{folder}: {weights.first_line(error)}")
    bridge.requires_grad_(False)
    return bridge.eval()
