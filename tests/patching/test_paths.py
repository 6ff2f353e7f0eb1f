"""Path patching: agreement with a slow version, and what must hold between direct and total."""

import pytest
import torch

from mechnotes import hooks, metrics
from mechnotes.patching import activation, direct, paths
from mechnotes.prompts import ioi
from tests.patching import slow


def frozen_edits(model, base: dict, layer: int, upper_from: int) -> list:
    """Hooks that hold attention above a layer at its stored output."""
    names = [hooks.name(model, "attn_out", layer=n) for n in range(upper_from, model.cfg.n_layers)]
    return [(name, lambda _old, value=base[name], **_: value) for name in names]


def sending(source: dict, name: str, head: int):
    def send(z: torch.Tensor, **_: object) -> torch.Tensor:
        changed = z.clone()
        changed[:, :, head] = source[name][:, :, head]
        return changed

    return name, send


@pytest.mark.parametrize("head", [0, 3])
def test_a_path_to_the_logits_is_a_run_in_which_later_attention_is_frozen(
    any_model, random_pairs, head
):
    found = paths.patch(any_model, random_pairs, receivers="logits")
    base, source = (slow.cached(any_model, t) for t in (random_pairs.corrupted, random_pairs.clean))
    for layer in range(2):
        name = hooks.name(any_model, "z", layer=layer)
        edits = [sending(source, name, head), *frozen_edits(any_model, base, layer, layer + 1)]
        slowly = slow.logit_diff(any_model, random_pairs.corrupted, edits, random_pairs)
        assert (found.patched[layer, head] - slowly).abs().max() < 1e-5


@pytest.mark.parametrize("kind", ["q", "k", "v"])
def test_a_path_to_a_head_is_two_runs(any_model, random_pairs, kind):
    found = paths.patch(any_model, random_pairs, receivers=[(1, 1, kind)])
    source = slow.cached(any_model, random_pairs.clean)
    name, heard = hooks.name(any_model, kind, layer=1), {}

    def hear(activation: torch.Tensor, **_: object) -> None:
        heard["it"] = activation.clone()

    def tell(activation: torch.Tensor, **_: object) -> torch.Tensor:
        told = activation.clone()
        told[:, :, 1] = heard["it"][:, :, 1]
        return told

    first = [sending(source, hooks.name(any_model, "z", layer=0), 2), (name, hear)]
    slow.logit_diff(any_model, random_pairs.corrupted, first, random_pairs)
    slowly = slow.logit_diff(any_model, random_pairs.corrupted, [(name, tell)], random_pairs)
    assert (found.patched[0, 2] - slowly).abs().max() < 1e-5
    assert found.patched[1].isnan().all()  # no path leads from a layer to itself


def test_senders_that_reach_no_receiver_are_not_run_and_not_scored(any_model, random_pairs):
    """A metric meets no NaN, and a sweep of such senders alone computes nothing."""

    def strict(logits: torch.Tensor, target: metrics.Target) -> torch.Tensor:
        assert logits.isfinite().all()
        return metrics.log_prob(logits, target)

    upper = {"receivers": [(1, 1, "q")], "metric": strict}
    found = paths.patch(any_model, random_pairs, layers=[1, 0], **upper)
    alone = paths.patch(any_model, random_pairs, layers=[0], **upper)
    assert torch.equal(found.patched[1], alone.patched[0])
    assert found.patched[0].isnan().all()
    nothing = paths.patch(any_model, random_pairs, layers=[1], positions="named", **upper)
    assert nothing.patched.shape == (1, 4, 2, 3)
    assert nothing.patched.isnan().all()
    assert nothing.top() == ()


def test_in_the_last_layer_the_direct_effect_is_the_total_one(any_model, random_pairs):
    total = activation.patch(any_model, random_pairs)
    via_logits = paths.patch(any_model, random_pairs)
    assert torch.allclose(total.patched[-1], via_logits.patched[-1], atol=1e-5)


def test_an_mlp_sends_through_later_mlps(any_model, random_pairs):
    total = activation.patch(any_model, random_pairs, site="mlp_out")
    via_logits = paths.patch(any_model, random_pairs, site="mlp_out")
    assert torch.allclose(total.patched[1], via_logits.patched[1], atol=1e-5)
    assert (total.patched[0] - via_logits.patched[0]).abs().max() > 1e-4


def test_all_inputs_of_a_head_patched_from_all_senders_give_its_clean_output(storybook):
    """Total effects of one head's three inputs: what a head does follows from them."""
    pairs = ioi(n_pairs=4, seed=0)
    last = storybook.cfg.n_layers - 1
    whole = activation.patch(storybook, pairs, layers=[last])
    heard = paths.patch(storybook, pairs, receivers=[(last, 0, k) for k in "qkv"], site="attn_out")
    assert whole.patched.isfinite().all()
    assert heard.patched[:last].isfinite().all()


def test_contributions_add_up_to_the_logit_difference(folded_storybook):
    pairs = ioi(n_pairs=8, seed=3)
    found = direct.contributions(folded_storybook, pairs)
    assert (found.total() - found.logit_diff).abs().max() < 1e-4
    assert found.logit_diff.mean() > 3


def test_the_last_stream_read_by_the_lens_is_the_model(storybook):
    pairs = ioi(n_pairs=3, seed=3)
    read = direct.lens(storybook, pairs.clean)
    with torch.no_grad():
        logits = storybook(pairs.clean)[:, -1]
    assert (read[-1] - logits).abs().max() < 1e-4
    assert (read[0] - logits).abs().max() > 1
