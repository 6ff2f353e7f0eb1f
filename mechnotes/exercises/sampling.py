"""Exercises E01, E01b and E01c: draw sparse features, alone, in company and apart.

The answers are random, so they are judged by the laws that samples obey.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes.exercises import _wrong_samplers as wrong_samplers
from mechnotes.exercises import laws
from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Behaviour
from mechnotes.superposition import data

_N_SAMPLES = 6000
_SIGNATURE = """

`sampler(n_samples, *, density, generator)`

- `n_samples`: how many samples, an integer.
- `density`: `[instances features]`, probability that a feature is active.
- `generator`: a `torch.Generator`; every random number comes from it.

Return a tensor `[batch instances features]` with `batch = n_samples`: an inactive feature is
exactly 0, an active one uniform in [0, 1]. Instances share no random numbers.
"""
_STARTER = '''def sampler(n_samples, *, density, generator):
    """Draw samples [batch instances features]."""
    ...'''
_PER_BATCH = "Your mask has no batch axis. Ask what must be drawn anew for every sample."


def _inputs(*rows: list[float]) -> Any:
    """Trials with these densities: two with one seed, then four more."""

    def draw(generator: torch.Generator) -> tuple[Trial, ...]:
        seeds = torch.randint(2**31, (5,), generator=generator).tolist()
        return tuple(
            Trial(
                given={
                    "n_samples": _N_SAMPLES,
                    "density": torch.tensor(rows),
                    "generator": torch.Generator().manual_seed(seed),
                }
            )
            for seed in (seeds[0], *seeds)
        )

    return draw


def _independent(
    density: Float[Tensor, "instances features"],
) -> Float[Tensor, "instances features features"]:
    return density[:, :, None] * density[:, None, :]


def _within_pairs(
    density: Float[Tensor, "instances features"], *, shared: bool
) -> Float[Tensor, "instances features features"]:
    """Independent between pairs; inside a pair always (shared) or never together."""
    joint = _independent(density)
    for first in range(0, density.shape[1], 2):
        inside = density[:, first] if shared else torch.zeros_like(density[:, first])
        joint[:, first, first + 1] = joint[:, first + 1, first] = inside
    return joint


def _verdict(joint: laws.Joint) -> Behaviour:
    """The laws of sparse features of which two are active together as `joint` says."""
    obeyed = (
        laws.reproducible(),
        laws.sometimes_off(),
        laws.sometimes_on(),
        laws.varied(),
        laws.active_share(),
        laws.graded_values(),
        laws.together(joint),
        laws.uniform_values(),
        laws.own_values(),
        laws.separate_instances(),
    )
    return Behaviour(laws=obeyed, summary=laws.activity)


_MISTAKES = (
    Misconception(
        mistake="every feature is active in every sample",
        wrong=wrong_samplers.dense,
        hint="Sparse means that a feature is exactly 0 most of the time. What switches it off?",
    ),
    Misconception(
        mistake="one mask is drawn for the whole batch",
        wrong=wrong_samplers.one_mask,
        hint=_PER_BATCH,
    ),
    Misconception(
        mistake="`density` is taken for the probability that a feature is 0",
        wrong=wrong_samplers.sparsity,
        hint="Density is the share of samples with the feature on; the paper's sparsity S is the "
        "share with it off. Look at which way your comparison points.",
    ),
    Misconception(
        mistake="the number that decides whether a feature is on is also used as its value",
        wrong=wrong_samplers.reused_draw,
        hint="Numbers that passed the comparison are small ones. Presence and strength need a "
        "draw each.",
    ),
    Misconception(
        mistake="active features are all 1",
        wrong=wrong_samplers.binary,
        hint="A feature that is on has a strength, uniform between 0 and 1.",
    ),
    Misconception(
        mistake="all instances use the same random numbers",
        wrong=wrong_samplers.shared_instances,
        hint="Instances stand for independent repetitions: their draws need an axis of their own.",
    ),
)

sampler = Exercise(
    id="E01",
    title="Sparse features",
    task="Write the sampler of the toy models: features are active independently." + _SIGNATURE,
    reference=data.independent,
    verdict=_verdict(_independent),
    inputs=_inputs([0.05, 0.1, 0.3, 0.7], [0.4, 0.4, 0.2, 0.15]),
    misconceptions=(
        *_MISTAKES,
        Misconception(
            mistake="all features of a sample share one draw, so that they come together",
            wrong=wrong_samplers.shared_features,
            hint="Independent features need a draw each: look at the shape of your random numbers.",
        ),
    ),
    hints=(
        "Two things are random about a feature: whether it is on, and how strong it is.",
        "A number uniform in [0, 1] is below `p` with probability `p`.",
        "Draw two tensors of shape `(n_samples, *density.shape)`, one for each question.",
    ),
    starter=_STARTER,
    difficulty="easy",
    minutes=10,
    prerequisites=("feature", "sparsity"),
)

correlated_sampler = Exercise(
    id="E01b",
    title="Features that come together",
    task="Features come in pairs (0, 1), (2, 3), ...: the members of a pair are active in the same "
    "samples, with independent strengths. Both members of a pair have the same density."
    + _SIGNATURE,
    reference=data.correlated_pairs,
    verdict=_verdict(lambda density: _within_pairs(density, shared=True)),
    inputs=_inputs([0.1, 0.1, 0.3, 0.3], [0.4, 0.4, 0.2, 0.2]),
    misconceptions=(
        Misconception(
            mistake="the members of a pair are drawn independently",
            wrong=data.independent,
            hint="One draw must decide for both members.",
        ),
        Misconception(
            mistake="one feature of each pair is copied, strength and all",
            wrong=wrong_samplers.shared_value,
            hint="Only the presence is shared. Each member has a strength of its own.",
        ),
        *_MISTAKES[:2],
    ),
    hints=(
        "Draw one mask per pair, not per feature.",
        "`mask.repeat_interleave(2, dim=-1)` gives both members the mask of their pair.",
    ),
    starter=_STARTER,
    difficulty="easy",
    minutes=10,
    prerequisites=("feature", "sparsity", "correlated features"),
)

anticorrelated_sampler = Exercise(
    id="E01c",
    title="Features that exclude each other",
    task="Features come in pairs (0, 1), (2, 3), ...: at most one member of a pair is active in a "
    "sample, and each member is active with its density (at most 1/2, equal within a pair)."
    + _SIGNATURE,
    reference=data.anticorrelated_pairs,
    verdict=_verdict(lambda density: _within_pairs(density, shared=False)),
    inputs=_inputs([0.1, 0.1, 0.3, 0.3], [0.4, 0.4, 0.2, 0.2]),
    misconceptions=(
        Misconception(
            mistake="the members of a pair are drawn independently",
            wrong=data.independent,
            hint="Then both are on in some samples. One draw must decide for the pair.",
        ),
        Misconception(
            mistake="a pair is on with the density of one member, and then a member is chosen",
            wrong=wrong_samplers.halved,
            hint="Each member ends up with half of its density. How often must the pair be on?",
        ),
        *_MISTAKES[:2],
    ),
    hints=(
        "One uniform number per pair can decide between three cases: first, second, neither.",
        "Cut [0, 1] into the stretches [0, p), [p, 2p) and [2p, 1].",
    ),
    starter=_STARTER,
    difficulty="medium",
    minutes=15,
    prerequisites=("feature", "sparsity", "anticorrelated features"),
)
