"""What must hold of token numbers, and of positions, before a model or an index is given them?"""

import torch
from jaxtyping import Int
from torch import Tensor

from mechnotes import validate
from mechnotes._typing import LanguageModel

_WHOLE = (torch.int32, torch.int64)
"""Types of numbers that torch takes as rows of an embedding."""
_EXAMPLE = "models.tokens(model, texts)"


def tokens(
    model: LanguageModel, given: Int[Tensor, "batch pos"], name: str
) -> Int[Tensor, "batch pos"]:
    """Texts of equal length, as token numbers that the model has, on its device."""
    integers(given, name, "token numbers [batch, pos]")
    longest = model.cfg.n_ctx
    if given.dim() != 2 or not given.numel() or given.shape[1] > longest:
        fixes = {
            1: f"Add the axis of the batch: {name}[None].",
            2: "Shorten or lengthen the texts.",
        }
        validate.refuse(
            name,
            got=f"shape {tuple(given.shape)}",
            expected=f"token numbers [batch, pos], at least one text of 1 to {longest} tokens",
            fix=fixes.get(given.dim(), f"Encode texts: {_EXAMPLE}."),
        )
    return known(model, given, name)


def known(model: LanguageModel, given: Int[Tensor, "..."], name: str) -> Int[Tensor, "..."]:
    """Token numbers that the model has, on its device."""
    if int(given.min()) < 0 or int(given.max()) >= model.cfg.d_vocab:
        validate.refuse(
            name,
            got=f"tokens from {int(given.min())} to {int(given.max())}",
            expected=f"tokens of this model, from 0 to {model.cfg.d_vocab - 1}",
            fix="Make the prompts with this model's vocabulary: prompts.ioi(..., model=model).",
        )
    return on(model, given)


def positions(given: Int[Tensor, " batch"], name: str, *, n_texts: int, n_pos: int) -> None:
    """Refuse what is not one position for each text; -1 is no name for the last one."""
    integers(given, name, f"one position for each of {n_texts} texts")
    if tuple(given.shape) != (n_texts,):
        validate.refuse(
            name,
            got=f"shape {tuple(given.shape)}",
            expected=f"one position for each of {n_texts} texts: shape ({n_texts},)",
            fix="Say for every text where it is, also if it is the same place in all.",
        )
    if int(given.min()) < 0 or int(given.max()) >= n_pos:
        validate.refuse(
            name,
            got=f"positions from {int(given.min())} to {int(given.max())}",
            expected=f"positions in the text, from 0 to {n_pos - 1}",
            fix=f"Count from the start of the text: the last of {n_pos} tokens is {n_pos - 1}.",
        )


def integers(given: object, name: str, what: str) -> None:
    """Refuse what is no tensor of whole numbers; `what` says what they should stand for."""
    if isinstance(given, Tensor) and given.dtype in _WHOLE:
        return
    if isinstance(given, Tensor):
        got, fix = f"a tensor of {given.dtype}", f"Convert it: {name}.long()."
    elif isinstance(given, str):
        got, fix = repr(given), f"Encode it: {_EXAMPLE}."
    else:
        got, fix = type(given).__name__, f"Wrap it: torch.tensor({name})."
    validate.refuse(name, got=got, expected=f"a tensor of whole numbers, {what}", fix=fix)


def on(model: LanguageModel, given: Int[Tensor, "..."]) -> Int[Tensor, "..."]:
    """A tensor on the model's device."""
    return given.to(torch.device(model.cfg.device))
