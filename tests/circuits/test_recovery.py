"""Precision, recall, chance, and what a fitted threshold does."""

import math
from statistics import mean

import pytest
import torch

from mechnotes import rng
from mechnotes.circuits import planted
from mechnotes.circuits.discovery import discover
from mechnotes.circuits.recovery import chance_precision, fitted_threshold, recovery

NETWORK = planted.plant(seed=0)


def test_precision_and_recall_count_hits_among_the_kept_and_among_the_planted():
    found = recovery({"a", "b", "c"}, {"b", "c", "d", "e"})
    assert (found.precision, found.recall, found.n_kept) == (2 / 3, 1 / 2, 3)


def test_keeping_all_has_recall_one_and_keeping_none_has_no_precision():
    everything = recovery(NETWORK.edges, NETWORK.circuit)
    assert everything.recall == 1
    assert everything.precision == 8 / len(NETWORK.edges)
    nothing = recovery((), NETWORK.circuit)
    assert math.isnan(nothing.precision)
    assert (nothing.recall, nothing.n_kept) == (0, 0)


def test_chance_is_the_planted_share_of_each_layer():
    into_y = [edge for edge in NETWORK.edges if edge[1] == "y"]
    assert chance_precision(NETWORK, into_y) == pytest.approx(1 / 6)
    lowest = [edge for edge in NETWORK.edges if edge[0].startswith("x")]
    assert chance_precision(NETWORK, lowest[:5]) == pytest.approx(4 / 36)
    assert chance_precision(NETWORK, [into_y[0], lowest[0]]) == pytest.approx((1 / 6 + 1 / 9) / 2)
    assert math.isnan(chance_precision(NETWORK, ()))


def test_chance_is_what_blind_drawing_finds_on_average():
    drawn = torch.rand(2000, len(NETWORK.edges), generator=rng.generator(0)).argsort(1)[:, :10]
    hits, chances = [], []
    for row in drawn.tolist():
        kept = [NETWORK.edges[index] for index in row]
        hits.append(recovery(kept, NETWORK.circuit).precision)
        chances.append(chance_precision(NETWORK, kept))
    assert mean(hits) == pytest.approx(mean(chances), abs=0.01)


def test_a_fitted_threshold_finds_a_circuit_where_there_is_none():
    shuffled = planted.reset(NETWORK, seed=0)
    score = shuffled.score(*planted.inputs(NETWORK, seed=0))
    assert discover(shuffled.edges, score, tau=0.03).kept == ()
    tau = fitted_threshold(shuffled.edges, score, n_kept=8)
    assert tau < 1e-3
    assert len(discover(shuffled.edges, score, tau=tau).kept) == 8


@pytest.mark.parametrize("seed", range(4))
def test_hardly_a_threshold_keeps_a_number_nearer_to_the_wished_one_than_the_fitted_one(seed):
    """All sizes there are, found by raising tau just above the least increase that was kept.

    Sizes need not fall as tau rises, so the narrowing search may pass by the nearest one.
    """
    shuffled = planted.reset(planted.plant(width=3, seed=seed), seed=seed)
    score = shuffled.score(*planted.inputs(shuffled, n_examples=8, seed=seed))
    sizes, tau = [], math.ulp(0.0)
    while (found := discover(shuffled.edges, score, tau=tau)).kept:
        sizes.append(len(found.kept))
        tau = math.nextafter(min(d.increase for d in found.trace if d.kept), math.inf)
    assert len(sizes) > 10
    missed = []
    for wished in range(1, max(sizes) + 1):
        tau = fitted_threshold(shuffled.edges, score, n_kept=wished)
        n_kept = len(discover(shuffled.edges, score, tau=tau).kept)
        assert n_kept > 0
        missed.append(abs(n_kept - wished) - min(abs(size - wished) for size in sizes))
    assert max(missed) <= 1
    assert sum(missed) <= 2


def test_a_fitted_threshold_never_keeps_nothing():
    """Two backups and nothing else: one is dropped for free, and what is left costs all."""

    def score(dropped):
        return float({"a", "b"} <= set(dropped)) + 0.5 * len(dropped)

    tau = fitted_threshold(("a", "b"), score, n_kept=1)
    assert len(discover(("a", "b"), score, tau=tau).kept) == 1
    network = planted.plant(seed=0)
    score = network.score(*planted.inputs(network, seed=0))
    tau = fitted_threshold(network.edges, score, n_kept=1)
    assert len(discover(network.edges, score, tau=tau).kept) == 1


def test_an_edge_that_is_named_twice_counts_once():
    assert recovery(["a"], ["a", "a"]).recall == 1
    found = recovery(["a", "a", "a", "b"], ["a"])
    assert (found.precision, found.n_kept) == (1 / 2, 2)
    into_y, lowest = NETWORK.edges[0], NETWORK.edges[-1]
    once = chance_precision(NETWORK, [into_y, lowest])
    assert chance_precision(NETWORK, [into_y, into_y, lowest]) == once


def test_where_costs_add_up_the_fitted_threshold_keeps_exactly_the_wished_number():
    costs = {"a": 0.5, "b": 0.3, "c": 0.2, "d": 0.1, "e": 0.0}

    def score(dropped):
        return sum(costs[edge] for edge in dropped)

    for wished in (1, 2, 3, 4):
        tau = fitted_threshold(list(costs), score, n_kept=wished)
        assert len(discover(list(costs), score, tau=tau * (1 - 1e-9)).kept) == wished


def flat(dropped):
    return 0.0


BAD = [
    (lambda: recovery(("a",), ()), "circuit: got no edges"),
    (lambda: chance_precision(NETWORK, [("x0", "y")]), r"kept: got \('x0', 'y'\)"),
    (lambda: fitted_threshold(("a",), flat, n_kept=2), "n_kept: got 2; expected at most 0"),
    (lambda: fitted_threshold(("a",), flat, n_kept=0), "n_kept: got 0"),
    (lambda: fitted_threshold(("a",), flat, n_kept=1), "at most 0, the edges that matter"),
    (lambda: fitted_threshold((), flat, n_kept=1), r"edges: got \(\)"),
]


@pytest.mark.bad_input
@pytest.mark.parametrize(("call", "said"), BAD, ids=lambda v: str(v)[:30])
def test_bad_circuits_and_wishes_are_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
