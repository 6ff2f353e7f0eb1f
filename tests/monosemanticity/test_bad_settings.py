"""Bad configs, rows, steps and flags: an error that says got, expected, and what to change."""

from pathlib import Path

import pytest
import torch
from hypothesis import strategies as st

from mechnotes.monosemanticity import (
    activations,
    batched,
    cases,
    config,
    features,
    flags,
    measures,
    model,
    optimisers,
    own,
    reference,
    running,
    schedules,
    table,
    training,
)
from mechnotes.monosemanticity.config import RunConfig, SweepConfig
from tests.monosemanticity import test_bad_tensors
from tests.monosemanticity.bad_values import (
    BAD_COUNTS,
    BAD_DENSITIES,
    BAD_NUMBERS,
    BAD_RATIOS,
    BAD_STEPS,
    BAD_WORDS,
    NOT_CONFIGS,
    Case,
    public_functions,
    refusal_test,
)

pytestmark = pytest.mark.bad_input
RUN = RunConfig(n_features=6, d_embedding=3, n_neurons=4, steps=2, batch_size=2)
SWEEP = SweepConfig(base=RUN)


def field(name: str, bad: st.SearchStrategy) -> Case:
    return f"RunConfig {name}", lambda v: RunConfig(**{name: v}), bad


def swept(name: str, bad: st.SearchStrategy) -> Case:
    def call(value):
        return SweepConfig(base=RUN, swept=(name,), values=((value,),))

    return f"SweepConfig value of {name}", call, bad


