"""What do denoising and noising find in an AND gate, and what in an OR gate?

Both gates are single ReLU neurons. In the clean run all inputs are 1 and the output is 1; in the
corrupted run all are 0 and the output is 0. Now patch one input alone:

| one input patched               | AND           | OR             |
|---------------------------------|---------------|----------------|
| denoising: clean into corrupted | does nothing  | restores it    |
| noising: corrupted into clean   | breaks it     | does nothing   |

So a part that the answer needs can look useless under denoising, and a part with a backup can look
useless under noising. Denoising asks what is enough, noising what is needed; neither is the
complement of the other.

Source:
    Heimersheim and Nanda 2024, arXiv:2404.15255, their AND and OR circuits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.patching import effects
from mechnotes.patching.graphs import Graph, Node
from mechnotes.patching.results import DENOISING, NOISING

Gate = Callable[[Float[Tensor, "*batch inputs"]], Float[Tensor, "*batch"]]
"""A function of all inputs at once."""
OUTPUT = "out"
"""Name of the output in `as_graph`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TruthTable:
    """What patching inputs of a gate does to its output."""

    patched: tuple[str, ...]
    """What is patched: each input alone, and last all of them together."""
    denoising: Float[Tensor, " patches"]
    """Change of the corrupted run's output; 1 restores it, 0 does nothing."""
    noising: Float[Tensor, " patches"]
    """Change of the clean run's output; -1 breaks it, 0 does nothing."""


def and_gate(x: Float[Tensor, "*batch inputs"]) -> Float[Tensor, "*batch"]:
    """1 if all inputs are 1, else 0: ReLU(sum of inputs - number of inputs + 1).

    Raises:
        ValueError: If x is not a finite tensor with at least one input.
    """
    return (_checked(x).sum(-1) - (x.shape[-1] - 1)).relu()


def or_gate(x: Float[Tensor, "*batch inputs"]) -> Float[Tensor, "*batch"]:
    """1 if any input is 1, else 0: 1 - ReLU(1 - sum of inputs).

    Raises:
        ValueError: If x is not a finite tensor with at least one input.
    """
    return 1 - (1 - _checked(x).sum(-1)).relu()


def as_graph(gate: Gate, n_inputs: int) -> Graph:
    """The gate as a graph with inputs A, B, ... and one node `OUTPUT`.

    Raises:
        ValueError: If the gate is no function, or the number of inputs not from 1 to 26.
    """
    if not callable(gate):
        validate.refuse(
            "gate",
            got=repr(gate),
            expected="a function of a tensor of inputs",
            fix="Pass and_gate itself, without calling it.",
        )
    names = tuple(ascii_uppercase[: validate.integer(n_inputs, "n_inputs", minimum=1, maximum=26)])
    output = Node(name=OUTPUT, parents=names, function=lambda *x: gate(torch.stack(x, dim=-1)))
    return Graph(inputs=names, nodes=(output,))


def input_effects(
    gate: Gate,
    clean: Float[Tensor, " inputs"],
    corrupted: Float[Tensor, " inputs"],
) -> Float[Tensor, "directions=2 inputs"]:
    """Effect of patching each input of a gate alone, in both directions.

    Args:
        gate: The gate.
        clean: Its inputs in the clean run.
        corrupted: Its inputs in the corrupted run.

    Returns:
        Row 0: what denoising one input adds to the corrupted run's output. Row 1: what noising it
        adds to the clean run's output, negative where it breaks something.

    Raises:
        ValueError: If the inputs are not two finite vectors of equal length.
    """
    n_inputs = _pair(clean, corrupted)
    alone = [(index,) for index in range(n_inputs)]
    return torch.stack([_changes(gate, clean, corrupted, alone, way) for way in _BOTH_WAYS])


def truth_table(gate: Gate, *, n_inputs: int = 2) -> TruthTable:
    """Patch every input alone and all together; clean inputs are 1, corrupted inputs 0.

    Args:
        gate: The gate.
        n_inputs: How many inputs it has.

    Raises:
        ValueError: If the number of inputs is not from 1 to 26.
    """
    names = as_graph(gate, n_inputs).inputs
    clean, corrupted = torch.ones(n_inputs), torch.zeros(n_inputs)
    chosen = [*((index,) for index in range(n_inputs)), tuple(range(n_inputs))]
    found = [_changes(gate, clean, corrupted, chosen, way) for way in _BOTH_WAYS]
    return TruthTable(patched=(*names, " and ".join(names)), denoising=found[0], noising=found[1])


_BOTH_WAYS = (DENOISING, NOISING)


def _changes(
    gate: Gate,
    clean: Float[Tensor, " inputs"],
    corrupted: Float[Tensor, " inputs"],
    chosen: Sequence[tuple[int, ...]],
    direction: str,
) -> Float[Tensor, " patches"]:
    """What each patch adds to the output of the run that it is put into."""
    graph = as_graph(gate, len(clean))
    runs = [dict(zip(graph.inputs, x.unbind(), strict=True)) for x in (clean, corrupted)]
    before = gate(corrupted if direction == DENOISING else clean)
    patched = [
        effects.patch(
            graph,
            *runs,
            nodes=tuple(graph.inputs[index] for index in indices),
            output=OUTPUT,
            direction=direction,
        )
        for indices in chosen
    ]
    return torch.stack(patched) - before


def _checked(x: Float[Tensor, "*batch inputs"]) -> Float[Tensor, "*batch inputs"]:
    return validate.shape(validate.finite(x, "x"), "x", ("...", "inputs"))


def _pair(clean: Tensor, corrupted: Tensor) -> int:
    """Number of inputs, of two vectors that must have as many."""
    validate.shape(validate.finite(clean, "clean"), "clean", ("inputs",))
    validate.finite(corrupted, "corrupted")
    validate.shape(corrupted, "corrupted", ("inputs",), inputs=len(clean))
    return len(clean)
