"""Which statements about patching hold on networks whose workings are known?

The networks are small enough for every number to have a closed form, so most bands are that value
and rounding. A control is the same number where the cause is missing, or the other metric, gate or
ablation that the statement is about. Where a paper states a rule without a number, `published`
gives the rule.
"""

import math

import torch

from mechnotes import metrics
from mechnotes.claims import Band, Measured, claim
from mechnotes.patching import effects, gates, illusion, off_centre, saturation
from mechnotes.patching.detour import detour

GATES = "Heimersheim and Nanda 2024, arXiv:2404.15255, AND and OR circuits"
METRICS = "Heimersheim and Nanda 2024, arXiv:2404.15255, metrics"
KNOCKOUTS = "Wang et al. 2022, arXiv:2211.00593, section 2.1, knockouts"
PATHS = "Wang et al. 2022, arXiv:2211.00593, appendix B, path patching"
ILLUSION = "Makelov, Lange and Nanda 2023, arXiv:2311.17030, distilled example"
ROUNDING = 1e-5


@claim(
    id="N-AP-1a",
    statement="Noising either input of an AND gate breaks the output",
    published="noising one input is enough to break it",
    source=GATES,
    band=Band(low=-1, high=-1, unit="change of output"),
    control_band=Band(low=0, high=0, unit="change of output"),
    recorded="reproduced",
)
def noising_one_input_of_and() -> Measured:
    """Weaker of the two effects; the clean output is 1. Control: the OR gate's stronger one."""
    other = gates.truth_table(gates.or_gate).noising[:2]
    return Measured(
        value=gates.truth_table(gates.and_gate).noising[:2].max().item(), control=other.min().item()
    )


@claim(
    id="N-AP-1b",
    statement="Denoising one input of an AND gate restores nothing",
    published="denoising one input is not enough",
    source=GATES,
    band=Band(low=0, high=0, unit="change of output"),
    control_band=Band(low=1, high=1, unit="change of output"),
    recorded="reproduced",
)
def denoising_one_input_of_and() -> Measured:
    """Stronger of the two effects. Control: both inputs together."""
    found = gates.truth_table(gates.and_gate).denoising
    return Measured(value=found[:2].max().item(), control=found[2].item())


@claim(
    id="N-AP-1c",
    statement="Noising one input of an OR gate does nothing",
    published="noising one input is not enough to break it",
    source=GATES,
    band=Band(low=0, high=0, unit="change of output"),
    control_band=Band(low=-1, high=-1, unit="change of output"),
    recorded="reproduced",
)
def noising_one_input_of_or() -> Measured:
    """Stronger of the two effects. Control: both inputs together."""
    found = gates.truth_table(gates.or_gate).noising
    return Measured(value=found[:2].min().item(), control=found[2].item())


@claim(
    id="N-AP-1d",
    statement="Denoising either input of an OR gate restores the output",
    published="denoising one input is enough",
    source=GATES,
    band=Band(low=1, high=1, unit="change of output"),
    control_band=Band(low=0, high=0, unit="change of output"),
    recorded="reproduced",
)
def denoising_one_input_of_or() -> Measured:
    """Weaker of the two effects. Control: the AND gate's stronger one."""
    other = gates.truth_table(gates.and_gate).denoising[:2]
    return Measured(
        value=gates.truth_table(gates.or_gate).denoising[:2].min().item(),
        control=other.max().item(),
    )


@claim(
    id="N-AP-2a",
    statement="Equal heads have equal effects on the logit difference",
    published="effects add up in logits",
    source=METRICS,
    band=Band(low=1, high=1 + ROUNDING, unit="times"),
    control_band=Band(low=3, high=math.inf, unit="times"),
    recorded="reproduced",
)
def inequality_of_logit_differences() -> Measured:
    """Largest effect of five heads over the smallest. Control: the same in probability."""
    return Measured(value=_inequality(metrics.logit_diff), control=_inequality(metrics.probability))


@claim(
    id="N-AP-2b",
    statement="Probability saturates: it credits equal heads more than three times differently",
    published="probability is nonlinear in the logits",
    source=METRICS,
    band=Band(low=3, high=math.inf, unit="times"),
    control_band=Band(low=1, high=1.5, unit="times"),
    recorded="reproduced",
)
def inequality_of_probabilities() -> Measured:
    """Largest effect of five heads over the smallest. Control: heads of a tenth the strength."""
    weak = saturation.five_heads(strength=0.2)
    credit = saturation.restored_in_turn(weak, metrics.probability)
    return Measured(value=_inequality(metrics.probability), control=saturation.inequality(credit))


