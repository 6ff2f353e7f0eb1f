"""Go on with runs from the middle, computing only what is new.

Many continuations of stored runs go through the model at once, and each enters at its own layer. A
continuation differs from its stored run from some position on; only those tokens are computed. They
travel packed, as one long row of tokens: norms and MLPs treat tokens one by one and do not notice.
Where attention needs whole texts, the packed tokens are put back among the stored ones; where its
output leaves, they are packed again. In the last layer only the last token of each text goes on.

The model is started on one stored prompt. At the first entrance a hook exchanges it for the packed
tokens, at later ones a hook adds more. TransformerBridge allows this from a batch of one only.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes._typing import Hook
from mechnotes.patching._crossing import Crossing, Edit, Entrance
from mechnotes.patching._runs import BaseRun


@torch.no_grad()
def resume(
    base: BaseRun, entrances: Sequence[Entrance], *, edits: Sequence[Edit] = ()
) -> Float[Tensor, "rows d_model"]:
    """The last token of each continuation after the final norm, in the order of the entrances.

    Args:
        base: The stored runs.
        entrances: Continuations, from the lowest layer to the highest.
        edits: Further hooks, which see all that passes.
    """
    top = base.model.cfg.n_layers
    final: list[Tensor] = []
    hooks: list[Edit] = []
    for layer in range(entrances[0].layer, top):
        inside = [each for each in entrances if each.layer <= layer]
        new = [each.stream for each in inside if each.layer == layer]
        hooks += _joining(f"blocks.{layer}.hook_resid_pre", new, first=len(new) == len(inside))
        hooks += Crossing(base=base, inside=inside, layer=layer).hooks()
    late = [each.stream[each.tokens.last] for each in entrances if each.layer == top]
    hooks += _joining("ln_final.hook_in", late, first=len(late) == len(entrances))
    hooks += [*edits, ("ln_final.hook_out", _taken(final))]
    base.model.run_with_hooks(base.tokens[:1], fwd_hooks=hooks)
    return final[0][0]


def _joining(name: str, new: Sequence[Tensor], *, first: bool) -> list[Edit]:
    """The hook that lets packed tokens in; the first ones take the place of what was there."""
    if not new:
        return []

    def join(stream: Tensor, **_: object) -> Tensor:
        before = stream[0, :0] if first else stream[0]
        return torch.cat((before, *new))[None]

    return [(name, join)]


def _taken(values: list[Tensor]) -> Hook:
    """A hook that takes the activation and hands on none of its tokens: nothing is unembedded."""

    def take(activation: Tensor, **_: object) -> Tensor:
        values.append(activation)
        return activation[:, :0]

    return take
