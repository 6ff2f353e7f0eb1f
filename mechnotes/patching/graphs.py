"""What is an intervention, on a network small enough to see through?

A `Graph` has inputs, and nodes that are each a function of their parents' values. `run` computes
all values and can interfere in two ways. Replacing a *node* changes what everybody hears from it.
Replacing an *edge* changes what one receiver hears, while all others still hear the true value:

    graph = Graph(inputs=("A",), nodes=(
        Node(name="B", parents=("A",), function=lambda a: 3 * a),
        Node(name="C", parents=("A", "B"), function=lambda a, b: 2 * a + b),
    ))
    run(graph, {"A": 1.0})["C"]                                 # 5
    run(graph, {"A": 1.0}, replace={"A": 0.0})["C"]             # 0
    run(graph, {"A": 1.0}, edges={("A", "C"): 0.0})["C"]        # 3: B still hears that A is 1

Values are tensors whose first axis is the batch, or single numbers. `effects` builds patching and
path patching on it, and gradients flow through `run`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.patching import _graph_values

Value = Float[Tensor, "..."]
"""A tensor whose first axis is the batch, or one without axes."""
Given = Mapping[str, Value | float | int]
"""Values by the name of their node; numbers become tensors without axes."""
Edge = tuple[str, str]
"""Sender and receiver."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One step of a computation."""

    name: str
    """Unique in its graph."""
    parents: tuple[str, ...]
    """Names of the nodes or inputs that it hears, in the order of the function's arguments."""
    function: Callable[..., Tensor]
    """Takes the parents' values and returns this node's."""

    def __post_init__(self) -> None:
        _graph_values.check_names(self.parents, f"parents of {self.name}")
        if not isinstance(self.name, str) or not callable(self.function):
            validate.refuse(
                "node",
                got=f"name {self.name!r} and function {self.function!r}",
                expected="a text and a function of the parents' values",
                fix='Write Node(name="B", parents=("A",), function=lambda a: 2 * a).',
            )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Graph:
    """A computation as a directed graph without cycles; refused if it is none."""

    inputs: tuple[str, ...]
    """Names of the sources, whose values are given."""
    nodes: tuple[Node, ...]
    """Everything that is computed, in any order."""
    order: tuple[Node, ...] = field(init=False)
    """The nodes sorted so that parents come before children."""

    def __post_init__(self) -> None:
        _graph_values.check_names(self.inputs, "inputs")
        by_name = _by_name(self.inputs, self.nodes)
        known = (*self.inputs, *by_name)
        for node in self.nodes:
            _check_parents(node, known)
        sorter = TopologicalSorter({node.name: node.parents for node in self.nodes})
        try:
            names = tuple(sorter.static_order())
        except CycleError as error:
            validate.refuse(
                "graph",
                got=f"a cycle {' <- '.join(error.args[1])}",
                expected="nodes that depend on earlier ones only",
                fix="Split a node that feeds itself into one node for each step.",
            )
        order = tuple(by_name[name] for name in names if name in by_name)
        object.__setattr__(self, "order", order)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of inputs and nodes, parents before children."""
        return (*self.inputs, *(node.name for node in self.order))

    @property
    def edges(self) -> tuple[Edge, ...]:
        """(sender, receiver) of every edge, ordered by receiver, parents before children."""
        return tuple((parent, node.name) for node in self.order for parent in node.parents)

    def __str__(self) -> str:
        return ", ".join(f"{sender} -> {receiver}" for sender, receiver in self.edges)


def run(
    graph: Graph,
    inputs: Given,
    *,
    replace: Given | None = None,
    edges: Mapping[Edge, Value | float | int] | None = None,
) -> dict[str, Value]:
    """Compute the value of every node, with interventions if asked for.

    Args:
        graph: The graph.
        inputs: A value for every input, all with the same batch.
        replace: Values that inputs or nodes have for everyone, whatever their parents say.
        edges: Values that one receiver hears from one parent, by (sender, receiver).

    Returns:
        Values by name, inputs included; a replaced node has the value that replaced it.

    Raises:
        ValueError: If an input is missing or unknown, a node or edge does not exist, an edge leads
            into a node that is replaced, a value is no finite tensor or number, batches differ, or
            a node's function does not return a tensor.
    """
    _check_names(graph, inputs, replace or {}, edges or {})
    given = {name: _graph_values.value(value, name) for name, value in inputs.items()}
    fixed = {name: _graph_values.value(value, name) for name, value in (replace or {}).items()}
    heard = {
        edge: _graph_values.value(value, _written(edge)) for edge, value in (edges or {}).items()
    }
    replaced = {f"replaced {name}": value for name, value in fixed.items()}
    told = {_written(edge): value for edge, value in heard.items()}
    batch = _graph_values.common_batch({**given, **replaced, **told})
    values = {name: fixed.get(name, given[name]) for name in graph.inputs}
    for node in graph.order:
        if node.name in fixed:
            values[node.name] = fixed[node.name]
            continue
        arguments = (heard.get((parent, node.name), values[parent]) for parent in node.parents)
        values[node.name] = _graph_values.computed(node.function(*arguments), node.name, batch)
    return values


def check_node(graph: Graph, name: str, what: str = "node") -> str:
    """Refuse a name that is no node or input of a graph.

    Returns:
        The name.

    Raises:
        ValueError: If there is no such node.
    """
    return validate.choice(name, what, graph.names)


def _by_name(inputs: tuple[str, ...], nodes: tuple[Node, ...]) -> dict[str, Node]:
    """Nodes by name, refused unless all names differ."""
    names = [*inputs, *(node.name for node in nodes)]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        validate.refuse(
            "graph",
            got=f"{', '.join(repeated)} more than once",
            expected="a name for each input and node that no other has",
            fix="Rename one of them.",
        )
    return {node.name: node for node in nodes}


def _check_parents(node: Node, known: tuple[str, ...]) -> None:
    for parent in node.parents:
        validate.choice(parent, f"parents of {node.name}", known)


def _check_names(graph: Graph, inputs: Given, replace: Given, edges: Mapping[Edge, object]) -> None:
    named = isinstance(inputs, Mapping)
    if not named or set(inputs) != set(graph.inputs):
        validate.refuse(
            "inputs",
            got=f"values for {', '.join(map(str, inputs)) or 'nothing'}" if named else repr(inputs),
            expected=f"one value for each of {', '.join(graph.inputs)}",
            fix="Values of other nodes go into `replace`.",
        )
    for name in replace:
        check_node(graph, name, "replace")
    unknown = set(edges).difference(graph.edges)
    for edge in edges:
        if edge in unknown:
            validate.choice(edge, "edges", graph.edges)
        if edge[1] in replace:
            validate.refuse(
                "edges",
                got=f"{_written(edge)}, where {edge[1]} is replaced as well",
                expected="edges into nodes that are computed",
                fix="Leave one of the two out: a replaced node hears nothing.",
            )


def _written(edge: Iterable[str]) -> str:
    return " -> ".join(edge)