@claim(
    id="N-AP-2c",
    statement="Accuracy sees one of five equal heads",
    published="accuracy is discrete and hides effects that cross no threshold",
    source=METRICS,
    band=Band(low=1, high=1, unit="heads"),
    control_band=Band(low=5, high=5, unit="heads"),
    recorded="reproduced",
)
def heads_that_accuracy_sees() -> Measured:
    """Heads with an effect that is not 0. Control: in the logit difference."""
    return Measured(value=_n_seen(metrics.accuracy), control=_n_seen(metrics.logit_diff))


@claim(
    id="N-AP-3a",
    statement="Zero ablation of a unit that lies off centre by c overstates its effect by c²",
    published="zero is an arbitrary value that the model may never have seen",
    source=KNOCKOUTS,
    band=Band(low=25 - ROUNDING, high=25 + ROUNDING, unit="squared error too much"),
    control_band=Band(low=0, high=ROUNDING, unit="squared error too much"),
    recorded="reproduced",
)
def excess_of_zero_ablation() -> Measured:
    """Measured less true effect, which is 1; c is 5. Control: a unit that is centred."""
    return Measured(
        value=_excess("zero"), control=_excess("zero", off_centre.OffCentre(centre=0.0))
    )


@claim(
    id="N-AP-3b",
    statement="Mean ablation is exact where what follows is linear",
    published="the mean removes what differs between prompts and keeps the rest",
    source=KNOCKOUTS,
    band=Band(low=-ROUNDING, high=ROUNDING, unit="squared error too much"),
    control_band=Band(low=1 - ROUNDING, high=1 + ROUNDING, unit="squared error too much"),
    recorded="reproduced",
)
def excess_of_mean_ablation() -> Measured:
    """Measured less true effect. Control: a readout for which the mean is a strange value."""
    bent = off_centre.OffCentre(readout="distance")
    return Measured(value=_excess("mean"), control=_excess("mean", bent))


@claim(
    id="N-AP-3c",
    statement="Resampling an activation charges twice the information it carries",
    published="no number: a resampled value is real, and wrong half the time",
    source="our construction; by variance, E(x' - x)² = 2 Var(x)",
    band=Band(low=2 - ROUNDING, high=2 + ROUNDING, unit="squared error"),
    control_band=Band(low=0, high=ROUNDING, unit="squared error"),
    recorded="reproduced",
)
def effect_of_resampling() -> Measured:
    """Measured effect where the true one is 1. Control: a readout in which the bit is idle."""
    idle = off_centre.OffCentre(readout="distance")
    return Measured(
        value=off_centre.measured_effect(off_centre.OffCentre(), "resample"),
        control=off_centre.measured_effect(idle, "resample"),
    )


@claim(
    id="N-AP-5",
    statement="Patching the edge A -> C alone measures the direct effect",
    published="path patching isolates direct effects; 2 by construction",
    source=PATHS,
    band=Band(low=2, high=2, unit="change of C"),
    control_band=Band(low=5, high=5, unit="change of C"),
    recorded="reproduced",
)
def direct_effect_of_detour() -> Measured:
    """Effect of changing A from 0 to 1 along A -> C. Control: patching the node A."""
    graph, base, source = detour(), {"A": 0.0}, {"A": 1.0}
    return Measured(
        value=effects.edge_effect(graph, base, source, edge=("A", "C"), output="C").item(),
        control=effects.total_effect(graph, base, source, node="A", output="C").item(),
    )


@claim(
    id="N-AP-7",
    statement="Patching a line between a dormant and a disconnected direction mimics the feature",
    published="the output behaves as if the value of the feature was changed",
    source=ILLUSION,
    band=Band(low=1 - ROUNDING, high=1 + ROUNDING, unit="recovered"),
    control_band=Band(low=0, high=ROUNDING, unit="recovered"),
    recorded="reproduced",
)
def recovered_by_the_illusion() -> Measured:
    """Recovered by the line at 45°, five drawings. Control: either of the two alone, the larger."""
    nets = [illusion.make(seed=seed) for seed in range(5)]
    lines = [illusion.recovered(net, net.mixture(45)) for net in nets]
    parts = [
        abs(illusion.recovered(net, part))
        for net in nets
        for part in (net.disconnected, net.dormant)
    ]
    overlap = max(abs(net.mixture(45) @ net.carrier).item() for net in nets)
    return Measured(
        value=lines[0],
        spread=(min(lines), max(lines)),
        control=max(parts),
        note=f"largest cosine of the line with the true carrier: {overlap:.4f}",
    )


def _inequality(metric: metrics.Metric) -> float:
    found = saturation.restored_in_turn(saturation.five_heads(), metric)
    return saturation.inequality(found)


def _n_seen(metric: metrics.Metric) -> float:
    found = saturation.restored_in_turn(saturation.five_heads(), metric)
    return float(torch.count_nonzero(found))


def _excess(kind: str, net: off_centre.OffCentre | None = None) -> float:
    chosen = net or off_centre.OffCentre()
    return off_centre.measured_effect(chosen, kind) - off_centre.true_effect(chosen)
