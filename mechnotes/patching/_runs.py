"""A run that patches start from: its tokens, and what is needed to go on from any layer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes._typing import LanguageModel
from mechnotes.patching import _checks
from mechnotes.prompts import Pairs


@dataclass(frozen=True, kw_only=True, eq=False)
class BaseRun:
    """Activations of one run, all layers, and its logits at the last position."""

    model: LanguageModel
    """Whose run it is."""
    tokens: Int[Tensor, "batch pos"]
    """What was read."""
    cache: Mapping[str, Tensor]
    """Activations by the name of the hook."""
    logits: Float[Tensor, "batch d_vocab"]
    """Logits after the last position."""

    def stream(self, layer: int) -> Float[Tensor, "batch pos d_model"]:
        """Residual stream as it enters a layer; after the last one if `layer` is their number."""
        if layer == self.model.cfg.n_layers:
            return self.cache["ln_final.hook_in"]
        return self.cache[f"blocks.{layer}.hook_resid_pre"]

    def whole_at(self, layer: int) -> tuple[str, ...]:
        """Hooks at which a layer's attention begins to need whole texts."""
        return _whole_at(self.model, layer)


@torch.no_grad()
def run(
    model: LanguageModel, tokens: Int[Tensor, "batch pos"], *, extra: Iterable[str] = ()
) -> BaseRun:
    """Run a model and keep what continuations need, and the hooks named in `extra`.

    Raises:
        ValueError: If the model has hooks of its own: continuations would hand them packed tokens.
    """
    _checks.unhooked(model)
    layers = range(model.cfg.n_layers)
    kept = {f"blocks.{layer}.hook_resid_pre" for layer in layers}
    kept |= {name for layer in layers for name in _whole_at(model, layer)}
    kept |= {"ln_final.hook_in", *extra}
    logits, cache = model.run_with_cache(tokens, names_filter=lambda name: name in kept)
    return BaseRun(model=model, tokens=tokens, cache=dict(cache), logits=logits[:, -1])


def both(model: LanguageModel, pairs: Pairs, *, extra: Iterable[str]) -> tuple[BaseRun, BaseRun]:
    """The clean and the corrupted run of prompt pairs."""
    names, device = set(extra), torch.device(model.cfg.device)
    clean, corrupted = pairs.clean.to(device), pairs.corrupted.to(device)
    return run(model, clean, extra=names), run(model, corrupted, extra=names)


def _whole_at(model: LanguageModel, layer: int) -> tuple[str, ...]:
    """Queries, keys and values; the input of attention where it counts its texts already there.

    GPT-2's attention takes the number of texts from its queries, so tokens can stay packed longer.
    """
    attention = f"blocks.{layer}.attn"
    if type(model.blocks[layer].attn).__name__ == "JointQKVAttentionBridge":
        return tuple(f"{attention}.hook_{kind}" for kind in "qkv")
    return (f"{attention}.hook_in",)
