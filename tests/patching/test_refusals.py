"""What interventions say when they cannot be done: what they got, and what would do."""

from dataclasses import replace

import pytest
import torch

from mechnotes import prompts
from mechnotes.patching import (
    ablation,
    activation,
    attribution,
    direct,
    graph_attribution,
    paths,
)
from mechnotes.patching.detour import detour

pytestmark = pytest.mark.bad_input
EVERY = (activation.patch, ablation.ablate, attribution.patch, paths.patch)


def see(activation: torch.Tensor, **_: object) -> None:
    """A hook that changes nothing."""


@pytest.fixture(scope="module")
def pairs() -> prompts.Pairs:
    return prompts.ioi(n_pairs=2, seed=0)


@pytest.mark.parametrize("intervene", EVERY)
def test_prompts_of_unequal_length(storybook, pairs, intervene):
    with pytest.raises(ValueError, match=r"clean prompts \(2, 15\) and corrupted ones \(2, 14\)"):
        intervene(storybook, replace(pairs, corrupted=pairs.corrupted[:, 1:]))


@pytest.mark.parametrize("intervene", EVERY)
def test_an_answer_that_is_also_the_wrong_one(storybook, pairs, intervene):
    same = replace(pairs, wrong=torch.stack((pairs.wrong[0], pairs.answers[1])))
    with pytest.raises(ValueError, match="answers: got the same token right and wrong in pair 1"):
        intervene(storybook, same)


@pytest.mark.parametrize("intervene", EVERY)
def test_identical_prompts(storybook, pairs, intervene):
    with pytest.raises(ValueError, match="pairs: got clean and corrupted prompts that are ident"):
        intervene(storybook, replace(pairs, corrupted=pairs.clean))


@pytest.mark.parametrize("intervene", EVERY)
def test_an_unknown_site(storybook, pairs, intervene):
    with pytest.raises(ValueError, match="site: got 'hook_z'; expected one of"):
        intervene(storybook, pairs, site="hook_z")


@pytest.mark.parametrize("intervene", EVERY)
def test_a_layer_that_is_not_there(storybook, pairs, intervene):
    said = "layers: got layer 3; expected layers from 0 to 2. Count layers from 0: there are 3"
    with pytest.raises(ValueError, match=said):
        intervene(storybook, pairs, layers=[3])


@pytest.mark.parametrize("intervene", EVERY)
def test_a_metric_that_is_not_one_number_for_each_pair(storybook, pairs, intervene):
    with pytest.raises(ValueError, match=r"metric: got \(\) for 2 prompts; expected one number"):
        intervene(storybook, pairs, metric=lambda logits, target: logits.mean())


@pytest.mark.parametrize("intervene", EVERY)
def test_something_that_is_no_metric(storybook, pairs, intervene):
    with pytest.raises(ValueError, match="metric: got 'logit_diff'; expected a function"):
        intervene(storybook, pairs, metric="logit_diff")


@pytest.mark.parametrize("intervene", EVERY)
def test_texts_in_the_place_of_pairs(storybook, intervene):
    with pytest.raises(ValueError, match="pairs: got str; expected prompt pairs"):
        intervene(storybook, "when Mary and Paul")


@pytest.mark.parametrize("intervene", EVERY)
def test_tokens_that_the_model_does_not_have(storybook, pairs, intervene):
    with pytest.raises(ValueError, match=r"clean: got tokens from .* to 9999; expected tokens of"):
        strange = pairs.clean.clone()
        strange[0, 3] = 9999
        intervene(storybook, replace(pairs, clean=strange))


@pytest.mark.parametrize("intervene", EVERY)
def test_no_pairs_at_all(storybook, pairs, intervene):
    none = {n: getattr(pairs, n)[:0] for n in ("clean", "corrupted", "answers", "wrong")}
    with pytest.raises(ValueError, match=r"pairs: got prompts \(0, 15\)"):
        intervene(storybook, replace(pairs, **none))


def test_runs_between_which_the_metric_does_not_differ(storybook, pairs):
    flat = activation.patch(storybook, pairs, metric=lambda logits, target: 0 * logits[:, 0])
    with pytest.raises(ValueError, match="clean and corrupted: got the same value, 0"):
        flat.at(layer=1, head=1)


@pytest.mark.parametrize("intervene", EVERY)
def test_the_name_of_a_model_in_the_place_of_the_model(pairs, intervene):
    with pytest.raises(ValueError, match="model: got 'storybook'; expected a language model"):
        intervene("storybook", pairs)


