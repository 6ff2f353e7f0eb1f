"""Bad input to attention-only models: an error that says got, expected, fix."""

import dataclasses
import math
from typing import Any

import pytest
import torch
from hypothesis import strategies as st

from mechnotes.circuits.attention_only import bridge, fitting, model, products, weights
from mechnotes.runs import Run
from tests.circuits.attention_only.random_models import SIZES, random_models, texts
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
MODELS, TOKENS = random_models(), texts()
STREAM = model.embed(MODELS, TOKENS)
NO_WEIGHTS = st.sampled_from([None, {}, MODELS.W_E, "induction", MODELS.tensors()])
BAD_SEEDS = st.sampled_from([-1, 0.5, None, True])
BAD_TOKENS = st.one_of(
    NOT_TENSORS,
    st.sampled_from(
        [
            *(TOKENS.float(), TOKENS.bool(), TOKENS.to(torch.int8), TOKENS.to(torch.uint8)),
            *(TOKENS[0], TOKENS[:, None], TOKENS[:0], TOKENS[:, :0]),
            *(TOKENS + 1, TOKENS - 1, torch.cat([TOKENS, TOKENS[:, :1]], dim=1)),
        ]
    ),
)
BAD_STREAMS = st.one_of(NOT_TENSORS, st.sampled_from([STREAM[:1], STREAM[..., :3], STREAM[0]]))
OTHER_TEXTS = st.sampled_from([STREAM[:, :4], STREAM[:, :, :3]])
BAD_SIZES = st.sampled_from(
    [
        *(None, {}, 7, tuple(SIZES)),
        *({axis: size for axis, size in SIZES.items() if axis != left} for left in SIZES),
        *(SIZES | {axis: bad} for axis in SIZES for bad in (-1, 2.0, None)),
        SIZES | {"d_model": 0},
    ]
)


def attended(**changes: Any) -> object:
    streams = {"queries": STREAM, "keys": STREAM, "values": STREAM, "layer": 0, **changes}
    return model.attend(streams.pop("weights", MODELS), streams.pop("layer"), **streams)


def fitted(start: Any = MODELS, **changes: Any) -> object:
    def loss(models: weights.Weights, _step: int) -> torch.Tensor:
        return models.W_E.pow(2).sum((1, 2))

    chosen = {"steps": 1, "learning_rate": 0.1, "every": 1, "run": Run(), **changes}
    return fitting.fit(start, loss, **chosen)


def drawn(**changes: Any) -> object:
    chosen = {"sizes": SIZES, "n_seeds": 1, "deviation": 1.0, "seed": 0, **changes}
    return weights.initial(chosen.pop("sizes"), **chosen)


def weights_case(name: str) -> Case:
    whole = getattr(MODELS, name)
    other = st.sampled_from([whole[..., 1:], whole[0]])
    bad = st.one_of(bad_tensors(tuple(whole.shape)), other)
    return f"Weights {name}", lambda v: dataclasses.replace(MODELS, **{name: v}), bad


def bare_case(name: str) -> Case:
    """The same for models without layers."""
    bare = MODELS.each(lambda W: W[:, :0] if W.ndim == 5 else W)
    bad = st.one_of(NOT_TENSORS, st.sampled_from([getattr(MODELS, name)[:2], MODELS.W_E[0]]))
    return f"Weights {name} bare", lambda v: dataclasses.replace(bare, **{name: v}), bad


CASES: list[Case] = [
    *(weights_case(name) for name in weights.AXES),
    *(bare_case(name) for name in weights.AXES),
    ("one seed", MODELS.one, st.one_of(BAD_SEEDS, st.just(3))),
    ("checked weights", weights.checked, NO_WEIGHTS),
    ("initial sizes", lambda v: drawn(sizes=v), BAD_SIZES),
    ("initial n_seeds", lambda v: drawn(n_seeds=v), BAD_COUNTS),
    ("initial deviation", lambda v: drawn(deviation=v), BAD_RATIOS),
    ("initial seed", lambda v: drawn(seed=v), BAD_SEEDS),
    ("initial device", lambda v: drawn(device=v), st.sampled_from(["gpu", "", None, "cuda:x"])),
    *(
        case
        for run in (model.forward, model.logits, model.embed)
        for case in (
            (f"{run.__name__} weights", lambda v, run=run: run(v, TOKENS), NO_WEIGHTS),
            (f"{run.__name__} tokens", lambda v, run=run: run(MODELS, v), BAD_TOKENS),
        )
    ),
    ("checked_tokens tokens", lambda v: model.checked_tokens(MODELS, v), BAD_TOKENS),
    ("attend weights", lambda v: attended(weights=v), NO_WEIGHTS),
    ("attend layer", lambda v: attended(layer=v), st.sampled_from([2, -1, 0.0, None, True])),
    *(
        (
            f"attend {name}",
            lambda v, n=name: attended(**{n: v}),
            st.one_of(BAD_STREAMS, OTHER_TEXTS),
        )
        for name in ("queries", "keys", "values")
    ),
    ("unembed weights", lambda v: model.unembed(v, STREAM), NO_WEIGHTS),
    ("unembed stream", lambda v: model.unembed(MODELS, v), BAD_STREAMS),
    *(
        (one.__name__, one, NO_WEIGHTS)
        for one in (products.direct_path, products.qk_circuit, products.ov_circuit)
    ),
    (
        "copying_score",
        products.copying_score,
        st.one_of(bad_tensors((3, 3)), st.sampled_from([torch.ones(2, 3), torch.ones(3)])),
    ),
    ("fit start", fitted, NO_WEIGHTS),
    ("fit steps", lambda v: fitted(steps=v), BAD_COUNTS),
    ("fit every", lambda v: fitted(every=v), BAD_COUNTS),
    (
        "fit learning_rate",
        lambda v: fitted(learning_rate=v),
        st.one_of(BAD_RATIOS, st.sampled_from([0.0, math.nan])),
    ),
    (
        "fit keep",
        lambda v: fitted(keep=v),
        st.sampled_from([None, 1, "0", (2,), (-1,), (0.0,), (None,), (True,)]),
    ),
    (
        "bridge weights",
        bridge.bridge,
        st.one_of(NO_WEIGHTS, st.just(random_models(layer=0))),
    ),
    (
        "bridge seed",
        lambda v: bridge.bridge(MODELS, seed=v),
        st.one_of(BAD_SEEDS, st.just(3)),
    ),
]


test_bad_input_is_refused_with_an_explanation = refusal_test(CASES)


def test_every_public_function_is_tried():
    tried = {name.split()[0] for name, _, _ in CASES}
    for module in (bridge, fitting, model, products, weights):
        assert public_functions(module) <= tried, module.__name__
