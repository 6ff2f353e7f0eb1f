"""Is it the same model when all its coordinates are mixed?

A rotation of the residual stream that every matrix undoes changes no attention pattern and no
logit, but nothing has a place of its own any more: "the position part" can be found by its
behaviour only. Trained models look like this. A permutation of the dimensions is the mildest case.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits: the residual stream has
    no privileged basis.
"""

import dataclasses

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.circuits.attention_only.weights import Weights, checked
from mechnotes.circuits.by_hand import induction


def turned(weights: Weights, rotation: Float[Tensor, "d_model d_model"]) -> Weights:
    """The same models in other coordinates of the stream.

    Args:
        weights: The models.
        rotation: Orthogonal matrix; a stream x becomes `x @ rotation`.

    Returns:
        Models with the same patterns and logits.

    Raises:
        ValueError: If the weights are none, or the matrix is not orthogonal (a singular one would
            lose information) or has another size.
    """
    width = checked(weights).d_model
    axes = ("d_model", "d_model")
    validate.shape(validate.finite(rotation, "rotation"), "rotation", axes, d_model=width)
    if (rotation.T @ rotation - torch.eye(width, dtype=rotation.dtype)).abs().max() > 1e-3:
        validate.refuse(
            "rotation",
            got="a matrix that changes lengths or is singular",
            expected="an orthogonal matrix",
            fix="Take the Q of torch.linalg.qr of a random matrix.",
        )
    back = rotation.T
    names = ("W_E", "W_pos", "W_O")
    found = {name: getattr(weights, name) @ rotation for name in names}
    found |= {name: back @ getattr(weights, name) for name in ("W_Q", "W_K", "W_V", "W_U")}
    return dataclasses.replace(weights, **found)


def rotation(width: int, *, kind: str, generator: torch.Generator) -> Float[Tensor, "width width"]:
    """Draw coordinates.

    Args:
        width: Dimensions of the stream.
        kind: "rotated": any directions. "permuted": the same axes in another order.
        generator: Source of randomness.

    Raises:
        ValueError: If the width is no integer of at least 1, or the kind is neither.
    """
    validate.integer(width, "width", minimum=1)
    validate.generator(generator)
    if validate.choice(kind, "kind", ("rotated", "permuted")) == "permuted":
        return torch.eye(width)[torch.randperm(width, generator=generator)]
    drawn = torch.randn(width, width, generator=generator, dtype=torch.float64)
    return torch.linalg.qr(drawn).Q.float()


def suspects(n_models: int, *, seed: int) -> tuple[tuple[Weights, str], ...]:
    """Models that attend alike, and which of the two constructions each is.

    Args:
        n_models: How many; the first half is permuted, the rest rotated.
        seed: Seed of everything about them.

    Returns:
        Twins of `induction.twins` in other coordinates, with "Q" or "K".

    Raises:
        ValueError: If a number is no integer, or there are no models.
    """
    count = validate.integer(n_models, "n_models", minimum=1)
    generator = rng.generator(seed, "suspects")
    paths = [induction.PATHS[number % 2] for number in range(count)]
    order = torch.randperm(count, generator=generator).tolist()
    found = []
    for number, path in enumerate(paths[index] for index in order):
        n_letters = 12 + int(torch.randint(5, (), generator=generator))
        plain = induction.twins(path, n_letters=n_letters)
        kind = "permuted" if number < count // 2 else "rotated"
        found.append((turned(plain, rotation(plain.d_model, kind=kind, generator=generator)), path))
    return tuple(found)
