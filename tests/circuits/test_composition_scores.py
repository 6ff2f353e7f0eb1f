"""Composition scores: closed forms, and what random heads have."""

import math

import pytest
import torch
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.circuits import composition_scores
from tests.circuits.attention_only.random_models import random_models
from tests.superposition.bad_values import BAD_COUNTS, NOT_TENSORS, public_functions, refusal_test


def test_two_matrices_of_rank_one_compose_by_the_cosine_of_what_is_written_and_read():
    write, read = torch.randn(2, 6, dtype=torch.float64)
    first, second = torch.outer(torch.ones(6).double(), write), torch.outer(read, torch.ones(6))
    cosine = torch.cosine_similarity(write, read, dim=0).abs()
    assert composition_scores.composition(first, second).item() == pytest.approx(cosine.item())


def test_a_rotation_composes_with_everything_at_one_over_the_root_of_the_width():
    rotation = torch.linalg.qr(torch.randn(9, 9)).Q
    found = composition_scores.composition(torch.randn(4, 9, 9), rotation.expand(4, 9, 9))
    assert torch.allclose(found, torch.full((4,), 1 / 3))


def test_scale_changes_no_score():
    one, other = torch.randn(2, 5, 5)
    found = composition_scores.composition(one, other)
    assert torch.allclose(composition_scores.composition(7 * one, 0.1 * other), found)


def test_a_reader_of_other_directions_has_a_score_of_zero():
    write, read = torch.diag(torch.tensor([1.0, 1, 0, 0])), torch.diag(torch.tensor([0, 0, 1.0, 1]))
    assert composition_scores.composition(write, read).item() == 0


def test_scores_are_those_of_slow_loops_over_pairs_of_heads():
    models = random_models(head=3)
    found = composition_scores.scores(models)
    for seed, low, high in ((0, 0, 2), (2, 1, 0)):
        wrote = models.W_V[seed, 0, low] @ models.W_O[seed, 0, low]
        W_QK = models.W_Q[seed, 1, high] @ models.W_K[seed, 1, high].T
        W_OV = models.W_V[seed, 1, high] @ models.W_O[seed, 1, high]
        for kind, read in (("Q", W_QK), ("K", W_QK.T), ("V", W_OV)):
            product = (wrote @ read).pow(2).sum().sqrt()
            expected = product / wrote.pow(2).sum().sqrt() / read.pow(2).sum().sqrt()
            assert torch.allclose(found[kind][seed, low, high], expected)


def test_a_key_that_is_made_to_read_a_head_stands_out_in_k_and_nowhere_else():
    models = random_models(d_model=48)
    W_K = models.W_K.clone()
    W_K[:, 1, 0] = models.W_O[:, 0, 1].mT
    found = composition_scores.scores(type(models)(**{**models.tensors(), "W_K": W_K}))
    chance = composition_scores.baseline(48, 5)
    standing_out = {kind: chance.standardised(score) for kind, score in found.items()}
    assert (standing_out["K"][:, 1, 0] > 4).all()
    assert (standing_out["Q"].abs() < 4).all()
    assert (standing_out["V"].abs() < 4).all()


def test_key_composition_is_the_k_score_in_units_of_chance():
    models = random_models()
    score = composition_scores.scores(models)["K"][2, 1, 0].item()
    lower, upper = (models.W_V[2, 0, 1], models.W_O[2, 0, 1]), (models.W_Q, models.W_K)
    found = composition_scores.key_composition(*lower, *(W[2, 1, 0] for W in upper))
    assert found == pytest.approx(score * math.sqrt(models.d_model))


@pytest.mark.parametrize(("width", "rank"), [(32, 4), (64, 8), (64, 32)])
def test_random_heads_have_one_over_the_root_of_the_width(width, rank):
    chance = composition_scores.baseline(width, rank)
    assert chance.root_mean_square * math.sqrt(width) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(("rank", "spread"), [(4, 0.19), (8, 0.11), (16, 0.06), (32, 0.03)])
def test_the_spread_of_random_scores_shrinks_with_the_rank(rank, spread):
    chance = composition_scores.baseline(64, rank)
    assert chance.deviation / chance.mean == pytest.approx(spread, abs=0.02)


def test_a_baseline_repeats_with_its_seed_and_has_as_many_draws_as_asked():
    one, again, other = (
        composition_scores.baseline(8, 2, n_draws=20, seed=s).draws for s in (0, 0, 1)
    )
    assert torch.equal(one, again)
    assert not torch.allclose(one, other)
    assert len(one) == 20


def test_standardised_scores_of_the_baseline_itself_have_mean_zero_and_deviation_one():
    chance = composition_scores.baseline(16, 4)
    found = chance.standardised(chance.draws)
    assert found.mean().abs() < 1e-5
    assert found.std().item() == pytest.approx(1, abs=1e-4)


MODELS, ONE_LAYER = random_models(), random_models(layer=1)
SQUARE = torch.randn(5, 5, generator=rng.generator(0, "test"))
FACTORS = {name: getattr(MODELS, name)[0, 0, 0] for name in ("W_V", "W_O", "W_Q", "W_K")}
BAD_SQUARES = st.one_of(
    NOT_TENSORS,
    st.sampled_from([SQUARE[:4], SQUARE[0], SQUARE * math.nan, torch.ones(5, 5).int()]),
)
CASES = [
    ("composition second", lambda v: composition_scores.composition(SQUARE, v), BAD_SQUARES),
    (
        "composition first",
        lambda v: composition_scores.composition(v, SQUARE),
        st.one_of(NOT_TENSORS, st.sampled_from([SQUARE[:, :4], SQUARE[0], SQUARE / 0])),
    ),
    (
        "scores weights",
        composition_scores.scores,
        st.sampled_from([None, ONE_LAYER, MODELS.W_V, {}]),
    ),
    (
        "scores sender",
        lambda v: composition_scores.scores(MODELS, sender=v),
        st.sampled_from([1, -1, 0.5, None]),
    ),
    (
        "scores receiver",
        lambda v: composition_scores.scores(MODELS, receiver=v),
        st.sampled_from([0, 2, 1.5, None]),
    ),
    ("baseline d_model", lambda v: composition_scores.baseline(v, 2), BAD_COUNTS),
    (
        "baseline d_head",
        lambda v: composition_scores.baseline(8, v),
        st.one_of(BAD_COUNTS, st.just(9)),
    ),
    (
        "baseline n_draws",
        lambda v: composition_scores.baseline(8, 2, n_draws=v),
        st.one_of(BAD_COUNTS, st.just(1)),
    ),
    (
        "baseline seed",
        lambda v: composition_scores.baseline(8, 2, n_draws=2, seed=v),
        st.sampled_from([-1, 0.5, None, True]),
    ),
    *(
        (
            f"key_composition {name}",
            lambda v, n=name: composition_scores.key_composition(**{**FACTORS, n: v}),
            st.one_of(NOT_TENSORS, st.sampled_from([W[1:], W[0], W * math.inf])),
        )
        for name, W in FACTORS.items()
    ),
]


test_bad_input_is_refused_with_an_explanation = pytest.mark.bad_input(refusal_test(CASES))


def test_every_public_function_is_tried():
    tried = {name.split()[0] for name, _, _ in CASES}
    assert public_functions(composition_scores) <= tried
