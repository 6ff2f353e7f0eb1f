"""Runs of a model in which vectors are added at an autoencoder's place, a few rows at a time."""

from collections.abc import Iterator
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes._typing import LanguageModel
from mechnotes.sae import activations, autoencoder
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.sae.effects import _places

ROWS = 512
"""Texts in one forward pass, at most, those of all runs counted; finished logits are on the CPU."""


@torch.no_grad()
def by_shift(
    model: LanguageModel,
    sae: Autoencoder,
    tokens: Int[Tensor, "text pos"],
    shifts: Float[Tensor, "n d_in"],
    *,
    where: Bool[Tensor, "text pos"] | None = None,
    rows_at_once: int = ROWS,
) -> Iterator[Float[Tensor, "some text pos d_vocab"]]:
    """Logits of all texts with a few of the vectors at a time."""
    place, shifts = check_place(model, sae), _checked(model, sae, shifts)
    tokens, mask = masked(model, where, tokens)
    n_rows, n_texts = validate.integer(rows_at_once, "rows_at_once", minimum=1), len(tokens)

    def run(some: Tensor, rows: Tensor) -> Tensor:
        shift, text = rows // n_texts, rows % n_texts
        moved = some[shift, None] * mask[text, :, None]  # [row, pos, d_in]
        return _run(model, place, tokens[text], moved)

    for some in shifts.split(max(1, n_rows // n_texts)):
        rows = torch.arange(len(some) * n_texts, device=tokens.device).split(n_rows)
        yield torch.cat([run(some, part) for part in rows]).unflatten(0, (len(some), n_texts))


@torch.no_grad()
def by_text(
    model: LanguageModel,
    sae: Autoencoder,
    tokens: Int[Tensor, "text pos"],
    shifts: Float[Tensor, "n d_in"],
    *,
    where: Bool[Tensor, "text pos"] | None = None,
    rows_at_once: int = ROWS,
) -> Iterator[Float[Tensor, "n pos d_vocab"]]:
    """Logits of one text at a time with all vectors.

    Up to the place, all runs of a text are one: it is read once, and only what comes later is
    computed for each vector.
    """
    place, shifts = check_place(model, sae), _checked(model, sae, shifts)
    tokens, mask = masked(model, where, tokens)
    parts = shifts.split(validate.integer(rows_at_once, "rows_at_once", minimum=1))
    for text, changed in zip(tokens.split(1), mask[..., None], strict=True):
        yield torch.cat([_run(model, place, text, some[:, None] * changed) for some in parts])


def check_place(model: LanguageModel, sae: Autoencoder) -> str:
    """Full name of the place, refused if a change there goes nowhere."""
    name = autoencoder.check_fits(model, sae)
    if name.endswith("resid_mid"):
        _places.refuse(sae, "a place where a change reaches all that follows: resid_post")
    return name


def masked(
    model: LanguageModel, where: Tensor | None, tokens: Tensor
) -> tuple[Int[Tensor, "text pos"], Float[Tensor, "text pos"]]:
    """Tokens on the model's device, and 1 where activations are changed, 0 elsewhere."""
    tokens = activations.on_device(model, tokens)
    if where is not None:
        return tokens, _places.check_where(where, tokens).float()
    mask = torch.ones(tokens.shape, device=tokens.device)
    mask[:, 0] = 0
    return tokens, mask


def _checked(model: LanguageModel, sae: Autoencoder, shifts: Tensor) -> Float[Tensor, "n d_in"]:
    """What is added, on the model's device."""
    validate.shape(validate.finite(shifts, "shifts"), "shifts", ("n", "d_in"), d_in=sae.cfg.d_in)
    return shifts.to(model.cfg.device)


def _run(
    model: LanguageModel,
    place: str,
    tokens: Int[Tensor, "text pos"],
    moved: Float[Tensor, "row pos d_in"],
) -> Float[Tensor, "row pos d_vocab"]:
    """Logits with something added at a place; a single text serves any number of rows."""

    def add(x: Tensor, hook: Any) -> Tensor:  # noqa: ARG001
        return x + moved.view(len(moved), *x.shape[1:])

    return model.run_with_hooks(tokens, fwd_hooks=[(place, add)]).cpu()
