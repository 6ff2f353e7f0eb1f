"""The exercises on superposition: E01 and E02 from their own modules, E03 to E05 here.

from mechnotes.exercises import superposition as exercises
exercises.dimensionality.check(lambda W: W.norm(dim=0))
"""

import math

import torch
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.parallel import forward_pass as forward_pass
from mechnotes.exercises.parallel import loss as loss
from mechnotes.exercises.sampling import anticorrelated_sampler as anticorrelated_sampler
from mechnotes.exercises.sampling import correlated_sampler as correlated_sampler
from mechnotes.exercises.sampling import sampler as sampler
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.superposition import geometry, phase, selection


def _shapes(generator: torch.Generator) -> tuple[Trial, ...]:
    """A pentagon, a pair with an unused feature, and random weights with a zero column."""
    angles = 2 * math.pi * torch.arange(5) / 5
    pentagon = 1.1 * torch.stack((angles.cos(), angles.sin()))
    pair = torch.tensor([[1.2, -0.8, 0.0], [0.0, 0.0, 0.0]])
    loose = torch.randn(3, 4, generator=generator)
    holed = torch.randn(3, 6, generator=generator)
    holed[:, 2] = 0
    return tuple(Trial(given={"W": W}) for W in (pentagon, loose, pair, holed))


def _ratios(generator: torch.Generator) -> tuple[Trial, ...]:
    drawn = (0.05 + 0.9 * torch.rand(3, generator=generator)).tolist()
    return tuple(Trial(given={"importance_ratio": round(r, 3)}) for r in (*drawn, 1.0))


def _losses(generator: torch.Generator) -> tuple[Trial, ...]:
    sizes = ((3, 4), (4, 4), (2, 6))
    return tuple(Trial(given={"loss": torch.rand(size, generator=generator)}) for size in sizes)


def _cosines(W: Tensor) -> Tensor:
    """Dot product of each feature's unit vector with every W_j; NaN for a zero vector."""
    return (W / W.norm(dim=0)).T @ W


def _without_own_term(W: Tensor) -> Tensor:
    others = _cosines(W).square().fill_diagonal_(0).sum(dim=1)
    return torch.where(W.norm(dim=0) > 0, W.square().sum(dim=0) / others, 0.0)


def _without_square(W: Tensor) -> Tensor:
    norms = W.norm(dim=0)
    return torch.where(norms > 0, norms / _cosines(W).square().sum(dim=1), 0.0)


def _both_scaled(W: Tensor) -> Tensor:
    unit = torch.nn.functional.normalize(W, dim=0)
    crowding = (unit.T @ unit).square().sum(dim=1)
    return torch.where(crowding > 0, W.square().sum(dim=0) / crowding, 0.0)


dimensionality = Exercise(
    id="E03",
    title="How much of a dimension does a feature have?",
    task="""\
Write the dimensionality of each feature of one model.

`dimensionality(W)`

- `W`: `[d_hidden features]`; column i is W_i, the direction of feature i.

Return `[features]`: |W_i|² divided by the sum over all j, i included, of (Ŵ_i · W_j)², where Ŵ_i is
W_i scaled to length 1. It counts dimensions: 1 is a dimension of one's own. A feature that is not
stored (W_i = 0) has dimensionality 0.""",
    reference=geometry.dimensionality,
    verdict=Equality(),
    inputs=_shapes,
    misconceptions=(
        Misconception(
            mistake="a feature that is not stored is divided by its length 0",
            wrong=lambda W: W.square().sum(dim=0) / _cosines(W).square().sum(dim=1),
            hint="0/0 is NaN, and one NaN spoils every sum and mean after it. "
            "Say what a zero vector should give before dividing.",
        ),
        Misconception(
            mistake="the numerator is the norm instead of its square",
            wrong=_without_square,
            hint="Scale all of W by 2: dimensionality should not change. Does yours?",
        ),
        Misconception(
            mistake="the sum leaves out the feature's own term",
            wrong=_without_own_term,
            hint="Then a feature orthogonal to all others would be divided by 0. "
            "The sum runs over all j, i included.",
        ),
        Misconception(
            mistake="both vectors in the denominator are scaled to length 1",
            wrong=_both_scaled,
            hint="Only W_i is scaled; a long W_j crowds its neighbours more.",
        ),
    ),
    hints=(
        "`W.T @ W` holds all dot products.",
        "Multiply numerator and denominator by |W_i|²: then nothing needs to be scaled.",
        "`torch.where` picks a value where the denominator is 0.",
    ),
    starter='''def dimensionality(W):
    """Dimensionality of each feature [features]."""
    ...''',
    difficulty="medium",
    minutes=10,
    prerequisites=("feature", "superposition", "dimensionality"),
)

