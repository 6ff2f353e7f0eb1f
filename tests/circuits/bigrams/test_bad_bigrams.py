"""Bad input to models of no layer and of one: an error that says got, expected, fix."""

import dataclasses

import pytest
import torch
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.circuits.bigrams import (
    chains,
    paths,
    sampling,
    skip_trigrams,
    tables,
    uplifts,
)
from tests.circuits.attention_only.random_models import D_VOCAB, random_models, texts
from tests.superposition.bad_values import (
    BAD_COUNTS,
    BAD_GENERATORS,
    BAD_RATIOS,
    NOT_TENSORS,
    Case,
    bad_tensors,
    public_functions,
    refusal_test,
)

pytestmark = pytest.mark.bad_input
MODELS, TEXTS = random_models(layer=1), texts()
PLACES = torch.zeros(len(TEXTS), dtype=torch.int64)
CHAIN = chains.random_chain(D_VOCAB, concentration=1.0, seed=0)
TRIPLES = ((0, 1, 3), (0, 2, 4))
READ = skip_trigrams.read(MODELS)
UPLIFT = torch.zeros(1, 8, 8, 8)

NO_WEIGHTS = st.sampled_from([None, {}, MODELS.W_E, "zero-layers"])
NO_LANGUAGE = st.sampled_from([None, {}, CHAIN.transitions, "chain"])
BAD_SEEDS = st.sampled_from([-1, 0.5, None, True])
BAD_SCALES = st.one_of(BAD_RATIOS, st.just(0.0))
WRONG_TEXTS = [TEXTS.float(), TEXTS[0], TEXTS[:0], TEXTS - 1, TEXTS + D_VOCAB, TEXTS.bool()]
BAD_TEXTS = st.one_of(NOT_TENSORS, st.sampled_from(WRONG_TEXTS))
SHORT_TEXTS = st.one_of(BAD_TEXTS, st.just(TEXTS[:, :1]))
BAD_PLACES = st.one_of(
    NOT_TENSORS, st.sampled_from([PLACES[1:], PLACES.float(), PLACES + 5, PLACES - 1])
)
BAD_TOKENS = st.sampled_from([-1, D_VOCAB, 1.0, None, True])
BAD_TRIPLES = st.sampled_from([None, 3, [TRIPLES[0]], ((0, 1),), ((0, 1, 99),), ((0, 1, -1),)])
BAD_TABLES = st.one_of(bad_tensors((8, 8, 8)), st.just(UPLIFT))
BAD_ROWS = st.one_of(
    NOT_TENSORS,
    st.sampled_from(
        [torch.full((3, 3), 0.5), torch.full((2, 3), 1 / 3), torch.eye(3) - 1, torch.eye(3)[0]]
    ),
)


def expanded(patterns: object) -> object:
    return paths.expand(MODELS, TEXTS, patterns=patterns)


def one_layer_case(name: str) -> Case:
    one = {key: W[0, 0] if W.ndim == 5 else W[0] for key, W in MODELS.tensors().items()}
    bad = st.one_of(bad_tensors(tuple(one[name].shape)), st.just(one[name][..., 1:]))
    return f"one_layer {name}", lambda v: paths.one_layer(TEXTS[0], **{**one, name: v}), bad


def one_layer_text(tokens: object) -> object:
    one = {key: W[0, 0] if W.ndim == 5 else W[0] for key, W in MODELS.tensors().items()}
    return paths.one_layer(tokens, **one)


