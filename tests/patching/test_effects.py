"""Effects of nodes, edges and paths: known numbers, and how they add up."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes.patching import effects
from mechnotes.patching.detour import detour
from mechnotes.patching.graphs import Graph, Node, run
from tests.patching.random_graphs import all_paths, bent, inputs, linear_graph

SETTINGS = settings(max_examples=20, deadline=None)
BASE, SOURCE = {"A": 0.0}, {"A": 1.0}
PRODUCT = Graph(
    inputs=("A",),
    nodes=(
        Node(name="B", parents=("A",), function=lambda a: 3 * a),
        Node(name="C", parents=("A", "B"), function=lambda a, b: a * b),
    ),
)


def test_the_detour_has_a_direct_effect_of_2_and_a_total_effect_of_5():
    graph = detour()
    assert effects.direct_effect(graph, BASE, SOURCE, node="A", output="C") == 2
    assert effects.edge_effect(graph, BASE, SOURCE, edge=("A", "C"), output="C") == 2
    assert effects.path_effect(graph, BASE, SOURCE, path=("A", "C")) == 2
    assert effects.path_effect(graph, BASE, SOURCE, path=("A", "B", "C")) == 3
    assert effects.total_effect(graph, BASE, SOURCE, node="A", output="C") == 5


@pytest.mark.parametrize(("direct", "through"), [(0.0, 4.0), (-1.0, 1.0), (2.5, 0.0)])
def test_the_shares_of_the_detour_are_its_weights(direct, through):
    graph = detour(direct=direct, through=through)
    assert effects.direct_effect(graph, BASE, SOURCE, node="A", output="C") == direct
    assert effects.path_effect(graph, BASE, SOURCE, path=("A", "B", "C")) == through
    assert effects.total_effect(graph, BASE, SOURCE, node="A", output="C") == direct + through


def test_where_two_ways_are_multiplied_the_shares_do_not_add_up():
    """C = A * 3A: from 1 to 2 it changes by 9, of which each way alone brings 3."""
    base, source = {"A": 1.0}, {"A": 2.0}
    assert effects.total_effect(PRODUCT, base, source, node="A", output="C") == 9
    assert effects.direct_effect(PRODUCT, base, source, node="A", output="C") == 3
    assert effects.path_effect(PRODUCT, base, source, path=("A", "B", "C")) == 3


def test_what_is_frozen_is_frozen_at_the_base_run():
    """From 2 to 1 each way loses twice its base value's worth, not that of the source run."""
    base, source = {"A": 2.0}, {"A": 1.0}
    assert effects.direct_effect(PRODUCT, base, source, node="A", output="C") == -6


@SETTINGS
@given(seed=st.integers(0, 10**6))
def test_in_a_linear_graph_the_effects_along_all_paths_add_up_to_the_total(seed):
    graph, _ = linear_graph(seed)
    base, source = inputs(graph, seed), inputs(graph, seed + 1)
    for node in ("x0", "n1"):
        total = effects.total_effect(graph, base, source, node=node, output="n4")
        paths = all_paths(graph, node, "n4")
        shares = [effects.path_effect(graph, base, source, path=path) for path in paths]
        assert torch.allclose(sum(shares), total)


@SETTINGS
@given(seed=st.integers(0, 10**6))
def test_the_effect_along_a_linear_path_is_the_product_of_its_weights(seed):
    graph, weights = linear_graph(seed)
    base, source = inputs(graph, seed), inputs(graph, seed + 1)
    found = effects.path_effect(graph, base, source, path=("x1", "n0", "n2", "n4"))
    step = weights[0, 1] * weights[2, 2 + 0] * weights[4, 2 + 2]
    assert torch.allclose(found, step * (source["x1"] - base["x1"]))


@SETTINGS
@given(seed=st.integers(0, 10**6))
def test_a_path_is_its_edges_where_every_other_node_is_held_by_hand(seed):
    """Independent version: replace all nodes off the path by their base values."""
    graph = bent(linear_graph(seed)[0])
    base, source = inputs(graph, seed), inputs(graph, seed + 1)
    values = run(graph, base)
    path = ("x0", "n1", "n3")
    held = {name: values[name] for name in graph.names if name not in ("n1", "n3")}
    first = run(graph, base, replace=held, edges={("x0", "n1"): source["x0"], ("n1", "n3"): 0.0})
    last = run(graph, base, replace={**held, "n1": values["n1"]}, edges={("n1", "n3"): first["n1"]})
    found = effects.path_effect(graph, base, source, path=path)
    assert torch.allclose(found, last["n3"] - values["n3"])


