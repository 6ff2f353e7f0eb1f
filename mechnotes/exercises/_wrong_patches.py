"""Plausible wrong answers to the exercises on patching, as functions of the same arguments."""

import torch
from torch import Tensor

from mechnotes.patching import effects, gates
from mechnotes.patching.graphs import Edge, Given, Graph, Value, run

# Truth tables of gates.


def _patched(gate: gates.Gate, base: Tensor, source: Tensor) -> Tensor:
    """Output with each input alone taken from the source."""
    rows = torch.where(torch.eye(len(base)).bool(), source, base)
    return torch.stack([gate(row) for row in rows])


def swapped(gate: gates.Gate, clean: Tensor, corrupted: Tensor) -> Tensor:
    """Rows in the other order."""
    return gates.input_effects(gate, clean, corrupted).flip(0)


def against_source(gate: gates.Gate, clean: Tensor, corrupted: Tensor) -> Tensor:
    """Differences from the run that values are taken from."""
    denoised = _patched(gate, corrupted, clean) - gate(clean)
    return torch.stack((denoised, _patched(gate, clean, corrupted) - gate(corrupted)))


def outputs(gate: gates.Gate, clean: Tensor, corrupted: Tensor) -> Tensor:
    """Outputs, without a difference."""
    return torch.stack((_patched(gate, corrupted, clean), _patched(gate, clean, corrupted)))


def complement(gate: gates.Gate, clean: Tensor, corrupted: Tensor) -> Tensor:
    """Noising as minus denoising."""
    denoised = gates.input_effects(gate, clean, corrupted)[0]
    return torch.stack((denoised, -denoised))


def piled_up(gate: gates.Gate, clean: Tensor, corrupted: Tensor) -> Tensor:
    """Patches that are never taken back."""
    rows = []
    for base, source in ((corrupted, clean), (clean, corrupted)):
        upto = torch.ones(len(base), len(base)).tril().bool()
        outputs = torch.stack([gate(row) for row in torch.where(upto, source, base)])
        rows.append(outputs - gate(base))
    return torch.stack(rows)


def losses(gate: gates.Gate, clean: Tensor, corrupted: Tensor) -> Tensor:
    """Noising as a loss."""
    return gates.input_effects(gate, clean, corrupted) * torch.tensor([[1.0], [-1.0]])


# Ablations of a unit.


def _ablated(hidden: Tensor, unit: int, kind: str, donors: Tensor, mean: Tensor) -> Tensor:
    changed = hidden.clone()
    put = {"zero": torch.zeros_like(hidden), "mean": mean.expand(hidden.shape)}
    values = hidden[donors] if kind == "resample" else put[kind]
    changed[:, :, unit] = values[:, :, unit]
    return changed


def mean_over_units(hidden: Tensor, unit: int, kind: str, donors: Tensor) -> Tensor:
    """The wrong axis."""
    return _ablated(hidden, unit, kind, donors, hidden.mean(2, keepdim=True))


def mean_over_positions(hidden: Tensor, unit: int, kind: str, donors: Tensor) -> Tensor:
    """A mean for each prompt."""
    return _ablated(hidden, unit, kind, donors, hidden.mean(1, keepdim=True))


def mean_over_prompts(hidden: Tensor, unit: int, kind: str, donors: Tensor) -> Tensor:
    """A mean for each position."""
    return _ablated(hidden, unit, kind, donors, hidden.mean(0, keepdim=True))


def whole_layer(hidden: Tensor, unit: int, kind: str, donors: Tensor) -> Tensor:
    """Every unit replaced."""
    del unit
    if kind == "zero":
        return torch.zeros_like(hidden)
    return hidden.mean((0, 1)).expand(hidden.shape) if kind == "mean" else hidden[donors]


def giving(hidden: Tensor, unit: int, kind: str, donors: Tensor) -> Tensor:
    """The permutation backwards."""
    back = torch.empty_like(donors)
    back[donors] = torch.arange(len(donors))
    return _ablated(hidden, unit, kind, back, hidden.mean((0, 1)))


# Effects through one edge.


def whole_node(graph: Graph, base: Given, source: Given, edge: Edge, output: str) -> Value:
    """The node instead of the edge."""
    return effects.total_effect(graph, base, source, node=edge[0], output=output)


def frozen_at_source(graph: Graph, base: Given, source: Given, edge: Edge, output: str) -> Value:
    """The source run, and what it loses without the edge."""
    return -effects.edge_effect(graph, source, base, edge=edge, output=output)


def what_is_left(graph: Graph, base: Given, source: Given, edge: Edge, output: str) -> Value:
    """Total less the other edges of the sender."""
    left = effects.total_effect(graph, base, source, node=edge[0], output=output)
    for other in graph.edges:
        if other[0] == edge[0] and other != edge:
            left = left - effects.edge_effect(graph, base, source, edge=other, output=output)
    return left


def receiver_only(graph: Graph, base: Given, source: Given, edge: Edge, output: str) -> Value:
    """The change of the edge's end."""
    del output
    return effects.edge_effect(graph, base, source, edge=edge, output=edge[1])


def backwards(graph: Graph, base: Given, source: Given, edge: Edge, output: str) -> Value:
    """Base less patched."""
    value = run(graph, source)[edge[0]]
    return run(graph, base)[output] - run(graph, base, edges={edge: value})[output]
