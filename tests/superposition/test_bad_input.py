"""Bad input to every public function of the topic: an error that says got, expected, fix."""

import inspect
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.superposition import (
    basis,
    cases,
    config,
    data,
    evaluation,
    geometry,
    model,
    pair,
    phase,
    selection,
    state,
    training,
)

pytestmark = pytest.mark.bad_input
TEACHES = r"(?s)^[\w\[\] ]+: got .+; expected .+\. .+"
SETTINGS = settings(max_examples=12, deadline=None)

NOT_TENSORS = st.sampled_from([None, 1.0, "W", [[1.0, 2.0]], (1.0,)])
SPOILED = st.sampled_from([math.nan, math.inf, -math.inf])
BAD_COUNTS = st.one_of(st.integers(max_value=0), st.floats(), st.booleans(), st.none(), st.text())
BAD_RATIOS = st.one_of(st.floats(max_value=-1e-6), SPOILED, st.none(), st.text(), st.booleans())
BAD_DENSITIES = st.one_of(BAD_RATIOS, st.floats(min_value=1.0001))
BAD_WORDS = st.one_of(st.none(), st.integers(), st.text().filter(lambda t: t not in KNOWN_WORDS))
BAD_GENERATORS = st.sampled_from([None, 0, "cpu", torch])
KNOWN_WORDS = {*model.ACTIVATIONS, *data.SAMPLERS}

W = torch.ones(2, 3)
CONFIG = config.ToyConfig(n_features=3, d_hidden=2, densities=(0.5,), n_seeds=2, steps=1)


@st.composite
def bad_tensors(draw, shape: tuple[int, ...]) -> Any:
    """Something that is no tensor, a tensor of another dtype or shape, or one with a NaN."""
    kind = draw(st.sampled_from(["no tensor", "dtype", "not finite", "empty"]))
    if kind == "no tensor":
        return draw(NOT_TENSORS)
    if kind == "dtype":
        return torch.ones(shape, dtype=draw(st.sampled_from([torch.int64, torch.bool])))
    if kind == "empty":
        return torch.ones((0, *shape[1:]))
    spoiled = torch.ones(shape)
    spoiled.view(-1)[draw(st.integers(0, spoiled.numel() - 1))] = draw(SPOILED)
    return spoiled


def sampler_cases(sampler: Callable) -> list[tuple[str, Callable, st.SearchStrategy]]:
    density, fine = torch.full((2, 4), 0.25), rng.generator(0)
    name = sampler.__name__
    return [
        (f"{name} n_samples", lambda v: sampler(v, density=density, generator=fine), BAD_COUNTS),
        (
            f"{name} density",
            lambda v: sampler(4, density=v, generator=fine),
            st.one_of(
                bad_tensors((2, 4)),
                st.floats(1.001, 9).map(lambda v: torch.full((2, 4), v)),
                st.floats(-9, -0.001).map(lambda v: torch.full((2, 4), v)),
                st.just(torch.full((4,), 0.25)),
            ),
        ),
        (f"{name} generator", lambda v: sampler(4, density=density, generator=v), BAD_GENERATORS),
    ]


def weight_cases(measure: Callable) -> list[tuple[str, Callable, st.SearchStrategy]]:
    bad = st.one_of(bad_tensors((2, 3)), st.just(torch.ones(3)))
    return [(f"{measure.__name__} W", measure, bad)]


def config_case(field: str, bad: st.SearchStrategy) -> tuple[str, Callable, st.SearchStrategy]:
    sizes = {"n_features": 3, "d_hidden": 2, "densities": (0.5,)}
    return f"ToyConfig {field}", lambda v: config.ToyConfig(**{**sizes, field: v}), bad


def rotated(**changes: Any) -> torch.Tensor:
    arguments = {
        "W": W,
        "b": torch.zeros(3),
        "x": torch.zeros(4, 3),
        "rotations": torch.eye(2)[None],
        "importance": torch.ones(3),
        **changes,
    }
    return basis.rotated_loss(
        arguments.pop("W"), arguments.pop("b"), arguments.pop("x"), **arguments
    )


def pair_loss(**changes: Any) -> torch.Tensor:
    arguments = {
        "w": torch.ones(2),
        "b": torch.zeros(2),
        "importance_ratio": 0.5,
        "density": 0.5,
        **changes,
    }
    return pair.expected_loss(arguments.pop("w"), arguments.pop("b"), **arguments)