crossing = Exercise(
    id="E04",
    title="Where does superposition start to pay?",
    task="""\
Two features share one hidden dimension. Both are active with probability p, then uniform in [0, 1];
the second has importance r, the first 1. Two strategies compete:

- *dedicated*: feature 1 gets the dimension; output 2 is a constant, the best one (its bias);
- *antipodal*: W = [1, −1], no bias. Each feature is perfect alone; when both are active, each
  output is wrong by the smaller of the two values.

`crossing(importance_ratio)`

- `importance_ratio`: r, a number above 0.

Return p*, the density at which the two expected losses are equal: a number in (0, 1).""",
    reference=phase.crossing_density,
    verdict=Equality(),
    inputs=_ratios,
    misconceptions=(
        Misconception(
            mistake="the dedicated strategy ignores its bias and answers 0 for feature 2",
            wrong=lambda r: 2 * r / (1 + r),
            hint="A constant output costs least when it is the mean: then the loss is a variance, "
            "not a mean square.",
        ),
        Misconception(
            mistake="the antipodal loss counts the error of feature 1 only",
            wrong=lambda r: 4 * r / (2 + 3 * r),
            hint="When both are active, output 2 is wrong as well. Weigh its error by r.",
        ),
        Misconception(
            mistake="the importances are exchanged",
            wrong=lambda r: 4 / (2 * r + 5),
            hint="The dimension goes to feature 1: the one lost is feature 2, of importance r.",
        ),
        Misconception(
            mistake="a collision is charged its mean error instead of its mean square",
            wrong=lambda r: 4 * r / (4 + 7 * r),
            hint="The smaller of two uniform numbers has mean 1/3 and mean square 1/6.",
        ),
    ),
    hints=(
        "Write both losses as functions of p and r. Feature 1 costs nothing in the first.",
        "The variance of feature 2 is its mean square, p/3, less the square of its mean, p/2.",
        "Both features are active with probability p².",
    ),
    starter='''def crossing(importance_ratio):
    """Density at which both strategies cost the same."""
    ...''',
    difficulty="medium",
    minutes=15,
    prerequisites=("superposition", "importance", "sparsity"),
)

best_seed = Exercise(
    id="E05",
    title="Which run shows what is possible?",
    task="""\
Small models often stop in a worse local minimum, so each density was trained from several seeds.
Pick the run to look at.

`best_seed(loss)`

- `loss`: `[densities seeds]`, loss of every run, lower is better.

Return `[densities]`: for each density the index of its best seed, as whole numbers.""",
    reference=selection.best_seed,
    verdict=Equality(),
    inputs=_losses,
    misconceptions=(
        Misconception(
            mistake="the losses are averaged over the seeds",
            wrong=lambda loss: loss.mean(dim=1),
            hint="A mean mixes the pentagon with the runs that failed to find it. "
            "Return which run is best, not a loss.",
        ),
        Misconception(
            mistake="the run with the highest loss is picked",
            wrong=lambda loss: loss.argmax(dim=1),
            hint="A loss is an error: which end is best?",
        ),
        Misconception(
            mistake="the best density is picked for each seed",
            wrong=lambda loss: loss.argmin(dim=0),
            hint="`dim` names the axis that disappears. Which one should?",
        ),
        Misconception(
            mistake="one seed, the best on average, is used for all densities",
            wrong=lambda loss: loss.mean(dim=0).argmin().expand(loss.shape[0]),
            hint="A seed that finds the minimum at one density may miss it at the next.",
        ),
        Misconception(
            mistake="the lowest loss is returned instead of the run that has it",
            wrong=lambda loss: loss.amin(dim=1),
            hint="You need the index, to fetch that run's weights.",
        ),
    ),
    hints=(
        "There is a tensor method that returns where the smallest value is.",
        "Its `dim` is the axis to search along: the seeds.",
    ),
    starter='''def best_seed(loss):
    """Index of the best seed at each density [densities]."""
    ...''',
    difficulty="easy",
    minutes=5,
    prerequisites=("local minimum",),
)
