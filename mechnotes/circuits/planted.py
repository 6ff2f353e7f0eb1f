"""Does circuit discovery find what is there, and nothing where nothing is?

`plant` hides a hand-written circuit in a random network: three layers of ReLUs in which every unit
hears every unit below it, with small random weights. Eight of the edges are large, and compute

    y = |x_a - x_b| = ReLU(x_a - x_b) + ReLU(x_b - x_a)

for two of the inputs. `reset` shuffles all weights of each layer: the same numbers, but no circuit
was written. Large weights then seldom meet in a row from an input to the output, and the output
hardly moves; now and then they do meet, and form a circuit of their own. `recovery` says how well
either was found, and how well chance would do.

Edges are named by their ends: "x2" is input 2, "h1.4" unit 4 of the first layer, "y" the output.

Source:
    Conmy et al. 2023, arXiv:2304.14997 (networks reset by permuting weights). The circuit is ours.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.circuits import _layers
from mechnotes.circuits.discovery import Score, mean_square
from mechnotes.patching.graphs import Edge, Graph, Node

OUTPUT = "y"
"""Name of the output node."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PlantedNetwork:
    """Layers of ReLUs below a linear output, some of whose edges form a known circuit.

    Raises:
        ValueError: If layers do not fit each other, there is more than one output, or `planted` is
            not one matrix of True and False for each layer.
    """

    weights: tuple[Float[Tensor, "_receiver _sender"], ...]
    """Of each layer; the last has one receiver, the output."""
    planted: tuple[Bool[Tensor, "_receiver _sender"], ...]
    """Where the circuit was written."""

    def __post_init__(self) -> None:
        _layers.check(self.weights, self.planted)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """All edges in the order of the search: the last layer first."""
        depth = len(self.weights)
        return tuple(
            (self._name(layer, sender), self._name(layer + 1, receiver))
            for layer in reversed(range(depth))
            for receiver in range(len(self.weights[layer]))
            for sender in range(self.weights[layer].shape[1])
        )

    @property
    def circuit(self) -> frozenset[Edge]:
        """The planted edges."""
        return frozenset(e for e, here in zip(self.edges, self._flat(), strict=True) if here)

    def graph(self) -> Graph:
        """The network as a graph with one node for each unit."""
        nodes = [
            Node(
                name=self._name(layer + 1, receiver),
                parents=tuple(self._name(layer, s) for s in range(W.shape[1])),
                function=_unit(W[receiver], linear=layer == len(self.weights) - 1),
            )
            for layer, W in enumerate(self.weights)
            for receiver in range(len(W))
        ]
        inputs = tuple(self._name(0, sender) for sender in range(self.weights[0].shape[1]))
        return Graph(inputs=inputs, nodes=tuple(nodes))

    def score(
        self, clean: Float[Tensor, "batch inputs"], corrupted: Float[Tensor, "batch inputs"]
    ) -> Score[Edge]:
        """Mean squared distance from the clean output, as `discovery.graph_score` but by layers.

        Args:
            clean: Inputs that the circuit should answer as the whole network does.
            corrupted: Inputs from whose run dropped edges take their values.

        Raises:
            ValueError: If there is not one column for each input, in both, or as many rows. The
                score refuses edges that are none of the network's.
        """
        for name, x in (("clean", clean), ("corrupted", corrupted)):
            validate.shape(
                validate.finite(x, name), name, ("batch", "inputs"), inputs=self.weights[0].shape[1]
            )
        if len(corrupted) != len(clean):
            validate.refuse(
                "corrupted",
                got=f"{len(corrupted)} rows",
                expected=f"{len(clean)}, one for each row of clean inputs",
                fix="Draw both at once with inputs(network).",
            )
        place = {edge: index for index, edge in enumerate(self.edges)}
        stored = self._layers(corrupted, None, ())
        right = self._layers(clean, None, ())[-1]

        def score(dropped: frozenset[Edge]) -> float:
            if unknown := dropped - place.keys():
                validate.refuse(
                    "dropped",
                    got=repr(min(unknown)),
                    expected="edges of this network",
                    fix="Take them from network.edges.",
                )
            mask = torch.ones(len(place), dtype=torch.bool)
            mask[[place[edge] for edge in dropped]] = False
            return mean_square(self._layers(clean, self._by_layer(mask), stored)[-1], right)

        return score

    def _layers(
        self,
        x: Float[Tensor, "batch inputs"],
        kept: tuple[Bool[Tensor, "_receiver _sender"], ...] | None,
        stored: tuple[Tensor, ...],
    ) -> tuple[Float[Tensor, "batch _unit"], ...]:
        """Values of all layers; senders on edges that are not kept are heard as stored."""
        values = [x]
        for layer, W in enumerate(self.weights):
            heard = values[-1] @ (W if kept is None else W * kept[layer]).T
            if kept is not None:
                heard = heard + stored[layer] @ (W * ~kept[layer]).T
            values.append(heard if layer == len(self.weights) - 1 else heard.relu())
        return tuple(values)

    def _by_layer(
        self, flat: Bool[Tensor, " edges"]
    ) -> tuple[Bool[Tensor, "_receiver _sender"], ...]:
        """Flags in the order of `edges`, as one matrix for each layer."""
        parts = flat.split([W.numel() for W in reversed(self.weights)])
        shapes = [W.shape for W in self.weights]
        return tuple(part.reshape(s) for part, s in zip(reversed(parts), shapes, strict=True))

    def _flat(self) -> list[bool]:
        return torch.cat([mask.flatten() for mask in reversed(self.planted)]).tolist()

    def _name(self, layer: int, unit: int) -> str:
        if layer == len(self.weights):
            return OUTPUT
        return f"h{layer}.{unit}" if layer else f"x{unit}"


