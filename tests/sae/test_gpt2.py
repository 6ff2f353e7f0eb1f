"""GPT-2 and a published autoencoder, as they come from the hub, on random weights of full size."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from mechnotes import rng
from tests.conftest import ROOT

REVISION = "0" * 40
RELEASE = "models--jbloom--GPT2-Small-SAEs-Reformatted"

SCRIPT = """
import resource, sys
import torch
from mechnotes import models, sae
from mechnotes.sae import autoencoder
from mechnotes.sae.meaning import statements
from mechnotes.sae.statistics import maximum
from tests.models import folders
from pathlib import Path

model = models.load(Path(sys.argv[1]))
found = sae.load("gpt2-small-res-jb", "blocks.8.hook_resid_pre")
assert autoencoder.centred(found) and found.cfg.d_sae == 24_576
texts, kinds = statements.groups(14)
latents = sae.extract(model, found, texts)
one = latents.dense([5])[0]
x = autoencoder.read(model, found, torch.tensor([latents.tokens[5]]))[0]
assert x.mean(-1).abs().max() < 1e-5  # centred, as the registry asks
expected = ((x - found.b_dec) @ found.W_enc + found.b_enc).relu()
assert (one - expected).abs().max() < 1e-4 and (one > 0).any()
two = statements.labels(kinds, "happy") | statements.labels(kinds, "angry")
pooled = latents.pooled("max")[two]
tested = maximum.compare(pooled, torch.arange(28) < 14, at_most=200)
print(len(latents.value), len(tested.p), latents.bos)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A local cache of the hub that holds the autoencoder in the format it was published in."""
    place = tmp_path_factory.mktemp("hub")
    folder = place / RELEASE / "snapshots" / REVISION / "blocks.8.hook_resid_pre"
    folder.mkdir(parents=True)
    (place / RELEASE / "refs").mkdir()
    (place / RELEASE / "refs" / "main").write_text(REVISION)
    settings = {
        "model_name": "gpt2-small",
        "hook_point": "blocks.8.hook_resid_pre",
        "hook_point_layer": 8,
        "d_in": 768,
        "d_sae": 24_576,
        "dtype": "torch.float32",
        "context_size": 128,
    }
    (folder / "cfg.json").write_text(json.dumps(settings))
    generator = rng.generator(0, "published")
    W = torch.randn(24_576, 768, generator=generator)
    W /= W.norm(dim=1, keepdim=True)
    biases = {"b_enc": torch.full((24_576,), -1.0), "b_dec": torch.zeros(768)}
    save_file({"W_dec": W, "W_enc": W.T.contiguous(), **biases}, folder / "sae_weights.safetensors")
    return place


@pytest.fixture(scope="module")
def gpt2_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model of GPT-2's architecture, nine layers deep and as wide as GPT-2 small."""
    from transformers import GPT2Config, GPT2LMHeadModel

    from tests.models import folders

    place = tmp_path_factory.mktemp("gpt2")
    tokenizer = folders.byte_pairs(bos_first=False)
    config = GPT2Config(vocab_size=len(tokenizer), n_layer=9, n_positions=48, bos_token_id=0)
    with folders.quiet():
        GPT2LMHeadModel(config).save_pretrained(place)
        tokenizer.save_pretrained(place)
    return place


def test_the_published_format_at_full_size_is_read_within_four_gigabytes(cache, gpt2_folder):
    environment = os.environ | {
        "HF_HUB_CACHE": str(cache),
        "HF_HUB_OFFLINE": "1",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-c", SCRIPT, str(gpt2_folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    counted, width = done.stdout.split()[:2]
    assert int(counted) > 0 and int(width) == 24_576
    assert int(done.stdout.split()[-1]) < 4096
