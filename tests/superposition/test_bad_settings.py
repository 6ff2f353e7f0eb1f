"""Bad input to what takes numbers, configs and results: an error that says got, expected, fix."""

import math
from typing import Any

import pytest
import torch
from hypothesis import strategies as st

from mechnotes.superposition import (
    cases,
    config,
    edge,
    evaluation,
    pair,
    phase,
    selection,
    state,
    training,
)
from tests.superposition.bad_values import (
    BAD_COUNTS,
    BAD_DENSITIES,
    BAD_RATIOS,
    BAD_WORDS,
    NOT_TENSORS,
    Case,
    bad_tensors,
    public_functions,
    refusal_test,
)

pytestmark = pytest.mark.bad_input
CONFIG = config.ToyConfig(n_features=3, d_hidden=2, densities=(0.5,), n_seeds=2, steps=1)


def config_case(field: str, bad: st.SearchStrategy) -> Case:
    sizes = {"n_features": 3, "d_hidden": 2, "densities": (0.5,)}
    return f"ToyConfig {field}", lambda v: config.ToyConfig(**{**sizes, field: v}), bad


def pair_loss(**changes: Any) -> torch.Tensor:
    arguments = {
        "w": torch.ones(2),
        "b": torch.zeros(2),
        "importance_ratio": 0.5,
        "density": 0.5,
        **changes,
    }
    return pair.expected_loss(arguments.pop("w"), arguments.pop("b"), **arguments)