CASES: list[Case] = [
    *(field(name, BAD_COUNTS) for name in ("n_features", "n_neurons", "batch_size", "steps")),
    field("d_embedding", st.one_of(BAD_COUNTS, st.just(513))),
    field("density", BAD_DENSITIES),
    field("learning_rate", st.one_of(BAD_RATIOS, st.just(0.0))),
    field("decay", BAD_RATIOS),
    field("initial_bias", BAD_NUMBERS),
    field("regulariser", BAD_RATIOS),
    *(
        field(name, BAD_WORDS)
        for name in ("distribution", "task", "activation", "optimiser", "schedule")
    ),
    field("seed", st.one_of(st.integers(max_value=-1), st.floats(), st.booleans())),
    swept("density", BAD_DENSITIES),
    swept("n_neurons", BAD_COUNTS),
    swept("learning_rate", BAD_RATIOS),
    ("SweepConfig base", lambda v: SweepConfig(base=v), NOT_CONFIGS),
    (
        "SweepConfig swept",
        lambda v: SweepConfig(base=RUN, swept=v, values=((1,),)),
        st.sampled_from([None, ["decay"], ("colour",), ("task",), ("decay", "decay")]),
    ),
    (
        "SweepConfig values",
        lambda v: SweepConfig(base=RUN, swept=("decay",), values=v),
        st.sampled_from([None, (), ((),), ([0.1],), (0.1,), ((0.1,), (0.2,))]),
    ),
    ("SweepConfig n_seeds", lambda v: SweepConfig(base=RUN, n_seeds=v), BAD_COUNTS),
    (
        "SweepConfig keep_decoders",
        lambda v: SweepConfig(base=RUN, keep_decoders=(v,)),
        st.sampled_from([-1, 1, 0.0, None]),
    ),
    ("checked_run", config.checked_run, NOT_CONFIGS),
    ("checked_sweep", config.checked_sweep, NOT_CONFIGS),
    ("row", table.row, st.sampled_from([None, 3, "", "LR9", "b"])),
    ("rate steps_done", lambda v: schedules.rate(v, schedule="constant", steps=1), BAD_STEPS),
    ("rate steps", lambda v: schedules.rate(1, schedule="constant", steps=v), BAD_COUNTS),
    ("rate schedule", lambda v: schedules.rate(1, schedule=v, steps=1), BAD_WORDS),
    ("rates config", lambda v: schedules.rates(v, 1), NOT_CONFIGS),
    ("rates steps_done", lambda v: schedules.rates(RUN, v), BAD_STEPS),
    ("decays_bias", lambda v: schedules.decays_bias(v, steps=4), BAD_STEPS),
    ("decays_bias steps", lambda v: schedules.decays_bias(0, steps=v), BAD_COUNTS),
    (
        "bias_path decay",
        lambda v: schedules.bias_path(0.1, torch.ones(2), decay=v, learning_rate=0.1),
        BAD_RATIOS,
    ),
    ("checkpoints", schedules.checkpoints, BAD_COUNTS),
    ("trough", schedules.trough, BAD_COUNTS),
    ("probabilities", features.probabilities, NOT_CONFIGS),
    ("source", features.source, NOT_CONFIGS),
    ("densities", lambda v: features.densities(v, density=0.1, power_law=True), BAD_COUNTS),
    (
        "densities density",
        lambda v: features.densities(3, density=v, power_law=False),
        BAD_DENSITIES,
    ),
    ("power_law_densities", lambda v: features.power_law_densities(3, density=v), BAD_DENSITIES),
    ("Programs", batched.Programs, NOT_CONFIGS),
    ("train", reference.train, NOT_CONFIGS),
    ("train steps", lambda v: reference.train(RUN, steps=v), st.sampled_from([-1, 3, 0.5])),
    ("sweep", training.sweep, NOT_CONFIGS),
    ("sweep device", lambda v: training.sweep(SWEEP, device=v), st.sampled_from(["gpu", None])),
    ("paper_sweep", training.paper_sweep, NOT_CONFIGS),
    ("trained", training.trained, NOT_CONFIGS),
    ("ablation", lambda v: cases.ablation(v, "constant"), BAD_WORDS),
    ("more_seeds", cases.more_seeds, st.sampled_from([None, "LR"])),
    (
        "longer",
        lambda v: cases.longer(v, steps=8, neurons_per_feature=2),
        st.sampled_from([None, "K"]),
    ),
    ("plan", lambda v: running.plan([v]), st.sampled_from([None, "LR9", 3])),
    ("plan scale", lambda v: running.plan([], scale=v), BAD_WORDS),
    ("plan device", lambda v: running.plan([], device=v), st.sampled_from(["gpu", "cuda:x"])),
    ("plan threads", lambda v: running.plan([], threads=v), BAD_COUNTS),
    ("plan save_seconds", lambda v: running.plan(["LR1"], save_seconds=v, force=True), BAD_RATIOS),
    ("experiment_of", running.experiment_of, BAD_WORDS),
    ("executor jobs", lambda v: running.executor(jobs=v), BAD_COUNTS),
    ("executor", lambda v: running.executor(scheduler=v), st.sampled_from(["", "x", "http://a:1"])),
    ("run", lambda v: own.run(v, own.place(Path(), "x")), NOT_CONFIGS),
    ("read", lambda v: own.read(own.place(Path("nowhere"), v)), st.just("x")),
    ("sweep flags", lambda v: flags.sweep({"eps": v}), BAD_DENSITIES),
    ("sweep flags log2", lambda v: flags.sweep({"log2_batch_size": v}), st.sampled_from([31, "a"])),
]


test_bad_input_is_refused_with_an_explanation = refusal_test(CASES)


NOT_TRIED = {"case_of", "field_names", "add", "given", "place", "no_moments"}
"""Functions whose arguments are texts, parsers, paths and weights that others have checked."""


def test_every_public_function_is_tried():
    tried = {name.split()[0] for name, _, _ in (*CASES, *test_bad_tensors.CASES)} | NOT_TRIED
    modules = (activations, batched, cases, config, features, flags, measures, model, optimisers)
    for module in (*modules, own, reference, running, schedules, table, training):
        assert public_functions(module) <= tried, module.__name__
