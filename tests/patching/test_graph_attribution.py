"""Attribution patching on graphs: exact where the output is linear, wrong where it saturates."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes.patching import effects
from mechnotes.patching.detour import detour
from mechnotes.patching.graph_attribution import attribute
from mechnotes.patching.graphs import Graph, Node
from tests.patching.random_graphs import inputs, linear_graph


def one_node(function) -> Graph:
    return Graph(inputs=("x",), nodes=(Node(name="y", parents=("x",), function=function),))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_on_a_linear_graph_it_equals_every_total_effect(seed):
    graph, _ = linear_graph(seed)
    base, source = inputs(graph, seed), inputs(graph, seed + 1)
    foretold = attribute(graph, base, source, output="n4")
    for node in graph.names:
        true = effects.total_effect(graph, base, source, node=node, output="n4")
        assert (foretold[node] - true).abs().max() < 1e-9, node


def test_on_the_detour_it_foretells_5_3_and_5():
    foretold = attribute(detour(), {"A": 0.0}, {"A": 1.0}, output="C")
    assert {name: value.item() for name, value in foretold.items()} == {"A": 5, "B": 3, "C": 5}


def test_a_relu_that_is_closed_in_the_base_run_hides_its_effect():
    graph = one_node(lambda x: (x - 1).relu())
    base, source = {"x": 0.0}, {"x": 3.0}
    assert attribute(graph, base, source, output="y")["x"] == 0
    assert effects.total_effect(graph, base, source, node="x", output="y") == 2
    assert attribute(graph, source, base, output="y")["x"] == -3  # and open, it overshoots


def test_a_saturated_softmax_foretells_next_to_nothing_of_a_large_effect():
    graph = one_node(lambda x: torch.stack((x, torch.zeros_like(x)), -1).softmax(-1)[..., 0])
    base, source = {"x": torch.tensor([8.0])}, {"x": torch.tensor([-8.0])}
    assert attribute(graph, base, source, output="y")["x"].abs() < 0.01
    assert effects.total_effect(graph, base, source, node="x", output="y") < -0.99


def test_near_the_base_run_it_is_right_to_first_order():
    graph = one_node(torch.exp)
    errors = []
    for step in (0.1, 0.01):
        base, source = {"x": torch.tensor(1.0)}, {"x": torch.tensor(1.0 + step)}
        true = effects.total_effect(graph, base, source, node="x", output="y")
        errors.append((true - attribute(graph, base, source, output="y")["x"]).abs().item())
    assert errors[1] < errors[0] / 50  # a second-order error shrinks a hundredfold


def test_a_node_behind_a_step_still_has_its_own_gradient():
    """The gradient does not pass the step, but the node after it can be patched all the same."""
    graph = Graph(
        inputs=("x",),
        nodes=(
            Node(name="step", parents=("x",), function=lambda x: (x > 0).float()),
            Node(name="y", parents=("step",), function=lambda s: 4 * s),
        ),
    )
    foretold = attribute(graph, {"x": -1.0}, {"x": 1.0}, output="y")
    assert (foretold["x"], foretold["step"]) == (0, 4)


def test_vectors_are_summed_for_each_example_and_deaf_nodes_give_zero():
    graph = Graph(
        inputs=("x",),
        nodes=(
            Node(name="y", parents=("x",), function=lambda x: x.sum(-1)),
            Node(name="aside", parents=("x",), function=lambda x: 3 * x),
        ),
    )
    base, source = torch.zeros(2, 3), torch.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 1.0]])
    foretold = attribute(graph, {"x": base}, {"x": source}, output="y")
    assert foretold["x"].tolist() == [6, 1]
    assert foretold["aside"].tolist() == [0, 0]


@pytest.mark.bad_input
def test_an_output_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="output: got 'Z'; expected one of 'A', 'B', 'C'"):
        attribute(detour(), {"A": 0.0}, {"A": 1.0}, output="Z")


def test_a_node_that_hands_its_parent_on_is_not_credited_with_what_the_parent_does():
    graph = Graph(
        inputs=("A",),
        nodes=(
            Node(name="B", parents=("A",), function=lambda a: a),
            Node(name="C", parents=("A", "B"), function=lambda a, b: a + 2 * b),
        ),
    )
    base, source = {"A": 0.0}, {"A": 1.0}
    foretold = attribute(graph, base, source, output="C")
    assert {name: value.item() for name, value in foretold.items()} == {"A": 3, "B": 2, "C": 3}
    for node in graph.names:
        true = effects.total_effect(graph, base, source, node=node, output="C")
        assert foretold[node] == true


@pytest.mark.bad_input
@pytest.mark.parametrize("function", [lambda x: x > 0, lambda x: x.long()])
def test_a_node_without_a_gradient_is_refused_with_what_to_return(function):
    graph = Graph(
        inputs=("x",),
        nodes=(
            Node(name="step", parents=("x",), function=function),
            Node(name="y", parents=("step",), function=lambda s: 4.0 * s),
        ),
    )
    with pytest.raises(ValueError, match=r"function of step: got a tensor of .* Return .float\(\)"):
        attribute(graph, {"x": -1.0}, {"x": 1.0}, output="y")