@pytest.mark.parametrize("intervene", EVERY)
def test_hooks_that_were_left_on_the_model(storybook, pairs, intervene):
    said = (
        r"model: got hooks at blocks.1.attn.hook_z, blocks.2.hook_resid_pre; expected a model "
        r"without hooks. Call model.reset_hooks\(\), or call from outside of the block"
    )
    left = [("blocks.1.attn.hook_z", see), ("blocks.2.hook_resid_pre", see)]
    with storybook.hooks(fwd_hooks=left), pytest.raises(ValueError, match=said):
        intervene(storybook, pairs)
    assert intervene(storybook, pairs).effect.isfinite().all()


def test_hooks_that_only_a_stronger_reset_takes_away(storybook, pairs):
    storybook.add_hook("blocks.1.attn.hook_z", see, is_permanent=True)
    with pytest.raises(ValueError, match=r"Call model.reset_hooks\(including_permanent=True\)"):
        direct.lens(storybook, pairs.clean)
    storybook.reset_hooks(including_permanent=True)
    assert direct.lens(storybook, pairs.clean).isfinite().all()


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("direction", "backwards", "direction: got 'backwards'; expected one of 'denoising'"),
        ("heads", "some", "heads: got 'some'; expected one of 'each', 'all'"),
        ("positions", 3, "positions: got 3; expected one of 'all', 'each', 'named'"),
        ("batch_size", 0, "batch_size: got 0; expected an integer of at least 1"),
        ("layers", [], r"layers: got \[\]; expected a list of layers"),
    ],
)
def test_other_arguments(storybook, pairs, argument, value, message):
    with pytest.raises(ValueError, match=message):
        activation.patch(storybook, pairs, **{argument: value})


@pytest.mark.parametrize(
    ("receivers", "message"),
    [
        ("head 2.1", "receivers: got 'head 2.1'; expected \"logits\" or a list"),
        ([(2, 1)], r"receivers: got \[\(2, 1\)\]"),
        ([(2, 1, "z")], "receivers: got 'z'; expected one of 'q', 'k', 'v'"),
        ([(2, 4, "q")], "got head 4; expected heads from 0 to 3. .* there are 4 in a layer"),
        ([(9, 1, "q")], "receivers: got layer 9; expected layers from 0 to 2. Count layers"),
    ],
)
def test_receivers_that_do_not_exist(storybook, pairs, receivers, message):
    with pytest.raises(ValueError, match=message):
        paths.patch(storybook, pairs, receivers=receivers)


def test_a_site_that_does_not_send(storybook, pairs):
    with pytest.raises(ValueError, match="site: got 'q'; expected one of 'z', 'attn_out'"):
        paths.patch(storybook, pairs, site="q")


def test_ablations_that_have_nothing_to_stand_in(storybook, pairs):
    with pytest.raises(ValueError, match="kind: got 'noise'; expected one of 'zero', 'mean'"):
        ablation.ablate(storybook, pairs, kind="noise")
    with pytest.raises(ValueError, match=r"reference: got prompts \(2, 9\)"):
        ablation.ablate(storybook, pairs, reference=pairs.clean[:, :9])
    with pytest.raises(ValueError, match="reference: got a single prompt; expected at least two"):
        ablation.ablate(storybook, pairs, kind="resample", reference=pairs.clean[:1])
    with pytest.raises(ValueError, match="heads: got head 7; expected heads from 0 to 3"):
        ablation.together(storybook, pairs, [(0, 7)])
    with pytest.raises(ValueError, match=r"heads: got \[\[0, 1\]\]; expected a list of pairs"):
        ablation.together(storybook, pairs, [[0, 1]])


def test_the_mean_of_a_pattern(storybook, pairs):
    """Over which axis? One mean for all heads and readers is the pattern of none of them."""
    said = "kind: got 'mean' for the site 'pattern'; .* Pass kind=\"position_mean\""
    with pytest.raises(ValueError, match=said):
        ablation.ablate(storybook, pairs, site="pattern")


def test_gradients_where_torch_allows_none(storybook, pairs):
    ones = torch.ones(2, 3)
    said = "torch.inference_mode: got a call inside of it; expected .* gradients can be taken"
    for call in (
        lambda: attribution.patch(storybook, pairs),
        lambda: attribution.estimate(lambda x: x.sum(1), ones, 0 * ones),
        lambda: graph_attribution.attribute(detour(), {"A": 0.0}, {"A": 1.0}, output="C"),
    ):
        with torch.inference_mode(), pytest.raises(ValueError, match=said):
            call()


def test_contributions_ask_for_folded_norms(storybook, pairs):
    with pytest.raises(ValueError, match="model: got a model whose layer norms are not folded"):
        direct.contributions(storybook, pairs)


def test_a_place_that_the_sweep_does_not_have(storybook, pairs):
    found = activation.patch(storybook, pairs)
    with pytest.raises(ValueError, match=r"place: got axes \['layer'\]; expected one entry"):
        found.at(layer=1)
    with pytest.raises(ValueError, match="head: got 9; expected one of 0, 1, 2, 3"):
        found.at(layer=1, head=9)
