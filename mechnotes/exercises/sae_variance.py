"""E25 and E25d: how much an autoencoder explains, and how long its answers are."""

import torch
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.sae import measures


class _Batches(tuple):
    """Pairs of activations and reconstruction, which a message need not print."""

    def __str__(self) -> str:
        return f"{len(self)} pairs of tensors"


def _batches(generator: torch.Generator) -> tuple[Trial, ...]:
    """Batches of unequal size, mean, loudness and quality."""
    trials = []
    for sizes in ((20, 5, 60), (8,), (3, 40)):
        pairs = []
        for number, size in enumerate(sizes, start=1):
            x = 2 + number * torch.randn(size, 4, generator=generator) * torch.tensor([1, 2, 3, 5])
            noise = torch.randn(size, 4, generator=generator)
            pairs.append((x, x + (4 - number) * noise + 0.5))
        trials.append(Trial(given={"batches": _Batches(pairs)}))
    return tuple(trials)


def _per_batch(batches: _Batches) -> float:
    return sum(measures.fvu(*pair) for pair in batches) / len(batches)


def _from_zero(batches: _Batches) -> float:
    error = sum(((x - x_hat) ** 2).sum() for x, x_hat in batches)
    return float(error / sum((x**2).sum() for x, _ in batches))


def _own_means(batches: _Batches) -> float:
    error = sum(((x - x_hat) ** 2).sum() for x, x_hat in batches)
    return float(error / sum(((x - x.mean(0)) ** 2).sum() for x, _ in batches))


def _per_dimension(batches: _Batches) -> float:
    x, x_hat = (torch.cat(parts) for parts in zip(*batches, strict=True))
    return float((((x - x_hat) ** 2).sum(0) / ((x - x.mean(0)) ** 2).sum(0)).mean())


def _short(generator: torch.Generator) -> tuple[Trial, ...]:
    """Reconstructions that are too short, too long, and right but for what they leave out."""
    trials = []
    for factor, noise in ((0.7, 0.5), (1.2, 0.8), (1.0, 0.0)):
        x = 3 + torch.randn(50, 6, generator=generator)
        kept = torch.arange(6) < 4
        aside = torch.where(kept, x - x.mean(0), 0.0) * factor
        x_hat = x.mean(0) + 0.2 + aside + noise * torch.randn(50, 6, generator=generator)
        trials.append(Trial(given={"x": x, "x_hat": x_hat}, n_positional=2))
    return tuple(trials)


def _centred(x: Tensor, x_hat: Tensor) -> tuple[Tensor, Tensor]:
    return x - x.mean(0), x_hat - x.mean(0)


def _lengths(x: Tensor, x_hat: Tensor) -> float:
    return float((x_hat.norm(dim=1) / x.norm(dim=1)).mean())


def _uncentred(x: Tensor, x_hat: Tensor) -> float:
    return float(x_hat.square().sum() / (x * x_hat).sum())


def _slope(x: Tensor, x_hat: Tensor) -> float:
    x, x_hat = _centred(x, x_hat)
    return float((x * x_hat).sum() / x.square().sum())


def _inverse(x: Tensor, x_hat: Tensor) -> float:
    return 1 / measures.shrinkage(x, x_hat)


fvu = Exercise(
    id="E25",
    title="How much of the variance is left over?",
    task="""\
Activations come in batches, because together they would not fit into memory. Measure the fraction
of variance unexplained over all of them.

`fvu(batches)`

- `batches`: a sequence of pairs `(x, x_hat)`, activations and their reconstruction, both
  `[n d_in]`; n differs from pair to pair.

Return one number: the sum of all squared errors over the sum of all squared distances from the mean
activation, the mean of *all* batches. 0 is perfect, 1 as good as answering with the mean.""",
    reference=measures.fvu_of_batches,
    verdict=Equality(rtol=1e-3),
    inputs=_batches,
    misconceptions=(
        Misconception(
            mistake="a ratio is taken for each batch and the ratios are averaged",
            wrong=_per_batch,
            hint="A small, quiet batch then counts as much as a large one. Sum first, divide once.",
        ),
        Misconception(
            mistake="distances are measured from 0 instead of from the mean",
            wrong=_from_zero,
            hint="A mean far from 0 makes every autoencoder look good: b_dec explains it alone.",
        ),
        Misconception(
            mistake="each batch is measured from its own mean",
            wrong=_own_means,
            hint="Differences between batches are variance too. You need the mean of everything.",
        ),
        Misconception(
            mistake="a ratio is taken for each dimension and the ratios are averaged",
            wrong=_per_dimension,
            hint="A dimension that hardly varies then counts as much as the loudest one.",
        ),
        Misconception(
            mistake="the explained variance is returned",
            wrong=lambda batches: 1 - measures.fvu_of_batches(batches),
            hint="What is asked for is the rest: 0 is perfect.",
        ),
    ),
    hints=(
        "Two passes are allowed: one for the mean, one for the sums.",
        "One pass will do: the sum of |x|² less n times |mean|².",
    ),
    starter='''def fvu(batches):
    """Fraction of variance unexplained, a number."""
    ...''',
    difficulty="medium",
    minutes=10,
    prerequisites=("sparse autoencoder",),
)

shrinkage = Exercise(
    id="E25d",
    title="Is the reconstruction too short?",
    task="""\
Measure everything from the mean of `x`. By which number should the reconstruction be divided, so
that the squared error becomes as small as it can?

`shrinkage(x, x_hat)`

- `x`: `[n d_in]`, activations;
- `x_hat`: `[n d_in]`, their reconstruction.

Return that number: 1 if no stretching helps, below 1 for a reconstruction that is too short.""",
    reference=measures.shrinkage,
    verdict=Equality(rtol=1e-3),
    inputs=_short,
    misconceptions=(
        Misconception(
            mistake="the lengths of reconstruction and activation are compared",
            wrong=_lengths,
            hint="A reconstruction that leaves a feature out is shorter and yet of the right "
            "length in all it says.",
        ),
        Misconception(
            mistake="everything is measured from 0",
            wrong=_uncentred,
            hint="A large mean is easy to get right and hides what happens around it.",
        ),
        Misconception(
            mistake="the slope of the reconstruction on the activation is taken",
            wrong=_slope,
            hint="You fitted the reconstruction by the activation. Fit the activation by a "
            "stretched reconstruction.",
        ),
        Misconception(
            mistake="the factor is returned by which to multiply",
            wrong=_inverse,
            hint="Below 1 should mean too short.",
        ),
    ),
    hints=(
        "Write the squared error of x̂/c, and set its derivative by 1/c to 0.",
        "The best 1/c is Σ x̂·x / Σ |x̂|².",
    ),
    starter='''def shrinkage(x, x_hat):
    """What to divide the reconstruction by, a number."""
    ...''',
    difficulty="medium",
    minutes=10,
    prerequisites=("sparse autoencoder",),
)
