"""A run that patches start from: its tokens, and what is needed to go on from any layer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes._typing import LanguageModel
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

    def attention_input(self, layer: int) -> Float[Tensor, "batch pos d_model"]:
        """What a layer's attention reads: the stream after its first norm."""
        return self.cache[f"blocks.{layer}.attn.hook_in"]


@torch.no_grad()
def run(
    model: LanguageModel, tokens: Int[Tensor, "batch pos"], *, extra: Iterable[str] = ()
) -> BaseRun:
    """Run a model and keep what continuations need, and the hooks named in `extra`."""
    layers = range(model.cfg.n_layers)
    kept = {f"blocks.{layer}.hook_resid_pre" for layer in layers}
    kept |= {f"blocks.{layer}.attn.hook_in" for layer in layers}
    kept |= {"ln_final.hook_in", *extra}
    logits, cache = model.run_with_cache(tokens, names_filter=lambda name: name in kept)
    return BaseRun(model=model, tokens=tokens, cache=dict(cache), logits=logits[:, -1])


def both(model: LanguageModel, pairs: Pairs, *, extra: Iterable[str]) -> tuple[BaseRun, BaseRun]:
    """The clean and the corrupted run of prompt pairs."""
    names, device = set(extra), torch.device(model.cfg.device)
    clean, corrupted = pairs.clean.to(device), pairs.corrupted.to(device)
    return run(model, clean, extra=names), run(model, corrupted, extra=names)
