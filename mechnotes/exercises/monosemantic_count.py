"""E07: count the neurons that stand for a single feature."""

import torch
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.monosemanticity import measures


def _networks(generator: torch.Generator) -> tuple[Trial, ...]:
    """Three neurons for one feature and two for several, then larger networks of all kinds."""
    by_hand = torch.zeros(5, 6)
    by_hand[0, 2], by_hand[1, 0], by_hand[2, 2] = 1.0, 0.3, 2.0
    by_hand[2, 5] = 0.0005  # too small to matter
    by_hand[3, 1:3] = 0.8
    by_hand[4] = torch.rand(6, generator=generator) + 0.1
    order = torch.randperm(5, generator=generator)
    return tuple(
        Trial(given={"responses": responses})
        for responses in (by_hand[order], *(_network(generator) for _ in range(2)))
    )


def _network(generator: torch.Generator) -> Tensor:
    """Neurons for one feature, with tiny rests below and above the limit, mixed ones and silent."""

    def drawn(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator)

    clean = torch.eye(9)[:5] * (0.5 + drawn(5, 1))
    # Nothing, then rests of .0005 and of .004 of the strongest response, over eight features.
    rests = torch.tensor([0.0, 0.0, 0.0005, 0.0005, 0.004])[:, None] / 8
    almost = clean + rests * clean.amax(1, keepdim=True) * (clean == 0)
    mixed = drawn(3, 9) + 0.2
    shifted = torch.eye(9)[6:8] + 0.4 * torch.eye(9)[2:4]
    rows = torch.cat((almost, mixed, shifted, torch.zeros(2, 9)))
    return rows[torch.randperm(len(rows), generator=generator)]


def _share(responses: Tensor, dim: int = 1) -> Tensor:
    return responses.amax(dim) / responses.sum(dim)


def _against_mean(responses: Tensor) -> Tensor:
    return (responses.amax(1) / responses.mean(1) > 0.999).sum()


def _silent_too(responses: Tensor) -> Tensor:
    return (_share(responses).nan_to_num(1.0) > 0.999).sum()


def _largest_and_second(responses: Tensor) -> Tensor:
    first, second = responses.topk(2, dim=1).values.unbind(1)
    return ((second < 0.001 * first) & (first > 0)).sum()


monosemantic_count = Exercise(
    id="E07",
    title="How many neurons stand for a single feature?",
    task="""\
Each feature was fed to a network alone, at strength 1, and the response of every neuron was written
down. A neuron is *monosemantic* if its strongest response is more than 0.999 of the sum of all its
responses.

`monosemantic_count(responses)`

- `responses`: `[neurons features]`, all at least 0.

Return the number of monosemantic neurons. A neuron that never responds is not one of them.""",
    reference=measures.monosemantic_count,
    verdict=Equality(),
    inputs=_networks,
    misconceptions=(
        Misconception(
            mistake="the strongest response is compared with the mean instead of the sum",
            wrong=_against_mean,
            hint="A maximum is never below the mean, so every neuron that responds at all passes. "
            "What is the share of the strongest response in everything?",
        ),
        Misconception(
            mistake="the shares are taken over neurons instead of features",
            wrong=lambda responses: (_share(responses, dim=0) > 0.999).sum(),
            hint="That counts features with a neuron to themselves. Which axis should disappear?",
        ),
        Misconception(
            mistake="any second response, however small, disqualifies a neuron",
            wrong=lambda responses: ((responses > 0).sum(1) == 1).sum(),
            hint="The threshold is 0.999 and not 1: a rest of a thousandth is allowed.",
        ),
        Misconception(
            mistake="neurons that never respond are counted",
            wrong=_silent_too,
            hint="Their share is 0/0. Decide what that should be before comparing.",
        ),
        Misconception(
            mistake="only the second strongest response is held against a neuron",
            wrong=_largest_and_second,
            hint="Many tiny responses add up: compare with the sum of all of them.",
        ),
    ),
    hints=(
        "`responses.max(dim=1)` gives values and indices; you need the values.",
        "For a silent neuron, divide by something that is not 0: its maximum is 0 anyway.",
    ),
    starter='''def monosemantic_count(responses):
    """Number of monosemantic neurons."""
    ...''',
    difficulty="easy",
    minutes=5,
    prerequisites=("monosemantic", "neuron", "feature"),
)
