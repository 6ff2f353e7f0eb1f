"""Bad values for models made by hand, and the calls that take them."""

from typing import Any

import torch
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.circuits.by_hand import (
    crossing,
    heads,
    induction,
    positions,
    stream,
    texts,
)
from tests.superposition.bad_values import (
    BAD_COUNTS,
    BAD_GENERATORS,
    Case,
    bad_tensors,
)

ONE = stream.Stream(sizes={"token": 5, "position": 4, "pointer": 4, "before": 5, "output": 5})
W, FORWARD = torch.zeros(ONE.width, ONE.width), positions.turn(4, 1)
HEAD = heads.Head(W_QK=W, W_OV=W)
MODEL = induction.build("Q", n_letters=6, n_ctx=9)
MADE = {"n_letters": 6, "lengths": (4, 8)}
TEXTS = texts.with_repeats(4, **MADE, generator=rng.generator(0, "bad"))
RUN = crossing.after_first(MODEL, TEXTS.tokens)
LOGITS, PATTERNS = torch.zeros(1, 4, 9, 7), torch.zeros(4, 1, 9, 9)
NO_STREAM = st.sampled_from([None, {}, W, "token"])
NO_WEIGHTS = st.sampled_from([None, {}, MODEL.W_E, "K"])
NO_TEXTS = st.sampled_from([None, TEXTS.tokens, "A B A", [[0, 1, 2]]])
NO_WORDS = st.sampled_from([None, 1, "nowhere", ""])
PATHS = st.sampled_from([None, "V", "queries", "k", 1])
BAD_SQUARES = st.one_of(bad_tensors((4, 4)), st.just(torch.zeros(3, 4)), st.just(torch.zeros(4)))
ONE_LAYER = MODEL.each(lambda W: W[:, :1] if W.ndim == 5 else W)
FORGOTTEN = texts.of(torch.tensor([[0, 1, 2, 3]]))


def model(**changes: Any) -> object:
    embeddings = {"W_E": torch.zeros(5, ONE.width), "W_pos": torch.zeros(4, ONE.width)}
    given = {**embeddings, "W_U": torch.zeros(ONE.width, 5), "layers": [[HEAD]], **changes}
    return heads.model(given.pop("layers"), **given)


def draw(function: Any, **changes: Any) -> object:
    given = {"n_texts": 4, **MADE, "generator": rng.generator(0, "bad"), **changes}
    return function(given.pop("n_texts"), **given)


def drawing_cases(function: Any, too_few: int) -> list[Case]:
    name = function.__name__
    lengths = st.sampled_from([None, 12, (5,), (8, 4), (4.0, 8), (0, 8), [4, 8]])
    return [
        (f"{name} n_texts", lambda v: draw(function, n_texts=v), BAD_COUNTS),
        (f"{name} n_letters", lambda v: draw(function, n_letters=v), BAD_COUNTS),
        (
            f"{name} vocabulary smaller than the segment",
            lambda v: draw(function, n_letters=v),
            st.integers(1, too_few),
        ),
        (f"{name} lengths", lambda v: draw(function, lengths=v), lengths),
        (f"{name} generator", lambda v: draw(function, generator=v), BAD_GENERATORS),
    ]


def built_cases(function: Any) -> list[Case]:
    name = function.__name__
    return [
        (f"{name} path", function, PATHS),
        (f"{name} n_letters", lambda v: function("K", n_letters=v), BAD_COUNTS),
        (
            f"{name} n_ctx",
            lambda v: function("K", n_ctx=v),
            st.one_of(BAD_COUNTS, st.just(1)),
        ),
    ]


def measure_cases(name: str, call: Any) -> list[Case]:
    """Calls that take weights and texts."""
    return [
        (f"{name} weights", lambda v: call(v, TEXTS), NO_WEIGHTS),
        (f"{name} texts", lambda v: call(MODEL, v), NO_TEXTS),
        (
            f"{name} texts of other models",
            lambda v: call(MODEL, v),
            st.sampled_from([draw(texts.with_repeats, n_letters=9, lengths=(12, 12))]),
        ),
    ]
