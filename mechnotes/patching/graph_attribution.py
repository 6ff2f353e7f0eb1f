"""When does one gradient foretell every patch? Attribution patching on a graph.

To first order, replacing a node's value changes the output by (source - base) times the gradient of
the output at the base run. One run forward and one backward give this for all nodes at once. It is
exact where the output is linear in the node, and wrong where something in between saturates: a
ReLU that the base run leaves closed has gradient 0, whatever the patch would do.

Source:
    Nanda 2023, Attribution Patching; Syed, Rager and Conmy 2023, arXiv:2310.10348.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from mechnotes.patching import _checks, _graph_values
from mechnotes.patching.graphs import Given, Graph, Node, Value, check_node, run


def attribute(graph: Graph, base: Given, source: Given, *, output: str) -> dict[str, Value]:
    """Foretell the total effect of every node on the output from one gradient.

    Args:
        graph: The graph; its functions must be made of torch operations.
        base: Inputs of the run in which the gradient is taken.
        source: Inputs of the run that values would come from.
        output: Node to read; with more than one entry for an example, their sum.

    Returns:
        (source - base) * gradient by node, summed over all axes but the batch, in the output's
        unit: compare with `effects.total_effect`. 0 for nodes that the output does not hear.

    Raises:
        ValueError: If the output does not exist, a node's function returns no floating-point
            tensor, or torch.inference_mode forbids all gradients.
    """
    _checks.gradients()
    check_node(graph, output, "output")
    moved, still = run(graph, source), run(graph, base)
    with torch.enable_grad():
        leaves = {name: still[name].detach().clone().requires_grad_() for name in graph.inputs}
        values = run(_watched(graph), leaves)
        gradients = torch.autograd.grad(
            values[output].sum(), list(values.values()), allow_unused=True, materialize_grads=True
        )
    return {
        name: _per_example((moved[name] - still[name]).detach() * gradient)
        for name, gradient in zip(values, gradients, strict=True)
    }


def _watched(graph: Graph) -> Graph:
    """The graph with a gradient at every node, also behind a step that lets none through."""

    def watch(name: str, function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        def watched(*parents: Tensor) -> Tensor:
            value = _graph_values.differentiable(function(*parents), name)
            # A view: a function may hand back its parent, which has a gradient of its own.
            seen = value.view_as(value)
            return seen if seen.requires_grad else seen.detach().requires_grad_()

        return watched

    nodes = (
        Node(name=node.name, parents=node.parents, function=watch(node.name, node.function))
        for node in graph.nodes
    )
    return Graph(inputs=graph.inputs, nodes=tuple(nodes))


def _per_example(products: Value) -> Value:
    return products.flatten(1).sum(1) if products.ndim > 1 else products
