"""Bad input to the symbolic task: an error that says got, expected, fix."""

import dataclasses
import math
from typing import Any

import pytest
import torch
from hypothesis import strategies as st

from mechnotes.circuits.symbolic import (
    attribution,
    composition,
    config,
    handmade,
    model,
    products,
    reading,
    task,
    training,
    weights,
)
from tests.circuits.symbolic.random_models import random_models
from tests.superposition.bad_values import (
    BAD_COUNTS,
    BAD_RATIOS,
    NOT_TENSORS,
    Case,
    bad_tensors,
    public_functions,
    refusal_test,
)

pytestmark = pytest.mark.bad_input
PROMPTS, ONE, TWO = task.all_prompts(), random_models(), random_models(n_layers=2)
SMALL = config.SymbolicConfig(n_layers=1, n_heads=1, steps=1, n_seeds=1)
STREAM = model.embed(ONE, PROMPTS.tokens)
NO_WEIGHTS = st.sampled_from([None, {}, ONE.W_E, "1-layer-1-head", ONE.tensors()])
NO_PROMPTS = st.sampled_from([None, PROMPTS.tokens, "BOS Ann Ben Ben MID", []])
NO_CONFIG = st.sampled_from([None, {}, "1-layer-1-head"])
BAD_GAINS = st.one_of(BAD_RATIOS, st.just(0.0))
BAD_PATHS = st.sampled_from(["queries", None, 3, ("query",), ("queries", None), [0]])
BAD_TOKENS = st.one_of(
    NOT_TENSORS,
    st.sampled_from(
        [
            PROMPTS.tokens.float(),
            PROMPTS.tokens[0],
            PROMPTS.tokens[:, :4],
            PROMPTS.tokens[:0],
            PROMPTS.tokens + 1,
            PROMPTS.tokens - 1,
        ]
    ),
)
BAD_STREAMS = st.one_of(NOT_TENSORS, st.sampled_from([STREAM[:1], STREAM[..., :3], STREAM[0]]))


def attended(**changes: Any) -> object:
    streams = {"queries": STREAM, "keys": STREAM, "values": STREAM, "layer": 0, **changes}
    return model.attend(streams.pop("weights", ONE), streams.pop("layer"), **streams)


def weights_case(name: str) -> Case:
    whole = getattr(ONE, name)
    other = st.sampled_from([whole[..., 1:], whole[0]])
    bad = st.one_of(bad_tensors(tuple(whole.shape)), other)
    return f"Weights {name}", lambda v: dataclasses.replace(ONE, **{name: v}), bad


def config_case(field: str, bad: st.SearchStrategy) -> Case:
    return f"SymbolicConfig {field}", lambda v: dataclasses.replace(SMALL, **{field: v}), bad


