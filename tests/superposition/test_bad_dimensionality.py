"""Bad input to what measures shapes, lines, attacks and neurons: got, expected, fix."""

import math
from typing import Any

import pytest
import torch
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.superposition.config import ToyConfig
from mechnotes.superposition.dimensionality import (
    attack,
    clusters,
    levels,
    leverage,
    lines,
    polytopes,
    sampling,
    sweep,
)
from mechnotes.superposition.neurons import absolute, kinds, restarts, training
from tests.superposition.bad_values import (
    BAD_COUNTS,
    BAD_DENSITIES,
    BAD_GENERATORS,
    BAD_RATIOS,
    Case,
    bad_tensors,
    public_functions,
    refusal_test,
)

pytestmark = pytest.mark.bad_input
GENERATOR = rng.generator(0)
CONFIG = ToyConfig(n_features=3, d_hidden=2, densities=(0.5,), n_seeds=1, steps=1)
NO_CONFIG = st.sampled_from([None, {}, "first"])
NO_DEVICE = st.sampled_from(["gpu", "", None, "cuda:x"])
NO_NUMBER = st.sampled_from([None, "half", math.nan, math.inf, True])
WEIGHTS = bad_tensors((2, 3))
SHARES = bad_tensors((4,))
SHAPES = st.sampled_from([None, "hexagon", 3, ""])


def model(**changes: Any) -> absolute.AbsoluteModel:
    given = {
        "W_in": torch.ones(1, 2, 3),
        "W_out": torch.ones(1, 3, 2),
        "b": torch.zeros(1, 3),
        **changes,
    }
    return absolute.AbsoluteModel(**given)


def moved(**changes: Any) -> torch.Tensor:
    given = {
        "W": torch.ones(2, 3),
        "b": torch.zeros(3),
        "change": torch.ones(3, 3),
        "size": 0.1,
        **changes,
    }
    return attack.moved_output(given.pop("W"), given.pop("b"), given.pop("change"), **given)


def scattered(**changes: Any) -> torch.Tensor:
    given = {"n_samples": 2, "n_features": 2, "density": 0.5, "generator": GENERATOR, **changes}
    return sampling.scattered(given.pop("n_samples"), given.pop("n_features"), **given)


def signed(**changes: Any) -> torch.Tensor:
    given = {
        "n_samples": 2,
        "n_features": 2,
        "density": torch.tensor([0.5]),
        "generator": GENERATOR,
        **changes,
    }
    return absolute.signed_features(given.pop("n_samples"), given.pop("n_features"), **given)


def gradient(**changes: Any) -> Any:
    given = {"x": torch.ones(4, 3), "W": torch.ones(2, 3), "b": torch.zeros(3), **changes}
    config = given.pop("config", CONFIG)
    return sweep.gradient(**given, config=config)


