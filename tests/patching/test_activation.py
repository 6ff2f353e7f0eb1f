"""Activation patching: identities, and agreement with one whole run for each patch."""

import itertools

import pytest
import torch

from mechnotes import hooks, metrics, prompts
from mechnotes.patching import activation
from tests.patching import slow
from tests.patching.conftest import CHANGED, N_POS, pairs_of, skip_where_lacking

STREAMS = ("resid_pre", "resid_mid", "resid_post")


@pytest.mark.parametrize("direction", ["denoising", "noising"])
@pytest.mark.parametrize("site", hooks.SITES)
def test_every_patch_equals_a_whole_run_with_a_plain_hook(any_model, random_pairs, site, direction):
    skip_where_lacking(any_model, site)
    found = activation.patch(
        any_model, random_pairs, site=site, positions="each", direction=direction, batch_size=5
    )
    heads = (0, 1) if site in hooks.OF_HEADS else (None,)
    for layer, head, pos in itertools.product(range(2), heads, (0, CHANGED, N_POS - 1)):
        place = (layer, pos) if head is None else (layer, head, pos)
        slowly = slow.patched(
            any_model,
            random_pairs,
            site=site,
            layer=layer,
            head=head,
            pos=pos,
            noising=direction == "noising",
        )
        assert (found.patched[place] - slowly).abs().max() < 1e-5, place


@pytest.mark.parametrize("site", STREAMS)
def test_patching_a_whole_stream_gives_the_other_run(any_model, random_pairs, site):
    skip_where_lacking(any_model, site)
    found = activation.patch(any_model, random_pairs, site=site)
    noised = activation.patch(any_model, random_pairs, site=site, direction="noising")
    for layer in range(2):
        assert (found.patched[layer] - found.clean).abs().max() < 1e-5
        assert (noised.patched[layer] - noised.corrupted).abs().max() < 1e-5
    assert (found.clean - found.corrupted).abs().min() > 1e-3


@pytest.mark.parametrize("site", [s for s in hooks.SITES if s not in STREAMS])
def test_a_site_patched_where_all_before_it_is_clean_changes_nothing(any_model, random_pairs, site):
    """Prompts that differ in the last layer's reach only: put the run's own values in."""
    pairs = pairs_of(random_pairs.clean, random_pairs.corrupted)
    own = pairs_of(pairs.corrupted, pairs.corrupted.clone())
    own.clean[0, 0] += 1  # identical pairs are refused; this one row differs
    found = activation.patch(any_model, own, site=site, heads="all")
    assert (found.patched[:, 1:] - found.corrupted[1:]).abs().max() < 1e-5


@pytest.mark.parametrize("parts", [("attn_out",), ("z",), ("q", "k", "v"), ("pattern", "v")])
def test_the_parts_of_every_layer_together_give_the_clean_run(any_model, random_pairs, parts):
    """The last token is the same in both prompts, so the stream there is the sum of these parts."""
    clean = slow.cached(any_model, random_pairs.clean)
    names = [hooks.name(any_model, s, layer=n) for s in (*parts, "mlp_out") for n in range(2)]
    edits = [(name, lambda _old, value=clean[name], **_: value) for name in names]
    found = activation.patch(any_model, random_pairs, site="z")
    everything = slow.logit_diff(any_model, random_pairs.corrupted, edits, random_pairs)
    assert (everything - found.clean).abs().max() < 1e-5


def test_patches_before_the_first_difference_change_nothing(storybook):
    pairs = prompts.ioi(n_pairs=8, seed=0, template=0)
    found = activation.patch(storybook, pairs, site="resid_pre", positions="each")
    first = int(pairs.positions["changed"].min())
    assert torch.equal(found.patched[:, :first], found.corrupted.expand(3, first, -1)[:3])
    assert found.effect[0, first] > 1


def test_results_do_not_depend_on_how_many_runs_are_computed_at_a_time(storybook):
    pairs = prompts.ioi(n_pairs=6, seed=0)
    whole = activation.patch(storybook, pairs, positions="named")
    for batch_size in (1, 7, 1000):
        again = activation.patch(storybook, pairs, positions="named", batch_size=batch_size)
        assert (again.patched - whole.patched).abs().max() < 1e-5


def test_the_order_of_the_pairs_does_not_matter(any_model, random_pairs):
    turned = pairs_of(random_pairs.clean.flip(0), random_pairs.corrupted.flip(0))
    for name in ("answers", "wrong"):
        getattr(turned, name).copy_(getattr(random_pairs, name).flip(0))
    one = activation.patch(any_model, random_pairs, site="v")
    other = activation.patch(any_model, turned, site="v")
    assert (one.patched - other.patched.flip(-1)).abs().max() < 1e-5


def test_layers_may_be_asked_for_in_any_order(storybook):
    pairs = prompts.ioi(n_pairs=3, seed=2)
    every = activation.patch(storybook, pairs, site="z")
    some = activation.patch(storybook, pairs, site="z", layers=[2, 0], batch_size=7)
    assert (some.patched - every.patched[[2, 0]]).abs().max() < 1e-5


def test_a_layer_patched_alone_gives_the_same_as_in_the_sweep(storybook):
    pairs = prompts.ioi(n_pairs=4, seed=1)
    whole, alone = (activation.patch(storybook, pairs, layers=n) for n in (None, [2]))
    assert alone.entries[0] == (2,)
    assert torch.allclose(alone.patched[0], whole.patched[2], atol=1e-6)


@pytest.mark.parametrize(
    "metric", [metrics.log_prob, metrics.probability, metrics.accuracy, metrics.divergence]
)
def test_metrics_that_read_every_logit_see_the_clean_run_when_all_is_patched(storybook, metric):
    pairs = prompts.ioi(n_pairs=4, seed=1)
    found = activation.patch(storybook, pairs, site="resid_pre", metric=metric)
    assert (found.patched[0] - found.clean).abs().max() < 1e-5
    assert found.unit == metric.unit


def test_keys_and_values_have_as_many_heads_as_the_model_gives_them(any_model, random_pairs):
    expected = any_model.cfg.n_key_value_heads or any_model.cfg.n_heads
    assert activation.patch(any_model, random_pairs, site="k").recovered.shape == (2, expected)
    assert activation.patch(any_model, random_pairs, site="q").recovered.shape == (2, 4)


def test_a_bar_is_shown_only_when_asked_for(storybook, capfd):
    pairs = prompts.ioi(n_pairs=2, seed=1)
    activation.patch(storybook, pairs, layers=[2])
    assert capfd.readouterr().err == ""
    activation.patch(storybook, pairs, layers=[2], progress=True)
    assert "run" in capfd.readouterr().err
