"""Does each neuron work for one frequency?

A neuron's activation is a function of a and b. In the basis of products of waves of a and waves of
b, a neuron of frequency k has a constant, four entries with a wave of one summand, cos and sin of
wa and of wb, and four products. The products are what addition of angles needs.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.grokking import fourier, model, pairs
from mechnotes.grokking import weights as weightings
from mechnotes.grokking.weights import Weights


@torch.no_grad()
def activations(weights: Weights) -> Float[Tensor, "a b d_mlp"]:
    """Activations of all neurons for every pair, after the ReLU.

    Raises:
        ValueError: If the weights are none.
    """
    p = weightings.checked(weights).p
    return model.parts(weights, pairs.every(p)).neurons.unflatten(0, (p, p))


def spectrum(functions: Float[Tensor, "a b d_mlp"]) -> Float[Tensor, "along_a along_b d_mlp"]:
    """Coefficients of functions of a and b in products of the rows of `fourier.basis`.

    Raises:
        ValueError: If there is not a value for each pair of numbers modulo an odd p.
    """
    validate.shape(validate.finite(functions, "functions"), "functions", ("a", "b", "d_mlp"))
    p = len(functions)
    validate.shape(functions, "functions", ("a", "b", "d_mlp"), b=p)
    F = fourier.basis(p).to(functions.dtype)
    along_a = (F @ functions.flatten(1)).unflatten(1, (p, -1))
    return F @ along_a  # two products: forty times as fast as one einsum of three tensors


def shares(functions: Float[Tensor, "a b d_mlp"]) -> Float[Tensor, "frequency d_mlp"]:
    """Share of each neuron's variance that the eight entries of each frequency hold.

    Returns:
        From 0 to 1, for frequency k at index k−1; NaN for a neuron that never changes. They need
        not sum to 1: products of two different frequencies belong to none.

    Raises:
        ValueError: If there is not a value for each pair of numbers modulo an odd p.

    Source:
        Nanda et al. 2023, Progress measures for grokking via mechanistic interpretability: neurons
        as quadratic forms of one frequency.
    """
    energy = spectrum(functions).square()
    of_a, of_b = energy[1:, 0], energy[0, 1:]
    n = len(of_a) // 2
    alone = (of_a + of_b).unflatten(0, (n, 2)).sum(1)
    varying = energy.sum((0, 1)) - energy[0, 0]
    held = (alone + _products(energy)) / varying
    return torch.where(_changes(functions), held, torch.nan)


def product_shares(functions: Float[Tensor, "a b d_mlp"]) -> Float[Tensor, " d_mlp"]:
    """Share of each neuron's variance in the four products of its strongest frequency.

    0 for a neuron that adds something of a to something of b; NaN for one that never changes.

    Raises:
        ValueError: If there is not a value for each pair of numbers modulo an odd p.
    """
    energy = spectrum(functions).square()
    strongest = shares(functions).nan_to_num().argmax(0)
    own = _products(energy).gather(0, strongest[None])[0]
    held = own / (energy.sum((0, 1)) - energy[0, 0])
    return torch.where(_changes(functions), held, torch.nan)


def _products(
    energy: Float[Tensor, "along_a along_b d_mlp"],
) -> Float[Tensor, "frequency d_mlp"]:
    """Energy in the products of a wave of a with a wave of b of the same frequency."""
    n = len(energy) // 2
    blocks = energy[1:, 1:].unflatten(1, (n, 2)).unflatten(0, (n, 2))  # [k 2 k 2 neuron]
    each = torch.arange(n)
    return blocks[each, :, each].sum((1, 2))


def _changes(functions: Float[Tensor, "a b d_mlp"]) -> Tensor:
    flat = functions.flatten(0, 1)
    return flat.amax(0) > flat.amin(0)