CASES: list[Case] = [
    ("directions", attack.directions, WEIGHTS),
    ("vulnerability", attack.vulnerability, WEIGHTS),
    ("mean_vulnerability", attack.mean_vulnerability, WEIGHTS),
    ("moved_output W", lambda v: moved(W=v), WEIGHTS),
    ("moved_output b", lambda v: moved(b=v), bad_tensors((3,))),
    ("moved_output change", lambda v: moved(change=v), bad_tensors((3, 3))),
    ("moved_output size", lambda v: moved(size=v), BAD_RATIOS),
    ("moved_output value", lambda v: moved(value=v), NO_NUMBER),
    ("groups", clusters.groups, WEIGHTS),
    ("labels", clusters.labels, WEIGHTS),
    ("labels overlap", lambda v: clusters.labels(torch.ones(2, 3), overlap=v), BAD_DENSITIES),
    ("groups overlap", lambda v: clusters.groups(torch.ones(2, 3), overlap=v), BAD_DENSITIES),
    ("shape_name features", lambda v: clusters.shape_name(v, 1.0), BAD_COUNTS),
    ("shape_name dimensions", lambda v: clusters.shape_name(2, v), BAD_RATIOS),
    ("shape_name tolerance", lambda v: clusters.shape_name(2, 1, tolerance=v), BAD_RATIOS),
    ("leverage", leverage.leverage, WEIGHTS),
    ("slack", leverage.slack, WEIGHTS),
    ("capacity_and_leverage", leverage.capacity_and_leverage, WEIGHTS),
    ("record config", levels.record, NO_CONFIG),
    ("record frames", levels.record, st.just(CONFIG)),
    ("frame_loss", levels.frame_loss, NO_CONFIG),
    ("line", lambda v: lines.line(v, 0.5), SHARES),
    ("line fraction", lambda v: lines.line(torch.ones(4), v), NO_NUMBER),
    ("lines", lines.lines, SHARES),
    ("near_share", lines.near_share, SHARES),
    ("near_share tolerance", lambda v: lines.near_share(torch.ones(4), tolerance=v), BAD_RATIOS),
    ("covered low", lambda v: lines.covered(v, 1.0), NO_NUMBER),
    ("covered high", lambda v: lines.covered(0.5, v), st.sampled_from([0.5, 0.2, None, math.nan])),
    ("covered tolerance", lambda v: lines.covered(0.2, 0.8, tolerance=v), BAD_RATIOS),
    ("levels_near", lambda v: lines.levels_near(v, 0.5), SHARES),
    ("levels_near value", lambda v: lines.levels_near(torch.ones(4), v), NO_NUMBER),
    (
        "levels_near tolerance",
        lambda v: lines.levels_near(torch.ones(4), 0.5, tolerance=v),
        BAD_RATIOS,
    ),
    (
        "shuffled_directions",
        lambda v: lines.shuffled_directions(v, generator=GENERATOR),
        WEIGHTS,
    ),
    (
        "shuffled_directions generator",
        lambda v: lines.shuffled_directions(torch.ones(2, 3), generator=v),
        BAD_GENERATORS,
    ),
    ("share", polytopes.share, SHAPES),
    ("corners", polytopes.corners, SHAPES),
    ("frame_error", polytopes.frame_error, WEIGHTS),
    ("scattered samples", lambda v: scattered(n_samples=v), BAD_COUNTS),
    ("scattered features", lambda v: scattered(n_features=v), BAD_COUNTS),
    ("scattered density", lambda v: scattered(density=v), BAD_DENSITIES),
    ("scattered generator", lambda v: scattered(generator=v), BAD_GENERATORS),
    ("train config", sweep.train, NO_CONFIG),
    ("train device", lambda v: sweep.train(CONFIG, device=v), NO_DEVICE),
    ("gradient x", lambda v: gradient(x=v), st.just(torch.ones(4, 2))),
    ("gradient W", lambda v: gradient(W=v), st.just(torch.ones(3))),
    ("gradient b", lambda v: gradient(b=v), st.just(torch.ones(2))),
    ("gradient config", lambda v: gradient(config=v), NO_CONFIG),
    ("AbsoluteModel W_in", lambda v: model(W_in=v), st.just(torch.ones(1, 3))),
    ("AbsoluteModel W_out", lambda v: model(W_out=v), st.just(torch.ones(1, 2, 3))),
    ("AbsoluteModel b", lambda v: model(b=v), st.just(torch.ones(1, 2))),
    ("AbsoluteModel forward", lambda v: model()(v), st.just(torch.ones(1, 4, 2))),
    ("signed_features samples", lambda v: signed(n_samples=v), BAD_COUNTS),
    ("signed_features features", lambda v: signed(n_features=v), BAD_COUNTS),
    ("signed_features density", lambda v: signed(density=v), bad_tensors((1,))),
    ("signed_features generator", lambda v: signed(generator=v), BAD_GENERATORS),
    (
        "absolute_loss importance",
        lambda v: absolute.absolute_loss(model(), torch.ones(1, 4, 3), importance=v),
        bad_tensors((3,)),
    ),
    ("initial_model", absolute.initial_model, NO_CONFIG),
    ("train_absolute", training.train_absolute, NO_CONFIG),
    ("train restarts", restarts.train, st.one_of(NO_CONFIG, st.just(CONFIG))),
    ("kinds", kinds.kinds, st.sampled_from([torch.tensor([1.2]), torch.ones(1, 2)])),
    ("response_shares", kinds.response_shares, WEIGHTS),
    ("asymmetry W_in", lambda v: kinds.asymmetry(v, torch.ones(3, 2)), WEIGHTS),
    ("asymmetry W_out", lambda v: kinds.asymmetry(torch.ones(2, 3), v), bad_tensors((3, 2))),
    (
        "asymmetry floor",
        lambda v: kinds.asymmetry(torch.ones(2, 3), torch.ones(3, 2), floor=v),
        BAD_DENSITIES,
    ),
    *(
        (f"AbsoluteConfig {field}", lambda v, f=field: absolute.AbsoluteConfig(**{f: v}), bad)
        for field, bad in (
            ("n_features", BAD_COUNTS),
            ("d_hidden", BAD_COUNTS),
            ("n_seeds", BAD_COUNTS),
            ("steps", BAD_COUNTS),
            ("batch_size", BAD_COUNTS),
            ("densities", st.one_of(st.just(()), st.just([0.5]), st.none())),
            ("importance_decay", BAD_RATIOS),
            ("learning_rate", st.one_of(BAD_RATIOS, st.just(0.0))),
            ("seed", st.one_of(st.integers(max_value=-1), st.booleans())),
        )
    ),
]


test_bad_input_is_refused_with_an_explanation = refusal_test(CASES)


def test_every_public_function_is_tried():
    tried = {name.split()[0] for name, _, _ in CASES}
    tools = (attack, clusters, leverage, levels, lines, polytopes, sampling, sweep)
    for module in (*tools, absolute, kinds, restarts, training):
        assert public_functions(module) <= tried, module.__name__
