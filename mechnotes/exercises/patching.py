"""The exercises on patching: E18 and E19 here, E17, E20 and E22 from their own modules.

from mechnotes.exercises import patching as exercises
exercises.truth_table.check(lambda gate, clean, corrupted: gate(clean) - gate(corrupted))
"""

import torch

from mechnotes.exercises import _wrong_patches as wrong
from mechnotes.exercises.attribution import estimate as estimate
from mechnotes.exercises.discovery import edge_discovery as edge_discovery
from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.gate_effects import truth_table as truth_table
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.patching import detour, effects, off_centre
from mechnotes.patching.graphs import Graph, Node


def _ablations(generator: torch.Generator) -> tuple[Trial, ...]:
    """Every kind on activations far from zero; donors move along one circle."""
    trials = []
    for kind, unit in (("zero", 1), ("mean", 0), ("mean", 2), ("resample", 1), ("resample", 2)):
        shape = (4, 2, 3) if unit else (5, 3, 2)
        hidden = 3 + torch.randn(shape, generator=generator)
        donors = torch.arange(shape[0]).roll(1)
        given = {"hidden": hidden, "unit": unit, "kind": kind, "donors": donors}
        trials.append(Trial(given=given, n_positional=4))
    return tuple(trials)


def _graphs(generator: torch.Generator) -> tuple[Trial, ...]:
    """The detour, the detour with a product, and a receiver that is not the output."""
    weights = (1 + 2 * torch.rand(4, generator=generator)).round(decimals=1).tolist()
    product = Graph(
        inputs=("A",),
        nodes=(
            Node(name="B", parents=("A",), function=lambda a: weights[0] * a),
            Node(name="C", parents=("A", "B"), function=lambda a, b: a * b + weights[1] * b),
        ),
    )
    onward = Graph(
        inputs=("A",),
        nodes=(
            Node(name="B", parents=("A",), function=lambda a: weights[2] * a + 1),
            Node(name="C", parents=("A",), function=lambda a: weights[3] * a - 1),
            Node(name="D", parents=("A", "B", "C"), function=lambda a, b, c: a + b * c),
        ),
    )
    drawn = (
        (detour.detour(), 0.0, 1.0, ("A", "C"), "C"),
        (product, 1.0, 3.0, ("A", "C"), "C"),
        (product, -2.0, 0.5, ("B", "C"), "C"),
        (onward, 1.0, 2.0, ("A", "C"), "D"),
    )
    return tuple(
        Trial(
            given={
                "graph": graph,
                "base": {"A": base},
                "source": {"A": source},
                "edge": edge,
                "output": output,
            },
            n_positional=3,
        )
        for graph, base, source, edge, output in drawn
    )


ablation = Exercise(
    id="E18",
    title="What stands in for an activation that is taken away?",
    task="""\
Take one unit's activation away on every prompt, at every position.

`ablate(hidden, unit, kind, donors)`

- `hidden`: `[prompt pos unit]`, activations of a batch of prompts;
- `unit`: number of the unit to take away;
- `kind`: `"zero"`; `"mean"`, the unit's mean over all prompts and positions; or `"resample"`, the
  unit's activation on another prompt at the same position;
- `donors`: `[prompt]`, for `"resample"`: prompt i is given the activation of prompt `donors[i]`.

Return the changed activations `[prompt pos unit]`. All other units stay as they are, and so does
`hidden` itself.""",
    reference=off_centre.ablated,
    verdict=Equality(),
    inputs=_ablations,
    misconceptions=(
        Misconception(
            mistake="the mean runs over the units of each prompt",
            wrong=wrong.mean_over_units,
            hint="What should go away is what differs between prompts. "
            "A mean over units still differs from prompt to prompt: average over the other axes.",
        ),
        Misconception(
            mistake="each prompt is given its own mean over positions",
            wrong=wrong.mean_over_positions,
            hint="A prompt's own mean still tells which prompt it is. "
            "All prompts have to be given the same number.",
        ),
        Misconception(
            mistake="every position has a mean of its own",
            wrong=wrong.mean_over_prompts,
            hint="That is another ablation, which keeps what depends on the position. "
            "Here one number stands for all prompts and positions.",
        ),
        Misconception(
            mistake="all units are replaced",
            wrong=wrong.whole_layer,
            hint="Index the last axis with `unit`; everything else is copied.",
        ),
        Misconception(
            mistake="prompts give to their donors instead of receiving from them",
            wrong=wrong.giving,
            hint="Row i of the result takes from row `donors[i]` of the input: "
            "`donors` stands on the right of the assignment.",
        ),
    ),
    hints=(
        "Clone first: `changed = hidden.clone()`. Then write into `changed[:, :, unit]` only.",
        "`hidden[:, :, unit]` is `[prompt pos]`; its mean over both axes is one number.",
        "`hidden[donors]` is the batch in another order.",
    ),
    starter='''def ablate(hidden, unit, kind, donors):
    """Activations with one unit taken away [prompt pos unit]."""
    ...''',
    difficulty="easy",
    minutes=10,
    prerequisites=("ablation", "activation"),
)

path_patch = Exercise(
    id="E19",
    title="How much of an effect takes the direct way?",
    task="""\
In a small [`Graph`][mechnotes.patching.graphs.Graph], let one receiver hear another value from one
sender, and nobody else.

`path_patch(graph, base, source, *, edge, output)`

- `graph`: the graph; `graphs.run(graph, inputs)` gives the values of all nodes;
- `base`, `source`: inputs of two runs, for example `{"A": 0.0}` and `{"A": 1.0}`;
- `edge`: (sender, receiver);
- `output`: name of the node to read.

Return, as a tensor, by how much the output of the base run changes when the receiver hears the
sender's value from the source run. The sender keeps its base value for all others; the receiver and
all that comes after it are computed anew. In `detour()` the edge A -> C carries 2 of a total of
5.""",
    reference=effects.edge_effect,
    verdict=Equality(),
    inputs=_graphs,
    misconceptions=(
        Misconception(
            mistake="the sender itself is patched, so that everybody hears of it",
            wrong=wrong.whole_node,
            hint="That is the total effect. Only one receiver may hear the new value: "
            "look at the argument `edges` of `graphs.run`.",
        ),
        Misconception(
            mistake="the other ways are frozen at the source run instead of the base run",
            wrong=wrong.frozen_at_source,
            hint="The question is asked of the base run: everything but this edge is as it was "
            "there.",
        ),
        Misconception(
            mistake="the effects of the sender's other edges are subtracted from its total effect",
            wrong=wrong.what_is_left,
            hint="In a linear graph the shares add up. Where two ways are multiplied with each "
            "other, the rest also holds what they do together.",
        ),
        Misconception(
            mistake="only the receiver's own change is read",
            wrong=wrong.receiver_only,
            hint="The receiver may not be the output. Let what comes after it follow.",
        ),
        Misconception(
            mistake="the patched run is subtracted from the base run",
            wrong=wrong.backwards,
            hint="A change is after less before.",
        ),
    ),
    hints=(
        "Three runs: base, source, and base with one changed edge.",
        "`edges={(sender, receiver): value}` gives a receiver its own value of a parent.",
        "The value is `graphs.run(graph, source)[sender]`.",
    ),
    starter='''def path_patch(graph, base, source, *, edge, output):
    """Change of the output through one edge."""
    ...''',
    difficulty="medium",
    minutes=15,
    prerequisites=("patching", "clean run"),
)
