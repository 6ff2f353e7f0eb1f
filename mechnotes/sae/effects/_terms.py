"""What have the parts of a model written to its stream, along one direction?"""

from typing import Any

import torch
from torch import Tensor

from mechnotes import hooks
from mechnotes._typing import LanguageModel
from mechnotes.sae import activations
from mechnotes.sae.effects import weights
from mechnotes.sae.effects._places import NEURONS, Place


def written(model: LanguageModel, place: Place, tokens: Tensor) -> Any:
    """Everything that has written to the stream below a place."""
    names = {hooks.name(model, "resid_pre", layer=0)}
    for site, layers in (("z", place.attentions), ("attn_out", place.attentions)):
        names |= {hooks.name(model, site, layer=layer) for layer in layers}
    for layer in place.mlps:
        inside = activations.check_hook(model, NEURONS.format(layer=layer))
        names |= {inside, hooks.name(model, "mlp_out", layer=layer)}
    return model.run_with_cache(tokens, names_filter=lambda name: name in names)[1]


def of_attention(
    model: LanguageModel, place: Place, w: Tensor, cache: Any, at: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    """For each layer what its heads write along w, and what its bias does."""
    heads, biases = [], []
    for layer in place.attentions:
        z = cache[hooks.name(model, "z", layer=layer)][at]  # [token, head, d_head]
        heads.append(torch.einsum("thz, hz -> ht", z, model.W_O[layer] @ w))
        output = cache[hooks.name(model, "attn_out", layer=layer)][at] @ w
        biases.append(output - heads[-1].sum(0))
    return heads, biases


def of_mlps(
    model: LanguageModel, place: Place, w: Tensor, cache: Any, at: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    """For each layer what its neurons write along w, and what its bias does."""
    neurons, biases = [], []
    for layer in place.mlps:
        active = cache[NEURONS.format(layer=layer)][at]
        neurons.append((active * (weights.neuron_outputs(model)[layer] @ w)).T)
        output = cache[hooks.name(model, "mlp_out", layer=layer)][at] @ w
        biases.append(output - neurons[-1].sum(0))
    return neurons, biases
