"""How is each claim about geometry measured?

One function for each number in `claims`, from stored weights only. The value is the worst over the
random seeds that there are, the spread their range.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import experiments, rng, validate
from mechnotes.claims import Measured
from mechnotes.superposition import geometry
from mechnotes.superposition.dimensionality import attack, levels, lines, sweep

SWEEPS = ("first",)
"""The sweeps that claims rest on."""

LOW_SHARE = 0.2
"""A feature with a smaller dimensionality has no place of its own in a pentagon (2/5)."""

SETTLED = 500
"""Steps after which the first arrangement stands."""

BETWEEN_LEVELS = 0.0025
"""Loss between that of five features in a pentagon and that of two pairs; set on the first runs."""


def sweep_weights(case: str) -> Float[Tensor, "densities d_hidden features"]:
    """Weights of one stored sweep.

    Raises:
        ValueError: If there is no such case.
    """
    return experiments.load(sweep.train, case).W[:, 0]


def levels_at_one_half() -> Measured:
    """Densities with D* near 1/2; control: as many steps from the first D* to the last."""
    found, steady = [], []
    for case in SWEEPS:
        per_feature = 1 / geometry.features_per_dimension(sweep_weights(case))
        slope = torch.linspace(per_feature[0].item(), per_feature[-1].item(), len(per_feature))
        found.append(lines.levels_near(per_feature, 0.5))
        steady.append(lines.levels_near(slope, 0.5))
    return _worst(found, control=max(steady), worst=min)


def lines_found(fractions: tuple[float, ...]) -> Measured:
    """How many of these fractions have a line in each sweep; control: directions shuffled.

    Args:
        fractions: Dimensionalities at which features should gather.

    Raises:
        ValueError: If a fraction is no number.
    """
    found: list[int] = []
    shuffled: list[int] = []
    notes = []
    for case in SWEEPS:
        W = sweep_weights(case)
        control = lines.shuffled_directions(W, generator=rng.generator(0, "shuffled"))
        for weights, counts in ((W, found), (control, shuffled)):
            shares = geometry.dimensionality(weights).flatten()
            counted = [lines.line(shares, validate.number(f, "fractions")) for f in fractions]
            counts.append(sum(line.found for line in counted))
            if counts is found:
                said = (
                    f"{f:.3g}: {n.below}/{n.at}/{n.above}"
                    for f, n in zip(fractions, counted, strict=True)
                )
                notes.append(", ".join(said))
    note = f"features below/at/above {'; '.join(notes)}"
    return _worst(found, control=max(shuffled), worst=min, note=note)


def rise_in_vulnerability() -> Measured:
    """Vulnerability at density 0.05 over that at 1; control: the linear sweep."""
    rises = [_rise(sweep_weights(case)) for case in SWEEPS]
    return _worst(rises, control=_rise(sweep_weights("linear")), worst=min)


def vulnerability_follows_features() -> Measured:
    """Spearman correlation of vulnerability and features per dimension; control: shuffled."""
    found, shuffled = [], []
    for case in SWEEPS:
        W = sweep_weights(case)
        harm, crowd = attack.mean_vulnerability(W), geometry.features_per_dimension(W)
        order = torch.randperm(len(W), generator=rng.generator(0, "shuffled"))
        found.append(spearman(harm, crowd))
        shuffled.append(spearman(harm[order], crowd))
    return _worst(found, control=max(shuffled, key=abs), worst=min)


def gap_between_levels() -> Measured:
    """Largest ratio of neighbouring final losses; control: the next largest."""
    loss = experiments.load(levels.record, "again").loss[0].sort().values
    ratios = (loss[1:] / loss[:-1]).sort(descending=True).values
    return Measured(value=ratios[0].item(), control=ratios[1].item())


def fall_and_rearrangement() -> Measured:
    """Ratio of the steps at which loss and geometry change; control: of different runs."""
    falls, changes = late_events("again")
    ratio = (falls.log()[:, None] - changes.log()).abs().exp()
    same = torch.eye(len(falls), dtype=torch.bool)
    own = ratio[same]
    medians = [runs.median().item() for runs in (own, own[::2], own[1::2])]  # all, and two halves
    return Measured(
        value=medians[0],
        spread=(min(medians), max(medians)),
        per_seed=tuple(own.tolist()),
        control=ratio[~same].median().item(),
        note=f"{len(own)} of 16 runs change late",
    )


def late_events(case: str) -> tuple[Float[Tensor, " runs"], Float[Tensor, " runs"]]:
    """When loss and geometry of the runs change that begin with fewer features than they end with.

    A run counts if some feature has a small dimensionality after the first 500 steps and none has
    at the end.

    Args:
        case: Case of `levels.record`.

    Returns:
        The last step with a loss above BETWEEN_LEVELS, and the last step at which some feature has
        a dimensionality below 0.2.

    Raises:
        ValueError: If there is no such case.
    """
    toys = experiments.load(levels.record, case)
    steps = torch.tensor(toys.config.frame_steps).double()
    loss = levels.frame_loss(toys)[:, 0]
    small = geometry.dimensionality(toys.W_frames[:, 0]).amin(dim=-1) < LOW_SHARE
    late = small[steps > SETTLED].any(dim=0) & ~small[-1] & (loss[-1] < BETWEEN_LEVELS)
    falls, changes = (_last(steps, event[:, late]) for event in (loss > BETWEEN_LEVELS, small))
    return falls, changes


def spearman(one: Float[Tensor, " things"], other: Float[Tensor, " things"]) -> float:
    """Correlation of ranks.

    Args:
        one: First measurement.
        other: Second measurement, of the same things.

    Returns:
        From -1, opposite orders, to 1, the same order.

    Raises:
        ValueError: If the lengths differ or a number is not finite.
    """
    n_things = len(validate.shape(validate.finite(one, "one"), "one", ("things",)))
    validate.shape(validate.finite(other, "other"), "other", ("things",), things=n_things)
    ranks = torch.stack([each.argsort().argsort().double() for each in (one, other)])
    return torch.corrcoef(ranks)[0, 1].item()


def _last(steps: Tensor, event: Tensor) -> Float[Tensor, " runs"]:
    """The last step at which each run's event still holds."""
    return (steps[:, None] * event).amax(dim=0)


def _rise(W: Float[Tensor, "densities d_hidden features"]) -> float:
    """Vulnerability of the sparsest model over that of the densest."""
    harm = attack.mean_vulnerability(W)
    return (harm[-1] / harm[0]).item()


def _worst(
    values: list[float] | list[int], *, control: float | int, worst: object, note: str = ""
) -> Measured:
    """The worst over sweeps, with all of them."""
    assert callable(worst)
    return Measured(
        value=float(worst(values)),
        spread=(float(min(values)), float(max(values))) if len(values) > 1 else None,
        per_seed=tuple(map(float, values)),
        control=float(control),
        note=note,
    )
