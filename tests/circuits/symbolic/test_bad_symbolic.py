"""Bad input to the symbolic task: an error that says got, expected, fix."""

import dataclasses
import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import strategies as st

from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.symbolic import (
    attribution,
    composition,
    config,
    handmade,
    products,
    reading,
    task,
    training,
)
from tests.circuits.symbolic.random_models import random_models
from tests.superposition.bad_values import (
    BAD_COUNTS,
    BAD_RATIOS,
    NOT_TENSORS,
    Case,
    public_functions,
    refusal_test,
)

pytestmark = pytest.mark.bad_input
PROMPTS, ONE, TWO = task.all_prompts(), random_models(), random_models(n_layers=2)
SMALL = config.SymbolicConfig(n_layers=1, n_heads=1, steps=1, n_seeds=1)
NO_WEIGHTS = st.sampled_from([None, {}, ONE.W_E, "1-layer-1-head", ONE.tensors()])
BAD_PROMPTS = st.sampled_from(
    [
        *(None, PROMPTS.tokens, "BOS Ann Ben Ben MID", []),
        dataclasses.replace(PROMPTS, tokens=PROMPTS.tokens[:, :4]),
        dataclasses.replace(PROMPTS, tokens=PROMPTS.tokens[:, [0, 1, 2, 3, 4, 4]]),
    ]
)
NO_CONFIG = st.sampled_from([None, {}, "1-layer-1-head"])
BAD_GAINS = st.one_of(BAD_RATIOS, st.just(0.0))
BAD_PATHS = st.sampled_from(["queries", None, 3, ("query",), ("queries", None), [0]])


def of_other_texts(models: Weights) -> st.SearchStrategy:
    """The models with fewer or more symbols, or with fewer or more positions."""
    symbols = (range(7), [*range(8), 0])
    positions = (range(4), [*range(5), 0])
    return st.sampled_from(
        [
            *(
                dataclasses.replace(models, W_E=models.W_E[:, kept], W_U=models.W_U[..., kept])
                for kept in map(list, symbols)
            ),
            *(
                dataclasses.replace(models, W_pos=models.W_pos[:, kept])
                for kept in map(list, positions)
            ),
        ]
    )


def weights_cases(function: Callable, call: Callable, models: Weights) -> tuple[Case, Case]:
    """No weights at all, and weights of models that know other texts than this task's."""
    name = function.__name__
    return (
        (f"{name} weights", call, NO_WEIGHTS),
        (f"{name} models of other texts", call, of_other_texts(models)),
    )


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
    *(case for one in READINGS for case in weights_cases(one, lambda v, f=one: f(v, PROMPTS), ONE)),
    *((f"{one.__name__} prompts", lambda v, f=one: f(ONE, v), BAD_PROMPTS) for one in READINGS),
    *(
        case
        for one in (
            attribution.part_names,
            products.end_scores,
            products.name_copying,
            task.fitting,
        )
        for case in weights_cases(one, one, ONE)
    ),
    ("all_prompts order", task.all_prompts, st.sampled_from(["ABAB", "", 0, ("ABBA",)])),
    ("checked prompts", task.checked, BAD_PROMPTS),
    ("checked config", config.checked, NO_CONFIG),
    (
        "scored logits",
        lambda v: reading.scored(v, PROMPTS, metric=lambda rows, _: rows[:, 0]),
        st.one_of(NOT_TENSORS, st.sampled_from([torch.ones(1, 60, 7), torch.ones(60, 8)])),
    ),
    (
        "scored prompts",
        lambda v: reading.scored(torch.ones(1, 60, 8), v, metric=lambda rows, _: rows[:, 0]),
        BAD_PROMPTS,
    ),
    *(
        case
        for one in (composition.ablated_logits, composition.cost)
        for case in (
            *weights_cases(one, lambda v, f=one: f(v, PROMPTS, paths=()), TWO),
            (
                f"{one.__name__} one layer",
                lambda v, f=one: f(v, PROMPTS, paths=()),
                st.just(ONE),
            ),
            (f"{one.__name__} prompts", lambda v, f=one: f(TWO, v, paths=()), BAD_PROMPTS),
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
        *(attribution, composition, config, handmade),
        *(products, reading, task, training),
    )
    for module in modules:
        assert public_functions(module) <= tried, module.__name__