READINGS = (
    reading.logits,
    reading.accuracy,
    reading.solved,
    reading.logit_difference,
    reading.end_attention,
    attribution.contributions,
    attribution.evidence,
    attribution.difference_shares,
    attribution.contrast,
    training.answer_loss,
)
CASES: list[Case] = [
    *((f"{one.__name__} weights", lambda v, f=one: f(v, PROMPTS), NO_WEIGHTS) for one in READINGS),
    *((f"{one.__name__} prompts", lambda v, f=one: f(ONE, v), NO_PROMPTS) for one in READINGS),
    *(
        (one.__name__, one, NO_WEIGHTS)
        for one in (
            attribution.part_names,
            products.qk_circuit,
            products.end_scores,
            products.ov_circuit,
            products.name_copying,
            weights.checked,
        )
    ),
    *(weights_case(name) for name in weights.AXES),
    ("all_prompts order", task.all_prompts, st.sampled_from(["ABAB", "", 0, ("ABBA",)])),
    ("checked prompts", task.checked, NO_PROMPTS),
    ("checked config", config.checked, NO_CONFIG),
    ("forward weights", lambda v: model.forward(v, PROMPTS.tokens), NO_WEIGHTS),
    ("forward tokens", lambda v: model.forward(ONE, v), BAD_TOKENS),
    ("embed weights", lambda v: model.embed(v, PROMPTS.tokens), NO_WEIGHTS),
    ("embed tokens", lambda v: model.embed(ONE, v), BAD_TOKENS),
    ("attend weights", lambda v: attended(weights=v), NO_WEIGHTS),
    ("attend layer", lambda v: attended(layer=v), st.sampled_from([1, -1, 0.0, None, True])),
    *(
        (f"attend {name}", lambda v, n=name: attended(**{n: v}), BAD_STREAMS)
        for name in composition.PATHS
    ),
    ("unembed weights", lambda v: model.unembed(v, STREAM), NO_WEIGHTS),
    ("unembed stream", lambda v: model.unembed(ONE, v), BAD_STREAMS),
    (
        "copying_score",
        products.copying_score,
        st.one_of(bad_tensors((3, 3)), st.sampled_from([torch.ones(2, 3), torch.ones(3)])),
    ),
    (
        "scored logits",
        lambda v: reading.scored(v, PROMPTS, metric=lambda rows, _: rows[:, 0]),
        st.one_of(NOT_TENSORS, st.sampled_from([torch.ones(1, 60, 7), torch.ones(60, 8)])),
    ),
    (
        "scored prompts",
        lambda v: reading.scored(torch.ones(1, 60, 8), v, metric=lambda rows, _: rows[:, 0]),
        NO_PROMPTS,
    ),
    *(
        case
        for one in (composition.ablated_logits, composition.cost)
        for case in (
            (
                f"{one.__name__} weights",
                lambda v, f=one: f(v, PROMPTS, paths=()),
                st.one_of(NO_WEIGHTS, st.just(ONE)),
            ),
            (f"{one.__name__} prompts", lambda v, f=one: f(TWO, v, paths=()), NO_PROMPTS),
            (f"{one.__name__} paths", lambda v, f=one: f(TWO, PROMPTS, paths=v), BAD_PATHS),
            (
                f"{one.__name__} replacement",
                lambda v, f=one: f(TWO, PROMPTS, paths=(), replacement=v),
                st.sampled_from(["median", None, 0]),
            ),
            (
                f"{one.__name__} seed",
                lambda v, f=one: f(TWO, PROMPTS, paths=(), replacement="push", seed=v),
                st.sampled_from([-1, 0.5, None, True]),
            ),
        )
    ),
    ("two_heads gain", lambda v: handmade.two_heads(gain=v), BAD_GAINS),
    ("two_layers gain", lambda v: handmade.two_layers(gain=v), BAD_GAINS),
    ("two_layers path", lambda v: handmade.two_layers(path=v), st.sampled_from(["key", None, 1])),
    ("one_head gain", lambda v: handmade.one_head(gain=v), BAD_GAINS),
    ("train config", training.train, NO_CONFIG),
    (
        "train device",
        lambda v: training.train(SMALL, device=v),
        st.sampled_from(["gpu", "", None, "cuda:x"]),
    ),
    ("initial_weights config", training.initial_weights, NO_CONFIG),
    (
        "initial_weights device",
        lambda v: training.initial_weights(SMALL, device=v),
        st.sampled_from(["gpu", "", None, "cuda:x"]),
    ),
    *(
        config_case(field, BAD_COUNTS)
        for field in (
            *("n_layers", "n_heads", "d_model", "d_head"),
            *("steps", "n_seeds", "loss_every"),
        )
    ),
    *(config_case(field, BAD_GAINS) for field in ("initial_scale", "learning_rate")),
    config_case("seed", st.sampled_from([-1, math.nan, True, None])),
]


test_bad_input_is_refused_with_an_explanation = refusal_test(CASES)


def test_every_public_function_is_tried():
    tried = {name.split()[0] for name, _, _ in CASES}
    modules = (
        *(attribution, composition, config, handmade, model),
        *(products, reading, task, training, weights),
    )
    for module in modules:
        assert public_functions(module) <= tried, module.__name__
