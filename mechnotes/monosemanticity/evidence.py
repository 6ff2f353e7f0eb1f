"""How is each claim of Engineering Monosemanticity measured?

One function for each number in `claims`, from stored sweeps at the reduced scale. Models are judged
at the last trough of the learning rate, where the weights have settled, unless a function says "at
the peak": there the published runs end, and there the paper looked.

Where several seeds were trained, the value is the one furthest from what is claimed and the spread
is the range over seeds. The control is the same number where the cause is missing.
"""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes.claims import Measured
from mechnotes.monosemanticity import _stored, table
from mechnotes.monosemanticity._stored import loaded

BATCHES_OF_BIASES = ("b1", "b2", "b3", "b4", "b5")
"""Cases of the rows that sweep the bias, from dense to sparse features."""


def loss_ratio_at_peak() -> Measured:
    """Largest over smallest loss of LR1 at the end; control: over numbers of neurons, K0."""
    rates, neurons = loaded("lr1"), loaded("k0")
    return Measured(value=_stored.ratio(rates.loss[-1]), control=_stored.ratio(neurons.loss[-1]))


def loss_ratio_at_trough() -> Measured:
    """Largest over smallest loss of LR1 at the trough; control: over numbers of neurons, K0."""
    rates, neurons = loaded("lr1"), loaded("k0")
    return Measured(
        value=_stored.ratio(rates.loss[rates.at_trough]),
        control=_stored.ratio(neurons.loss[neurons.at_trough]),
    )


def count_ratio() -> Measured:
    """Largest over smallest number of monosemantic neurons in LR1; control: over seeds."""
    counts = loaded("lr1").n_monosemantic
    told = ", ".join(str(count) for count in counts.tolist())
    return Measured(
        value=_stored.count_ratio(counts),
        control=_stored.count_ratio(_stored.counts_by_seed("lr1")),
        note=f"counts from the lowest rate to the highest: {told}; none counts as one",
    )


def trick_gain() -> Measured:
    """Monosemantic neurons with the bias trick over those without, at the largest rate."""
    with_trick, without = _stored.counts_by_seed("lr3"), _stored.counts_by_seed("lr1")
    each = (with_trick / without).tolist()
    # Seeds against each other, both without the trick.
    control = (without.max() / without.min()).item()
    told = f"with the trick {_stored.listed(with_trick)}, without {_stored.listed(without)}"
    return Measured.of_seeds(each, min(each), control=control, note=told)


def trick_loss() -> Measured:
    """Loss with the bias trick over that without, at the largest rate; control: dead neurons."""
    each = (_stored.losses_by_seed("lr3") / _stored.losses_by_seed("lr1")).tolist()
    biases = loaded("b3")
    losses = biases.loss[biases.at_trough]
    return Measured.of_seeds(each, max(each), control=(losses[0] / losses.min()).item())


def negative_peaks() -> Measured:
    """Bias batches in which most neurons are monosemantic at a bias below zero; control: step 0."""
    peaks = [_stored.peak(case) for case in BATCHES_OF_BIASES]
    untrained = [_stored.peak(case, checkpoint=0) for case in BATCHES_OF_BIASES]
    told = ", ".join(f"{peak:g}" for peak in peaks)
    return Measured(
        value=sum(peak < 0 for peak in peaks),
        control=sum(peak < 0 for peak in untrained),
        note=f"best initial bias from dense to sparse: {told}",
    )


def density_and_peak() -> Measured:
    """Rank correlation of density and size of the best bias; control: densities in every order.

    NaN unless three batches or more have their best bias below zero: the claim is about how far.
    """
    peaks = [_stored.peak(case) for case in BATCHES_OF_BIASES]
    density = [loaded(case).config.base.density for case in BATCHES_OF_BIASES]
    below = sum(peak < 0 for peak in peaks)
    value = rank_correlation(density, [abs(peak) for peak in peaks]) if below >= 3 else math.nan
    note = f"{below} of five batches have their best bias below zero"
    return Measured(value=value, control=0.0, note=note)


def monosemantic_bias() -> Measured:
    """Median bias of monosemantic neurons, LR1's largest rate; control: of the others."""
    mono, rest = _stored.median_biases("lr1")
    return Measured.of_seeds(mono, max(mono), control=max(rest))


def polysemantic_bias() -> Measured:
    """Median bias of neurons for several features, LR1's largest rate; control: monosemantic."""
    mono, rest = _stored.median_biases("lr1")
    return Measured.of_seeds(rest, min(rest), control=max(mono))


