"""Can a direction look like the carrier of a feature, and carry nothing?

A number x is written into a hidden vector along two directions, and the output y = x is read along
two directions:

    carrier        written with x, and read: this is how x reaches the output
    disconnected   written with x, and never read
    dormant        never written, but read

Patching the carrier from another run changes y to that run's x. Patching the disconnected or the
dormant direction changes nothing, as it should. But patch the line *between* these two: what the
disconnected half learns about the other run is written half into the dormant direction, which the
output does read. At 45 degrees y changes exactly as if the feature had been found. A patch that
works is therefore no proof that x lives there; look at each part, and at values that never occur.

Source:
    Makelov, Lange and Nanda 2023, arXiv:2311.17030, their distilled example. The weights are ours,
    chosen so that the illusion is complete, and turned so that no direction is a single neuron.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate


@dataclass(frozen=True, kw_only=True, eq=False)
class IllusionNet:
    """x -> hidden -> y = x, with three directions at right angles, each of length 1."""

    carrier: Float[Tensor, " d_hidden"]
    """Written with x and read with weight 1."""
    disconnected: Float[Tensor, " d_hidden"]
    """Written with x and not read."""
    dormant: Float[Tensor, " d_hidden"]
    """Not written, but read with weight 2."""

    def __post_init__(self) -> None:
        for name in ("carrier", "disconnected", "dormant"):
            _vector(getattr(self, name), name, len(self.carrier))

    def hidden(self, x: Float[Tensor, " batch"]) -> Float[Tensor, "batch d_hidden"]:
        """Hidden vectors: x along the carrier and along the disconnected direction.

        Raises:
            ValueError: If x is not a finite vector.
        """
        return _vector(x, "x")[:, None] * (self.carrier + self.disconnected)

    def output(self, hidden: Float[Tensor, "batch d_hidden"]) -> Float[Tensor, " batch"]:
        """What is read: the carrier's coordinate and twice the dormant one.

        Raises:
            ValueError: If hidden is not a finite batch of hidden vectors.
        """
        return _batch(hidden, "hidden", len(self.carrier)) @ (self.carrier + 2 * self.dormant)

    def mixture(self, degrees: float | int) -> Float[Tensor, " d_hidden"]:
        """Direction between the disconnected one (0 degrees) and the dormant one (90 degrees)."""
        angle = math.radians(validate.number(degrees, "degrees"))
        return math.cos(angle) * self.disconnected + math.sin(angle) * self.dormant


def make(*, d_hidden: int = 8, seed: int = 0) -> IllusionNet:
    """Draw three directions at right angles.

    Args:
        d_hidden: Hidden dimensions, at least 3.
        seed: Seed of the drawing.

    Raises:
        ValueError: If there are fewer than three dimensions, or the seed is none.
    """
    width = validate.integer(d_hidden, "d_hidden", minimum=3)
    drawn = torch.randn(width, 3, generator=rng.generator(seed, "illusion"))
    carrier, disconnected, dormant = torch.linalg.qr(drawn).Q.T
    return IllusionNet(carrier=carrier, disconnected=disconnected, dormant=dormant)


def patched(
    base: Float[Tensor, "batch d_hidden"],
    source: Float[Tensor, "batch d_hidden"],
    direction: Float[Tensor, " d_hidden"],
) -> Float[Tensor, "batch d_hidden"]:
    """Hidden vectors whose coordinate along one direction comes from another run.

    Args:
        base: Hidden vectors that are changed.
        source: Those that the coordinate is taken from.
        direction: The line; its length and sign do not matter.

    Returns:
        base + (source - base) projected onto the direction; across it nothing changes.

    Raises:
        ValueError: If the direction is not finite or zero, or shapes do not fit each other.
    """
    if not _vector(direction, "direction").any():
        validate.refuse(
            "direction",
            got="the zero vector",
            expected="a vector that points somewhere",
            fix="Take one of the net's directions, or net.mixture(45).",
        )
    for name, hidden in (("base", base), ("source", source)):
        _batch(hidden, name, len(direction))
    if len(base) != len(source):
        validate.refuse(
            "source",
            got=f"{len(source)} vectors",
            expected=f"{len(base)}, as many as base has",
            fix="Pair every vector with one of the other run.",
        )
    unit = direction / direction.norm()
    return base + ((source - base) @ unit)[:, None] * unit


def recovered(
    net: IllusionNet,
    direction: Float[Tensor, " d_hidden"],
    *,
    base: float | int = -1.0,
    source: float | int = 1.0,
) -> float:
    """Share of the change from one output to the other that patching a direction achieves.

    Args:
        net: The net.
        direction: Line that is patched.
        base: x of the run that is changed.
        source: x of the run that the coordinate comes from.

    Returns:
        0 if the output stays, 1 if it becomes that of the source run. For `net.mixture(degrees)`
        this is sin(2 * degrees).

    Raises:
        ValueError: If both runs have the same x, or the direction is none.
    """
    ends = torch.tensor([validate.number(base, "base"), validate.number(source, "source")])
    if ends[0] == ends[1]:
        validate.refuse(
            "base and source",
            got=f"{base} twice",
            expected="two different numbers",
            fix="Patch from a run in which x differs.",
        )
    before, after = net.hidden(ends).split(1)
    change = net.output(patched(before, after, direction)) - net.output(before)
    return (change / (net.output(after) - net.output(before))).item()


def dormant_activity(
    net: IllusionNet,
    direction: Float[Tensor, " d_hidden"],
    *,
    base: float | int = -1.0,
    source: float | int = 1.0,
) -> float:
    """Coordinate along the dormant direction after a patch; without patches it is always 0.

    Args:
        net: The net.
        direction: Line that is patched.
        base: x of the run that is changed.
        source: x of the run that the coordinate comes from.

    Raises:
        ValueError: If a number is not finite, or the direction is none.
    """
    ends = torch.tensor([validate.number(base, "base"), validate.number(source, "source")])
    before, after = net.hidden(ends).split(1)
    return (patched(before, after, direction) @ net.dormant).item()


def _vector(x: Float[Tensor, " n"], name: str, size: int | None = None) -> Float[Tensor, " n"]:
    sizes = {} if size is None else {"n": size}
    return validate.shape(validate.finite(x, name), name, ("n",), **sizes)


def _batch(
    hidden: Float[Tensor, "batch d_hidden"], name: str, width: int
) -> Float[Tensor, "batch d_hidden"]:
    validate.finite(hidden, name)
    return validate.shape(hidden, name, ("batch", "d_hidden"), d_hidden=width)
