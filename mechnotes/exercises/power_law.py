"""E09: some features are common and most are rare."""

import torch
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.monosemanticity import features


def _settings(generator: torch.Generator) -> tuple[Trial, ...]:
    """So dense that some features are cut off, and so sparse that none is."""
    sizes = torch.randint(20, 60, (3,), generator=generator).tolist()
    pairs = zip(sizes, (0.25, 0.01, 0.1), strict=True)
    return tuple(Trial(given={"n_features": n, "density": p}) for n, p in pairs)


def _falling(n_features: int, exponent: float = 1.1, start: int = 1) -> Tensor:
    rank = torch.arange(start, start + n_features, dtype=torch.float64)
    return rank**-exponent


def _unclipped(n_features: int, density: float) -> Tensor:
    falling = _falling(n_features)
    return falling * density / falling.mean()


def _summed(n_features: int, density: float) -> Tensor:
    falling = _falling(n_features)
    return (falling * density / falling.sum()).clamp(max=1)


def _again(n_features: int, density: float) -> Tensor:
    """Scaled once more after the cut, until the mean is right."""
    clipped = _unclipped(n_features, density).clamp(max=1)
    return clipped * density / clipped.mean()


def _first_is_density(n_features: int, density: float) -> Tensor:
    return _falling(n_features) * density


def _from_two(n_features: int, density: float) -> Tensor:
    falling = _falling(n_features, start=2)
    return (falling * density / falling.mean()).clamp(max=1)


power_law = Exercise(
    id="E09",
    title="How likely is each feature, if likelihood falls as a power?",
    task="""\
In the power-law sweeps, feature number i (the first has i = 1) is active in proportion to i^−1.1.

`power_law_densities(n_features, *, density)`

- `n_features`: how many features there are;
- `density`: the mean of their probabilities *before* any of them is cut off.

Scale the probabilities so that their mean is `density`, and then cut off at 1 what lies above: no
probability exceeds 1, so in a dense setting the mean comes out a little lower.

Return `[features]`.""",
    reference=features.power_law_densities,
    verdict=Equality(),
    inputs=_settings,
    misconceptions=(
        Misconception(
            mistake="nothing is cut off",
            wrong=_unclipped,
            hint="Look at the first feature of a dense setting: can a probability be that large?",
        ),
        Misconception(
            mistake="the probabilities are scaled again after they were cut off",
            wrong=_again,
            hint="The published setting scales first and cuts last, and accepts a lower mean.",
        ),
        Misconception(
            mistake="the sum is scaled to the density instead of the mean",
            wrong=_summed,
            hint="`density` is a mean over features; the sum is that times how many there are.",
        ),
        Misconception(
            mistake="nothing is scaled, and the first feature has the density itself",
            wrong=_first_is_density,
            hint="The density is that of an average feature; the first is likelier.",
        ),
        Misconception(
            mistake="the first feature has i = 2",
            wrong=_from_two,
            hint="`torch.arange` starts at 0; the first feature has i = 1.",
        ),
    ),
    hints=(
        "`torch.arange(1, n_features + 1)` gives the numbers of the features.",
        "Divide by the mean and multiply by the density; then `clamp`.",
    ),
    starter='''def power_law_densities(n_features, *, density):
    """Probability that each feature is active [features]."""
    ...''',
    difficulty="easy",
    minutes=8,
    prerequisites=("feature", "density"),
)
