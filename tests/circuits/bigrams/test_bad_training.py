"""Bad input to configs, training and evaluation: an error that says got, expected, fix."""

import dataclasses
import math

import pytest
import torch
from hypothesis import strategies as st

from mechnotes.circuits.bigrams import config, evaluation, training
from tests.circuits.attention_only.random_models import random_models, texts
from tests.superposition.bad_values import (
    BAD_COUNTS,
    BAD_RATIOS,
    NOT_TENSORS,
    Case,
    public_functions,
    refusal_test,
)

pytestmark = pytest.mark.bad_input
MODELS, TEXTS = random_models(layer=1), texts()
PAIRS = config.CASES["one-head-two-pairs"]
SMALL = dataclasses.replace(config.CASES["zero-layers"], steps=1, n_seeds=1)
TRAINED = training.train(dataclasses.replace(PAIRS, steps=1, n_seeds=1))

NO_WEIGHTS = st.sampled_from([None, {}, MODELS.W_E, "zero-layers"])
NO_CONFIG = st.sampled_from([None, {}, "zero-layers"])
NO_RESULT = st.sampled_from([None, TRAINED.weights, "one-head-two-pairs"])
BAD_SEEDS = st.sampled_from([-1, 0.5, None, True])
BAD_SCALES = st.one_of(BAD_RATIOS, st.just(0.0))
BAD_TEXTS = st.one_of(NOT_TENSORS, st.sampled_from([TEXTS.float(), TEXTS[0], TEXTS - 1, TEXTS[:0]]))
SHORT_TEXTS = st.one_of(BAD_TEXTS, st.just(TEXTS[:, :1]))
BAD_TRIPLES = st.sampled_from([None, 3, [(0, 1, 3)], ((0, 1),), ((0, 1, 99),), ((0, 1, -1),)])


def config_case(field: str, bad: st.SearchStrategy) -> Case:
    return f"BigramConfig {field}", lambda v: dataclasses.replace(SMALL, **{field: v}), bad


CASES: list[Case] = [
    ("checked_result", training.checked_result, NO_RESULT),
    ("language", config.language, NO_CONFIG),
    ("checked config", config.checked, NO_CONFIG),
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
        st.sampled_from(["gpu", "", None]),
    ),
    ("text_loss weights", lambda v: training.text_loss(v, TEXTS), NO_WEIGHTS),
    ("text_loss texts", lambda v: training.text_loss(MODELS, v), SHORT_TEXTS),
    ("probe_texts", training.probe_texts, NO_CONFIG),
    (
        "measured_leak config",
        lambda v: training.measured_leak(TRAINED.weights, v, TEXTS),
        NO_CONFIG,
    ),
    (
        "measured_leak weights",
        lambda v: training.measured_leak(v, PAIRS, training.probe_texts(PAIRS)),
        NO_WEIGHTS,
    ),
    (
        "measured_leak texts",
        lambda v: training.measured_leak(TRAINED.weights, PAIRS, v),
        st.one_of(NOT_TENSORS, st.sampled_from([TEXTS.float(), TEXTS[0], TEXTS - 1])),
    ),
    *(
        (one.__name__, one, NO_RESULT)
        for one in (
            evaluation.learnt,
            evaluation.excess,
            evaluation.compared_uplifts,
            evaluation.skip_trigram_table,
        )
    ),
    *(
        (
            f"{one.__name__} n_texts",
            lambda v, f=one: f(TRAINED, n_texts=v),
            BAD_COUNTS,
        )
        for one in (evaluation.excess, evaluation.compared_uplifts, evaluation.skip_trigram_table)
    ),
    (
        "spearman",
        lambda v: evaluation.spearman(torch.arange(3.0), v),
        st.one_of(NOT_TENSORS, st.sampled_from([torch.ones(2), torch.tensor([1.0, math.nan, 0])])),
    ),
    ("held_out_texts n_texts", lambda v: evaluation.held_out_texts(SMALL, n_texts=v), BAD_COUNTS),
    (
        "held_out_texts case",
        lambda v: evaluation.held_out_texts(v, n_texts=2),
        st.sampled_from(["one-layer", None, 3]),
    ),
    *(
        config_case(field, BAD_COUNTS)
        for field in (
            *("n_heads", "d_model", "d_head", "n_pos", "n_tokens"),
            *("n_texts", "steps", "n_seeds", "curve_every"),
        )
    ),
    config_case("n_layers", st.sampled_from([-1, 0.5, None, True])),
    *(
        config_case(field, BAD_SCALES)
        for field in ("initial_scale", "learning_rate", "concentration")
    ),
    *(config_case(field, BAD_SEEDS) for field in ("seed", "language_seed")),
    *(config_case(field, st.sampled_from([1, None])) for field in ("positions", "sources_first")),
    config_case("triples", BAD_TRIPLES),
    config_case("strength", st.one_of(BAD_RATIOS, st.just(1.1))),
]


test_bad_input_is_refused_with_an_explanation = refusal_test(CASES)


def test_every_public_function_is_tried():
    tried = {name.split()[0] for name, _, _ in CASES}
    for module in (config, evaluation, training):
        assert public_functions(module) <= tried, module.__name__
