"""The planted network: what it computes, and two ways to score it that agree."""

import pytest
import torch

from mechnotes import rng
from mechnotes.circuits import planted
from mechnotes.circuits.discovery import discover, discover_graph, graph_score, mean_square
from mechnotes.circuits.planted import PlantedNetwork
from mechnotes.patching.graphs import run

NETWORK = planted.plant(width=4, seed=3)
CLEAN, CORRUPTED = planted.inputs(NETWORK, n_examples=16, seed=3)


def by_name(x: torch.Tensor) -> dict[str, torch.Tensor]:
    return {f"x{i}": x[:, i] for i in range(x.shape[1])}


def inputs_of_the_circuit(network: planted.PlantedNetwork) -> list[int]:
    return sorted({int(s[1:]) for s, _ in network.circuit if s.startswith("x")})


@pytest.mark.parametrize("seed", range(5))
def test_without_background_the_network_is_the_distance_of_two_inputs(seed):
    network = planted.plant(background=0.0, seed=seed)
    x, _ = planted.inputs(network, seed=seed)
    a, b = inputs_of_the_circuit(network)
    assert torch.allclose(run(network.graph(), by_name(x))["y"], (x[:, a] - x[:, b]).abs())


@pytest.mark.parametrize("seed", range(5))
def test_eight_edges_are_planted_and_only_those_have_large_weights(seed):
    network = planted.plant(seed=seed)
    assert len(network.circuit) == 8
    assert len(network.edges) == 3 * 36 + 6 == len(set(network.edges))
    for weights, here in zip(network.weights, network.planted, strict=True):
        assert (weights[here].abs() == 1).all()
        assert weights[~here].abs().max() < 0.2


def test_edges_of_network_and_graph_are_the_same_and_the_output_comes_first():
    assert set(NETWORK.edges) == set(NETWORK.graph().edges)
    assert [receiver for _, receiver in NETWORK.edges[:4]] == ["y"] * 4
    assert all(sender.startswith("x") for sender, _ in NETWORK.edges[-16:])


def test_scoring_by_layers_equals_running_the_graph():
    quick = NETWORK.score(CLEAN, CORRUPTED)
    slow = graph_score(
        NETWORK.graph(), by_name(CLEAN), by_name(CORRUPTED), output="y", divergence=mean_square
    )
    generator = rng.generator(0)
    for share in (0.0, 0.1, 0.5, 1.0):
        chosen = torch.rand(len(NETWORK.edges), generator=generator) < share
        dropped = frozenset(e for e, out in zip(NETWORK.edges, chosen, strict=True) if out)
        assert quick(dropped) == pytest.approx(slow(dropped), rel=1e-4, abs=1e-7)


def test_the_graphs_own_search_finds_the_circuit_too():
    found = discover_graph(
        NETWORK.graph(),
        by_name(CLEAN),
        by_name(CORRUPTED),
        output="y",
        divergence=mean_square,
        tau=0.03,
    )
    assert set(found.kept) == NETWORK.circuit


@pytest.mark.parametrize("width", [3, 6])
@pytest.mark.parametrize("tau", [0.01, 0.03, 0.1, 0.2])
def test_the_circuit_is_recovered_exactly_in_a_band_of_thresholds(width, tau):
    for seed in range(100, 105):
        network = planted.plant(width=width, seed=seed)
        score = network.score(*planted.inputs(network, seed=seed))
        assert set(discover(network.edges, score, tau=tau).kept) == network.circuit


def test_outside_the_band_precision_or_recall_is_lost():
    network = planted.plant(seed=0)
    score = network.score(*planted.inputs(network, seed=0))
    low = set(discover(network.edges, score, tau=1e-5).kept)
    high = set(discover(network.edges, score, tau=1.0).kept)
    assert low > network.circuit
    assert high < network.circuit


def test_reset_keeps_the_weights_of_each_layer_and_moves_them():
    shuffled = planted.reset(NETWORK, seed=1)
    for before, after in zip(NETWORK.weights, shuffled.weights, strict=True):
        assert torch.equal(before.flatten().sort().values, after.flatten().sort().values)
        assert not torch.equal(before, after)
    assert shuffled.circuit == NETWORK.circuit


def test_an_untouched_circuit_is_no_longer_there_after_a_reset():
    """Corrupting the planted edges moves a reset network's output no more than other edges do."""
    network = planted.plant(seed=5)
    shuffled = planted.reset(network, seed=5)
    x = planted.inputs(network, seed=5)
    assert network.score(*x)(network.circuit) > 1
    assert shuffled.score(*x)(network.circuit) < 1e-3


def test_equal_seeds_give_equal_networks_and_inputs():
    again = planted.plant(width=4, seed=3)
    assert all(torch.equal(a, b) for a, b in zip(again.weights, NETWORK.weights, strict=True))
    assert torch.equal(planted.inputs(NETWORK, n_examples=16, seed=3)[0], CLEAN)
    assert not torch.equal(CLEAN, CORRUPTED)


ONE = torch.ones(2, 2)
BAD = [
    (lambda: planted.plant(width=1), "width: got 1; expected an integer of at least 2"),
    (lambda: planted.plant(background=-0.1), "background: got -0.1"),
    (lambda: planted.plant(seed=None), "seed: got None"),
    (lambda: planted.reset(NETWORK, seed=-1), "seed: got -1"),
    (lambda: planted.inputs(NETWORK, n_examples=0), "n_examples: got 0"),
    (lambda: PlantedNetwork(weights=(ONE,), planted=(ONE[:1] > 0,)), "planted: got shape"),
    (lambda: PlantedNetwork(weights=(ONE, ONE[:, :1]), planted=(ONE > 0,) * 2), "weights: got sh"),
    (
        lambda: PlantedNetwork(weights=NETWORK.weights, planted=NETWORK.planted[:2]),
        "planted: got 2 for 4 layers; expected a matrix of True and False for each layer",
    ),
    (lambda: PlantedNetwork(weights=NETWORK.weights, planted=None), "planted: got NoneType"),
    (lambda: PlantedNetwork(weights=(), planted=()), "weights: got no layers"),
    (
        lambda: PlantedNetwork(weights=(ONE,), planted=(ONE > 0,)),
        "weights: got 2 outputs; expected one output",
    ),
    (
        lambda: PlantedNetwork(weights=(ONE[:1],), planted=(ONE[:1],)),
        "planted: got a tensor of torch.float32; .* planted = mask > 0",
    ),
    (lambda: NETWORK.score(CLEAN, CORRUPTED[:1]), "corrupted: got 1 rows; expected 16, one for"),
    (
        lambda: NETWORK.score(CLEAN, CORRUPTED)(frozenset([("q", "y")])),
        r"dropped: got \('q', 'y'\); expected edges of this network",
    ),
    (lambda: NETWORK.score(CLEAN[:, :3], CORRUPTED), "clean: got shape"),
    (lambda: NETWORK.score(CLEAN, CORRUPTED / 0), "corrupted: got .* NaN or infinite"),
]


@pytest.mark.bad_input
@pytest.mark.parametrize(("call", "said"), BAD, ids=lambda v: str(v)[:30])
def test_bad_networks_and_inputs_are_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
