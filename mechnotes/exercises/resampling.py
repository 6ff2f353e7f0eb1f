"""E21: exchange examples as causal scrubbing does, within what a hypothesis allows.

The answers are random, so they are judged by the laws that exchanges obey.
"""

import torch
from jaxtyping import Int
from torch import Tensor

from mechnotes.circuits.partners import partners
from mechnotes.exercises import _wrong_partners as wrong
from mechnotes.exercises import exchange_laws, laws
from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Behaviour

N_COMPONENTS = 240
"""So many that shares can be measured."""


def _partitions(generator: torch.Generator) -> tuple[Trial, ...]:
    """Classes of one to six examples: one partition three times, the first two with one seed."""
    first, second, third = (
        _partition(sizes, generator) for sizes in ((5, 4, 2, 1), (6, 3, 3, 1), (4, 2, 5, 1, 1))
    )
    seeds = torch.randint(2**31, (4,), generator=generator).tolist()
    pairs = zip((first, first, first, second, third), (seeds[0], *seeds), strict=True)
    return tuple(
        Trial(
            given={
                "classes": classes,
                "n_components": N_COMPONENTS,
                "generator": torch.Generator().manual_seed(seed),
            },
            n_positional=3,
        )
        for classes, seed in pairs
    )


def _partition(sizes: tuple[int, ...], generator: torch.Generator) -> Int[Tensor, " example"]:
    """Classes of these sizes, whose names are no numbers of examples, in a drawn order."""
    names = 50 + torch.randperm(30, generator=generator)[: len(sizes)]
    classes = names.repeat_interleave(torch.tensor(sizes))
    return classes[torch.randperm(len(classes), generator=generator)]


resampling = Exercise(
    id="E21",
    title="Exchange only what the story allows",
    task="""\
A hypothesis says which property of an example a component needs. Causal scrubbing takes it at its
word: the component is run on *another example with the same property*. If the hypothesis is right
nobody notices. Write what draws the other examples.

`resample(classes, n_components, generator)`

- `classes`: `[example]`, whole numbers; the hypothesis cannot tell examples of one class apart;
- `n_components`: how many components there are;
- `generator`: a `torch.Generator`; every random number comes from it.

Return `[component example]`, whole numbers: for each component and each example the number of the
example that stands in for it. It has to be of the same class, and each other one of that class has
to be as likely; an example that is alone in its class stands in for itself. Components are drawn
apart from each other, and so are the examples of a class.""",
    reference=partners,
    verdict=Behaviour(
        laws=(
            exchange_laws.in_range(),
            laws.reproducible(),
            exchange_laws.same_class(),
            exchange_laws.others(),
            exchange_laws.anew(),
            exchange_laws.everyone(),
            exchange_laws.apart(),
        ),
        summary=exchange_laws.summary,
        tolerance=0.05,
    ),
    inputs=_partitions,
    misconceptions=(
        Misconception(
            mistake="one exchange is drawn and used for every component",
            wrong=wrong.same_for_all,
            hint="Then all parts come from one other text and fit together again. A hypothesis "
            "that forgets how they must fit would pass.",
        ),
        Misconception(
            mistake="examples are exchanged whatever their class",
            wrong=wrong.any_class,
            hint="That tests the hypothesis that nothing matters. Draw among the examples with an "
            "equal entry in `classes`.",
        ),
        Misconception(
            mistake="every example is replaced by the next of its class",
            wrong=wrong.next_in_list,
            hint="That is always the same exchange. Draw one for each component.",
        ),
        Misconception(
            mistake="every example stands in for itself",
            wrong=wrong.themselves,
            hint="Nothing is exchanged, so every hypothesis explains everything.",
        ),
        Misconception(
            mistake="one example stands in for its whole class",
            wrong=wrong.one_for_a_class,
            hint="The examples of a class would all become the same one. Each needs a draw of its "
            "own, as a permutation of the class gives it.",
        ),
        Misconception(
            mistake="the classes of the other examples are returned instead of their numbers",
            wrong=wrong.the_class,
            hint="The answer is used as an index: `activations[rows[component]]`.",
        ),
    ),
    hints=(
        "Go through `classes.unique()`; `(classes == kind).nonzero()[:, 0]` are the members.",
        "`torch.randperm(len(members), generator=generator)` shuffles them. In a shuffled circle "
        "everybody's neighbour is somebody else.",
        "Shuffle once for every component, inside the loop over components.",
    ),
    starter='''def resample(classes, n_components, generator):
    """Which example stands in for which [component example]."""
    ...''',
    difficulty="medium",
    minutes=20,
    prerequisites=("causal scrubbing", "resample ablation"),
)
