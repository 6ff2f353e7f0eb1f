"""Bad input to what takes data and weights: an error that says got, expected, fix."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.superposition import basis, data, geometry, model
from tests.superposition.bad_values import (
    BAD_COUNTS,
    BAD_GENERATORS,
    BAD_RATIOS,
    BAD_WORDS,
    NOT_TENSORS,
    Case,
    bad_tensors,
    public_functions,
    refusal_test,
)

pytestmark = pytest.mark.bad_input
W = torch.ones(2, 3)


def sampler_cases(sampler: Callable) -> list[Case]:
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


def weight_cases(measure: Callable) -> list[Case]:
    bad = st.one_of(bad_tensors((2, 3)), st.just(torch.ones(3)))
    return [(f"{measure.__name__} W", measure, bad)]


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


FINE = rng.generator(0)
X = torch.zeros(4, 1, 3)
CASES: list[Case] = [
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
]


test_bad_input_is_refused_with_an_explanation = refusal_test(CASES)


def test_every_public_function_is_tried():
    tried = {name.split()[0] for name, _, _ in CASES}
    for module in (basis, data, geometry, model):
        assert public_functions(module) <= tried, module.__name__