FINE = rng.generator(0)
X = torch.zeros(4, 1, 3)
CASES: list[tuple[str, Callable, st.SearchStrategy]] = [
    *(case for sampler in data.SAMPLERS.values() for case in sampler_cases(sampler)),
    *(
        case
        for measure in (
            geometry.feature_norms,
            geometry.represented,
            geometry.dimensionality,
            geometry.interference,
            geometry.features_per_dimension,
            geometry.adjacent_angles,
            basis.axis_share,
            basis.monosemanticity,
            model.single_feature_loss,
        )
        for case in weight_cases(measure)
    ),
    ("pair_cosines W", geometry.pair_cosines, bad_tensors((2, 4))),
    ("pair_cosines odd", geometry.pair_cosines, st.just(torch.ones(2, 3))),
    ("adjacent_angles 3-D", geometry.adjacent_angles, st.just(torch.ones(3, 3))),
    ("represented threshold", lambda v: geometry.represented(W, threshold=v), BAD_RATIOS),
    ("adjacent_angles threshold", lambda v: geometry.adjacent_angles(W, threshold=v), BAD_RATIOS),
    (
        "odd pairs",
        lambda v: v(4, density=torch.full((1, 3), 0.2), generator=FINE),
        st.sampled_from([data.correlated_pairs, data.anticorrelated_pairs]),
    ),
    (
        "unequal pairs",
        lambda v: v(4, density=torch.tensor([[0.1, 0.2]]), generator=FINE),
        st.sampled_from([data.correlated_pairs, data.anticorrelated_pairs]),
    ),
    (
        "impossible pairs",
        lambda v: data.anticorrelated_pairs(4, density=torch.full((1, 2), v), generator=FINE),
        st.floats(0.501, 1.0),
    ),
    (
        "ToyModel W",
        lambda v: model.ToyModel(v, torch.zeros(1, 3)),
        st.one_of(NOT_TENSORS, st.just(W)),
    ),
    (
        "ToyModel b",
        lambda v: model.ToyModel(W[None], v),
        st.one_of(NOT_TENSORS, st.just(torch.zeros(1, 4)), st.just(torch.zeros(3))),
    ),
    (
        "ToyModel activation",
        lambda v: model.ToyModel(W[None], torch.zeros(1, 3), activation=v),
        BAD_WORDS,
    ),
    (
        "ToyModel hidden_activation",
        lambda v: model.ToyModel(W[None], torch.zeros(1, 3), hidden_activation=v),
        BAD_WORDS,
    ),
    (
        "ToyModel x",
        lambda v: model.ToyModel(W[None], torch.zeros(1, 3))(v),
        st.sampled_from([torch.zeros(4, 3), torch.zeros(4, 2, 3), torch.zeros(0, 1, 3), None]),
    ),
    ("xavier_normal", lambda v: model.xavier_normal(v, 2, 3, generator=FINE), BAD_COUNTS),
    ("xavier_normal hidden", lambda v: model.xavier_normal(1, v, 3, generator=FINE), BAD_COUNTS),
    ("xavier_normal features", lambda v: model.xavier_normal(1, 2, v, generator=FINE), BAD_COUNTS),
    (
        "xavier_normal generator",
        lambda v: model.xavier_normal(1, 2, 3, generator=v),
        BAD_GENERATORS,
    ),
    (
        "weighted_loss x_hat",
        lambda v: model.weighted_loss(v, X, importance=torch.ones(3)),
        st.one_of(NOT_TENSORS, st.just(torch.zeros(4, 2, 3)), st.just(torch.zeros(4, 3))),
    ),
    (
        "weighted_loss x",
        lambda v: model.weighted_loss(X, v, importance=torch.ones(3)),
        st.one_of(NOT_TENSORS, st.just(torch.zeros(4, 2, 3)), st.just(torch.zeros(4, 3))),
    ),
    (
        "weighted_loss importance",
        lambda v: model.weighted_loss(X, X, importance=v),
        st.one_of(bad_tensors((3,)), st.just(-torch.ones(3)), st.just(torch.ones(4))),
    ),
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
    ("random_rotations", lambda v: basis.random_rotations(v, 2, generator=FINE), BAD_COUNTS),
    ("random_rotations d", lambda v: basis.random_rotations(1, v, generator=FINE), BAD_COUNTS),
    (
        "random_rotations generator",
        lambda v: basis.random_rotations(1, 2, generator=v),
        BAD_GENERATORS,
    ),
    ("rotated_loss W", lambda v: rotated(W=v), st.one_of(NOT_TENSORS, st.just(torch.ones(3)))),
    ("rotated_loss b", lambda v: rotated(b=v), st.one_of(NOT_TENSORS, st.just(torch.ones(4)))),
    ("rotated_loss x", lambda v: rotated(x=v), st.one_of(NOT_TENSORS, st.just(torch.ones(4)))),
    ("rotated_loss rotations", lambda v: rotated(rotations=v), bad_tensors((1, 2, 2))),
    ("rotated_loss importance", lambda v: rotated(importance=v), bad_tensors((3,))),
    ("rotated_loss activation", lambda v: rotated(activation=v), BAD_WORDS),
    ("rotated_loss hidden", lambda v: rotated(hidden_activation=v), BAD_WORDS),
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
    ("initial_state config", state.initial_state, st.sampled_from([None, {}, "pentagon"])),
    ("checked config", config.checked, st.sampled_from([None, {}, "pentagon"])),
    (
        "evaluation_loss config",
        lambda v: evaluation.evaluation_loss(torch.zeros(1, 2, 2, 3), torch.zeros(1, 2, 3), v),
        st.sampled_from([None, {}, "pentagon"]),
    ),
    ("boundary_densities", cases.boundary_densities, BAD_RATIOS),
    ("boundary", cases.boundary, BAD_RATIOS),
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


@pytest.mark.parametrize(("call", "bad"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
@SETTINGS
@given(source=st.data())
def test_bad_input_is_refused_with_an_explanation(call, bad, source):
    value = source.draw(bad)
    with pytest.raises(ValueError, match=TEACHES):
        call(value)


def test_every_public_function_is_tried():
    tried = {name.split()[0] for name, _, _ in CASES}
    modules = (basis, cases, config, data, evaluation, geometry, model, pair, phase, selection)
    for module in (*modules, state, training):
        for name, value in vars(module).items():
            ours = inspect.isfunction(value) and value.__module__ == module.__name__
            if ours and not name.startswith("_"):
                assert name in tried, name