CASES: list[Case] = [
    ("Language transitions", lambda v: chains.Language(transitions=v), BAD_ROWS),
    (
        "Language start",
        lambda v: dataclasses.replace(CHAIN, start=v),
        st.sampled_from([1.0, CHAIN.transitions, torch.ones(3), -torch.ones(D_VOCAB)]),
    ),
    ("Language triples", lambda v: dataclasses.replace(CHAIN, triples=v), BAD_TRIPLES),
    (
        "Language strength",
        lambda v: dataclasses.replace(CHAIN, strength=v),
        st.one_of(BAD_RATIOS, st.just(1.1)),
    ),
    (
        "random_chain n_tokens",
        lambda v: chains.random_chain(v, concentration=1.0, seed=0),
        st.one_of(BAD_COUNTS, st.just(1)),
    ),
    (
        "random_chain concentration",
        lambda v: chains.random_chain(3, concentration=v, seed=0),
        BAD_SCALES,
    ),
    (
        "random_chain seed",
        lambda v: chains.random_chain(3, concentration=1.0, seed=v),
        BAD_SEEDS,
    ),
    (
        "opened_by_sources triples",
        lambda v: chains.opened_by_sources(5, v, strength=0.9),
        st.one_of(BAD_TRIPLES, st.sampled_from([(), tuple((t, t, t) for t in range(5))])),
    ),
    (
        "opened_by_sources n_tokens",
        lambda v: chains.opened_by_sources(v, TRIPLES, strength=0.9),
        st.one_of(BAD_COUNTS, st.just(3)),
    ),
    (
        "opened_by_sources strength",
        lambda v: chains.opened_by_sources(5, TRIPLES, strength=v),
        st.one_of(BAD_RATIOS, st.just(1.1)),
    ),
    *((one.__name__, one, NO_LANGUAGE) for one in (chains.stationary, chains.checked)),
    (
        "entropy_rate",
        chains.entropy_rate,
        st.one_of(NO_LANGUAGE, st.just(dataclasses.replace(CHAIN, triples=TRIPLES))),
    ),
    ("entropy", chains.entropy, st.one_of(NOT_TENSORS, st.just(torch.tensor([2.0, -1.0])))),
    (
        "sample language",
        lambda v: sampling.sample(v, 2, 3, generator=rng.generator(0)),
        NO_LANGUAGE,
    ),
    (
        "sample n_texts",
        lambda v: sampling.sample(CHAIN, v, 3, generator=rng.generator(0)),
        BAD_COUNTS,
    ),
    (
        "sample n_pos",
        lambda v: sampling.sample(CHAIN, 2, v, generator=rng.generator(0)),
        BAD_COUNTS,
    ),
    ("sample generator", lambda v: sampling.sample(CHAIN, 2, 3, generator=v), BAD_GENERATORS),
    ("next_probabilities", lambda v: sampling.next_probabilities(CHAIN, v), BAD_TEXTS),
    ("next_probabilities l", lambda v: sampling.next_probabilities(v, TEXTS), NO_LANGUAGE),
    ("checked_texts", lambda v: sampling.checked_texts(v, n_tokens=D_VOCAB), BAD_TEXTS),
    (
        "bigrams W_E",
        lambda v: tables.bigrams(v, torch.ones(3, 5)),
        st.one_of(bad_tensors((5, 3)), st.sampled_from([torch.ones(5, 4), torch.ones(4, 3)])),
    ),
    ("bigrams W_U", lambda v: tables.bigrams(torch.ones(5, 3), v), bad_tensors((3, 5))),
    ("bigram_table", tables.bigram_table, NO_WEIGHTS),
    ("at_average_position", tables.at_average_position, NO_WEIGHTS),
    (
        "divergence truth",
        lambda v: tables.divergence(torch.eye(3), v),
        st.one_of(NOT_TENSORS, st.sampled_from([torch.eye(3) * 2, torch.eye(4), torch.eye(3)[0]])),
    ),
    (
        "divergence table",
        lambda v: tables.divergence(v, torch.eye(3)),
        st.one_of(NOT_TENSORS, st.sampled_from([-torch.eye(3), torch.eye(4)])),
    ),
    ("strongest table", tables.strongest, BAD_TABLES),
    (
        "strongest count",
        lambda v: tables.strongest(UPLIFT[0], count=v),
        st.one_of(BAD_COUNTS, st.just(8**3 + 1)),
    ),
    (
        "read",
        skip_trigrams.read,
        st.one_of(NO_WEIGHTS, st.sampled_from([random_models(), random_models(layer=0)])),
    ),
    *(
        (f"SkipTrigrams.{name}", getattr(READ, name), SHORT_TEXTS)
        for name in ("attention", "spoken", "uplift")
    ),
    ("expand weights", lambda v: paths.expand(v, TEXTS), NO_WEIGHTS),
    ("expand tokens", lambda v: paths.expand(MODELS, v), BAD_TEXTS),
    (
        "expand patterns",
        expanded,
        st.sampled_from([1.0, torch.ones(2, 2), torch.full((3, 1, 9, 2, 6, 6), 2.0)]),
    ),
    (
        "total",
        paths.total,
        st.sampled_from(
            [None, {}, UPLIFT, {"direct": UPLIFT[0]}, {"a": UPLIFT, "b": UPLIFT[:, :3]}]
        ),
    ),
    *(one_layer_case(name) for name in MODELS.tensors()),
    ("one_layer tokens", one_layer_text, st.one_of(NOT_TENSORS, st.just(TEXTS))),
    (
        "measured weights",
        lambda v: uplifts.measured(v, TEXTS, PLACES, destination=0),
        NO_WEIGHTS,
    ),
    (
        "measured texts",
        lambda v: uplifts.measured(MODELS, v, PLACES, destination=0),
        SHORT_TEXTS,
    ),
    (
        "measured places",
        lambda v: uplifts.measured(MODELS, TEXTS, v, destination=0),
        BAD_PLACES,
    ),
    (
        "measured destination",
        lambda v: uplifts.measured(MODELS, TEXTS, PLACES, destination=v),
        BAD_TOKENS,
    ),
    ("table weights", lambda v: uplifts.table(v, TEXTS, PLACES), NO_WEIGHTS),
    ("table texts", lambda v: uplifts.table(MODELS, v, PLACES), SHORT_TEXTS),
    ("table places", lambda v: uplifts.table(MODELS, TEXTS, v), BAD_PLACES),
    (
        "leak uplift",
        lambda v: uplifts.leak(v, TRIPLES),
        st.one_of(bad_tensors((1, 8, 8, 8)), st.just(UPLIFT[0])),
    ),
    (
        "leak triples",
        lambda v: uplifts.leak(UPLIFT, v),
        st.sampled_from([TRIPLES[:1], ((0, 1, 2), (3, 4, 5), (6, 7, 7))]),
    ),
]


test_bad_input_is_refused_with_an_explanation = refusal_test(CASES)


def test_every_public_function_is_tried():
    tried = {name.split()[0] for name, _, _ in CASES} | {"are_indices"}  # which answers any value
    for module in (chains, paths, sampling, skip_trigrams, tables, uplifts):
        assert public_functions(module) <= tried, module.__name__


@pytest.mark.parametrize(
    "value", [None, 1.0, [], torch.ones(2), torch.tensor([], dtype=torch.int64)]
)
def test_what_is_no_index_is_told_apart(value):
    assert not sampling.are_indices(value, below=3)
    assert sampling.are_indices(torch.tensor([0, 2]), below=3)
