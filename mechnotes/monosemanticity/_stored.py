"""What the evidence for the claims reads from stored sweeps."""

import math
from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import experiments, rng
from mechnotes.monosemanticity import training
from mechnotes.monosemanticity.features import source
from mechnotes.monosemanticity.measures import SHARE_ABOVE
from mechnotes.monosemanticity.training import Neurons, SweepResult


def loaded(case: str) -> SweepResult:
    """A stored sweep at the reduced scale."""
    return experiments.load(training.sweep, case)


def ratio(values: Tensor) -> float:
    """Largest over smallest."""
    return (values.max() / values.min()).item()


def count_ratio(counts: Tensor) -> float:
    """Largest over smallest count; none counts as one."""
    return ratio(counts.double().clamp(min=1))


def at_largest_rate(case: str) -> list[tuple[SweepResult, int]]:
    """Results and numbers of the models with a row's largest learning rate, one for each seed."""
    first, others = loaded(case), loaded(f"{case}-seeds")
    return [(first, first.config.n_models - 1), *((others, i) for i in range(3))]


def counts_by_seed(case: str) -> Float[Tensor, " seeds"]:
    """Monosemantic neurons at a row's largest learning rate."""
    found = [result.n_monosemantic[number] for result, number in at_largest_rate(case)]
    return torch.stack(found).double()


def losses_by_seed(case: str) -> Float[Tensor, " seeds"]:
    """Loss at a row's largest learning rate."""
    pairs = at_largest_rate(case)
    return torch.stack([result.loss[result.at_trough, number] for result, number in pairs]).double()


def median_biases(case: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Median bias of monosemantic and of all other responding neurons, for each seed."""
    found = [groups(result.neurons(number)) for result, number in at_largest_rate(case)]
    return tuple(mono.median().item() for mono, _ in found), tuple(
        rest.median().item() for _, rest in found
    )


def groups(neurons: Neurons) -> tuple[Tensor, Tensor]:
    """Biases of monosemantic neurons, and of the others that respond to something."""
    mono = neurons.share > SHARE_ABOVE
    return neurons.bias[mono], neurons.bias[~mono & (neurons.top_feature >= 0)]


def peak(case: str, *, checkpoint: int | None = None) -> float:
    """Initial bias with the most monosemantic neurons; NaN if there are none."""
    result = loaded(case)
    counts = result.counts[result.at_trough if checkpoint is None else checkpoint, :, 0]
    if counts.max() == 0:
        return math.nan
    return float(result.config.values[0][int(counts.argmax())])


def by_size(case: str) -> Float[Tensor, "sizes seeds"]:
    """Monosemantic neurons for each number of neurons."""
    result = loaded(case)
    return result.n_monosemantic.double().view(-1, result.config.n_seeds)


def place_of_size(case: str, neurons_per_feature: float | int) -> int:
    """Which of the numbers of neurons is this many times the number of features."""
    config = loaded(case).config
    return config.values[0].index(int(neurons_per_feature * config.base.n_features))


def parts(case: str = "lr3") -> Mapping[str, Tensor]:
    """What two groups of neurons of one model do to features fed alone: [outputs features].

    "mono" and "rest": what the monosemantic neurons and the others write, behind the ReLU;
    "linear": what the others would write without it; "seen": the identity through the embedding.
    """
    result = loaded(case)
    number = result.config.n_models - 1
    neurons, W_out = result.neurons(number), result.decoder(number)
    E, responses = source(result.config.runs[number]).E, result.activation_map(number)
    mono = neurons.share > SHARE_ABOVE
    return {
        "mono": W_out[:, mono] @ responses[mono],
        "rest": W_out[:, ~mono] @ responses[~mono],
        "linear": W_out[:, ~mono] @ neurons.W_in[~mono] @ E,
        "seen": E.T @ E,
    }


def shuffled(A: Float[Tensor, "rows columns"]) -> Float[Tensor, "rows columns"]:
    """The rows of a matrix in another order."""
    return A[torch.randperm(len(A), generator=rng.generator(0, "shuffled"))]


def cosine(A: Tensor, B: Tensor) -> float:
    """Cosine of two matrices, as if they were long vectors."""
    return torch.nn.functional.cosine_similarity(A.flatten(), B.flatten(), dim=0).item()


def listed(values: Tensor) -> str:
    """Whole numbers, separated by commas."""
    return ", ".join(f"{value:.0f}" for value in values.tolist())
