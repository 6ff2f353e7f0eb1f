"""Bad input to capacity and to the counting of regions: got, expected, fix."""

import math
from typing import Any

import pytest
import torch
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.superposition import regions
from mechnotes.superposition.capacity import allocation, blocks, descent, quadratic
from tests.superposition.bad_values import (
    BAD_COUNTS,
    BAD_GENERATORS,
    Case,
    bad_tensors,
    public_functions,
    refusal_test,
)

pytestmark = pytest.mark.bad_input
GENERATOR = rng.generator(0)
V = torch.tensor([1.0, 0.5, 0.2])
W = torch.ones(2, 3)
BAD_KURTOSES = st.one_of(
    st.floats(max_value=0.99), st.sampled_from([None, "3", math.nan, math.inf, True])
)
NOT_FALLING = st.one_of(
    bad_tensors((3,)), st.sampled_from([torch.tensor([0.2, 0.5]), torch.tensor([1.0, 0.0, 0.0])])
)
BAD_CAPACITIES = st.one_of(bad_tensors((3,)), st.just(torch.tensor([1.2, 0.0, 0.0])))
BAD_LAYERS = st.sampled_from(
    [
        None,
        [],
        "layers",
        [(torch.ones(2, 3), torch.ones(2))],
        [(torch.ones(2, 2), torch.ones(3))],
        [(torch.full((2, 2), math.nan), torch.ones(2))],
    ]
)
ONE = [(torch.eye(2), torch.zeros(2))]
CORNERS = st.sampled_from([(2.0, 0.0), (math.nan, 0.0), (None, 0.0)])


def priced(function: Any, **changes: Any) -> Any:
    given = {"capacity": torch.full((3,), 0.5), "v": V, "kurtosis": 6.0, **changes}
    return function(given["capacity"], given["v"], kurtosis=given["kurtosis"])


def three(function: Any) -> list[Case]:
    name = function.__name__
    return [
        (f"{name} capacity", lambda v: priced(function, capacity=v), BAD_CAPACITIES),
        (f"{name} v", lambda v: priced(function, v=v), bad_tensors((3,))),
        (f"{name} kurtosis", lambda v: priced(function, kurtosis=v), BAD_KURTOSES),
    ]


def whole(function: Any) -> list[Case]:
    name = function.__name__
    return [
        (f"{name} v", lambda v: function(v, dimensions=2, kurtosis=6), NOT_FALLING),
        (
            f"{name} dimensions",
            lambda v: function(V, dimensions=v, kurtosis=6),
            st.one_of(BAD_COUNTS, st.just(4)),
        ),
        (f"{name} kurtosis", lambda v: function(V, dimensions=2, kurtosis=v), BAD_KURTOSES),
    ]


