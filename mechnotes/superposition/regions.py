"""Into how many pieces does a ReLU network cut its input?

Where no neuron changes between on and off, the network is one affine function. The set of all
inputs with the same neurons on is a convex polytope: in two dimensions a polygon. `cut` finds all
of them inside a square, exactly, by cutting polygons along one neuron's line after the other; the
lines of a later layer bend where those of an earlier one lie.

Source: Black et al. 2022, Interpreting Neural Networks through the Polytope Lens; the bound for one
layer is Zaslavsky's (1975) on hyperplane arrangements; the sawtooth is Telgarsky's (2016).
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import validate

Layers = list[tuple[Tensor, Tensor]]
"""Weights `[neurons inputs]` and biases `[neurons]` of each layer, first to last."""

Corner = tuple[float | int, float | int]
"""A point of the plane."""

_ON_THE_LINE = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Region:
    """One polygon of inputs on which the same neurons are on."""

    vertices: Float[Tensor, "vertices 2"]
    """Its corners, counter-clockwise."""
    pattern: Bool[Tensor, " neurons"]
    """Which neurons are on inside, all layers in a row."""


def most_regions(n_neurons: int, n_inputs: int) -> int:
    """Largest number of regions that one layer can make.

    Args:
        n_neurons: Number of neurons.
        n_inputs: Number of input dimensions.

    Returns:
        Sum over k = 0 ... n_inputs of "n_neurons choose k"; reached by lines in general position.

    Raises:
        ValueError: If there are no inputs or a number is no count.

    Source:
        Zaslavsky 1975, Facing up to arrangements.
    """
    validate.integer(n_neurons, "n_neurons")
    validate.integer(n_inputs, "n_inputs", minimum=1)
    return sum(math.comb(n_neurons, k) for k in range(n_inputs + 1))


def random_network(
    widths: tuple[int, ...], *, n_inputs: int = 2, generator: torch.Generator
) -> Layers:
    """Draw a network as at the start of training, with biases of the same size as the signal.

    Args:
        widths: Neurons of each layer.
        n_inputs: Number of input dimensions.
        generator: Source of randomness.

    Returns:
        Layers with weights of variance 2 / inputs and biases of variance 1/4.

    Raises:
        ValueError: If a width is below 1.
    """
    validate.integer(n_inputs, "n_inputs", minimum=1)
    validate.generator(generator)
    layers, wide = [], n_inputs
    for width in widths:
        validate.integer(width, "widths", minimum=1)
        W = torch.randn(width, wide, generator=generator, dtype=torch.float64)
        b = torch.randn(width, generator=generator, dtype=torch.float64)
        layers.append((W * math.sqrt(2 / wide), b / 2))
        wide = width
    return layers


def sawtooth(depth: int) -> Layers:
    """A network of two neurons per layer that folds the interval from 0 to 1 once per layer.

    Each layer computes the tent 2 ReLU(x) - 4 ReLU(x - 1/2), which maps both halves of the interval
    onto the whole. Only the first input is used.

    Args:
        depth: Number of layers.

    Returns:
        Layers of two neurons; inside (0, 1) they make 2^depth regions.

    Raises:
        ValueError: If there is no layer.

    Source:
        Telgarsky 2016, Benefits of depth in neural networks.
    """
    validate.integer(depth, "depth", minimum=1)
    b = torch.tensor([0.0, -0.5], dtype=torch.float64)
    first = torch.tensor([[1.0, 0.0], [1.0, 0.0]], dtype=torch.float64)
    fold = torch.tensor([[2.0, -4.0], [2.0, -4.0]], dtype=torch.float64)
    return [(first, b), *((fold, b) for _ in range(depth - 1))]


def cut(layers: Layers, *, low: Corner = (-1.0, -1.0), high: Corner = (1.0, 1.0)) -> list[Region]:
    """All regions of a network inside a rectangle of its two-dimensional input.

    Args:
        layers: The network; its first layer takes two inputs.
        low: Lower left corner of the rectangle.
        high: Upper right corner.

    Returns:
        The regions; they do not overlap and fill the rectangle.

    Raises:
        ValueError: If the layers do not fit each other or the rectangle is empty.
    """
    _check(layers)
    (x0, y0), (x1, y1) = low, high
    validate.number(x1, "high", low=validate.number(x0, "low"), low_open=True)
    validate.number(y1, "high", low=validate.number(y0, "low"), low_open=True)
    square = torch.tensor([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=torch.float64)
    # A piece is a polygon, the affine map from input to its layer, and the pattern so far.
    whole = torch.eye(2, dtype=torch.float64), torch.zeros(2, dtype=torch.float64)
    pieces = [(square, *whole, torch.zeros(0, dtype=torch.bool))]
    for W, b in layers:
        pieces = [part for piece in pieces for part in _through(piece, W.double(), b.double())]
    return [Region(vertices=polygon, pattern=pattern) for polygon, _, _, pattern in pieces]


def grid_patterns(
    layers: Layers, *, n_points: int, low: float | int = -1.0, high: float | int = 1.0
) -> int:
    """Number of different patterns that a grid of inputs meets: a lower bound on the regions.

    Args:
        layers: The network.
        n_points: Grid points along each of two axes.
        low: Smallest value of both inputs.
        high: Largest value.

    Returns:
        A count.

    Raises:
        ValueError: If the layers do not fit each other or there are no points.
    """
    _check(layers)
    validate.integer(n_points, "n_points", minimum=1)
    line = torch.linspace(validate.number(low, "low"), validate.number(high, "high"), n_points)
    x, on = torch.cartesian_prod(line, line).double(), []
    for W, b in layers:
        x = x @ W.double().T + b.double()
        on.append(x > 0)
        x = x.relu()
    return len(torch.cat(on, dim=1).unique(dim=0))


def _through(piece: tuple, W: Tensor, b: Tensor) -> list[tuple]:
    """Cut one piece along the lines of a layer and move on to the layer's output."""
    polygon, slope, offset, pattern = piece
    slope, offset = W @ slope, W @ offset + b  # pre-activations as functions of the input
    polygons = [polygon]
    for direction, distance in zip(slope, offset, strict=True):
        polygons = [part for one in polygons for part in _halves(one, direction, distance)]
    found = []
    for part in polygons:
        on = slope @ part.mean(dim=0) + offset > 0
        found.append((part, slope * on[:, None], offset * on, torch.cat((pattern, on))))
    return found


