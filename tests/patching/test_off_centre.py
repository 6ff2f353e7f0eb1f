"""Ablations of a unit that lies off centre, against closed forms."""

import pytest
import torch

from mechnotes import rng
from mechnotes.patching import off_centre
from mechnotes.patching.off_centre import OffCentre, ablated, measured_effect, true_effect

CENTRES = (0.0, 1.0, 5.0, -3.0)


@pytest.mark.parametrize("centre", CENTRES)
def test_without_the_unit_the_best_guess_loses_the_variance_of_the_bit(centre):
    assert true_effect(OffCentre(centre=centre)) == pytest.approx(1)
    assert true_effect(OffCentre(centre=centre, readout="distance")) == pytest.approx(0)


@pytest.mark.parametrize("centre", CENTRES)
def test_a_linear_readout_is_charged_by_each_ablation_as_the_formulas_say(centre):
    net = OffCentre(centre=centre)
    assert measured_effect(net, "zero") == pytest.approx(centre**2 + 1)
    assert measured_effect(net, "mean") == pytest.approx(1)
    assert measured_effect(net, "position_mean") == pytest.approx(1)
    assert measured_effect(net, "resample") == pytest.approx(2)


@pytest.mark.parametrize("centre", CENTRES)
def test_a_readout_by_distance_is_charged_by_each_ablation_as_the_formulas_say(centre):
    net = OffCentre(centre=centre, readout="distance")
    assert measured_effect(net, "zero") == pytest.approx((abs(centre) - 1) ** 2)
    assert measured_effect(net, "mean") == pytest.approx(1)
    assert measured_effect(net, "resample") == pytest.approx(0)


def test_the_three_disagree_and_none_is_right_for_both_readouts():
    for kind in ("zero", "mean", "resample"):
        errors = [
            abs(measured_effect(net, kind) - true_effect(net))
            for net in (OffCentre(), OffCentre(readout="distance"))
        ]
        assert max(errors) >= 1


def test_no_constant_guess_loses_less_than_the_true_effect():
    right = OffCentre().answer(OffCentre().hidden())
    losses = [(right - guess).square().mean().item() for guess in torch.linspace(-2, 2, 81)]
    assert min(losses) == pytest.approx(true_effect(OffCentre()), abs=1e-6)


def test_resampling_pairs_every_bit_with_every_bit_once():
    bits = torch.tensor(off_centre.BITS)
    pairs = set(zip(bits.tolist(), bits[list(off_centre.DONORS)].tolist(), strict=True))
    assert pairs == {(-1, -1), (-1, 1), (1, -1), (1, 1)}


HIDDEN = 3 + torch.randn(4, 2, 3, generator=rng.generator(0))
DONORS = torch.tensor([1, 2, 3, 0])


@pytest.mark.parametrize("kind", ["zero", "mean", "position_mean", "resample"])
def test_ablating_a_unit_touches_no_other_and_equals_a_loop(kind):
    before = HIDDEN.clone()
    found = ablated(HIDDEN, 1, kind, DONORS)
    assert torch.equal(HIDDEN, before)
    assert torch.equal(found[:, :, [0, 2]], HIDDEN[:, :, [0, 2]])
    for prompt in range(4):
        for pos in range(2):
            expected = {
                "zero": 0.0,
                "mean": HIDDEN[:, :, 1].mean().item(),
                "position_mean": HIDDEN[:, pos, 1].mean().item(),
                "resample": HIDDEN[DONORS[prompt], pos, 1].item(),
            }[kind]
            assert found[prompt, pos, 1].item() == pytest.approx(expected, abs=1e-6)


def test_no_ablation_but_resampling_leaves_a_difference_between_prompts():
    for kind in ("zero", "mean", "position_mean"):
        assert ablated(HIDDEN, 0, kind)[:, :, 0].std(0).max() < 1e-6
    assert ablated(HIDDEN, 0, "resample", DONORS)[:, :, 0].std(0).min() > 0.1


BAD = [
    (lambda: OffCentre(centre=float("inf")), "centre: got inf"),
    (lambda: OffCentre(readout="square"), "readout: got 'square'"),
    (lambda: ablated(HIDDEN, 3, "zero"), "unit: got 3; expected an integer from 0 to 2"),
    (lambda: ablated(HIDDEN, 0, "median"), "kind: got 'median'"),
    (lambda: ablated(HIDDEN, 0, "resample"), "donors: got None"),
    (lambda: ablated(HIDDEN, 0, "resample", torch.tensor([0, 1, 2, 4])), "donors: got"),
    (lambda: ablated(HIDDEN, 0, "resample", torch.tensor([0.0, 1, 2, 3])), "donors: got"),
    (lambda: ablated(HIDDEN, 0, "resample", torch.tensor([0, 1])), "4 whole numbers from 0 to 3"),
    (lambda: ablated(HIDDEN[0], 0, "zero"), "hidden: got shape"),
    (lambda: ablated(HIDDEN / 0, 0, "zero"), "hidden: got 24 NaN or infinite"),
    (lambda: OffCentre().answer(torch.ones(4)), "hidden: got shape"),
    (lambda: measured_effect(OffCentre(), "remove"), "kind: got 'remove'"),
]


@pytest.mark.bad_input
@pytest.mark.parametrize(("call", "said"), BAD, ids=lambda v: str(v)[:30])
def test_bad_activations_units_and_donors_are_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
