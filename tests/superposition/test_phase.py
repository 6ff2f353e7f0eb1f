"""The phase boundary: closed forms against simulation, and the optimised edge."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.superposition import cases, data, edge, pair, phase
from mechnotes.superposition.model import ToyModel, weighted_loss

UNTIMED = settings(deadline=None)

RATIO = st.floats(0.01, 1.0)


def simulated(W, b, *, ratio: float, density: float) -> float:
    """Loss of a model with two features, summed over them."""
    table = torch.full((1, 2), density)
    x = data.independent(4_000_000, density=table, generator=rng.generator(0))
    x_hat = ToyModel(torch.tensor([[W]]), torch.tensor([b]))(x)
    return 2 * weighted_loss(x_hat, x, importance=torch.tensor([1.0, ratio])).item()


@pytest.mark.parametrize("density", [0.2, 0.5, 1.0])
def test_dedicated_loss_equals_simulation_within_one_percent(density):
    found = simulated([1.0, 0.0], [0.0, density / 2], ratio=0.5, density=density)
    assert found == pytest.approx(phase.dedicated_loss(0.5, density), rel=0.01)


@pytest.mark.parametrize("density", [0.2, 0.5, 1.0])
def test_antipodal_loss_equals_simulation_within_one_percent(density):
    found = simulated([1.0, -1.0], [0.0, 0.0], ratio=0.5, density=density)
    assert found == pytest.approx(phase.antipodal_loss(0.5, density), rel=0.01)


@UNTIMED
@given(ratio=RATIO, density=st.floats(0, 1))
def test_closed_forms_equal_the_exact_loss(ratio, density):
    def exact(w, b):
        loss = pair.expected_loss(
            torch.tensor(w).double(),
            torch.tensor(b).double(),
            importance_ratio=ratio,
            density=density,
        )
        return loss.item()

    mean = density / 2
    assert phase.dedicated_loss(ratio, density) == pytest.approx(
        exact([1.0, 0.0], [0.0, mean]), abs=1e-12
    )
    assert phase.antipodal_loss(ratio, density) == pytest.approx(
        exact([1.0, -1.0], [0.0, 0.0]), abs=1e-12
    )


@UNTIMED
@given(ratio=RATIO)
def test_both_strategies_cost_the_same_at_the_crossing_and_only_there(ratio):
    crossing = phase.crossing_density(ratio)
    dedicated, antipodal = phase.dedicated_loss, phase.antipodal_loss
    assert dedicated(ratio, crossing) == pytest.approx(antipodal(ratio, crossing))
    assert dedicated(ratio, 0.9 * crossing) > antipodal(ratio, 0.9 * crossing)
    assert dedicated(ratio, 1.1 * crossing) < antipodal(ratio, 1.1 * crossing)


def test_crossing_at_equal_importance_is_four_sevenths():
    assert phase.crossing_density(1.0) == pytest.approx(4 / 7)


def test_a_tensor_of_densities_gives_a_tensor_of_losses():
    densities = torch.tensor([0.1, 0.2])
    for loss in (phase.dedicated_loss, phase.antipodal_loss):
        assert loss(0.5, densities).tolist() == pytest.approx([loss(0.5, 0.1), loss(0.5, 0.2)])


@pytest.mark.parametrize(("ratio", "expected"), [(0.1, 0.181), (0.25, 0.339), (0.5, 0.485)])
def test_optimised_edge_has_the_known_value_and_lies_above_the_crossing(ratio, expected):
    edge = phase.optimised_edge(ratio, tolerance=5e-4)
    assert edge == pytest.approx(expected, abs=0.001)
    assert edge > phase.crossing_density(ratio)
    assert cases.OPTIMISED_EDGES[ratio] == pytest.approx(edge, abs=5e-4)


@pytest.mark.parametrize(("ratio", "edge"), cases.OPTIMISED_EDGES.items())
def test_the_second_weight_jumps_to_zero_at_the_edge(ratio, edge):
    assert abs(pair.optimum(ratio, edge - 0.002).w[1]) > 0.6
    assert abs(pair.optimum(ratio, edge + 0.002).w[1]) < 1e-3


def test_at_equal_importance_there_is_no_edge():
    assert phase.optimised_edge(1.0) == 1.0


def test_at_ratio_0_8_the_second_weight_drops_and_then_fades():
    assert abs(pair.optimum(0.8, 0.59).w[1]) > 0.7
    assert 0.1 < abs(pair.optimum(0.8, 0.60).w[1]) < 0.4
    assert phase.optimised_edge(0.8, tolerance=0.01) == pytest.approx(0.725, abs=0.02)


def test_the_curve_of_edges_rises_and_passes_through_the_single_edges():
    config = edge.EdgeConfig(importance_ratios=(0.25, 0.5), tolerance=1e-3)
    curve = edge.edge_curve(config)
    assert curve.density.tolist() == pytest.approx(
        [cases.OPTIMISED_EDGES[ratio] for ratio in config.importance_ratios], abs=1e-3
    )
    assert curve.density[0] < curve.density[1]
