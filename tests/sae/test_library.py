"""Loading and saving: sae_lens's own format, its registry, and what is asked of a model."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from sae_lens import SAE
from safetensors.torch import load_file, save_file

from mechnotes import rng, sae
from mechnotes.sae import autoencoder, library, published
from mechnotes.sae.config import ARCHITECTURES, SAEConfig

HOOK = "blocks.1.hook_resid_post"


def weights(d_in: int = 64, d_sae: int = 32, *, threshold: bool = False) -> dict[str, torch.Tensor]:
    """Random weights."""
    generator = rng.generator(0, "weights")

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator) / 8

    found = {"W_enc": draw(d_in, d_sae), "b_enc": draw(d_sae)}
    found |= {"W_dec": draw(d_sae, d_in), "b_dec": draw(d_in)}
    return found | ({"threshold": draw(d_sae).abs()} if threshold else {})


def made(architecture: Any = "standard", d_in: int = 64, **options: Any) -> Any:
    config = SAEConfig(architecture=architecture, d_sae=32, k=4)
    jump = architecture == "jumprelu"
    found: Any = library.assemble(
        weights(d_in, threshold=jump), config, hook=HOOK, model_name="storybook"
    )
    for name, value in options.items():
        setattr(found.cfg.metadata, name, value)
    return found


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_what_is_saved_is_opened_by_sae_lens_and_by_us_alike(tmp_path: Path, architecture):
    one = made(architecture)
    folder = sae.save(one, tmp_path / "deep" / "folder")
    x = torch.randn(5, 64, generator=rng.generator(1))
    for other in (SAE.load_from_disk(folder), sae.load(folder)):
        assert torch.equal(other.encode(x), one.encode(x))
        assert torch.equal(other.decode(one.encode(x)), one.decode(one.encode(x)))
        assert autoencoder.hook_of(other) == HOOK
    assert not sae.load(folder).W_enc.requires_grad


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("said", "told"), [("", "KeyError"), ("\n no weights\nat all", "no weights")]
)
def test_an_error_that_says_nothing_is_told_by_its_kind(tmp_path, monkeypatch, said, told):
    error = KeyError() if not said else ValueError(said)
    folder = sae.save(made(), tmp_path / "one")

    def broken(*given):
        raise error

    monkeypatch.setattr(library._lens, "opened", broken)
    with pytest.raises(ValueError, match=f"which cannot be read: *{told}; expected"):
        sae.load(folder)


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("release", "sae_id", "says"),
    [
        ("gpt2-small-resjb", "x", "Did you mean gpt2-small-res"),
        ("gpt2-small-res-jb", "blocks.8.resid_pre", r"Did you mean blocks\.8\.hook_resid_pre"),
        ("gpt2-small-res-jb", None, "one of the 13 autoencoders"),
        ("storybook", "block-1-topk", "Did you mean block-1-topk"),
        ("gemma-scope-2b-pt-res", "layer_0/width_16k/average_l0_105", "another format"),
        ("", None, "release"),
        (3, None, "release"),
    ],
)
def test_a_name_that_nothing_has_is_refused_with_the_nearest(release, sae_id, says: str):
    with pytest.raises(ValueError, match=says):
        sae.load(release, sae_id)


@pytest.mark.bad_input
def test_a_damaged_folder_is_refused_by_what_is_wrong_with_it(tmp_path: Path):
    with pytest.raises(ValueError, match=r"without cfg\.json and sae_weights"):
        sae.load(tmp_path)
    folder = sae.save(made(), tmp_path / "one")
    with pytest.raises(ValueError, match="a folder holds one"):
        sae.load(folder, "x")
    stored = load_file(folder / published.FILES[1])
    save_file(stored | {"b_enc": torch.full((32,), torch.nan)}, folder / published.FILES[1])
    with pytest.raises(ValueError, match="b_enc"):
        sae.load(folder)
    (folder / published.FILES[1]).write_bytes(b"broken")
    with pytest.raises(ValueError, match="cannot be read"):
        sae.load(folder)
    sae.save(made(), folder)
    settings = json.loads((folder / published.FILES[0]).read_text())
    (folder / published.FILES[0]).write_text(json.dumps(settings | {"d_sae": 31}))
    with pytest.raises(ValueError, match="cannot be read"):
        sae.load(folder)


@pytest.mark.bad_input
def test_weights_that_do_not_fit_each_other_are_refused(tmp_path: Path):
    config = SAEConfig(architecture="jumprelu", d_sae=32)
    with pytest.raises(ValueError, match="threshold"):
        library.assemble(weights(), config, hook=HOOK, model_name="storybook")
    with pytest.raises(ValueError, match="W_enc"):
        library.assemble(
            weights(d_sae=31), replace(config, d_sae=32), hook=HOOK, model_name="storybook"
        )
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="a file"):
        sae.save(made(), tmp_path / "file")
    with pytest.raises(ValueError, match="a sparse autoencoder"):
        sae.save("sae", tmp_path)
