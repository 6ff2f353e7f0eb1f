"""Random graphs, and a slow way to run them: every node asks its parents anew."""

import itertools

import torch

from mechnotes import rng
from mechnotes.patching.graphs import Graph, Node


def linear_graph(seed: int, *, n_inputs: int = 2, n_nodes: int = 5) -> tuple[Graph, torch.Tensor]:
    """A graph in which every node is a weighted sum of all before it, and its weights.

    Row i of the weights belongs to node i; columns are inputs and nodes in order.
    """
    names = [f"x{i}" for i in range(n_inputs)] + [f"n{i}" for i in range(n_nodes)]
    weights = torch.randn(
        n_nodes, n_inputs + n_nodes, generator=rng.generator(seed), dtype=torch.float64
    )
    nodes = []
    for i in range(n_nodes):
        row = weights[i, : n_inputs + i]
        nodes.append(
            Node(name=names[n_inputs + i], parents=tuple(names[: n_inputs + i]), function=_sum(row))
        )
    return Graph(inputs=tuple(names[:n_inputs]), nodes=tuple(reversed(nodes))), weights


def bent(graph: Graph) -> Graph:
    """The same graph with a softplus at every node."""
    nodes = (
        Node(
            name=n.name, parents=n.parents, function=_then(n.function, torch.nn.functional.softplus)
        )
        for n in graph.nodes
    )
    return Graph(inputs=graph.inputs, nodes=tuple(nodes))


def inputs(graph: Graph, seed: int, *, batch: int = 3) -> dict[str, torch.Tensor]:
    generator = rng.generator(seed, "inputs")
    return {
        name: torch.randn(batch, generator=generator, dtype=torch.float64) for name in graph.inputs
    }


def slow_run(graph: Graph, given: dict, name: str, *, replace=None, edges=None) -> torch.Tensor:
    """One node's value by recursion, without sharing anything between nodes."""
    replace, edges = replace or {}, edges or {}
    if name in replace:
        return replace[name]
    if name in graph.inputs:
        return given[name]
    node = next(n for n in graph.nodes if n.name == name)
    heard = [
        edges[parent, name]
        if (parent, name) in edges
        else slow_run(graph, given, parent, replace=replace, edges=edges)
        for parent in node.parents
    ]
    return node.function(*heard)


def all_paths(graph: Graph, start: str, end: str) -> list[tuple[str, ...]]:
    if start == end:
        return [(end,)]
    onward = (receiver for sender, receiver in graph.edges if sender == start)
    tails = itertools.chain.from_iterable(all_paths(graph, one, end) for one in onward)
    return [(start, *tail) for tail in tails]


def _sum(weights: torch.Tensor):
    return lambda *parents: sum(w * p for w, p in zip(weights, parents, strict=True))


def _then(first, second):
    return lambda *parents: second(first(*parents))
