"""Running a graph with interventions: what changes for whom."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes.patching.graphs import Graph, Node, run
from tests.patching.random_graphs import bent, inputs, linear_graph, slow_run

SETTINGS = settings(max_examples=25, deadline=None)
DETOUR = Graph(
    inputs=("A",),
    nodes=(
        Node(name="C", parents=("A", "B"), function=lambda a, b: 2 * a + b),
        Node(name="B", parents=("A",), function=lambda a: 3 * a),
    ),
)


def test_nodes_are_computed_after_their_parents_in_whatever_order_they_are_listed():
    assert [node.name for node in DETOUR.order] == ["B", "C"]
    values = run(DETOUR, {"A": torch.tensor([1.0, -2.0])})
    assert {name: value.tolist() for name, value in values.items()} == {
        "A": [1, -2],
        "B": [3, -6],
        "C": [5, -10],
    }


def test_a_replaced_node_is_another_for_everyone():
    values = run(DETOUR, {"A": 1.0}, replace={"A": 10.0})
    assert [values[name].item() for name in "ABC"] == [10, 30, 50]
    assert run(DETOUR, {"A": 1.0}, replace={"B": 0.0})["C"].item() == 2


def test_a_replaced_edge_is_heard_by_its_receiver_alone():
    values = run(DETOUR, {"A": 1.0}, edges={("A", "C"): 10.0})
    assert [values[name].item() for name in "ABC"] == [1, 3, 23]
    values = run(DETOUR, {"A": 1.0}, edges={("A", "B"): 10.0})
    assert [values[name].item() for name in "ABC"] == [1, 30, 32]


def test_replacing_all_edges_of_a_sender_is_replacing_the_sender():
    told = dict.fromkeys([("A", "B"), ("A", "C")], torch.tensor(7.0))
    assert run(DETOUR, {"A": 1.0}, edges=told)["C"] == run(DETOUR, {"A": 7.0})["C"]


@SETTINGS
@given(seed=st.integers(0, 10**6), is_bent=st.booleans())
def test_every_intervention_agrees_with_slow_recursion(seed, is_bent):
    graph = bent(linear_graph(seed)[0]) if is_bent else linear_graph(seed)[0]
    base, other = inputs(graph, seed), inputs(graph, seed + 1)
    moved = run(graph, other)
    replace = {"n1": moved["n1"]}
    edges = {("x0", "n2"): moved["x0"], ("n0", "n4"): moved["n0"], ("n1", "n3"): moved["n1"]}
    values = run(graph, base, replace=replace, edges=edges)
    for name in graph.names:
        expected = slow_run(graph, base, name, replace=replace, edges=edges)
        assert torch.allclose(values[name], expected), name


@SETTINGS
@given(seed=st.integers(0, 10**6))
def test_a_nodes_own_value_in_its_place_changes_nothing(seed):
    graph = bent(linear_graph(seed)[0])
    base = inputs(graph, seed)
    values = run(graph, base)
    own_edges = {edge: values[edge[0]] for edge in graph.edges}
    for again in (run(graph, base, replace=values), run(graph, base, edges=own_edges)):
        assert all(torch.equal(again[name], values[name]) for name in graph.names)


def test_examples_of_a_batch_do_not_mix():
    graph = bent(linear_graph(3)[0])
    base = inputs(graph, 3)
    whole = run(graph, base)
    for row in range(3):
        alone = run(graph, {name: value[row : row + 1] for name, value in base.items()})
        assert all(torch.allclose(alone[name][0], whole[name][row]) for name in graph.names)


def test_vectors_travel_through_a_graph_and_gradients_too():
    graph = Graph(
        inputs=("x",), nodes=(Node(name="y", parents=("x",), function=lambda x: x.square()),)
    )
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    run(graph, {"x": x})["y"].sum().backward()
    assert x.grad.tolist() == [[2, 4], [6, 8]]


def test_inputs_are_left_as_they_were():
    x = torch.ones(2)
    run(DETOUR, {"A": x}, edges={("A", "C"): torch.zeros(2)})
    assert x.tolist() == [1, 1]


def test_a_graph_reads_as_its_edges():
    assert str(DETOUR) == "A -> B, A -> C, B -> C"
    assert DETOUR.names == ("A", "B", "C")


def same(*_: object) -> torch.Tensor:
    return torch.zeros(2)


def node(name: str, *parents: str, function=same) -> Node:
    return Node(name=name, parents=parents, function=function)


BAD_GRAPHS = [
    (("A",), (node("B", "A", "C"), node("C", "B")), "a cycle .*B.*C"),
    (("A",), (node("B", "B"),), "a cycle B <- B"),
    (("A",), (node("B", "Z"),), "parents of B: got 'Z'; expected one of 'A', 'B'"),
    (("A",), (node("B", "A"), node("B", "A")), "B more than once"),
    (("A",), (node("A", "A"),), "A more than once"),
    ((), (node("B", "A"),), r"inputs: got \(\); expected a tuple of at least one name"),
    ("AB", (), "inputs: got 'AB'"),
    (("A", 1), (), r"inputs: got \('A', 1\)"),
    (("A", "A"), (), "inputs: got"),
]
BAD_NODES = [
    ({"parents": ()}, r"parents of B: got \(\); expected a tuple of at least one name"),
    ({"parents": ("A", "A")}, "each once"),
    ({"parents": "A"}, "parents of B: got 'A'"),
    ({"name": 3}, "node: got name 3"),
    ({"function": None}, "node: got name 'B' and function None"),
]


@pytest.mark.bad_input
@pytest.mark.parametrize(("sources", "nodes", "said"), BAD_GRAPHS, ids=lambda v: str(v)[:20])
def test_what_is_no_graph_is_refused(sources, nodes, said):
    with pytest.raises(ValueError, match=said):
        Graph(inputs=sources, nodes=nodes)


@pytest.mark.bad_input
@pytest.mark.parametrize(("changes", "said"), BAD_NODES, ids=lambda v: str(v)[:30])
def test_what_is_no_node_is_refused(changes, said):
    with pytest.raises(ValueError, match=said):
        Node(**{"name": "B", "parents": ("A",), "function": same, **changes})


BAD_RUNS = [
    ({}, {}, "inputs: got values for nothing; expected one value for each of A"),
    (None, {}, "inputs: got None; expected one value for each of A"),
    ({"A": 1.0, "B": 1.0}, {}, "values for A, B; expected one value for each of A"),
    ({"A": "one"}, {}, "A: got str; expected a torch tensor"),
    ({"A": True}, {}, "A: got bool"),
    ({"A": float("nan")}, {}, "A: got nan; expected a finite number"),
    ({"A": torch.tensor([1.0, torch.inf])}, {}, "A: got 1 NaN or infinite"),
    ({"A": torch.tensor([1, 2])}, {}, "a tensor of torch.int64"),
    ({"A": 1.0}, {"replace": {"Z": 1.0}}, "replace: got 'Z'"),
    ({"A": 1.0}, {"replace": {"B": None}}, "B: got NoneType"),
    ({"A": 1.0}, {"edges": {("B", "A"): 1.0}}, r"edges: got \('B', 'A'\)"),
    ({"A": 1.0}, {"edges": {("A", "Z"): 1.0}}, r"edges: got \('A', 'Z'\)"),
    ({"A": 1.0}, {"edges": {("A", "C"): "no"}}, "A -> C: got str"),
    ({"A": 1.0}, {"edges": {("A", "C"): 1.0}, "replace": {"C": 1.0}}, "C is replaced as well"),
    (
        {"A": torch.ones(2)},
        {"replace": {"B": torch.ones(3)}},
        "batch of 2, replaced B with a batch",
    ),
    ({"A": torch.ones(2)}, {"edges": {("A", "C"): torch.ones(3)}}, "A -> C with a batch of 3"),
]


@pytest.mark.bad_input
@pytest.mark.parametrize(("given", "changes", "said"), BAD_RUNS, ids=lambda v: str(v)[:30])
def test_a_run_that_cannot_be_is_refused(given, changes, said):
    with pytest.raises(ValueError, match=f"(?s){said}.*\\. .+"):
        run(DETOUR, given, **changes)


@pytest.mark.bad_input
@pytest.mark.parametrize("wrong", [lambda a: a.mean()[None], lambda a: a.tolist(), lambda a: None])
def test_a_function_that_returns_no_value_for_each_example_is_named(wrong):
    graph = Graph(inputs=("A",), nodes=(node("B", "A", function=wrong),))
    with pytest.raises(ValueError, match=r"function of B: got .*; expected a tensor"):
        run(graph, {"A": torch.ones(4)})
