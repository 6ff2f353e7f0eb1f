"""The search for a circuit: the rule, on scores and on graphs whose circuit is known."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.circuits import discovery
from mechnotes.patching.graphs import Graph, Node, run


def by_hand(edges, score, tau) -> list[bool]:
    """Algorithm 1 with lists and nothing else."""
    removed, answer = [], []
    for edge in edges:
        grows = score(frozenset([*removed, edge])) - score(frozenset(removed))
        answer.append(not grows < tau)
        if grows < tau:
            removed.append(edge)
    return answer


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**6), n_edges=st.integers(1, 8), tau=st.floats(0.01, 2))
def test_discovery_follows_the_published_rule_on_any_score(seed, n_edges, tau):
    values = torch.randn(2**n_edges, generator=rng.generator(seed)).tolist()

    def score(dropped: frozenset) -> float:
        return values[sum(2**edge for edge in dropped)]

    edges = tuple(range(n_edges))
    expected = by_hand(edges, score, tau)
    found = discovery.discover(edges, score, tau=tau)
    assert discovery.kept_edges(edges, score, tau=tau).tolist() == expected
    assert found.kept == tuple(e for e, kept in zip(edges, expected, strict=True) if kept)
    assert found.dropped == set(edges) - set(found.kept)
    assert found.divergence == pytest.approx(score(found.dropped))
    assert [decision.kept for decision in found.trace] == expected


def test_where_costs_add_up_an_edge_stays_if_it_costs_tau_or_more():
    costs = {"a": 0.5, "b": 0.1, "c": 0.0999, "d": -1.0}
    found = discovery.discover(list(costs), lambda out: sum(costs[e] for e in out), tau=0.1)
    assert found.kept == ("a", "b")
    assert [round(d.increase, 6) for d in found.trace] == [0.5, 0.1, 0.0999, -1.0]


def test_of_two_backups_one_is_dropped_and_the_order_says_which():
    def score(dropped):
        return float({"a", "b"} <= set(dropped))

    assert discovery.discover(("a", "b"), score, tau=0.5).kept == ("b",)
    assert discovery.discover(("b", "a"), score, tau=0.5).kept == ("a",)


def test_the_score_is_asked_once_more_than_there_are_edges():
    asked = []
    discovery.discover(range(5), lambda dropped: float(asked.append(dropped) or 0), tau=0.1)
    assert len(asked) == 6


# A graph in which y needs A through B, while C and the input Z are noise of a known size.
SMALL = Graph(
    inputs=("A", "Z"),
    nodes=(
        Node(name="B", parents=("A", "Z"), function=lambda a, z: 2 * a + 0.01 * z),
        Node(name="C", parents=("A", "Z"), function=lambda a, z: a - z),
        Node(name="y", parents=("B", "C"), function=lambda b, c: b + 0.01 * c),
    ),
)
CLEAN = {"A": torch.tensor([1.0, 2.0]), "Z": torch.tensor([1.0, -1.0])}
CORRUPTED = {"A": torch.tensor([-1.0, 0.0]), "Z": torch.tensor([0.0, 0.0])}


def found_in(graph: Graph, tau: float) -> discovery.Discovery:
    return discovery.discover_graph(
        graph, CLEAN, CORRUPTED, output="y", divergence=discovery.mean_square, tau=tau
    )


@pytest.mark.parametrize("tau", [0.01, 0.1, 1.0, 10.0])
def test_the_path_that_matters_is_found_for_any_threshold_between_noise_and_effect(tau):
    assert set(found_in(SMALL, tau).kept) == {("A", "B"), ("B", "y")}


def test_a_threshold_below_the_noise_keeps_noise_and_one_above_the_effect_keeps_nothing():
    assert len(found_in(SMALL, 1e-9).kept) == 6
    assert found_in(SMALL, 100.0).kept == ()


def test_edges_are_tried_from_the_output_backwards():
    order = [decision.edge for decision in found_in(SMALL, 0.1).trace]
    assert order[:2] == [("C", "y"), ("B", "y")]
    receivers = [receiver for _, receiver in order]
    assert receivers.index("B") > receivers.index("y")


def test_edges_behind_a_dropped_edge_cost_nothing_and_fall_with_it():
    trace = {decision.edge: decision for decision in found_in(SMALL, 0.1).trace}
    assert trace["A", "C"].increase == 0
    assert not trace["A", "C"].kept


def test_the_divergence_of_the_circuit_is_that_of_a_run_with_all_else_corrupted():
    found = found_in(SMALL, 0.1)
    stored = run(SMALL, CORRUPTED)
    edges = {edge: stored[edge[0]] for edge in SMALL.edges if edge not in found.kept}
    difference = run(SMALL, CLEAN, edges=edges)["y"] - run(SMALL, CLEAN)["y"]
    assert found.divergence == pytest.approx(difference.square().mean().item())


def test_with_every_edge_dropped_the_output_is_that_of_the_corrupted_run():
    score = discovery.graph_score(
        SMALL, CLEAN, CORRUPTED, output="y", divergence=discovery.mean_square
    )
    expected = discovery.mean_square(run(SMALL, CORRUPTED)["y"], run(SMALL, CLEAN)["y"])
    assert score(frozenset(SMALL.edges)) == pytest.approx(expected)
    assert score(frozenset()) == 0


def test_any_divergence_may_be_given():
    def largest(output, clean):
        return (output - clean).abs().max().item()

    found = discovery.discover_graph(
        SMALL, CLEAN, CORRUPTED, output="y", divergence=largest, tau=0.1
    )
    assert set(found.kept) == {("A", "B"), ("B", "y")}


def zero(dropped):
    return 0.0


BAD = [
    (lambda: discovery.discover((), zero, tau=0.1), r"edges: got \(\)"),
    (lambda: discovery.discover(("a", "a"), zero, tau=0.1), "at least one edge, each once"),
    (lambda: discovery.discover({"a"}, zero, tau=0.1), "edges: got {'a'}"),
    (lambda: discovery.discover(("a",), zero, tau=0), "tau: got 0"),
    (lambda: discovery.discover(("a",), zero, tau=float("nan")), "tau: got nan"),
    (lambda: discovery.discover([["a"], ["b"]], zero, tau=0.1), "edges: got"),
    (lambda: discovery.discover(("a",), 0.0, tau=0.1), "score: got 0.0; expected a function"),
    (lambda: discovery.mean_square(torch.ones(2), torch.ones(3)), "output: got shape"),
    (lambda: discovery.kept_edges(("a",), zero, tau=-1.0), "tau: got -1.0"),
    (lambda: discovery.discover(("a",), lambda d: float("nan"), tau=0.1), "score: got nan"),
    (lambda: discovery.discover(("a",), lambda d: None, tau=0.1), "score: got None"),
    (
        lambda: discovery.graph_score(
            SMALL, CLEAN, CORRUPTED, output="q", divergence=discovery.mean_square
        ),
        "output: got 'q'",
    ),
    (
        lambda: discovery.discover_graph(
            SMALL, {"A": 1.0}, CORRUPTED, output="y", divergence=discovery.mean_square, tau=0.1
        ),
        "inputs: got values for A",
    ),
]


@pytest.mark.bad_input
@pytest.mark.parametrize(("call", "said"), BAD, ids=lambda v: str(v)[:30])
def test_a_search_that_cannot_be_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
