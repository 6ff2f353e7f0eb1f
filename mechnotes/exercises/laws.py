"""Which laws must samples of sparse features obey?

Each function makes one `Law` about samples `[batch instances features]` drawn for known densities.
Statistical laws allow four standard errors and count as broken only if most of the trials break
them, so that one unlucky draw does not fail a correct sampler.

The trials of a sampling exercise give `n_samples`, `density` and `generator`; the first two
trials have equal seeds.
"""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Law

_STANDARD_ERRORS = 4.0

Sample = Float[Tensor, "batch instances features"]
Density = Float[Tensor, "instances features"]
Joint = Callable[[Density], Float[Tensor, "instances features features"]]


def reproducible() -> Law:
    """Equal generators give equal samples, different ones do not."""

    def broken(samples: Sequence[Tensor], trials: Sequence[Trial]) -> bool:  # noqa: ARG001
        return not torch.equal(samples[0], samples[1]) or torch.equal(samples[0], samples[2])

    return Law(
        name="reproducible",
        broken=broken,
        sentence="Two calls with equally seeded generators gave different samples, or two "
        "differently seeded ones gave the same. Draw every number from `generator`.",
    )


def sometimes_off() -> Law:
    """Not every feature is on in every sample."""

    def broken(sample: Sample, density: Density) -> bool:  # noqa: ARG001
        return bool((sample != 0).all())

    return Law(
        name="sometimes off",
        broken=_mostly(broken),
        sentence="Every feature is on in every sample. An inactive feature is exactly 0.",
    )


def sometimes_on() -> Law:
    """Some feature is on in some sample."""

    def broken(sample: Sample, density: Density) -> bool:  # noqa: ARG001
        return bool((sample == 0).all())

    return Law(
        name="sometimes on",
        broken=_mostly(broken),
        sentence="No feature is ever on: the whole sample is 0.",
    )


def varied() -> Law:
    """Every feature is on in some samples and off in others."""

    def broken(sample: Sample, density: Density) -> bool:
        on = (sample != 0).any(dim=0) & (sample == 0).any(dim=0)
        return not bool(on[(density > 0) & (density < 1)].all())

    return Law(
        name="varied",
        broken=_mostly(broken),
        sentence="Some feature is on in every sample of the batch, or in none. Whether it is on "
        "must be drawn anew for each sample.",
    )


def active_share() -> Law:
    """A feature is nonzero with its density."""

    def broken(sample: Sample, density: Density) -> bool:
        return _off((sample != 0).to(density.dtype), density, density * (1 - density))

    return Law(
        name="active share",
        broken=_mostly(broken),
        sentence="The share of samples in which a feature is nonzero is not its density.",
    )


def uniform_values() -> Law:
    """Active values lie in [0, 1], with mean 1/2 and mean square 1/3."""

    def broken(sample: Sample, density: Density) -> bool:
        outside = bool((sample < 0).any() or (sample > 1).any())
        means = _off(sample, density / 2, density / 3 - (density / 2).square())
        square = sample.square()
        squares = _off(square, density / 3, density / 5 - (density / 3).square())
        return outside or means or squares

    return Law(
        name="uniform values",
        broken=_mostly(broken),
        sentence="The values of active features are not uniform between 0 and 1: over all "
        "samples, the mean of a feature should be half its density.",
    )


def graded_values() -> Law:
    """Active values differ from each other."""

    def broken(sample: Sample, density: Density) -> bool:  # noqa: ARG001
        active = sample[sample != 0]
        return active.unique().numel() < 0.5 * active.numel()

    return Law(
        name="graded values",
        broken=_mostly(broken),
        sentence="Active features take the same few values again and again.",
    )


def own_values() -> Law:
    """Two features that are active together have different values."""

    def broken(sample: Sample, density: Density) -> bool:  # noqa: ARG001
        both = (sample != 0)[..., :, None] & (sample != 0)[..., None, :]
        equal = both & (sample[..., :, None] == sample[..., None, :])
        features = range(sample.shape[-1])
        both[..., features, features] = equal[..., features, features] = False
        return bool(equal.sum() > 0.01 * both.sum())

    return Law(
        name="own values",
        broken=_mostly(broken),
        sentence="Features that are active together have the same value.",
    )


def together(joint: Joint) -> Law:
    """Two features of an instance are active together as often as `joint` says."""

    def broken(sample: Sample, density: Density) -> bool:
        on = (sample != 0).to(density.dtype)
        both = torch.einsum("bif, big -> ifg", on, on) / len(on)
        expected = joint(density)
        error = _STANDARD_ERRORS * (expected * (1 - expected) / len(on)).sqrt()
        different = ~torch.eye(density.shape[-1], dtype=torch.bool)
        return bool(((both - expected).abs() > error)[:, different].any())

    return Law(
        name="together",
        broken=_mostly(broken),
        sentence="Two features of an instance are active together more or less often than the "
        "task says.",
    )


def separate_instances() -> Law:
    """A feature of one instance says nothing about the same feature of another."""

    def broken(sample: Sample, density: Density) -> bool:
        on = (sample != 0).to(density.dtype)
        both = on[:, 0] * on[:, 1]
        expected = density[0] * density[1]
        return _off(both, expected, expected * (1 - expected))

    return Law(
        name="separate instances",
        broken=_mostly(broken),
        sentence="Instances share samples: the same features are active in both at once.",
    )


def activity(samples: Sequence[Tensor]) -> Float[Tensor, " statistics"]:
    """Shares of single features and of pairs being on, and mean values, over all but one trial.

    Features that never change within a batch count as NaN: which ones are on is then chance.
    """
    found = []
    for sample in samples[1:]:
        on = (sample.detach() != 0).double()
        share = on.mean(dim=0)
        changes = torch.where((share > 0) & (share < 1), 1.0, torch.nan).double()
        both = torch.einsum("bif, big -> ifg", on, on) / len(on)
        both = both * changes[:, :, None] * changes[:, None, :]
        mean = sample.detach().double().mean(dim=0) * changes
        found.append(torch.cat([part.flatten() for part in (share * changes, both, mean)]))
    return torch.stack(found).mean(dim=0)


def _off(
    sample: Float[Tensor, "batch *rest"],
    mean: Float[Tensor, "*rest"],
    variance: Float[Tensor, "*rest"],
) -> bool:
    """Whether some mean over the batch lies outside the allowed standard errors."""
    error = _STANDARD_ERRORS * (variance / len(sample)).sqrt()
    return bool(((sample.mean(dim=0) - mean).abs() > error).any())


def _mostly(
    broken: Callable[[Tensor, Tensor], bool],
) -> Callable[[Sequence[Tensor], Sequence[Trial]], bool]:
    """Lift a test of one sample to all trials: broken if more than half of them break it."""

    def over_trials(samples: Sequence[Tensor], trials: Sequence[Trial]) -> bool:
        pairs = list(zip(samples, trials, strict=True))[1:]  # the first repeats the second
        return 2 * sum(broken(s.detach(), t.given["density"]) for s, t in pairs) > len(pairs)

    return over_trials
