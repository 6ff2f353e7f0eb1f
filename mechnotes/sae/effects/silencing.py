"""Does a latent fall when a part that feeds it says nothing of its own?

`feeding` says what each part adds. Here the part is taken away in the running model: at every token
it says what it says on average. The latent then loses that part's own term, and whatever later
parts made of it on the way.
"""

from collections.abc import Collection
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import hooks, validate
from mechnotes._typing import Hook, LanguageModel
from mechnotes.sae import activations, autoencoder
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.sae.effects import _places, weights
from mechnotes.sae.effects._places import Place
from mechnotes.sae.effects.feeding import Part


@torch.no_grad()
def ablated(
    model: LanguageModel,
    sae: Autoencoder,
    latent: int,
    tokens: Int[Tensor, "text pos"],
    parts: Collection[Part],
) -> Float[Tensor, "text pos"]:
    """A latent's pre-activation in runs in which some parts say what they say on average.

    Each part is given its mean over all tokens of these texts but their first (mean ablation). An
    empty collection gives the pre-activation as it is.

    Args:
        model: The model.
        sae: An autoencoder of a residual stream.
        latent: Which latent.
        tokens: Texts of equal length.
        parts: ("head", layer, head) and ("neuron", layer, neuron).

    Raises:
        ValueError: As `contributions`, or if the model has no such part below the autoencoder.
    """
    place = _places.stream_of(sae)
    w, constant = weights.column(model, sae, latent), weights.offset(sae, latent)
    seen: list[Tensor] = []

    def look(activation: Tensor, hook: Any) -> None:  # noqa: ARG001
        seen.append(activation)

    tokens = activations.on_device(model, tokens)
    edits = [_silencing(model, part, place) for part in parts]
    model.run_with_hooks(tokens, fwd_hooks=[*edits, (autoencoder.hook_of(sae), look)])
    return (seen[0] @ w + constant).cpu()


def _silencing(model: LanguageModel, part: Part, place: Place) -> tuple[str, Hook]:
    """The hook that gives a head or a neuron its mean."""
    if not isinstance(part, tuple) or len(part) != 3:
        validate.refuse(
            "part",
            got=repr(part),
            expected='a kind, a layer and a number, such as ("head", 1, 0)',
            fix="Name one head or one neuron.",
        )
    kind, layer, number = part
    validate.choice(kind, "part", ("head", "neuron"))
    count = model.cfg.n_heads if kind == "head" else model.cfg.d_mlp or 0
    below = place.attentions if kind == "head" else place.mlps
    if validate.integer(layer, "layer", maximum=model.cfg.n_layers - 1) not in below:
        validate.refuse(
            "layer",
            got=f"a {kind} of block {layer}, above the place where the autoencoder reads",
            expected=f"a block from 0 to {len(below) - 1}",
            fix="What comes later cannot feed the latent.",
        )
    validate.integer(number, kind, maximum=count - 1)
    site = hooks.name(model, "z", layer=layer)

    def silence(activation: Tensor, hook: Any) -> Tensor:  # noqa: ARG001
        changed = activation.clone()
        changed[:, :, number] = activation[:, 1:, number].mean((0, 1))
        return changed

    return site if kind == "head" else _places.NEURONS.format(layer=layer), silence
