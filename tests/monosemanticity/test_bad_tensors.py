"""Bad weights, samples and responses: an error that says got, expected, and what to change."""

import pytest
import torch
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.monosemanticity import (
    activations,
    features,
    measures,
    model,
    optimisers,
    schedules,
)
from mechnotes.monosemanticity.config import RunConfig
from tests.monosemanticity.bad_values import (
    BAD_COUNTS,
    BAD_NUMBERS,
    BAD_RATIOS,
    BAD_STEPS,
    BAD_WORDS,
    NOT_CONFIGS,
    Case,
    bad_tensors,
    refusal_test,
)

pytestmark = pytest.mark.bad_input
RUN = RunConfig(n_features=6, d_embedding=3, n_neurons=4, steps=2, batch_size=2)
WEIGHTS = model.initial(RUN)
SEEN, TARGET = torch.zeros(1, 2, 3), torch.zeros(1, 2, 6)


def misfits(kind: str) -> model.Weights:
    """Weights whose tensors do not fit each other."""
    b = torch.zeros(1, 5) if kind == "bias" else WEIGHTS.b
    W_in = torch.zeros(4, 3) if kind == "axes" else WEIGHTS.W_in
    return model.Weights(W_in=W_in, b=b, W_out=WEIGHTS.W_out)


NOT_WEIGHTS = st.one_of(
    st.sampled_from([None, SEEN]), st.sampled_from(["bias", "axes"]).map(misfits)
)
ONE = torch.ones(1)


def advance(weights=WEIGHTS, rate=ONE, done=0, optimiser="lamb"):
    optimisers.advance(
        weights,
        WEIGHTS,
        optimisers.no_moments(WEIGHTS),
        learning_rate=rate,
        steps_done=done,
        optimiser=optimiser,
    )


MEASURES = (
    *(measures.top_share, measures.participation, measures.dimensionality, measures.top_feature),
    *(measures.silent_share, measures.n_monosemantic, measures.counts, measures.monosemantic_count),
)
CASES: list[Case] = [
    (
        "activate x",
        lambda v: activations.activate(v, activation="relu"),
        bad_tensors(2).filter(
            lambda v: not (isinstance(v, torch.Tensor) and v.is_floating_point())
        ),
    ),
    ("activate activation", lambda v: activations.activate(SEEN, activation=v), BAD_WORDS),
    ("pull_back grad", lambda v: activations.pull_back(v, SEEN, activation="relu"), bad_tensors(2)),
    (
        "pull_back activation",
        lambda v: activations.pull_back(SEEN, SEEN, activation=v),
        BAD_WORDS,
    ),
    *(
        (
            f"decayed_bias {name}",
            lambda v, name=name: schedules.decayed_bias(
                **{"initial": 0.1, "decay": 0.1, "learning_rate": 0.1, "steps_done": 1, "steps": 2}
                | {name: v}
            ),
            bad,
        )
        for name, bad in (
            ("initial", BAD_NUMBERS),
            ("decay", BAD_RATIOS),
            ("learning_rate", BAD_RATIOS),
            ("steps_done", BAD_STEPS),
            ("steps", BAD_COUNTS),
        )
    ),
    (
        "bias_path changes",
        lambda v: schedules.bias_path(0.1, v, decay=0.1, learning_rate=0.1),
        bad_tensors(3),
    ),
    (
        "embedding sizes",
        lambda v: features.embedding(3, v, generator=rng.generator(0)),
        st.one_of(BAD_COUNTS, st.just(4)),
    ),
    (
        "embedding generator",
        lambda v: features.embedding(3, 2, generator=v),
        st.sampled_from([None, 0, torch]),
    ),
    (
        "scattered n_samples",
        lambda v: features.scattered(v, rate=torch.ones(2), generator=rng.generator(0)),
        BAD_COUNTS,
    ),
    (
        "scattered rate",
        lambda v: features.scattered(2, rate=v, generator=rng.generator(0)),
        st.sampled_from(
            [None, torch.tensor([-0.1]), torch.tensor([torch.nan]), torch.ones(2).int()]
        ),
    ),
    (
        "scattered generator",
        lambda v: features.scattered(2, rate=torch.ones(2), generator=v),
        st.sampled_from([None, 0]),
    ),
    ("draw", lambda v: features.source(RUN).draw(v, generator=rng.generator(0)), BAD_COUNTS),
    ("initial", model.initial, NOT_CONFIGS),
    ("checked", model.checked, NOT_WEIGHTS),
    ("stacked", model.stacked, st.sampled_from([None, [], [SEEN], WEIGHTS])),
    ("workspace weights", lambda v: model.workspace(v, batch_size=2), NOT_WEIGHTS),
    ("workspace batch_size", lambda v: model.workspace(WEIGHTS, batch_size=v), BAD_COUNTS),
    ("neuron_inputs", lambda v: model.neuron_inputs(WEIGHTS, v), bad_tensors(1, 2, 3)),
    ("outputs weights", lambda v: model.outputs(v, SEEN, activation="relu"), NOT_WEIGHTS),
    ("outputs", lambda v: model.outputs(WEIGHTS, v, activation="relu"), bad_tensors(1, 2, 3)),
    ("outputs activation", lambda v: model.outputs(WEIGHTS, SEEN, activation=v), BAD_WORDS),
    ("step weights", lambda v: model.step(v, SEEN, TARGET, activation="relu"), NOT_WEIGHTS),
    (
        "step seen",
        lambda v: model.step(WEIGHTS, v, TARGET, activation="relu"),
        st.one_of(bad_tensors(1, 2, 3), st.sampled_from([torch.ones(2, 2, 3), TARGET])),
    ),
    (
        "step target",
        lambda v: model.step(WEIGHTS, SEEN, v, activation="relu"),
        st.one_of(bad_tensors(1, 2, 6), st.sampled_from([torch.ones(1, 3, 6), SEEN])),
    ),
    ("step activation", lambda v: model.step(WEIGHTS, SEEN, TARGET, activation=v), BAD_WORDS),
    ("advance weights", lambda v: advance(weights=v), NOT_WEIGHTS),
    ("advance learning_rate", lambda v: advance(rate=v), st.sampled_from([None, torch.ones(2)])),
    ("advance steps_done", lambda v: advance(done=v), BAD_STEPS),
    ("advance optimiser", lambda v: advance(optimiser=v), BAD_WORDS),
    *((measure.__name__, measure, bad_tensors(2, 3)) for measure in MEASURES),
    (
        "n_monosemantic above",
        lambda v: measures.n_monosemantic(torch.ones(2, 3), above=v),
        st.one_of(BAD_RATIOS, st.just(1.1)),
    ),
    (
        "responses W_in",
        lambda v: measures.responses(v, torch.zeros(4), torch.zeros(3, 6)),
        bad_tensors(4, 3),
    ),
    (
        "responses b",
        lambda v: measures.responses(torch.zeros(4, 3), v, torch.zeros(3, 6)),
        st.one_of(bad_tensors(4), st.just(torch.zeros(5))),
    ),
    (
        "responses E",
        lambda v: measures.responses(torch.zeros(4, 3), torch.zeros(4), v),
        st.one_of(bad_tensors(3, 6), st.just(torch.zeros(4, 6))),
    ),
]


test_bad_input_is_refused_with_an_explanation = refusal_test(CASES)
