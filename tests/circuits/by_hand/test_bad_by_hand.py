"""Bad input to models made by hand: an error that says got, expected, fix."""

import math

import pytest
import torch
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.circuits.by_hand import (
    behaviour,
    claims,
    crossing,
    discriminate,
    disguise,
    heads,
    induction,
    positions,
    stream,
    texts,
    virtual,
)
from tests.circuits.by_hand.bad_cases import (
    BAD_SQUARES,
    FORGOTTEN,
    FORWARD,
    HEAD,
    LOGITS,
    MODEL,
    NO_STREAM,
    NO_TEXTS,
    NO_WEIGHTS,
    NO_WORDS,
    ONE,
    ONE_LAYER,
    PATHS,
    PATTERNS,
    TEXTS,
    W,
    built_cases,
    drawing_cases,
    measure_cases,
    model,
)
from tests.superposition.bad_values import (
    BAD_COUNTS,
    BAD_GENERATORS,
    NOT_TENSORS,
    Case,
    bad_tensors,
    public_functions,
    refusal_test,
)

pytestmark = pytest.mark.bad_input


CASES: list[Case] = [
    ("Stream sizes", lambda v: stream.Stream(sizes=v), st.sampled_from([None, {}, [3], {"a": 0}])),
    ("part name", ONE.part, NO_WORDS),
    ("basis name", ONE.basis, NO_WORDS),
    ("block rows", lambda v: ONE.block(v, "token"), NO_WORDS),
    ("block sizes", lambda v: ONE.block("token", v), st.just("position")),
    (
        "block matrix",
        lambda v: ONE.block("position", "position", v),
        BAD_SQUARES.filter(lambda v: v is not None),
    ),
    ("checked stream", stream.checked, NO_STREAM),
    ("size n_ctx", positions.size, BAD_COUNTS),
    ("clock n_ctx", positions.clock, BAD_COUNTS),
    ("turn size", lambda v: positions.turn(v, 1), st.sampled_from([0, 3, 1, 2.0, None, -2])),
    ("turn steps", lambda v: positions.turn(4, v), st.sampled_from([None, 0.5, "1", math.nan])),
    ("Head W_QK", lambda v: heads.Head(W_QK=v, W_OV=torch.zeros(4, 4)), BAD_SQUARES),
    ("Head W_OV", lambda v: heads.Head(W_QK=torch.zeros(4, 4), W_OV=v), BAD_SQUARES),
    ("previous_token stream", lambda v: heads.previous_token(v, carry=W), NO_STREAM),
    ("previous_token carry", lambda v: heads.previous_token(ONE, carry=v), BAD_SQUARES),
    (
        "previous_token steps",
        lambda v: heads.previous_token(ONE, carry=W, steps=v),
        st.sampled_from([-1, 0.5, None]),
    ),
    ("eraser stream", lambda v: heads.eraser(v, "token"), NO_STREAM),
    ("eraser part", lambda v: heads.eraser(ONE, v), NO_WORDS),
    ("rest stream", heads.rest, NO_STREAM),
    ("rest score", lambda v: heads.rest(ONE, v), st.sampled_from([math.nan, None, math.inf])),
    (
        "model layers",
        lambda v: model(layers=v),
        st.sampled_from([None, [], [[]], [HEAD], [[HEAD], [HEAD, HEAD]], [[W]]]),
    ),
    *(
        (f"model {name}", lambda v, n=name: model(**{n: v}), bad_tensors((5, 4)))
        for name in ("W_E", "W_pos", "W_U")
    ),
    ("model d_head", lambda v: model(d_head=v), BAD_COUNTS.filter(lambda v: v is not None)),
    (
        "factors rank",
        lambda v: heads.factors(torch.eye(4), d_head=v),
        st.integers(1, 3),
    ),
    ("factors matrix", lambda v: heads.factors(v, d_head=4), bad_tensors((4, 4))),
    ("rank matrix", heads.rank, bad_tensors((4, 4))),
    ("checked texts", texts.checked, NO_TEXTS),
    (
        "of tokens",
        texts.of,
        st.one_of(
            NOT_TENSORS,
            st.sampled_from([TEXTS.tokens.float(), TEXTS.tokens[0], TEXTS.tokens[:, 1:]]),
        ),
    ),
    *drawing_cases(texts.with_repeats, 3),
    *drawing_cases(texts.without_repeats, 7),
    *(
        case
        for one in (induction.build, induction.twins, induction.stream_for)
        for case in built_cases(one)
    ),
    *(
        case
        for one in (induction.pointer, induction.previous)
        for case in (
            (f"{one.__name__} stream", lambda v, f=one: f(v, FORWARD), NO_STREAM),
            (f"{one.__name__} forward", lambda v, f=one: f(ONE, v), BAD_SQUARES),
        )
    ),
    ("say stream", induction.say, NO_STREAM),
    (
        "from_matrices matrices",
        lambda v: induction.from_matrices(ONE, v, n_ctx=5),
        bad_tensors((4, ONE.width, ONE.width)),
    ),
    (
        "from_matrices stream",
        lambda v: induction.from_matrices(v, torch.stack([W] * 4), n_ctx=5),
        NO_STREAM,
    ),
    *measure_cases("accuracy", behaviour.accuracy),
    *measure_cases("next_accuracy", behaviour.next_accuracy),
    *measure_cases("attention", lambda w, t: behaviour.attention(w, t, TEXTS.target)),
    *measure_cases("crossed", lambda w, t: crossing.crossed(w, t, edge="keys")),
    *measure_cases("changed", lambda w, t: crossing.changed(w, t, edge="keys", change=lambda s: s)),
    *measure_cases("costs", discriminate.costs),
    *measure_cases("by_crossing", discriminate.by_crossing),
    *measure_cases("by_places", lambda w, t: discriminate.by_places(w, t, slice(3))),
    *measure_cases("scrambled", lambda w, t: discriminate.scrambled(w, t, slice(3))),
    ("accuracy nothing asked", lambda v: behaviour.accuracy(MODEL, v), st.just(FORGOTTEN)),
    (
        "share_right logits",
        lambda v: behaviour.share_right(v, TEXTS.answer),
        st.one_of(NOT_TENSORS, st.sampled_from([LOGITS[0], LOGITS[:, :3], LOGITS.long()])),
    ),
    (
        "share_right answers",
        lambda v: behaviour.share_right(LOGITS, v),
        st.one_of(NOT_TENSORS, st.sampled_from([TEXTS.answer[0], TEXTS.answer.float()])),
    ),
    (
        "attention_in patterns",
        lambda v: behaviour.attention_in(v, TEXTS, TEXTS.target),
        st.one_of(NOT_TENSORS, st.sampled_from([PATTERNS[0], PATTERNS[:, :, :3]])),
    ),
    (
        "attention_in read",
        lambda v: behaviour.attention_in(PATTERNS, TEXTS, v),
        st.one_of(NOT_TENSORS, st.sampled_from([TEXTS.target[:1], TEXTS.target.float()])),
    ),
    ("before texts", behaviour.before, NO_TEXTS),
    ("without_first_layer weights", crossing.without_first_layer, NO_WEIGHTS),
    ("after_first weights", lambda v: crossing.after_first(v, TEXTS.tokens), NO_WEIGHTS),
    (
        "crossed edge",
        lambda v: crossing.crossed(MODEL, TEXTS, edge=v),
        PATHS.filter(lambda v: v != "queries"),
    ),
    ("crossed layers", lambda v: crossing.crossed(v, TEXTS, edge="keys"), st.just(ONE_LAYER)),
    (
        "crossed others",
        lambda v: crossing.crossed(MODEL, TEXTS, edge="keys", others=v),
        st.sampled_from([TEXTS.tokens, FORGOTTEN, 3]),
    ),
    (
        "scrambled places",
        lambda v: discriminate.scrambled(MODEL, TEXTS, v),
        st.sampled_from([None, 3, [1, 2]]),
    ),
    (
        "scrambled seed",
        lambda v: discriminate.scrambled(MODEL, TEXTS, slice(3), seed=v),
        st.sampled_from([-1, None, 0.5]),
    ),
    (
        "turned rotation",
        lambda v: disguise.turned(MODEL, v),
        st.sampled_from(
            [
                None,
                torch.eye(3),
                torch.zeros(MODEL.d_model, MODEL.d_model),
                2 * torch.eye(MODEL.d_model),
            ]
        ),
    ),
    ("turned weights", lambda v: disguise.turned(v, torch.eye(3)), NO_WEIGHTS),
    (
        "rotation width",
        lambda v: disguise.rotation(v, kind="rotated", generator=rng.generator(0)),
        BAD_COUNTS,
    ),
    (
        "rotation kind",
        lambda v: disguise.rotation(4, kind=v, generator=rng.generator(0)),
        NO_WORDS,
    ),
    (
        "rotation generator",
        lambda v: disguise.rotation(4, kind="rotated", generator=v),
        BAD_GENERATORS,
    ),
    ("suspects n_models", lambda v: disguise.suspects(v, seed=0), BAD_COUNTS),
    ("suspects seed", lambda v: disguise.suspects(1, seed=v), st.sampled_from([-1, None, 0.5])),
    ("published n_ctx", virtual.published, st.one_of(BAD_COUNTS, st.just(33))),
    (
        "carried W_E",
        lambda v: virtual.carried(v, torch.eye(4), torch.eye(4)),
        bad_tensors((3, 4)),
    ),
    ("carried first", lambda v: virtual.carried(torch.eye(4), v, torch.eye(4)), BAD_SQUARES),
    ("carried second", lambda v: virtual.carried(torch.eye(4), torch.eye(4), v), BAD_SQUARES),
    (
        "pattern patterns",
        virtual.pattern,
        st.one_of(bad_tensors((2, 4, 4)), st.just(torch.zeros(2, 3, 4))),
    ),
    ("erased_norms seed", lambda v: claims.erased_norms(seed=v), st.sampled_from([-1, None])),
]

test_bad_input_is_refused_with_an_explanation = refusal_test(CASES)


def test_every_public_function_is_tried():
    tried = {name.split()[0] for name, _, _ in CASES} | {"matrices"}
    modules = (behaviour, crossing, discriminate, disguise, heads, induction, positions)
    for module in (*modules, stream, texts, virtual):
        assert public_functions(module) <= tried, module.__name__
