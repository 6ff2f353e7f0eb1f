"""How does a run with one site replaced go on? For each site, where it enters and with what.

Values at the new tokens are the stored run's, except where the patch puts others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import hooks
from mechnotes.patching._crossing import Entrance
from mechnotes.patching._runs import BaseRun
from mechnotes.patching._tokens import Tokens


@dataclass(frozen=True, kw_only=True, eq=False)
class Patch:
    """One site of one layer, replaced in each of several continuations of stored runs."""

    base: BaseRun
    """The stored runs."""
    site: str
    """What is replaced."""
    layer: int
    """In which layer."""
    values: Tensor
    """What is put in, for each prompt: the site's shape."""
    tokens: Tokens
    """Which tokens are new."""
    head: Int[Tensor, " rows"]
    """Head that is replaced in each continuation; -1 for all."""
    pos: Int[Tensor, " rows"]
    """Position at which it is replaced; -1 for all."""

    def stored(self) -> Tensor:
        """The stored run's values of the site."""
        return self.base.cache[hooks.name(self.base.model, self.site, layer=self.layer)]

    def stream(self) -> Float[Tensor, "packed d_model"]:
        """The stored stream that enters the layer, at the new tokens."""
        return self.tokens.of(self.base.stream(self.layer))

    def here(self) -> Bool[Tensor, "packed 1"]:
        """Whether the patch covers each new token."""
        pos = self.pos[self.tokens.row]
        return ((pos == -1) | (pos == self.tokens.pos))[:, None]

    def of_heads(self, n_heads: int) -> Bool[Tensor, "rows head"]:
        """Which heads each continuation replaces."""
        every = torch.arange(n_heads, device=self.head.device)
        return (self.head[:, None] == -1) | (self.head[:, None] == every)

    def change(self) -> Float[Tensor, "packed d_model"]:
        """What the patch adds to the site at the new tokens."""
        difference = self.tokens.of(self.values) - self.tokens.of(self.stored())
        return torch.where(self.here(), difference, 0.0)


def entrance(patch: Patch) -> Entrance:
    """Where a patched run enters, and what is known of it there."""
    return Entrance(tokens=patch.tokens, **_ENTERING[patch.site](patch))


def needed(site: str) -> set[str]:
    """Sites of a stored run that patches of a site need beside the streams."""
    return {site, "attn_out"} if site == "resid_mid" else {site}


def _resid_pre(patch: Patch) -> dict[str, Any]:
    return {"layer": patch.layer, "stream": patch.stream() + patch.change()}


def _block_end(patch: Patch) -> dict[str, Any]:
    """`resid_post` or `mlp_out`: both are terms of what enters the next layer."""
    leaving = patch.tokens.of(patch.base.stream(patch.layer + 1))
    return {"layer": patch.layer + 1, "stream": leaving + patch.change()}


def _attn_out(patch: Patch) -> dict[str, Any]:
    attention = patch.tokens.of(patch.stored()) + patch.change()
    return {"layer": patch.layer, "stream": patch.stream(), "attention": {patch.layer: attention}}


def _resid_mid(patch: Patch) -> dict[str, Any]:
    """Attention is given the output that makes the stream what it should be after it."""
    model, layer = patch.base.model, patch.layer
    stored = patch.base.cache[hooks.name(model, "attn_out", layer=layer)]
    attention = patch.tokens.of(stored) + patch.change()
    return {"layer": layer, "stream": patch.stream(), "attention": {patch.layer: attention}}


def _z(patch: Patch) -> dict[str, Any]:
    stored, values = patch.tokens.of(patch.stored()), patch.tokens.of(patch.values)
    chosen = patch.of_heads(stored.shape[1])[patch.tokens.row] & patch.here()  # [packed, head]
    heads = torch.where(chosen[..., None], values, stored)
    return {"layer": patch.layer, "stream": patch.stream(), "heads": heads}


def _inside(patch: Patch) -> dict[str, Any]:
    """`q`, `k`, `v` or `pattern`: attention is computed, with a hook on the site."""

    def edit(activation: Tensor, **_: object) -> Tensor:
        n_pos = patch.base.tokens.shape[1]
        at = torch.arange(n_pos, device=patch.pos.device)
        covered = (patch.pos[:, None] == -1) | (patch.pos[:, None] == at)  # [rows, pos]
        if patch.site == "pattern":
            chosen = patch.of_heads(activation.shape[1])[:, :, None] & covered[:, None]
        else:
            chosen = covered[:, :, None] & patch.of_heads(activation.shape[2])[:, None]
        return torch.where(chosen[..., None], patch.values[patch.tokens.pair], activation)

    name = hooks.name(patch.base.model, patch.site, layer=patch.layer)
    return {"layer": patch.layer, "stream": patch.stream(), "edit": (name, edit)}


_ENTERING: Mapping[str, Callable[[Patch], dict[str, Any]]] = {
    "resid_pre": _resid_pre,
    "resid_mid": _resid_mid,
    "resid_post": _block_end,
    "attn_out": _attn_out,
    "mlp_out": _block_end,
    "z": _z,
    **dict.fromkeys(("q", "k", "v", "pattern"), _inside),
}
