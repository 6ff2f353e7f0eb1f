"""Training: sae_lens's own steps, from seeded weights, and unhurt by a kill."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from mechnotes import rng
from mechnotes.runs import Run
from mechnotes.sae import cases, library, training
from mechnotes.sae._trainer import Trainer, unit_rows
from mechnotes.sae.config import ARCHITECTURES, SAEConfig, explained

SMALL = SAEConfig(d_sae=24, k=3, steps=20, warm_up_steps=4, batch_size=64, seed=1)


def blocks(number: int) -> Tensor:
    """Sums of three out of twelve fixed directions in eight dimensions."""
    atoms = torch.randn(12, 8, generator=rng.generator(0, "atoms"))
    generator = rng.generator(0, "data", number)
    picked = torch.rand(256, 12, generator=generator).argsort(dim=1) < 3
    return (picked * torch.rand(256, 12, generator=generator)) @ atoms + 2.0


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_trained_autoencoder_explains_more_than_an_untrained_one(architecture):
    config = replace(SMALL, architecture=architecture, steps=120, l1_coefficient=0.1)
    config = replace(config, l0_coefficient=0.02, sparsity_warm_up_steps=20, learning_rate=0.01)
    fitted = training.fit(config, blocks)
    sae = library.assemble(fitted.weights, config, hook="x", model_name="y")
    x = blocks(99)
    left = (sae.decode(sae.encode(x)) - x).square().sum() / (x - x.mean(0)).square().sum()
    assert left < 0.3
    assert fitted.curves["mse"][-1] < fitted.curves["mse"][0] / 2
    assert torch.allclose(fitted.weights["W_dec"].norm(dim=1), torch.ones(24), atol=1e-5)


def test_topk_never_has_more_than_k_latents_active():
    fitted = training.fit(SMALL, blocks)
    sae = library.assemble(fitted.weights, SMALL, hook="x", model_name="y")
    assert int((sae.encode(blocks(5)) > 0).sum(1).max()) <= 3


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_unit_rows_and_the_folded_scale_change_no_reconstruction(architecture):
    config = replace(SMALL, architecture=architecture, jumprelu_init_threshold=0.01)
    trainer = Trainer(config, centre=torch.ones(8), device="cpu")
    for _ in range(3):
        trainer.step(blocks(0)[:64] * 0.5)
    x = blocks(1)
    done = library.assemble(trainer.finished(0.5), config, hook="x", model_name="y")
    trainer.sae.eval()
    with torch.no_grad():
        expected = trainer.sae(x * 0.5) / 0.5
    assert (done.decode(done.encode(x)) - expected).abs().max() < 1e-4


def test_a_row_of_length_zero_stays_zero():
    weights = {"W_dec": torch.zeros(2, 3), "W_enc": torch.ones(3, 2), "b_enc": torch.ones(2)}
    assert torch.equal(unit_rows(weights)["W_dec"], torch.zeros(2, 3))


def test_weights_depend_on_the_seed_and_not_on_the_global_generator():
    torch.manual_seed(0)
    first = training.fit(SMALL, blocks).weights
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    again = training.fit(SMALL, blocks).weights
    assert torch.equal(torch.random.get_rng_state(), before)
    other = training.fit(replace(SMALL, seed=2), blocks).weights
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["W_dec"], other["W_dec"])


def test_every_block_is_made_once():
    asked = []

    def watched(number: int) -> Tensor:
        asked.append(number)
        return blocks(number)

    training.fit(SMALL, watched)
    assert asked == [0, 1, 2, 3, 4]


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("block", "says"),
    [
        (torch.zeros(256, 8), "block 0: got 256 activations that are all zero"),
        (torch.ones(256), r"block 0: got shape \(256,\)"),
        ([1.0], "block 0: got list"),
        (torch.full((256, 8), torch.nan), "block 0: got 2048 NaN"),
    ],
)
def test_a_block_from_which_nothing_can_be_learnt_is_refused(block, says: str):
    with pytest.raises(ValueError, match=says):
        training.fit(SMALL, lambda number: block)


class Killed(Exception):
    """Somebody ended the process."""


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_killed_training_goes_on_with_the_very_same_numbers(tmp_path: Path, architecture):
    config = replace(SMALL, architecture=architecture)
    whole = training.fit(config, blocks)
    calls = []

    def until_killed(number: int) -> Tensor:
        calls.append(number)
        if len(calls) > 3:
            raise Killed
        return blocks(number)

    place = tmp_path / "checkpoint.safetensors"
    with pytest.raises(Killed):
        training.fit(config, until_killed, run=Run(checkpoint=place, save_seconds=0, key="k"))
    later = Run(checkpoint=place, save_seconds=0, key="k")
    resumed = training.fit(config, blocks, run=later)
    assert 0 < later.step < config.steps
    for name, W in whole.weights.items():
        assert torch.equal(resumed.weights[name], W), name
    assert torch.equal(resumed.curves["loss"], whole.curves["loss"])


def test_texts_of_the_storybook_are_fresh_in_every_block_and_equal_for_all_seeds():
    config = cases.StorybookSAEConfig(rows=4)
    ours = training.storybook_blocks(config)
    others = training.storybook_blocks(replace(config, seed=5))
    assert not torch.equal(ours(0), ours(1))
    assert torch.equal(ours(1), others(1))


def test_the_control_reads_a_model_that_has_read_nothing():
    trained = training.model_of(cases.StorybookSAEConfig())
    control = training.model_of(cases.StorybookSAEConfig(model=cases.UNTRAINED))
    assert not torch.equal(trained.W_E, control.W_E)


def test_every_field_of_a_config_is_explained_with_its_default():
    found = explained(cases.StorybookSAEConfig)
    assert list(found)[:2] == ["architecture", "d_sae"]
    assert found["k"][0] == 8 and found["k"][1].startswith("Latents that may be active at once")
    assert found["hook"][0] == "blocks.1.hook_resid_post"
    assert all(len(text) > 15 for _, text in found.values())


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("k", 25, "at most as many as there are latents"),
        ("k", 0, "k"),
        ("architecture", "relu", "architecture"),
        ("learning_rate", 0.0, "learning_rate"),
        ("l1_coefficient", -1.0, "l1_coefficient"),
        ("warm_up_steps", 20, "warm_up_steps"),
        ("seed", 1.5, "seed"),
    ],
)
def test_a_config_that_cannot_work_is_refused(field: str, value, says: str):
    with pytest.raises(ValueError, match=says):
        replace(SMALL, **{field: value})


@pytest.mark.bad_input
@pytest.mark.parametrize("model", ["gpt2", "storybook", "storybook/seed-x", 3])
def test_a_model_without_a_kind_and_a_seed_is_refused(model):
    with pytest.raises(ValueError, match="model"):
        cases.StorybookSAEConfig(model=model)


@pytest.mark.bad_input
def test_a_case_name_or_a_config_without_a_model_is_no_config():
    with pytest.raises(ValueError, match="expected an SAEConfig"):
        training.fit("block-1-topk-512-seed-0", blocks)
    with pytest.raises(ValueError, match="StorybookSAEConfig"):
        training.train(SMALL)
    with pytest.raises(ValueError, match="a class that extends it"):
        explained("topk")
