"""How much of one node's effect on another goes by which way?

Take a *base* input and a *source* input. The **total** effect of A on C is what C changes by when A
is given its value from the source run and everything after A follows. The **direct** effect lets
only C hear of it: all other nodes keep their base values. In between lie the effect through one
**edge**, after which everything follows, and the effect along one **path**.

    effects.total_effect(graph, base, source, node="A", output="C")       # 5 in `detour`
    effects.direct_effect(graph, base, source, node="A", output="C")      # 2

In a linear graph the effects along all paths add up to the total; with a product or a ReLU between
the paths they need not.

Source:
    Pearl 2001, Direct and indirect effects; Wang et al. 2022, arXiv:2211.00593, appendix B (path
    patching); Heimersheim and Nanda 2024, arXiv:2404.15255 (denoising and noising).
"""

from collections.abc import Sequence
from itertools import pairwise

from mechnotes import validate
from mechnotes.patching.graphs import Edge, Given, Graph, Value, check_node, run
from mechnotes.patching.results import DENOISING, NOISING


def patch(
    graph: Graph,
    clean: Given,
    corrupted: Given,
    *,
    nodes: Sequence[str],
    output: str,
    direction: str = DENOISING,
) -> Value:
    """Put some nodes' values from one run into the other.

    Args:
        graph: The graph.
        clean: Inputs of the clean run.
        corrupted: Inputs of the corrupted run.
        nodes: What is patched, all at once.
        output: Node to read.
        direction: "denoising" puts clean values into the corrupted run, "noising" the reverse.

    Returns:
        The output of the patched run.

    Raises:
        ValueError: If a node does not exist, none is named, or the direction is unknown.
    """
    validate.choice(direction, "direction", (DENOISING, NOISING))
    _check_several(graph, nodes, "nodes", minimum=1)
    check_node(graph, output, "output")
    base, source = (corrupted, clean) if direction == DENOISING else (clean, corrupted)
    values = run(graph, source)
    return run(graph, base, replace={node: values[node] for node in nodes})[output]


def total_effect(graph: Graph, base: Given, source: Given, *, node: str, output: str) -> Value:
    """Change of the output when a node takes its value from the source run.

    Args:
        graph: The graph.
        base: Inputs of the run that is changed.
        source: Inputs of the run that the node's value comes from.
        node: Node that is replaced.
        output: Node to read.

    Returns:
        Patched less base, in the output's unit; 0 where the node does not matter.

    Raises:
        ValueError: If a node does not exist.
    """
    value = run(graph, source)[check_node(graph, node)]
    patched = run(graph, base, replace={node: value})
    return patched[check_node(graph, output, "output")] - run(graph, base)[output]


def edge_effect(graph: Graph, base: Given, source: Given, *, edge: Edge, output: str) -> Value:
    """Change of the output when one receiver hears the sender's value from the source run.

    The sender keeps its base value for all others. The receiver, and all that comes after it, is
    computed anew.

    Args:
        graph: The graph.
        base: Inputs of the run that is changed.
        source: Inputs of the run that the sender's value comes from.
        edge: (sender, receiver).
        output: Node to read.

    Returns:
        Patched less base, in the output's unit.

    Raises:
        ValueError: If the edge or the output does not exist.
    """
    validate.choice(edge, "edge", graph.edges)
    value = run(graph, source)[edge[0]]
    patched = run(graph, base, edges={edge: value})
    return patched[check_node(graph, output, "output")] - run(graph, base)[output]


def path_effect(graph: Graph, base: Given, source: Given, *, path: Sequence[str]) -> Value:
    """Change of the last node of a path when the news of the first travels along this path alone.

    At every step one receiver hears the changed value of its sender, and the base values of all
    its other parents.

    Args:
        graph: The graph.
        base: Inputs of the run that is changed.
        source: Inputs of the run that the first node's value comes from.
        path: Names of at least two nodes, each a parent of the next.

    Returns:
        Changed value of the last node less its base value.

    Raises:
        ValueError: If a node or an edge of the path does not exist.
    """
    _check_several(graph, path, "path", minimum=2)
    told = run(graph, source)[path[0]]
    for edge in pairwise(path):
        told = run(graph, base, edges={validate.choice(edge, "path", graph.edges): told})[edge[1]]
    return told - run(graph, base)[path[-1]]


def direct_effect(graph: Graph, base: Given, source: Given, *, node: str, output: str) -> Value:
    """Effect of a node on the output along the edge between them, all else at its base value.

    Args:
        graph: The graph.
        base: Inputs of the run that is changed.
        source: Inputs of the run that the node's value comes from.
        node: A parent of the output.
        output: Node to read.

    Returns:
        Patched less base, in the output's unit.

    Raises:
        ValueError: If there is no edge from the node to the output.
    """
    return path_effect(graph, base, source, path=(node, output))


def _check_several(graph: Graph, names: Sequence[str], what: str, *, minimum: int) -> None:
    listed = isinstance(names, Sequence) and not isinstance(names, str)
    if not listed or len(names) < minimum:
        validate.refuse(
            what,
            got=repr(names),
            expected=f"a list of at least {minimum} of {', '.join(graph.names)}",
            fix='Write a tuple, also for one name: ("A",).',
        )
    for name in names:
        check_node(graph, name, what)
