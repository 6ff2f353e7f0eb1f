"""E26: did two dictionaries find the same directions?"""

from collections.abc import Callable

import torch
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.sae import matching


def _pairs(generator: torch.Generator) -> tuple[tuple[Tensor, Tensor], ...]:
    """Guesses, a planted truth with signs and lengths changed, and two atoms with one latent."""
    atoms = torch.randn(5, 3, generator=generator)
    guess = torch.randn(7, 3, generator=generator)
    order = torch.randperm(6, generator=generator)
    truth = torch.randn(6, 4, generator=generator)
    signs = torch.tensor([1.0, -2.0, 0.5, -1.0, 3.0, 1.0])[:, None]
    noisy = (signs * truth)[order] + 0.1 * torch.randn(6, 4, generator=generator)
    near = torch.eye(3)[[0, 0, 1]] + 0.2 * torch.rand(3, 3, generator=generator)
    found = torch.eye(3)[[0, 2, 1]] + 0.3 * torch.randn(3, 3, generator=generator)
    return ((atoms, guess), (truth, noisy), (near, found))


def _recovery(generator: torch.Generator) -> tuple[Trial, ...]:
    names = ("atoms", "decoder")
    pairs = _pairs(generator)
    return tuple(Trial(given=dict(zip(names, p, strict=True)), n_positional=2) for p in pairs)


def _two(generator: torch.Generator) -> tuple[Trial, ...]:
    names = ("first", "second")
    # In the last pair the most alike two leave the others with nothing.
    angles = torch.tensor([0, 60, 25, -27]).deg2rad()
    turned = torch.stack((angles.cos(), angles.sin()), dim=1)
    pairs = (*_pairs(generator), (turned[:2], turned[2:]))
    return tuple(Trial(given=dict(zip(names, p, strict=True)), n_positional=2) for p in pairs)


def _cosines(first: Tensor, second: Tensor) -> Tensor:
    return matching.cosines(first, second)


def _greedy(first: Tensor, second: Tensor) -> float:
    likeness, found = _cosines(first, second).abs(), []
    for _ in range(min(likeness.shape)):
        row, column = divmod(int(likeness.argmax()), likeness.shape[1])
        found.append(likeness[row, column].item())
        likeness[row], likeness[:, column] = -1.0, -1.0
    return sum(found) / len(found)


def _in_order(first: Tensor, second: Tensor) -> float:
    n = min(len(first), len(second))
    return _cosines(first[:n], second[:n]).abs().diagonal().mean().item()


def _of(reduce: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], float]:
    return lambda first, second: reduce(_cosines(first, second)).mean().item()


mmcs = Exercise(
    id="E26",
    title="Was every atom found?",
    task="""\
The directions of the planted features (atoms) are known. Measure how well an autoencoder found
them: the *mean maximum cosine similarity*.

`mmcs(atoms, decoder)`

- `atoms`: `[features d_in]`, the truth;
- `decoder`: `[latents d_in]`, what was found. Rows have any length and either sign.

Return the mean over **atoms** of the largest |cosine| with any latent: 1 if each was found.""",
    reference=matching.mmcs,
    verdict=Equality(),
    inputs=_recovery,
    misconceptions=(
        Misconception(
            mistake="the mean runs over latents",
            wrong=_of(lambda cosine: cosine.abs().amax(0)),
            hint="That asks whether every latent is an atom. A dictionary of one atom, repeated, "
            "would be perfect.",
        ),
        Misconception(
            mistake="the sign counts",
            wrong=_of(lambda cosine: cosine.amax(1)),
            hint="A direction and its opposite lie on the same line. Take magnitudes.",
        ),
        Misconception(
            mistake="rows are not brought to length 1",
            wrong=lambda atoms, decoder: (atoms @ decoder.T).abs().amax(1).mean().item(),
            hint="A long row wins every comparison, whatever its direction.",
        ),
        Misconception(
            mistake="all cosines are averaged, not the best of each atom",
            wrong=_of(Tensor.abs),
            hint="A latent that found one atom should be far from all others.",
        ),
        Misconception(
            mistake="each latent may serve one atom only",
            wrong=matching.matched_mean,
            hint="That is the next exercise. Here two atoms may share a latent.",
        ),
    ),
    hints=(
        "Bring all rows to length 1; then `atoms @ decoder.T` holds all cosines.",
        "Which axis has to be searched, and which averaged?",
    ),
    starter='''def mmcs(atoms, decoder):
    """Mean over atoms of the best |cosine|, a number."""
    ...''',
    difficulty="easy",
    minutes=10,
    prerequisites=("feature direction", "latent"),
)

matched_mean = Exercise(
    id="E26b",
    title="A partner for each",
    task="""\
Compare two dictionaries one to one. Pair rows of the first with rows of the second, each row in at
most one pair and as many pairs as the smaller has rows, so that the sum of |cosines| is as large as
it can be.

`matched_mean(first, second)`

- `first`: `[rows d_in]`, `second`: `[others d_in]`; rows have any length and either sign.

Return the mean |cosine| of the pairs. `scipy.optimize.linear_sum_assignment` finds the best pairing
(the Hungarian method).""",
    reference=matching.matched_mean,
    verdict=Equality(),
    inputs=_two,
    misconceptions=(
        Misconception(
            mistake="a row may be the partner of several",
            wrong=matching.mmcs,
            hint="Two atoms that share one latent would both count as found. "
            "Each row may be used once.",
        ),
        Misconception(
            mistake="the most alike pair is taken, then the next of what is left",
            wrong=_greedy,
            hint="An early best pair can leave two rows with bad partners. "
            "The sum over all pairs has to be largest.",
        ),
        Misconception(
            mistake="rows are paired in the order in which they come",
            wrong=_in_order,
            hint="Latents have no order: another seed puts the same one elsewhere.",
        ),
        Misconception(
            mistake="the mean of the best partners is taken from the second's side",
            wrong=_of(lambda cosine: cosine.abs().amax(0)),
            hint="That lets one row be the partner of several.",
        ),
    ),
    hints=(
        "The matrix of |cosines| is what has to be assigned.",
        "`linear_sum_assignment(matrix, maximize=True)` returns rows and columns of the pairs.",
    ),
    starter='''def matched_mean(first, second):
    """Mean |cosine| over the best one-to-one pairs, a number."""
    ...''',
    difficulty="medium",
    minutes=10,
    prerequisites=("feature direction", "latent"),
)
