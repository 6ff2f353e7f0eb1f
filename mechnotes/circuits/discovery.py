"""Which edges does an answer need? Drop one after another, and keep what hurts.

Go through all edges from the output backwards. Let the edge carry what it carried in the corrupted
run. If the answer moves away from the clean one by less than a threshold tau *more than before*,
the edge is dropped for good; otherwise it stays. What is left is the circuit.

    found = discover(edges, score, tau=0.01)          # any network: score says how far off it is
    found = discover_graph(graph, clean, corrupted, output="y", divergence=mean_square, tau=0.01)

`tau` decides the size of the circuit, so it belongs to the question and not to the answer: fix it
on one network, from the noise of the divergence, and use it unchanged on the next. A threshold that
is chosen on the network under test finds a circuit in anything (see `planted.reset`). Of two edges
that can stand in for each other one is dropped, and which one depends on the order.

Source:
    Conmy et al. 2023, arXiv:2304.14997, algorithm 1 (ACDC).
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch
from jaxtyping import Bool
from torch import Tensor

from mechnotes import validate
from mechnotes.patching.graphs import Edge, Given, Graph, Value, check_node, run

AnyEdge = TypeVar("AnyEdge", bound=Hashable)
Score = Callable[[frozenset[AnyEdge]], float]
"""Divergence from the clean answer when these edges are corrupted; larger is further off."""
Divergence = Callable[[Value, Value], float]
"""How far an output is from the clean output: `divergence(output, clean)`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision(Generic[AnyEdge]):
    """What became of one edge."""

    edge: AnyEdge
    """The edge."""
    increase: float
    """What dropping it added to the divergence, given the edges dropped before it."""
    kept: bool
    """Whether that was tau or more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Discovery(Generic[AnyEdge]):
    """The circuit, and how it was found."""

    kept: tuple[AnyEdge, ...]
    """Edges of the circuit, in the order of the search."""
    dropped: frozenset[AnyEdge]
    """All others."""
    trace: tuple[Decision[AnyEdge], ...]
    """One decision for each edge, in the order of the search."""
    divergence: float
    """Divergence of the circuit alone, all other edges corrupted."""


def discover(edges: Sequence[AnyEdge], score: Score[AnyEdge], *, tau: float) -> Discovery[AnyEdge]:
    """Drop each edge whose loss adds less than tau to the divergence.

    Args:
        edges: All edges in the order of the search: those into the output first.
        score: Divergence when a set of edges carries corrupted values.
        tau: Threshold, in the unit of the score.

    Returns:
        Kept edges and the trace of decisions. The score is asked once more than there are edges.

    Raises:
        ValueError: If there are no edges or one comes twice, tau is not above 0, or the score is no
            function, or what it returns no finite number.
    """
    _check(edges, score)
    limit = validate.number(tau, "tau", low=0, low_open=True)
    dropped: frozenset[AnyEdge] = frozenset()
    current = validate.number(score(dropped), "score")
    trace = []
    for edge in edges:
        without = validate.number(score(dropped | {edge}), "score")
        decision = Decision(edge=edge, increase=without - current, kept=without - current >= limit)
        trace.append(decision)
        if not decision.kept:
            dropped, current = dropped | {edge}, without
    kept = tuple(decision.edge for decision in trace if decision.kept)
    return Discovery(kept=kept, dropped=dropped, trace=tuple(trace), divergence=current)


def kept_edges(
    edges: Sequence[AnyEdge], score: Score[AnyEdge], *, tau: float
) -> Bool[Tensor, " edges"]:
    """Which edges `discover` keeps: True for those of the circuit, in the order given.

    Args:
        edges: All edges in the order of the search.
        score: See `discover`.
        tau: Threshold, in the unit of the score.

    Raises:
        ValueError: As `discover`.
    """
    found = discover(edges, score, tau=tau)
    return torch.tensor([decision.kept for decision in found.trace])


def discover_graph(
    graph: Graph,
    clean: Given,
    corrupted: Given,
    *,
    output: str,
    divergence: Divergence,
    tau: float,
) -> Discovery[Edge]:
    """Find the edges of a graph that its output needs to tell clean from corrupted inputs.

    Args:
        graph: The graph.
        clean: Inputs that the circuit should answer as the whole graph does.
        corrupted: Inputs from whose run dropped edges take their values.
        output: Node to read.
        divergence: Distance of an output from the clean one, for example `mean_square`.
        tau: Threshold, in the unit of the divergence.

    Raises:
        ValueError: If the output does not exist, or as `discover`.
    """
    score = graph_score(graph, clean, corrupted, output=output, divergence=divergence)
    return discover(search_order(graph), score, tau=tau)


def graph_score(
    graph: Graph,
    clean: Given,
    corrupted: Given,
    *,
    output: str,
    divergence: Divergence,
) -> Score[Edge]:
    """The score of a graph: run it on clean inputs with corrupted values on some edges.

    Args:
        graph: The graph.
        clean: Inputs of the run.
        corrupted: Inputs of the run that corrupted values come from.
        output: Node to read.
        divergence: Distance of an output from the clean one.

    Raises:
        ValueError: If the output does not exist.
    """
    check_node(graph, output, "output")
    stored, right = run(graph, corrupted), run(graph, clean)[output]

    def score(dropped: frozenset[Edge]) -> float:
        edges = {edge: stored[edge[0]] for edge in dropped}
        return divergence(run(graph, clean, edges=edges)[output], right)

    return score


def search_order(graph: Graph) -> tuple[Edge, ...]:
    """All edges, those into the last node first: receivers from the output backwards."""
    return tuple(reversed(graph.edges))


def mean_square(output: Value, clean: Value) -> float:
    """Mean squared difference of two outputs, in the output's unit squared; 0 if they are equal.

    Raises:
        ValueError: If their shapes differ.
    """
    if output.shape != clean.shape:
        validate.refuse(
            "output",
            got=f"shape {tuple(output.shape)}",
            expected=f"the shape of the clean output, {tuple(clean.shape)}",
            fix="Compare outputs of the same node on as many examples.",
        )
    return (output - clean).square().mean().item()


def _check(edges: Sequence[AnyEdge], score: object) -> None:
    listed = isinstance(edges, Sequence) and all(isinstance(edge, Hashable) for edge in edges)
    if not listed or not edges or len(set(edges)) < len(edges):
        validate.refuse(
            "edges",
            got=repr(edges),
            expected="a list of at least one edge, each once",
            fix="Take them from search_order(graph), or list your own from the output backwards.",
        )
    if not callable(score):
        validate.refuse(
            "score",
            got=repr(score),
            expected="a function of a set of dropped edges that returns a number",
            fix="Make one with graph_score, or write your own.",
        )