def _halves(polygon: Tensor, direction: Tensor, distance: Tensor) -> list[Tensor]:
    """The parts of a convex polygon on either side of a line; one part if it is not crossed."""
    height = polygon @ direction + distance
    reach = _ON_THE_LINE * height.abs().max().clamp(min=1e-30)
    if (height >= -reach).all() or (height <= reach).all():
        return [polygon]
    following = height.roll(-1)
    above, below = [], []
    for k, corner in enumerate(polygon):
        here, there = height[k], following[k]
        if here >= -reach:
            above.append(corner)
        if here <= reach:
            below.append(corner)
        if (here > reach and there < -reach) or (here < -reach and there > reach):
            crossing = corner + here / (here - there) * (polygon[(k + 1) % len(polygon)] - corner)
            above.append(crossing)
            below.append(crossing)
    return [torch.stack(part) for part in (above, below)]


def _check(layers: object) -> None:
    """Refuse layers that do not follow each other."""
    if not isinstance(layers, list) or not layers:
        validate.refuse(
            "layers",
            got=repr(layers),
            expected="a list of (W, b), one per layer",
            fix="Use random_network.",
        )
    wide = 2
    for W, b in layers:
        validate.shape(validate.finite(W, "layers"), "layers", ("neurons", "inputs"), inputs=wide)
        validate.shape(validate.finite(b, "layers"), "layers", ("neurons",), neurons=len(W))
        wide = len(W)