@SETTINGS
@given(seed=st.integers(0, 10**6))
def test_an_edge_into_the_output_is_a_direct_effect_and_others_go_on(seed):
    graph = bent(linear_graph(seed)[0])
    base, source = inputs(graph, seed), inputs(graph, seed + 1)
    direct = effects.direct_effect(graph, base, source, node="n2", output="n4")
    edge = effects.edge_effect(graph, base, source, edge=("n2", "n4"), output="n4")
    assert torch.equal(direct, edge)
    onward = effects.edge_effect(graph, base, source, edge=("n2", "n3"), output="n4")
    assert torch.allclose(onward, effects.path_effect(graph, base, source, path=("n2", "n3", "n4")))


@SETTINGS
@given(seed=st.integers(0, 10**6))
def test_patching_all_inputs_gives_the_other_run_and_swapping_runs_swaps_directions(seed):
    graph = bent(linear_graph(seed)[0])
    clean, corrupted = inputs(graph, seed), inputs(graph, seed + 1)
    whole = effects.patch(graph, clean, corrupted, nodes=graph.inputs, output="n4")
    assert torch.allclose(whole, run(graph, clean)["n4"])
    noised = effects.patch(graph, clean, corrupted, nodes=("n1",), output="n4", direction="noising")
    swapped = effects.patch(graph, corrupted, clean, nodes=("n1",), output="n4")
    assert torch.equal(noised, swapped)


def test_a_node_that_comes_after_the_output_has_no_effect():
    assert effects.total_effect(detour(), BASE, SOURCE, node="C", output="B") == 0


CALLS = {
    "node": lambda **k: effects.total_effect(
        detour(), BASE, SOURCE, **{"node": "A", "output": "C", **k}
    ),
    "edge": lambda **k: effects.edge_effect(
        detour(), BASE, SOURCE, **{"edge": ("A", "C"), "output": "C", **k}
    ),
    "patch": lambda **k: effects.patch(
        detour(), SOURCE, BASE, **{"nodes": ("A",), "output": "C", **k}
    ),
    "path": lambda **k: effects.path_effect(detour(), BASE, SOURCE, **k),
    "direct": lambda **k: effects.direct_effect(
        detour(), BASE, SOURCE, **{"node": "A", "output": "C", **k}
    ),
    "detour": lambda **k: detour(**k),
}
BAD = [
    ("node", {"node": "Z"}, "node: got 'Z'; expected one of 'A', 'B', 'C'"),
    ("node", {"output": "Z"}, "output: got 'Z'"),
    ("edge", {"edge": ("C", "A")}, r"edge: got \('C', 'A'\); expected one of"),
    ("edge", {"output": "Z"}, "output: got 'Z'"),
    ("patch", {"nodes": "A"}, "nodes: got 'A'; expected a list"),
    ("patch", {"nodes": ()}, "nodes: got"),
    ("patch", {"nodes": ("Z",)}, "nodes: got 'Z'"),
    ("patch", {"direction": "backwards"}, "direction: got 'backwards'"),
    ("path", {"path": ("A",)}, "at least 2"),
    ("path", {"path": ("B", "A")}, r"path: got \('B', 'A'\)"),
    ("path", {"path": ("A", "Z")}, "path: got 'Z'"),
    ("direct", {"node": "C", "output": "B"}, r"path: got \('C', 'B'\)"),
    ("detour", {"direct": float("nan")}, "direct: got nan"),
    ("detour", {"through": "3"}, "through: got '3'"),
]


@pytest.mark.bad_input
@pytest.mark.parametrize(("call", "changes", "said"), BAD, ids=lambda v: str(v)[:30])
def test_a_question_about_what_is_not_there_is_refused(call, changes, said):
    with pytest.raises(ValueError, match=said):
        CALLS[call](**changes)