CASES: list[Case] = [
    ("expected_loss W", lambda v: quadratic.expected_loss(v, V, kurtosis=6), bad_tensors((2, 3))),
    ("expected_loss v", lambda v: quadratic.expected_loss(W, v, kurtosis=6), bad_tensors((3,))),
    ("expected_loss kurtosis", lambda v: quadratic.expected_loss(W, V, kurtosis=v), BAD_KURTOSES),
    (
        "sampled_loss W",
        lambda v: quadratic.sampled_loss(v, V, torch.ones(4, 3)),
        bad_tensors((2, 3)),
    ),
    ("sampled_loss v", lambda v: quadratic.sampled_loss(W, v, torch.ones(4, 3)), bad_tensors((3,))),
    ("sampled_loss x", lambda v: quadratic.sampled_loss(W, V, v), st.just(torch.ones(4, 2))),
    *(
        (
            f"sparse_gaussian {field}",
            lambda v, f=field: quadratic.sparse_gaussian(
                *{"n_samples": 2, "n_features": 2, f: v}.values(), kurtosis=6, generator=GENERATOR
            ),
            BAD_COUNTS,
        )
        for field in ("n_samples", "n_features")
    ),
    (
        "sparse_gaussian kurtosis",
        lambda v: quadratic.sparse_gaussian(2, 2, kurtosis=v, generator=GENERATOR),
        st.one_of(BAD_KURTOSES, st.just(2.9)),
    ),
    (
        "sparse_gaussian generator",
        lambda v: quadratic.sparse_gaussian(2, 2, kurtosis=6, generator=v),
        BAD_GENERATORS,
    ),
    *three(allocation.feature_loss),
    *three(allocation.marginal_value),
    *three(allocation.squared_length),
    *whole(allocation.allocate),
    *whole(allocation.raised),
    *whole(blocks.best_weights),
    (
        "shared",
        allocation.shared,
        bad_tensors((3,)).filter(lambda t: getattr(t, "shape", 1) != (0,)),
    ),
    ("tight_frame", lambda v: blocks.tight_frame(v, dimensions=2), bad_tensors((3,))),
    (
        "tight_frame dimensions",
        lambda v: blocks.tight_frame(V, dimensions=v),
        st.one_of(BAD_COUNTS, st.just(4)),
    ),
    ("block_mask", blocks.block_mask, BAD_CAPACITIES),
    ("off_block_energy W", lambda v: blocks.off_block_energy(v, V), bad_tensors((2, 3))),
    ("off_block_energy capacity", lambda v: blocks.off_block_energy(W, v), BAD_CAPACITIES),
    ("weight_spread W", lambda v: blocks.weight_spread(v, V), bad_tensors((2, 3))),
    ("weight_spread capacity", lambda v: blocks.weight_spread(W, v), BAD_CAPACITIES),
    ("fit config", descent.fit, st.sampled_from([None, {}, "steep"])),
    (
        "fit device",
        lambda v: descent.fit(descent.QuadraticConfig(steps=1), device=v),
        st.sampled_from(["gpu", "", None, "cuda"]),
    ),
    *(
        (f"QuadraticConfig {field}", lambda v, f=field: descent.QuadraticConfig(**{f: v}), bad)
        for field, bad in (
            ("n_features", BAD_COUNTS),
            ("d_hidden", BAD_COUNTS),
            ("n_starts", BAD_COUNTS),
            ("steps", BAD_COUNTS),
            ("decay", st.sampled_from([0.0, 1.1, None, math.nan])),
            ("kurtoses", st.sampled_from([(), [6.0], None, (0.5,), (math.nan,)])),
            ("with_constant", st.sampled_from([None, 1, "yes"])),
            ("seed", st.sampled_from([-1, True, 1.0])),
        )
    ),
    (
        "most_regions neurons",
        lambda v: regions.most_regions(v, 2),
        st.sampled_from([-1, 1.5, None]),
    ),
    ("most_regions inputs", lambda v: regions.most_regions(3, v), BAD_COUNTS),
    (
        "random_network widths",
        lambda v: regions.random_network((v,), generator=GENERATOR),
        BAD_COUNTS,
    ),
    (
        "random_network inputs",
        lambda v: regions.random_network((2,), n_inputs=v, generator=GENERATOR),
        BAD_COUNTS,
    ),
    (
        "random_network generator",
        lambda v: regions.random_network((2,), generator=v),
        BAD_GENERATORS,
    ),
    ("sawtooth", regions.sawtooth, BAD_COUNTS),
    ("cut layers", regions.cut, BAD_LAYERS),
    ("cut low", lambda v: regions.cut(ONE, low=v), CORNERS),
    ("cut high", lambda v: regions.cut(ONE, high=v), st.just((-2.0, 0.0))),
    ("grid_patterns layers", lambda v: regions.grid_patterns(v, n_points=3), BAD_LAYERS),
    ("grid_patterns points", lambda v: regions.grid_patterns(ONE, n_points=v), BAD_COUNTS),
]


test_bad_input_is_refused_with_an_explanation = refusal_test(CASES)


def test_every_public_function_is_tried():
    tried = {name.split()[0] for name, _, _ in CASES}
    for module in (allocation, blocks, descent, quadratic, regions):
        assert public_functions(module) <= tried, module.__name__
