"""E17: patch the inputs of a gate, in both directions."""

import torch
from torch import Tensor

from mechnotes.exercises import _wrong_patches as wrong
from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.named import Named
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.patching import gates


def _a_and_either(x: Tensor) -> Tensor:
    """A AND (B OR C)."""
    return gates.and_gate(torch.stack((x[..., 0], gates.or_gate(x[..., 1:])), dim=-1))


def _gates(generator: torch.Generator) -> tuple[Trial, ...]:
    """The two gates, one made of both, and one with inputs that are neither 0 nor 1."""
    ones, zeros = torch.ones(2), torch.zeros(2)
    weights = torch.randn(3, generator=generator).round(decimals=2)
    ends = torch.randn(2, 3, generator=generator).round(decimals=2)
    drawn = (
        (Named(name="A AND B", function=gates.and_gate), ones, zeros),
        (Named(name="A OR B", function=gates.or_gate), ones, zeros),
        (Named(name="A AND (B OR C)", function=_a_and_either), torch.ones(3), torch.zeros(3)),
        (Named(name="a smooth gate", function=lambda x: (x @ weights).exp()), *ends),
    )
    names = ("gate", "clean", "corrupted")
    return tuple(Trial(given=dict(zip(names, d, strict=True)), n_positional=3) for d in drawn)


truth_table = Exercise(
    id="E17",
    title="What does patching one input of a gate do?",
    task="""\
Patch each input of a gate on its own, in both directions.

`truth_table(gate, clean, corrupted)`

- `gate`: a function that takes `[inputs]` and returns one number;
- `clean`: `[inputs]`, the inputs of the clean run;
- `corrupted`: `[inputs]`, those of the corrupted run.

Return `[2 inputs]`. Row 0 is *denoising*: by how much does the corrupted run's output change when
this one input takes its clean value? Row 1 is *noising*: by how much does the clean run's output
change when this one input takes its corrupted value? Changes have a sign.""",
    reference=gates.input_effects,
    verdict=Equality(),
    inputs=_gates,
    misconceptions=(
        Misconception(
            mistake="the two directions are swapped",
            wrong=wrong.swapped,
            hint="Denoising starts from the corrupted run and puts something clean into it. "
            "Which run does the patched input come from, and which run do the others come from?",
        ),
        Misconception(
            mistake="each patched run is compared with the run that the patch came from",
            wrong=wrong.against_source,
            hint="An effect is a change: compare the patched run with the same run unpatched. "
            "Patching nothing should give 0.",
        ),
        Misconception(
            mistake="the output of the patched run is returned instead of its change",
            wrong=wrong.outputs,
            hint="Subtract what the run said before the patch.",
        ),
        Misconception(
            mistake="noising is taken to be denoising backwards",
            wrong=wrong.complement,
            hint="Try the AND gate by hand: one clean input does nothing in the corrupted run, "
            "but one corrupted input breaks the clean run.",
        ),
        Misconception(
            mistake="inputs stay patched while the next one is patched",
            wrong=wrong.piled_up,
            hint="Start from the unpatched run again for every input.",
        ),
        Misconception(
            mistake="the noising row counts what is lost as positive",
            wrong=wrong.losses,
            hint="Both rows are patched less unpatched. A broken output is a negative change.",
        ),
    ),
    hints=(
        "Copy the base run's inputs, overwrite one entry, and call the gate.",
        "The base run is `corrupted` in row 0 and `clean` in row 1.",
        "For each input: `gate(patched) - gate(base)`.",
    ),
    starter='''def truth_table(gate, clean, corrupted):
    """Effects of denoising and noising each input [2 inputs]."""
    ...''',
    difficulty="easy",
    minutes=10,
    prerequisites=("patching", "clean run", "corrupted run"),
)
