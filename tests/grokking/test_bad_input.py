"""Bad input: an error that says got, expected, fix."""

import dataclasses
from typing import Any

import pytest
import torch
from hypothesis import strategies as st

from mechnotes.grokking import (
    ablation,
    by_hand,
    config,
    fourier,
    losses,
    model,
    neurons,
    pairs,
    progress,
    state,
    training,
    waves,
    weights,
)
from tests.grokking.bad_values import (
    BAD_CONFIGS,
    BAD_COUNTS,
    BAD_FREQUENCIES,
    BAD_MODULI,
    BAD_WEIGHTS,
    NOT_TENSORS,
    Case,
    refusal_test,
    spoiled,
)

pytestmark = pytest.mark.bad_input
SMALL = config.GrokkingConfig(p=7, d_model=4, n_heads=1, d_head=2, d_mlp=6, epochs=2)
NETWORK = weights.initial(SMALL)
EVERY = pairs.every(7)
LOGITS = torch.ones(49, 7)
KNOWN = torch.ones(49, dtype=torch.bool)
BAD_LOGITS = st.one_of(spoiled(49, 7), st.sampled_from([torch.ones(48, 7), torch.ones(49)]))
BAD_DEVICES = st.sampled_from([None, "gpu", 0, "cuda:99"])
TOO_LARGE = pairs.Pairs(a=torch.tensor([7]), b=torch.tensor([0]), sums=torch.tensor([0]))


def config_cases() -> list[Case]:
    number = st.sampled_from([-0.1, float("nan"), float("inf"), None])
    bad: dict[str, st.SearchStrategy] = {
        "p": BAD_MODULI,
        **dict.fromkeys(("d_model", "n_heads", "d_head", "d_mlp", "epochs", "every"), BAD_COUNTS),
        **dict.fromkeys(("between_checkpoints", "warm_up"), BAD_COUNTS),
        "n_kept": st.sampled_from([-1, 1.0, None, True]),
        "seed": st.sampled_from([-1, 0.0, None, True]),
        "train_fraction": st.one_of(number, st.sampled_from([0, 1, 1.5, "0.3"])),
        "learning_rate": st.one_of(number, st.just(0)),
        "weight_decay": number,
        "betas": st.sampled_from([0.9, (0.9,), [0.9, 0.98], (0.9, 1.0), (-0.1, 0.9), None]),
    }
    return [
        (f"GrokkingConfig {field}", lambda v, f=field: config.GrokkingConfig(**{f: v}), values)
        for field, values in bad.items()
    ]


def with_tensor(name: str) -> Case:
    """Weights of which one tensor is no tensor, has a NaN, or lacks an axis."""
    tensor = getattr(NETWORK, name)
    bad = st.one_of(spoiled(*tensor.shape), st.just(tensor[..., None]))
    return f"Weights {name}", lambda v: dataclasses.replace(NETWORK, **{name: v}), bad


def of_logits(name: str, function: Any) -> Case:
    return f"{name} logits", function, BAD_LOGITS


