"""Go on with a run from the middle, computing only what is new.

Many continuations of stored runs go through the upper layers at once. A continuation differs from
its stored run from some position on; only those tokens are computed. They travel through the model
packed, as one long row of tokens: norms and MLPs treat tokens one by one and do not notice. Where
attention needs whole texts, the packed tokens are put back among the stored ones; where its output
leaves, they are packed again. In the last layer only the last token of each text goes on.

The model is started on one stored prompt, and a hook at the entrance of the layer exchanges it for
the packed tokens. TransformerBridge allows this from a batch of one only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes._typing import Hook
from mechnotes.patching._runs import BaseRun

Edit = tuple[str, Hook]


@dataclass(frozen=True, kw_only=True, eq=False)
class Tokens:
    """Tokens of several continuations, packed: those at or after each one's first difference."""

    pair: Int[Tensor, " rows"]
    """Prompt of the stored run that each continuation belongs to."""
    row: Int[Tensor, " packed"]
    """Continuation of each packed token."""
    pos: Int[Tensor, " packed"]
    """Position of each packed token."""
    last: Bool[Tensor, " packed"]
    """Whether it is the last of its text."""

    def of(self, stored: Float[Tensor, "batch pos ..."]) -> Float[Tensor, "packed ..."]:
        """The packed tokens' entries of a stored activation."""
        return stored[self.pair[self.row], self.pos]


def pack(pair: Int[Tensor, " rows"], start: Int[Tensor, " rows"], n_pos: int) -> Tokens:
    """Tokens of continuations that differ from their stored runs from `start` on."""
    row, pos = (torch.arange(n_pos, device=start.device) >= start[:, None]).nonzero(as_tuple=True)
    return Tokens(pair=pair, row=row, pos=pos, last=pos == n_pos - 1)


@torch.no_grad()
def resume(
    base: BaseRun,
    tokens: Tokens,
    *,
    layer: int,
    stream: Float[Tensor, "packed d_model"],
    edits: Sequence[Edit] = (),
    heads: Float[Tensor, "packed head d_head"] | None = None,
    attention: Mapping[int, Float[Tensor, "packed d_model"]] = MappingProxyType({}),
) -> Float[Tensor, "rows d_model"]:
    """The last token of each continuation after the final norm.

    Args:
        base: The stored run.
        tokens: Which tokens are new.
        layer: Where the continuations enter; the number of layers means after the last.
        stream: What enters it at the new tokens.
        edits: Further hooks; inside attention they see whole texts, one per continuation.
        heads: Outputs z of the entered layer's heads; its attention is then not computed.
        attention: Outputs of the attention of some layers, which is then not computed.
    """
    n_layers = base.model.cfg.n_layers
    final: list[Tensor] = []
    hooks: list[Edit] = []
    if layer < n_layers:
        hooks.append((f"blocks.{layer}.hook_resid_pre", _put(stream[None])))
    else:
        hooks.append(("ln_final.hook_in", _put(stream[tokens.last][None])))
    for upper in range(layer, n_layers):
        going = tokens.last if upper == n_layers - 1 else torch.ones_like(tokens.last)
        hooks += _narrowing(upper, going) if upper == n_layers - 1 else []
        if upper in attention:
            hooks += _attended(base, upper, "hook_attn_out", attention[upper][going])
        elif heads is not None and upper == layer:
            hooks += _attended(base, upper, "attn.hook_z", heads[going])
        else:
            hooks += _attending(base, tokens, upper, going)
    hooks += [*edits, ("ln_final.hook_out", _taken(final))]
    base.model.run_with_hooks(base.tokens[:1], fwd_hooks=hooks)
    return final[0][0]


def _attending(
    base: BaseRun, tokens: Tokens, layer: int, going: Bool[Tensor, " packed"]
) -> list[Edit]:
    """Hooks that give attention whole texts and pack what goes on."""
    row, pos = tokens.row[going], tokens.pos[going]
    return [
        (f"blocks.{layer}.attn.hook_in", _whole(base.attention_input(layer), tokens)),
        (f"blocks.{layer}.attn.hook_z", lambda z, **_: z[row, pos][None]),
    ]


def _attended(base: BaseRun, layer: int, hook: str, known: Tensor) -> list[Edit]:
    """Hooks that put a known result of attention, and let it read any one text meanwhile."""
    return [
        (f"blocks.{layer}.attn.hook_in", _put(base.attention_input(layer)[:1])),
        (f"blocks.{layer}.{hook}", _put(known[None])),
    ]


def _narrowing(layer: int, going: Bool[Tensor, " packed"]) -> list[Edit]:
    """Hooks that let only some tokens past a layer whose attention still reads all of them."""
    entered: list[Tensor] = []

    def narrow(stream: Tensor, **_: object) -> Tensor:
        entered.append(stream)
        return stream[:, going]

    return [
        (f"blocks.{layer}.hook_resid_pre", narrow),
        (f"blocks.{layer}.ln1.hook_in", lambda _old, **_: entered[0]),
    ]


def _whole(stored: Float[Tensor, "batch pos d_model"], tokens: Tokens) -> Hook:
    """A hook that puts packed tokens back among the stored ones."""

    def whole(packed: Tensor, **_: object) -> Tensor:
        texts = stored[tokens.pair]
        texts[tokens.row, tokens.pos] = packed[0]
        return texts

    return whole


def _put(value: Tensor) -> Hook:
    """A hook that puts a tensor in the place of whatever comes."""
    return lambda _old, **_: value


def _taken(values: list[Tensor]) -> Hook:
    """A hook that takes the activation and hands on none of its tokens: nothing is unembedded."""

    def take(activation: Tensor, **_: object) -> Tensor:
        values.append(activation)
        return activation[:, :0]

    return take
