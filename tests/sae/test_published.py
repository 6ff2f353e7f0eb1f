"""Published releases: what the registry records is applied, and nothing is waited for."""

import json
import time
from pathlib import Path

import pytest
import torch
from sae_lens import SAE

from mechnotes import models, rng, sae
from mechnotes.sae import published
from tests.sae.test_library import made


def test_the_registrys_release_for_gpt2_asks_for_centred_writing_weights():
    entry = published.looked_up("gpt2-small-res-jb", "blocks.8.hook_resid_pre")
    assert entry.repo_id == "jbloom/GPT2-Small-SAEs-Reformatted"
    assert entry.config_overrides["model_from_pretrained_kwargs"] == {
        "center_writing_weights": True
    }


def test_every_processing_that_the_registry_records_is_one_that_we_apply():
    from sae_lens.loading.pretrained_saes_directory import get_pretrained_saes_directory

    asked = {
        option
        for entry in get_pretrained_saes_directory().values()
        for option in (entry.config_overrides or {}).get("model_from_pretrained_kwargs", {})
    }
    assert asked == {"center_writing_weights"}


RUNNING = ("gpt2-small-mlp-tm", "blocks.0.hook_mlp_out")
"""A release that multiplies activations while it runs; the registry records by how much."""


@pytest.fixture
def running(tmp_path: Path, monkeypatch) -> Path:
    """Such an autoencoder, small, where the hub's cache would have it."""
    folder = sae.save(made(hook_name=RUNNING[1]), tmp_path / "published")
    settings = json.loads((folder / published.FILES[0]).read_text())
    settings["normalize_activations"] = "expected_average_only_in"
    (folder / published.FILES[0]).write_text(json.dumps(settings))
    monkeypatch.setattr(published, "_folder", lambda repo_id, below: folder)
    return folder


def test_a_constant_factor_of_the_registry_is_folded_into_the_weights_as_sae_lens_does(running):
    from sae_lens.loading.pretrained_sae_loaders import sae_lens_disk_loader

    def read(repo_id, folder_name, device, force_download, cfg_overrides):
        return *sae_lens_disk_loader(running, device, cfg_overrides), None

    theirs = SAE.from_pretrained(*RUNNING, converter=read)
    ours, raw = sae.load(*RUNNING), made()
    x = torch.randn(5, 64, generator=rng.generator(1))
    factor = published.fetched(*RUNNING)[2]
    assert factor == pytest.approx(1.049317316)
    assert torch.equal(ours.encode(x), theirs.encode(x))
    assert torch.equal(ours.decode(ours.encode(x)), theirs.decode(theirs.encode(x)))
    assert torch.allclose(ours.encode(x), raw.encode(factor * x), atol=1e-5)
    expected = raw.decode(raw.encode(factor * x)) / factor
    assert torch.allclose(ours.decode(ours.encode(x)), expected, atol=1e-5)
    assert sae.extract(models.load("storybook"), ours, "Tom found a map .").value.numel() > 0


@pytest.mark.bad_input
def test_a_factor_that_nobody_recorded_is_still_refused(running, monkeypatch, model):
    monkeypatch.setattr(published._lens, "recorded_factor", lambda release, sae_id: None)
    with pytest.raises(ValueError, match=r"while it runs \(expected_average_only_in\)"):
        sae.extract(model, sae.load(*RUNNING), "Tom found a map .")


@pytest.mark.bad_input
def test_without_a_network_a_published_autoencoder_is_refused_within_five_seconds(monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    published.looked_up("gpt2-small-res-jb", "blocks.8.hook_resid_pre")  # the file of the registry
    start = time.monotonic()
    with pytest.raises(ValueError, match=r"(?s)cannot be reached.*storybook"):
        sae.load("gpt2-small-res-jb", "blocks.8.hook_resid_pre")
    assert time.monotonic() - start < 5