FUNCTIONS = spoiled(7, 7, 2) | st.sampled_from([torch.ones(7, 7), torch.ones(7, 5, 2)])
CASES: list[Case] = [
    *config_cases(),
    *map(with_tensor, weights.AXES),
    ("modulus", config.modulus, BAD_MODULI),
    ("checked config", config.checked, BAD_CONFIGS),
    ("checked weights", weights.checked, BAD_WEIGHTS),
    ("initial", weights.initial, BAD_CONFIGS),
    ("initial device", lambda v: weights.initial(SMALL, device=v), BAD_DEVICES),
    ("initial_state", state.initial_state, BAD_CONFIGS),
    ("initial_state device", lambda v: state.initial_state(SMALL, device=v), BAD_DEVICES),
    ("train", training.train, BAD_CONFIGS),
    ("train device", lambda v: training.train(SMALL, device=v), BAD_DEVICES),
    ("first_reach config", lambda v: training.first_reach(v, torch.ones(2)), BAD_CONFIGS),
    (
        "first_reach accuracy",
        lambda v: training.first_reach(SMALL, v),
        NOT_TENSORS | st.just(torch.ones(3)),
    ),
    ("every", pairs.every, BAD_MODULI),
    ("is_training", pairs.is_training, BAD_CONFIGS),
    *(
        (f"{f.__name__} weights", lambda v, f=f: f(v, EVERY), BAD_WEIGHTS)
        for f in (model.parts, model.logits, model.attention)
    ),
    *(
        (
            f"{f.__name__} pairs",
            lambda v, f=f: f(NETWORK, v),
            st.sampled_from([None, (1, 2), torch.ones(2, 2), TOO_LARGE]),
        )
        for f in (model.parts, model.logits, model.attention)
    ),
    ("full weights", lambda v: model.full(v, torch.tensor([[1, 2, 7]])), BAD_WEIGHTS),
    (
        "full tokens",
        lambda v: model.full(NETWORK, v),
        st.sampled_from([None, [[1, 2, 7]], torch.tensor([1, 2, 7]), torch.tensor([[1, 2, 8]])]),
    ),
    *(
        (
            f"{f.__name__} logits",
            lambda v, f=f: f(v, EVERY.sums),
            NOT_TENSORS | st.just(torch.ones(48, 7)),
        )
        for f in (losses.cross_entropy, losses.accuracy)
    ),
    *(
        (
            f"{f.__name__} sums",
            lambda v, f=f: f(LOGITS, v),
            st.sampled_from([EVERY.sums[1:], EVERY.sums + 1, EVERY.sums - 1]),
        )
        for f in (losses.cross_entropy, losses.accuracy)
    ),
    ("basis", fourier.basis, BAD_MODULI),
    ("rows", lambda v: fourier.rows(v, 7), BAD_FREQUENCIES),
    ("rows p", lambda v: fourier.rows((1,), v), BAD_MODULI),
    ("checked_frequencies", lambda v: fourier.checked_frequencies(v, 7), BAD_FREQUENCIES),
    *(
        (f.__name__, f, spoiled(7, 3) | st.sampled_from([torch.ones(7, 3), torch.eye(6)]))
        for f in (fourier.power, fourier.keys)
    ),
    ("circle", lambda v: fourier.circle(v, 1), spoiled(7, 3) | st.just(torch.eye(6))),
    ("circle k", lambda v: fourier.circle(torch.eye(7), v), st.sampled_from([0, 4, 1.0, None])),
    of_logits("by_sum", progress.by_sum),
    *(
        case
        for f in (
            progress.component,
            progress.restricted_logits,
            progress.excluded_logits,
            progress.restricted_loss,
            progress.explained,
            waves.explained,
        )
        for case in (
            of_logits(f.__name__, lambda v, f=f: f(v, (1,))),
            (
                f"{f.__name__} keys",
                lambda v, f=f: f(LOGITS + torch.eye(49)[:, :7], v),
                BAD_FREQUENCIES,
            ),
        )
    ),
    *(
        (f"{f.__name__} constant", lambda v, f=f: f(v, (1,)), st.just(LOGITS))
        for f in (progress.explained, waves.explained)
    ),
    of_logits("excluded_loss", lambda v: progress.excluded_loss(v, (1,), KNOWN)),
    (
        "excluded_loss is_training",
        lambda v: progress.excluded_loss(LOGITS, (1,), v),
        st.sampled_from([~KNOWN, KNOWN[1:]]),
    ),
    of_logits(
        "both_losses", lambda v: progress.both_losses(v, frequencies=(1,), is_training=KNOWN)
    ),
    of_logits("around_answer", waves.around_answer),
    of_logits("amplitudes", waves.amplitudes),
    of_logits("by_difference", waves.by_difference),
    ("activations", neurons.activations, BAD_WEIGHTS),
    ("spectrum", neurons.spectrum, FUNCTIONS),
    ("shares", neurons.shares, FUNCTIONS),
    ("product_shares", neurons.product_shares, FUNCTIONS),
    *(
        case
        for f in (ablation.without, ablation.with_only)
        for case in (
            (f"{f.__name__} weights", lambda v, f=f: f(v, (1,)), BAD_WEIGHTS),
            (f"{f.__name__} keys", lambda v, f=f: f(NETWORK, v), BAD_FREQUENCIES),
        )
    ),
    ("network p", lambda v: by_hand.network(v, (1,)), BAD_MODULI),
    ("network keys", lambda v: by_hand.network(7, v), BAD_FREQUENCIES | st.just(())),
    (
        "network phases",
        lambda v: by_hand.network(7, (1,), n_phases=v),
        st.sampled_from([4, 0, 5.0, None]),
    ),
    (
        "network gain",
        lambda v: by_hand.network(7, (1,), gain=v),
        st.sampled_from([0, -1.0, None, "1"]),
    ),
    ("logits p", lambda v: by_hand.logits(v, {1: 1.0}), BAD_MODULI),
    (
        "logits amplitudes",
        lambda v: by_hand.logits(7, v),
        st.sampled_from([None, (1,), {4: 1.0}, {1: "1"}, {1: float("nan")}]),
    ),
]

test_bad_values_are_refused = refusal_test(CASES)
MODULES = (ablation, by_hand, config, fourier, losses, model, neurons, pairs, progress)
MODULES = (*MODULES, state, training, waves, weights)


def test_every_public_function_is_tried():
    public = {
        name
        for module in MODULES
        for name, value in vars(module).items()
        if callable(value)
        and not isinstance(value, type)
        and getattr(value, "__module__", "") == module.__name__
        and not name.startswith("_")
    }
    tried = {name.split()[0] for name, *_ in CASES}
    assert public - tried - {"checked"} == set()
