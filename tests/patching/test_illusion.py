"""The subspace illusion: which lines change the output, and why."""

import math

import pytest
import torch

from mechnotes import rng
from mechnotes.patching import illusion
from mechnotes.patching.illusion import IllusionNet

NETS = [illusion.make(seed=seed, d_hidden=width) for seed, width in enumerate((3, 4, 8, 32))]
ENDS = [(-1.0, 1.0), (0.5, 3.0), (2.0, -7.0)]


@pytest.mark.parametrize("net", NETS)
def test_the_output_is_the_input(net):
    x = torch.linspace(-3, 3, 7)
    assert torch.allclose(net.output(net.hidden(x)), x, atol=1e-5)


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize(("base", "source"), ENDS)
def test_the_line_between_works_exactly_as_the_true_carrier_does(net, base, source):
    ends = {"base": base, "source": source}
    assert illusion.recovered(net, net.carrier, **ends) == pytest.approx(1, abs=1e-5)
    assert illusion.recovered(net, net.mixture(45), **ends) == pytest.approx(1, abs=1e-5)
    assert abs(net.mixture(45) @ net.carrier) < 1e-6


@pytest.mark.parametrize("net", NETS)
def test_either_of_its_two_parts_alone_does_nothing(net):
    assert illusion.recovered(net, net.disconnected) == pytest.approx(0, abs=1e-5)
    assert illusion.recovered(net, net.dormant) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("degrees", [0, 10, 30, 45, 80, 90, 135])
def test_what_a_mixture_recovers_is_the_sine_of_twice_its_angle(net, degrees):
    expected = math.sin(2 * math.radians(degrees))
    assert illusion.recovered(net, net.mixture(degrees)) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("net", NETS)
def test_the_dormant_direction_is_silent_in_every_run_and_in_no_illusory_patch(net):
    x = torch.linspace(-3, 3, 7)
    assert (net.hidden(x) @ net.dormant).abs().max() < 1e-5
    assert illusion.dormant_activity(net, net.mixture(45)) == pytest.approx(1, abs=1e-5)
    assert illusion.dormant_activity(net, net.carrier) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("net", NETS)
def test_patching_the_plane_of_both_parts_undoes_the_illusion(net):
    """In the whole plane the other run's dormant coordinate comes along, and that is 0."""
    before, after = net.hidden(torch.tensor([-1.0])), net.hidden(torch.tensor([1.0]))
    once = illusion.patched(before, after, net.disconnected)
    both = illusion.patched(once, after, net.dormant)
    assert net.output(both).item() == pytest.approx(-1, abs=1e-5)


def test_a_patch_moves_only_along_its_line_and_neither_length_nor_sign_matters():
    base, source = torch.randn(2, 5, 8, generator=rng.generator(0))
    line = torch.randn(8, generator=rng.generator(1))
    found = illusion.patched(base, source, line)
    assert torch.allclose(found @ line, source @ line, atol=1e-5)
    across = torch.eye(8) - torch.outer(line, line) / (line @ line)
    assert torch.allclose(found @ across, base @ across, atol=1e-5)
    assert torch.allclose(illusion.patched(base, source, -3 * line), found, atol=1e-5)


NET, ONE = NETS[0], torch.ones(3)
BAD = [
    (lambda: illusion.make(d_hidden=2), "d_hidden: got 2; expected an integer of at least 3"),
    (lambda: illusion.make(seed=-1), "seed: got -1"),
    (lambda: illusion.recovered(NET, torch.zeros(3)), "direction: got the zero vector"),
    (lambda: illusion.recovered(NET, torch.full((3,), math.nan)), "direction: got 3 NaN"),
    (lambda: illusion.recovered(NET, NET.carrier, base=1.0), "base and source: got 1.0 twice"),
    (lambda: illusion.recovered(NET, NET.carrier, source=math.inf), "source: got inf"),
    (lambda: illusion.dormant_activity(NET, NET.carrier, base=None), "base: got None"),
    (lambda: illusion.patched(torch.ones(2, 3), torch.ones(1, 3), NET.carrier), "source: got 1 v"),
    (lambda: illusion.patched(torch.ones(2, 4), torch.ones(2, 4), NET.carrier), "base: got shape"),
    (lambda: NET.output(torch.ones(3)), "hidden: got shape"),
    (
        lambda: IllusionNet(carrier=ONE, disconnected=ONE, dormant=torch.ones(4)),
        "dormant: got shape",
    ),
    (lambda: NET.mixture(None), "degrees: got None"),
    (lambda: NET.hidden(torch.tensor([math.nan])), "x: got 1 NaN"),
]


@pytest.mark.bad_input
@pytest.mark.parametrize(("call", "said"), BAD, ids=lambda v: str(v)[:30])
def test_bad_nets_and_directions_are_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