def polysemantic_bias_with_trick() -> Measured:
    """Median bias of neurons for several features, LR3's largest rate; control: monosemantic."""
    mono, rest = _stored.median_biases("lr3")
    return Measured.of_seeds(rest, min(rest), control=max(mono))


def neurons_per_feature() -> Measured:
    """Monosemantic neurons for each feature at k = 2 N in K1; control: at k = N / 2."""
    n_features = loaded("k1").config.base.n_features
    by_size = _stored.by_size("k1") / n_features  # [sizes seeds]
    each = by_size[_stored.place_of_size("k1", 2)].tolist()
    few = by_size[_stored.place_of_size("k1", 0.5)].max()
    longer = loaded("k1-longer").n_monosemantic / n_features
    told = ", ".join(f"{share:.2f}" for share in longer.tolist())
    note = f"with four times the steps: {told}"
    return Measured.of_seeds(each, min(each), control=few.item(), note=note)


def smallest_step_over_sizes() -> Measured:
    """Smallest change in monosemantic neurons from a number of neurons to the next, in K1."""
    counts = _stored.by_size("k1")
    each = counts.diff(dim=0).amin(0).tolist()
    shuffled = counts[[3, 6, 0, 7, 2, 5, 1, 4]].diff(dim=0).amin(0)
    means = ", ".join(f"{mean:.0f}" for mean in counts.mean(1).tolist())
    told = f"mean over seeds, from k = N / 32 to 4 N: {means}"
    return Measured.of_seeds(each, min(each), control=shuffled.max().item(), note=told)


def polysemantic_rank() -> Measured:
    """Singular mass of the first m directions of what the other neurons do; control: the mono.

    The product of their weights alone has rank m whatever they do, as they read m dimensions; so
    the map is taken behind the ReLU, from each feature fed alone to all outputs.
    """
    parts = _stored.parts()
    m = loaded("lr3").config.base.d_embedding
    return Measured(value=top_mass(parts["rest"], m), control=top_mass(parts["mono"], m))


def polysemantic_identity() -> Measured:
    """Cosine of what the other neurons write with the identity seen through the embedding."""
    parts = _stored.parts()
    linear, seen = parts["linear"], parts["seen"]
    return Measured(
        value=_stored.cosine(linear, seen),
        control=_stored.cosine(_stored.shuffled(linear), seen),
    )


def regulariser_gain() -> Measured:
    """Most monosemantic neurons of a regulariser of .001 or more over those of the smallest."""
    counts = loaded("rg1").n_monosemantic.double()
    strength = loaded("rg1").config.values[0]
    told = ", ".join(f"{s:g}: {c:.0f}" for s, c in zip(strength, counts.tolist(), strict=True))
    gain, control = counts[:3].max() / counts[-1], counts[-2] / counts[-1]
    return Measured(value=gain.item(), control=control.item(), note=told)


def regulariser_loss() -> Measured:
    """Loss at the regulariser of the most monosemantic neurons over that of the smallest."""
    result = loaded("rg1")
    loss = result.loss[result.at_trough]
    best = result.n_monosemantic[:3].argmax()
    return Measured(value=(loss[best] / loss[-1]).item(), control=(loss.max() / loss[-1]).item())


def rows_trained() -> Measured:
    """Rows of the table whose best model loses less than .95 of what silence would."""
    best = {}
    for name in table.ROWS:
        result = loaded(name.lower())
        best[name] = (result.loss[result.at_trough] / result.silent_loss).nan_to_num(9.0).min()
    value = sum(bool(loss < 0.95) for loss in best.values())
    return Measured(value=value, note=f"worst of them: {max(best, key=lambda n: best[n])}")


def top_mass(A: Float[Tensor, "rows columns"], n: int) -> float:
    """Share of the squared singular values of a matrix that the largest n hold.

    Args:
        A: The matrix.
        n: How many.

    Returns:
        1 if its rank is at most n; NaN if it is zero.
    """
    power = torch.linalg.svdvals(A).square()
    return (power[:n].sum() / power.sum()).item()


def rank_correlation(x: Sequence[float | int], y: Sequence[float | int]) -> float:
    """Spearman's correlation; ties share the mean of their ranks.

    Args:
        x: Numbers.
        y: As many numbers.

    Returns:
        A number in [-1, 1]; NaN if all of one are equal.
    """
    ranks = torch.stack([_ranks(torch.tensor(values, dtype=torch.float64)) for values in (x, y)])
    return torch.corrcoef(ranks)[0, 1].item()


def _ranks(values: Tensor) -> Tensor:
    below = (values[:, None] > values).sum(1)
    return below + ((values[:, None] == values).sum(1) - 1) / 2