CASES: list[Case] = [
    ("dedicated_loss ratio", lambda v: phase.dedicated_loss(v, 0.5), BAD_RATIOS),
    ("dedicated_loss density", lambda v: phase.dedicated_loss(0.5, v), BAD_DENSITIES),
    (
        "dedicated_loss densities",
        lambda v: phase.dedicated_loss(0.5, torch.tensor([v])),
        st.sampled_from([-0.1, 1.1, math.nan]),
    ),
    ("antipodal_loss ratio", lambda v: phase.antipodal_loss(v, 0.5), BAD_RATIOS),
    ("antipodal_loss density", lambda v: phase.antipodal_loss(0.5, v), BAD_DENSITIES),
    ("crossing_density", phase.crossing_density, BAD_RATIOS),
    ("crossing_density tensor", phase.crossing_density, st.just(torch.tensor([-1.0]))),
    (
        "optimised_edge",
        phase.optimised_edge,
        st.one_of(BAD_DENSITIES, st.just(0.0)),
    ),
    ("optimised_edge tolerance", lambda v: phase.optimised_edge(0.5, tolerance=v), BAD_DENSITIES),
    ("expected_loss w", lambda v: pair_loss(w=v), bad_tensors((2,))),
    ("expected_loss b", lambda v: pair_loss(b=v), bad_tensors((2,))),
    ("expected_loss ratio", lambda v: pair_loss(importance_ratio=v), BAD_RATIOS),
    ("expected_loss density", lambda v: pair_loss(density=v), BAD_DENSITIES),
    ("optimum ratio", lambda v: pair.optimum(v, 0.5), BAD_RATIOS),
    ("optimum density", lambda v: pair.optimum(0.5, v), BAD_DENSITIES),
    ("best_seed", selection.best_seed, bad_tensors((2, 3))),
    (
        "pick values",
        lambda v: selection.pick(v, torch.tensor([0, 0])),
        st.one_of(NOT_TENSORS, st.just(torch.zeros(3, 2)), st.just(torch.zeros(2))),
    ),
    (
        "pick seeds",
        lambda v: selection.pick(torch.zeros(2, 3), v),
        st.sampled_from([None, [0, 0], torch.tensor([0, 3]), torch.tensor([0.0, 1.0])]),
    ),
    ("best loss", lambda v: selection.best(torch.zeros(1, 4), v), bad_tensors((1, 4))),
    (
        "best values",
        lambda v: selection.best(v, torch.zeros(1, 4)),
        st.one_of(NOT_TENSORS, st.just(torch.zeros(2, 4)), st.just(torch.zeros(4))),
    ),
    (
        "best_of_groups values",
        lambda v: selection.best_of_groups(v, torch.zeros(1, 4), group_size=2),
        st.one_of(NOT_TENSORS, st.just(torch.zeros(1, 3)), st.just(torch.zeros(4))),
    ),
    (
        "best_of_groups size",
        lambda v: selection.best_of_groups(torch.zeros(1, 4), torch.zeros(1, 4), group_size=v),
        st.one_of(BAD_COUNTS, st.integers(min_value=5)),
    ),
    (
        "best_of_groups loss",
        lambda v: selection.best_of_groups(torch.zeros(1, 4), v, group_size=2),
        bad_tensors((1, 4)),
    ),
    (
        "evaluation_loss W",
        lambda v: evaluation.evaluation_loss(v, torch.zeros(1, 2, 3), CONFIG),
        st.one_of(bad_tensors((1, 2, 2, 3)), st.just(torch.zeros(2, 2, 2, 3))),
    ),
    (
        "evaluation_loss b",
        lambda v: evaluation.evaluation_loss(torch.zeros(1, 2, 2, 3), v, CONFIG),
        st.one_of(bad_tensors((1, 2, 3)), st.just(torch.zeros(2, 2, 3))),
    ),
    (
        "evaluation_loss n_samples",
        lambda v: evaluation.evaluation_loss(
            torch.zeros(1, 2, 2, 3), torch.zeros(1, 2, 3), CONFIG, n_samples=v
        ),
        BAD_COUNTS,
    ),
    (
        "train device",
        lambda v: training.train(CONFIG, device=v),
        st.sampled_from(["gpu", "", None, "cuda:x"]),
    ),
    ("train config", training.train, st.sampled_from([None, {}, "pentagon"])),
    ("edge_curve config", edge.edge_curve, st.sampled_from([None, {}, "sharp"])),
    (
        "edge_curve device",
        lambda v: edge.edge_curve(edge.EdgeConfig(importance_ratios=(0.5,)), device=v),
        st.sampled_from(["gpu", "", None, "cuda:x"]),
    ),
    (
        "EdgeConfig importance_ratios",
        lambda v: edge.EdgeConfig(importance_ratios=v),
        st.one_of(st.just(()), st.just([0.5]), st.none(), BAD_DENSITIES.map(lambda v: (v,))),
    ),
    (
        "EdgeConfig tolerance",
        lambda v: edge.EdgeConfig(importance_ratios=(0.5,), tolerance=v),
        BAD_DENSITIES,
    ),
    ("initial_state config", state.initial_state, st.sampled_from([None, {}, "pentagon"])),
    ("checked config", config.checked, st.sampled_from([None, {}, "pentagon"])),
    (
        "evaluation_loss config",
        lambda v: evaluation.evaluation_loss(torch.zeros(1, 2, 2, 3), torch.zeros(1, 2, 3), v),
        st.sampled_from([None, {}, "pentagon"]),
    ),
    ("boundary_densities", cases.boundary_densities, BAD_RATIOS),
    ("boundary", cases.boundary, BAD_RATIOS),
    ("between", cases.between, BAD_RATIOS),
    *(
        config_case(field, BAD_COUNTS)
        for field in ("n_features", "d_hidden", "n_seeds", "steps", "batch_size")
    ),
    config_case("densities", st.one_of(st.just(()), st.just([0.5]), st.none(), st.floats())),
    config_case("densities", BAD_DENSITIES.map(lambda v: (0.5, v))),
    config_case("importance_decay", BAD_RATIOS),
    config_case("learning_rate", st.one_of(BAD_RATIOS, st.just(0.0))),
    config_case("weight_decay", BAD_RATIOS),
    config_case("seed", st.one_of(st.integers(max_value=-1), st.floats(), st.booleans())),
    config_case("sampler", BAD_WORDS),
    config_case("activation", BAD_WORDS),
    config_case("hidden_activation", BAD_WORDS),
    config_case("n_frames", st.one_of(st.integers(min_value=10_001), st.integers(max_value=-1))),
]


test_bad_input_is_refused_with_an_explanation = refusal_test(CASES)


def test_every_public_function_is_tried():
    tried = {name.split()[0] for name, _, _ in CASES}
    for module in (cases, config, edge, evaluation, pair, phase, selection, state, training):
        assert public_functions(module) <= tried, module.__name__
