"""Patching as one would write it first: a whole run for each patch, with plain hooks."""

from collections.abc import Callable

import torch
from torch import Tensor

from mechnotes import hooks, metrics
from mechnotes._typing import LanguageModel
from mechnotes.prompts import Pairs


def cached(model: LanguageModel, tokens: Tensor) -> dict[str, Tensor]:
    """All activations of a run."""
    with torch.no_grad():
        return dict(model.run_with_cache(tokens)[1])


def logit_diff(model: LanguageModel, tokens: Tensor, edits: list, pairs: Pairs) -> Tensor:
    """Logit difference of a run with hooks."""
    with torch.no_grad():
        logits = model.run_with_hooks(tokens, fwd_hooks=edits)[:, -1]
    return metrics.logit_diff(
        logits, metrics.Target(answers=pairs.answers, wrong=pairs.wrong, clean=logits)
    )


def patched(
    model: LanguageModel,
    pairs: Pairs,
    *,
    site: str,
    layer: int,
    head: int | None = None,
    pos: int | None = None,
    noising: bool = False,
) -> Tensor:
    """Logit difference of each run with one place replaced."""
    into, out_of = (pairs.clean, pairs.corrupted) if noising else (pairs.corrupted, pairs.clean)
    source, name = cached(model, out_of), hooks.name(model, site, layer=layer)
    values = source[name]
    if site == "resid_mid":  # the bridge's hook of that name leaves the skip connection alone
        stream = cached(model, into)[hooks.name(model, "resid_pre", layer=layer)]
        name, values = hooks.name(model, "attn_out", layer=layer), values - stream
    edit = _edit(values, site, head, slice(None) if pos is None else pos)
    return logit_diff(model, into, [(name, edit)], pairs)


def _edit(values: Tensor, site: str, head: int | None, pos: int | slice) -> Callable[..., Tensor]:
    which = slice(None) if head is None else head

    def edit(activation: Tensor, **_: object) -> Tensor:
        changed = activation.clone()
        if site == "pattern":
            changed[:, which, pos] = values[:, which, pos]
        elif site in hooks.OF_HEADS:
            changed[:, pos, which] = values[:, pos, which]
        else:
            changed[:, pos] = values[:, pos]
        return changed

    return edit
