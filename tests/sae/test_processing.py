"""Which model may an autoencoder read, however that was processed and wherever it lies?"""

import pytest

from mechnotes import models, sae
from mechnotes._typing import LanguageModel
from mechnotes.sae import autoencoder
from tests.sae.test_library import made


def test_an_autoencoder_for_centred_weights_reads_the_same_from_a_plain_and_a_folded_model():
    one = made(model_from_pretrained_kwargs={"center_writing_weights": True})
    texts = ["Tom found a map .", "Anna broke the rope ."]
    plain = sae.extract(models.load("storybook"), one, texts).dense()
    folded = sae.extract(models.load("storybook", folded=True), one, texts).dense()
    assert (plain - folded).abs().max() < 1e-4
    uncentred = sae.extract(models.load("storybook"), made(), texts).dense()
    assert (plain - uncentred).abs().max() > 1e-3


@pytest.mark.parametrize("hook", ["mlp.hook_pre", "mlp.hook_post", "mlp.out.hook_in"])
@pytest.mark.parametrize("option", [{}, {"center_writing_weights": True}])
def test_neurons_are_read_from_a_folded_model_which_leaves_them_as_they_are(hook: str, option):
    one = made(d_in=256, hook_name=f"blocks.1.{hook}", model_from_pretrained_kwargs={**option})
    assert not autoencoder.centred(one)
    plain, folded = (
        sae.extract(models.load("storybook", folded=way), one, "Tom found a map .").dense()
        for way in (False, True)
    )
    assert (plain - folded).abs().max() < 1e-4


def test_what_blocks_write_is_centred_as_the_stream_is():
    centring = {"center_writing_weights": True}
    for hook in ("blocks.1.hook_mlp_out", "blocks.1.hook_attn_out"):
        one = made(hook_name=hook, model_from_pretrained_kwargs=centring)
        plain, folded = (
            sae.extract(models.load("storybook", folded=way), one, "Tom found a map .").dense()
            for way in (False, True)
        )
        assert (plain - folded).abs().max() < 1e-4


@pytest.mark.bad_input
@pytest.mark.parametrize("site", ["hook_resid_post", "hook_mlp_out", "attn.hook_z", "ln2.hook_out"])
def test_a_folded_model_is_refused_where_folding_changes_what_is_read(site: str):
    folded = models.load("storybook", folded=True)
    one = made(hook_name=f"blocks.1.{site}")
    with pytest.raises(ValueError, match=rf"folded=True, which is not the same at .*{site}"):
        sae.extract(folded, one, "Tom found a map .")


@pytest.mark.bad_input
def test_an_autoencoder_on_another_device_than_its_model_is_refused(model: LanguageModel):
    with pytest.raises(ValueError, match=r"on meta and a model on cpu; .*device=.cpu"):
        sae.extract(model, made().to("meta"), "Tom found a map .")


@pytest.mark.bad_input
def test_a_model_that_was_processed_otherwise_is_refused(model: LanguageModel):
    folded = models.load("storybook", folded=True)
    with pytest.raises(ValueError, match=r"folded=True.*expected .*not centred"):
        sae.extract(folded, made(), "Tom found a map .")
    strange = made(model_from_pretrained_kwargs={"fold_ln": True})
    with pytest.raises(ValueError, match="fold_ln"):
        sae.extract(model, strange, "Tom found a map .")
    elsewhere = made(
        hook_name="blocks.1.attn.hook_z",
        model_from_pretrained_kwargs={"center_writing_weights": True},
    )
    with pytest.raises(ValueError, match="residual stream"):
        sae.extract(model, elsewhere, "Tom found a map .")


@pytest.mark.bad_input
def test_an_autoencoder_that_scales_while_it_runs_is_refused(model: LanguageModel):
    one = made()
    one.cfg.normalize_activations = "layer_norm"
    with pytest.raises(ValueError, match=r"scales activations while it runs \(layer_norm\)"):
        sae.extract(model, one, "Tom found a map .")


@pytest.mark.bad_input
def test_another_width_a_missing_place_and_a_missing_origin_are_refused(model: LanguageModel):
    with pytest.raises(ValueError, match="expected width 256"):
        sae.extract(model, made(hook_name="blocks.1.mlp.hook_post"), "Tom found a map .")
    with pytest.raises(ValueError, match=r"hook: got .blocks\.9"):
        sae.extract(model, made(hook_name="blocks.9.hook_resid_post"), "Tom found a map .")
    with pytest.raises(ValueError, match="does not say what it was trained on"):
        sae.extract(model, made(hook_name=None), "Tom found a map .")
