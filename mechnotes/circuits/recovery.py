"""How well was a planted circuit found, and how well would chance do?

*Precision* is the share of kept edges that were planted, *recall* the share of planted edges that
were kept. Neither means much alone: keeping everything has recall 1, and on a shuffled network some
planted places are hit blindly. `chance_precision` says how many: the precision of as many edges
drawn at random within each layer. Where all places of a layer are alike, as in `planted.reset`, no
method can do better on average.

`fitted_threshold` does what one must not do: it looks at the network under test and sets tau so
that a wished number of edges remains. It finds a circuit in anything, and that is the point of it.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mechnotes import validate
from mechnotes.circuits.discovery import AnyEdge, Score, discover
from mechnotes.circuits.planted import PlantedNetwork
from mechnotes.patching.graphs import Edge


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovery:
    """Kept edges against planted ones."""

    precision: float
    """Share of the kept edges that were planted; NaN if none was kept."""
    recall: float
    """Share of the planted edges that were kept."""
    n_kept: int
    """How many edges were kept."""


def recovery(kept: Collection[AnyEdge], circuit: Collection[AnyEdge]) -> Recovery:
    """Compare kept edges with the planted ones.

    Args:
        kept: Edges that a search kept.
        circuit: Edges that were planted.

    Returns:
        Precision, recall and the number kept.

    Raises:
        ValueError: If there is no planted edge.
    """
    if not circuit:
        validate.refuse(
            "circuit",
            got="no edges",
            expected="at least one planted edge",
            fix="Pass network.circuit.",
        )
    hits = len(set(kept) & set(circuit))
    precision = hits / len(kept) if kept else math.nan
    return Recovery(precision=precision, recall=hits / len(circuit), n_kept=len(kept))


def chance_precision(network: PlantedNetwork, kept: Collection[Edge]) -> float:
    """Precision of as many edges in every layer, drawn blindly.

    Args:
        network: The network, which says where edges were planted.
        kept: Edges that a search kept.

    Returns:
        Expected share of planted edges among them; NaN if none was kept.

    Raises:
        ValueError: If an edge is none of the network's.
    """
    unknown = set(kept) - set(network.edges)
    if unknown:
        validate.refuse(
            "kept",
            got=repr(sorted(unknown)[0]),
            expected="edges of this network",
            fix="Search with network.edges.",
        )
    if not kept:
        return math.nan
    depth = {edge: _layer(edge) for edge in network.edges}
    layers = list(depth.values())
    planted = [depth[edge] for edge in network.circuit]
    hits = sum(planted.count(depth[edge]) / layers.count(depth[edge]) for edge in kept)
    return hits / len(kept)


def fitted_threshold(edges: Sequence[AnyEdge], score: Score[AnyEdge], *, n_kept: int) -> float:
    """A threshold chosen on the network under test so that about `n_kept` edges remain.

    Args:
        edges: As in `discovery.discover`.
        score: As in `discovery.discover`.
        n_kept: Wished size of the circuit.

    Returns:
        The n-th largest increase of a search that drops nothing that hurts at all, in the score's
        unit.

    Raises:
        ValueError: If there are fewer edges, or fewer of them matter at all.
    """
    wished = validate.integer(n_kept, "n_kept", minimum=1, maximum=len(edges))
    found = discover(edges, score, tau=math.ulp(0.0))
    increases = sorted((decision.increase for decision in found.trace), reverse=True)
    if increases[wished - 1] <= 0:
        validate.refuse(
            "n_kept",
            got=wished,
            expected=f"at most {sum(value > 0 for value in increases)}, the edges that matter",
            fix="Wish for a smaller circuit.",
        )
    return increases[wished - 1]


def _layer(edge: Edge) -> str:
    """Layer of the receiver: "h1", "h2", ..., or the output's name."""
    return edge[1].split(".")[0]
