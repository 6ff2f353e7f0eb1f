"""E27: which latents differ between two groups of texts, many of them tested at once?"""

import torch
from torch import Tensor

from mechnotes.exercises import _wrong_tests as wrong
from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.sae.statistics import multiple


def _groups(generator: torch.Generator) -> tuple[Trial, ...]:
    """Groups of equal and of unequal size; the last one's labels are dealt out anew."""
    trials = []
    for n_with, n_without, n_planted in ((5, 5, 4), (4, 6, 5), (6, 4, 3), (5, 4, 4)):
        values = _values(n_with, n_without, n_planted, generator)
        group = torch.arange(n_with + n_without) < n_with
        order = torch.randperm(len(group), generator=generator)
        trials.append(_trial(values[order], group[order]))
    shuffled = group[torch.randperm(len(group), generator=generator)]
    return (*trials, _trial(values, shuffled))


def _trial(values: Tensor, group: Tensor) -> Trial:
    return Trial(given={"values": values, "group": group}, n_positional=2)


def _values(n_with: int, n_without: int, n_planted: int, generator: torch.Generator) -> Tensor:
    """A few latents that fire with the property, one that fires without it, and many at random."""
    n_texts, n_latents = n_with + n_without, n_planted + 12
    values = torch.rand(n_texts, n_latents, generator=generator)
    values = values * (torch.rand(n_texts, n_latents, generator=generator) < 0.6)
    strength = torch.linspace(0.5, 1.3, n_planted)  # from hard to see to plain
    values[:n_with, :n_planted] += strength
    values[n_with:, n_planted] += 1.2
    values[:, -1] = 0.0  # a dead latent
    return values


testing = Exercise(
    id="E27",
    title="Which of many latents differ?",
    task="""\
Test every latent by relabeling the texts, and allow for the number of latents.

`adjusted_p(values, group)`

- `values`: `[text latent]`, one number for each text and latent, 0 where it does not fire;
- `group`: `[text]`, True for texts with a property.

First p of each latent. Its statistic is the mean over the texts with the property less the mean
over those without. Go through *all* ways to choose as many texts as have the property, the true one
included, and count in which share of them the statistic is at least as large as with the true
labels. Take differences below 1e-9 for equal.

Then the correction of Benjamini and Hochberg: sort the $n$ values of p; the k-th smallest becomes
$p \\cdot n / k$; and none may be larger than that of a larger p, or than 1.

Return `[latent]`, the adjusted p of every latent. A latent counts as found at level 0.05 if its
adjusted p is at most that.""",
    reference=multiple.adjusted_p,
    verdict=Equality(rtol=1e-5),
    inputs=_groups,
    misconceptions=(
        Misconception(
            mistake="p is not corrected for the number of latents",
            wrong=wrong.uncorrected,
            hint="Of a hundred latents without any meaning five are below 0.05. Deal the labels "
            "out anew and look at how many you still find.",
        ),
        Misconception(
            mistake="p is multiplied by the number of latents, whatever its rank",
            wrong=wrong.bonferroni,
            hint="That is Bonferroni's correction, which allows for no false finding at all. Here "
            "the k-th smallest p is divided by k again.",
        ),
        Misconception(
            mistake="only relabelings with a larger statistic are counted, not those as large",
            wrong=wrong.strictly_larger,
            hint="Then the best latent gets p = 0, as if its labels had been impossible by chance. "
            "The true labels are one of the ways, and they do exactly as well as themselves.",
        ),
        Misconception(
            mistake="a difference in the other direction counts too",
            wrong=wrong.two_sided,
            hint="The question is whether a latent fires *more*. Keep the sign of the statistic.",
        ),
        Misconception(
            mistake="adjusted p may fall while p rises",
            wrong=wrong.not_monotone,
            hint="The k-th smallest p times n / k can be larger than the next one's. Go from the "
            "largest p down and keep the smallest value so far.",
        ),
        Misconception(
            mistake="the running correction goes from the smallest p up",
            wrong=wrong.step_down,
            hint="That keeps the largest value so far, so one bad p spoils all that come after it. "
            "Begin at the other end.",
        ),
    ),
    hints=(
        "`itertools.combinations(range(n_texts), n_with)` lists the ways to choose.",
        "As a matrix `[way text]` with 1 / n_with for chosen texts and -1 / n_without for others, "
        "times `values`, all statistics come at once: `[way latent]`.",
        "For the correction sort p in *descending* order, multiply by n / (n, n - 1, ..., 1), take "
        "`cummin`, and put the result back where it belongs.",
    ),
    starter='''def adjusted_p(values, group):
    """Adjusted p of each latent [latent]."""
    ...''',
    difficulty="medium",
    minutes=25,
    prerequisites=("latent", "permutation test", "family-wise error"),
)
