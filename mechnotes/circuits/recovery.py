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
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from mechnotes import validate
from mechnotes.circuits.discovery import AnyEdge, Discovery, Score, discover
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
        kept: Edges that a search kept; one that is named twice counts once.
        circuit: Edges that were planted, likewise.

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
    found, planted = set(kept), set(circuit)
    hits = len(found & planted)
    precision = hits / len(found) if found else math.nan
    return Recovery(precision=precision, recall=hits / len(planted), n_kept=len(found))


def chance_precision(network: PlantedNetwork, kept: Collection[Edge]) -> float:
    """Precision of as many edges in every layer, drawn blindly.

    Args:
        network: The network, which says where edges were planted.
        kept: Edges that a search kept; one that is named twice counts once.

    Returns:
        Expected share of planted edges among them; NaN if none was kept.

    Raises:
        ValueError: If an edge is none of the network's.
    """
    found = set(kept)
    unknown = found - set(network.edges)
    if unknown:
        validate.refuse(
            "kept",
            got=repr(sorted(unknown)[0]),
            expected="edges of this network",
            fix="Search with network.edges.",
        )
    if not found:
        return math.nan
    depth = {edge: _layer(edge) for edge in network.edges}
    layers = list(depth.values())
    planted = [depth[edge] for edge in network.circuit]
    hits = sum(planted.count(depth[edge]) / layers.count(depth[edge]) for edge in found)
    return hits / len(found)


def fitted_threshold(edges: Sequence[AnyEdge], score: Score[AnyEdge], *, n_kept: int) -> float:
    """A threshold chosen on the network under test so that about `n_kept` edges remain.

    What one edge adds depends on those dropped before it, so sizes can be skipped. The search
    narrows down the range between a threshold that keeps too many edges and one that keeps too few.

    Args:
        edges: As in `discovery.discover`.
        score: As in `discovery.discover`.
        n_kept: Wished size of the circuit.

    Returns:
        Of all thresholds tried, in the score's unit, the one whose circuit is nearest to the wished
        size; of two that are equally near the lower one. At least one edge remains.

    Raises:
        ValueError: As `discovery.discover`, or if there are fewer edges, or fewer of them matter.
    """
    wished = validate.integer(n_kept, "n_kept", minimum=1)
    every = discover(edges, score, tau=math.ulp(0.0))
    if len(every.kept) < wished:
        validate.refuse(
            "n_kept",
            got=wished,
            expected=f"at most {len(every.kept)}, the edges that matter",
            fix="Wish for a smaller circuit.",
        )
    tried = list(_tried(edges, score, every, wished))
    return min((abs(n - wished), tau) for tau, n in tried if n)[1]


def _tried(
    edges: Sequence[AnyEdge], score: Score[AnyEdge], every: Discovery[AnyEdge], wished: int
) -> Iterator[tuple[float, int]]:
    """Thresholds and how many edges they keep, until one keeps as many as wished or none can."""
    low, high = _range_of(every)[1], math.inf
    yield low, len(every.kept)
    tau = sorted((step.increase for step in every.trace), reverse=True)[wished - 1]
    while low < high:
        found = discover(edges, score, tau=tau)
        yield tau, len(found.kept)
        if len(found.kept) == wished:
            return
        if len(found.kept) > wished:
            low = _range_of(found)[1]
        else:
            high = _range_of(found)[0]
        # By factors of two until the range is known, then by halves of it.
        middle = math.sqrt(low) * math.sqrt(high)
        tau = 2 * low if math.isinf(high) else max(middle, high / 2)
        tau = tau if low < tau <= high else high


def _range_of(found: Discovery[AnyEdge]) -> tuple[float, float]:
    """Thresholds of the same circuit: above the first number, up to the second."""
    dropped = [step.increase for step in found.trace if not step.kept]
    kept = [step.increase for step in found.trace if step.kept]
    return max(dropped, default=0.0), min(kept, default=math.inf)


def _layer(edge: Edge) -> str:
    """Layer of the receiver: "h1", "h2", ..., or the output's name."""
    return edge[1].split(".")[0]