def plant(*, width: int = 6, background: float = 0.02, seed: int = 0) -> PlantedNetwork:
    """Hide the circuit at random places of a random network.

    Args:
        width: Inputs, and units of each of the three hidden layers; at least 2.
        background: Standard deviation of all other weights; planted ones are 1 or -1.
        seed: Seed of places and weights.

    Raises:
        ValueError: If the width is below 2, or the background negative.
    """
    units = validate.integer(width, "width", minimum=2)
    scale = validate.number(background, "background", low=0)
    generator = rng.generator(seed, "planted")
    shapes = [(units, units)] * 3 + [(1, units)]
    weights = [scale * torch.randn(shape, generator=generator) for shape in shapes]
    masks = [torch.zeros(shape, dtype=torch.bool) for shape in shapes]
    (a, b), (up, down), (joined, _), (last, _) = (
        torch.randperm(units, generator=generator)[:2].tolist() for _ in range(4)
    )
    written = (
        *((0, up, a, 1.0), (0, up, b, -1.0), (0, down, a, -1.0), (0, down, b, 1.0)),
        *((1, joined, up, 1.0), (1, joined, down, 1.0)),
        *((2, last, joined, 1.0), (3, 0, last, 1.0)),
    )
    for layer, receiver, sender, weight in written:
        weights[layer][receiver, sender] = weight
        masks[layer][receiver, sender] = True
    return PlantedNetwork(weights=tuple(weights), planted=tuple(masks))


def reset(network: PlantedNetwork, *, seed: int) -> PlantedNetwork:
    """The network with the weights of each layer shuffled; `planted` still says where they were.

    Args:
        network: The network.
        seed: Seed of the shuffling.

    Raises:
        ValueError: If the seed is not an integer of at least 0.
    """
    generator = rng.generator(seed, "reset")
    shuffled = [
        W.flatten()[torch.randperm(W.numel(), generator=generator)].reshape(W.shape)
        for W in network.weights
    ]
    return PlantedNetwork(weights=tuple(shuffled), planted=network.planted)


def inputs(
    network: PlantedNetwork, *, n_examples: int = 128, seed: int = 0
) -> tuple[Float[Tensor, "batch inputs"], Float[Tensor, "batch inputs"]]:
    """Clean and corrupted inputs: independent draws from the standard normal distribution.

    Args:
        network: The network, which says how many inputs there are.
        n_examples: Rows of each.
        seed: Seed of the drawing.

    Raises:
        ValueError: If the number is below 1, or the seed none.
    """
    n_inputs = network.weights[0].shape[1]
    shape = (validate.integer(n_examples, "n_examples", minimum=1), n_inputs)
    clean, corrupted = (rng.generator(seed, name) for name in ("clean", "corrupted"))
    return torch.randn(shape, generator=clean), torch.randn(shape, generator=corrupted)


def _unit(weights: Float[Tensor, " sender"], *, linear: bool) -> Callable[..., Tensor]:
    def unit(*senders: Tensor) -> Tensor:
        heard = torch.stack(senders, dim=-1) @ weights
        return heard if linear else heard.relu()

    return unit
